"""Which of the zero-loss solutions gradient flow of f(x) = a wᵀx picks, and the potential that says so.

| paper              | here           | shape    | meaning                                                          |
|--------------------|----------------|----------|------------------------------------------------------------------|
| β = a w            | beta           | [..., d] | what the network computes                                        |
| δ                  | relative_scale | [...]    | η_w a² − η_a‖w‖², conserved                                      |
| κ                  | —              | [...]    | √(δ² + 4η_aη_w‖β‖²)                                              |
| Ψ_δ                | potential      | [...]    | (κ − 2δ)√(κ + δ) / (3√(η_aη_w))                                  |
| ∇Ψ_δ               | mirror         | [..., d] | √(κ − δ) β/‖β‖ = sgn(a) √(2η_a) w                                |
| Ψ_δ − ψ_δ β̂_0ᵀβ    | objective      | [...]    | what β(∞) minimises among the solutions                          |
| β(∞)               | interpolator   | [d]      | where the flow lands                                             |

Theorem 3.1 of the paper (there η = 1) says β(∞) = argmin of the objective over Xβ = y, if β(t) ≠ 0 throughout. Since ∇Ψ is
the first layer's weight, it says no more than: w(t) − w_0 stays in the row space of X. Read so, it also holds when β
passes through 0 and a changes sign; the linear term then changes sign too, and `Landing.crosses_zero` tells.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory import single_neuron
from core.theory.checks import Floats, finite, leading_axes, positive_rate, same_size
from core.theory.implicit_bias_branch import CLOSEST, integrated_branch
from core.theory.row_space import RowSpace, check_inputs, exact_flow, row_space
from core.theory.states import ROUNDING, Runs, imbalance_of, in_own_unit, norm, runs

__all__ = ["Landing", "ends", "exact_flow", "interpolator", "landing", "mirror", "objective", "potential", "row_space"]

RULES = {
    "kept": "δ ≥ 0 keeps the sign of a",
    "below": "the loss is already below that of β = 0, so a cannot reach 0",
    "flat": "equal curvatures: the closed-form basin",
    "integrated": "open in closed form: found by integrating in (a, w)",
}


@dataclass(frozen=True)
class Landing:
    """Where the flow lands: beta[d] = a w, the sign `branch` of a there, the key in RULES of what decided that sign,
    and whether β passed through 0 on the way (then theorem 3.1 holds with its linear term's sign changed)."""

    beta: Floats
    a: float
    branch: int
    rule: str
    crosses_zero: bool


def potential(beta: ArrayLike, relative_scale: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """Ψ_δ[...] of beta[..., d] (paper, theorem 3.1; here for any rates). Radial and convex, with a kink at 0 if δ < 0.

    Theorem 3.1.

    >>> round(float(potential([1.0, 0.0], relative_scale=0.0)), 4)
    0.9428
    """
    beta, delta = finite("beta", beta, least_axes=1), finite("relative_scale", relative_scale)
    rate = _rate(eta_a, eta_w)
    length = 2 * rate * norm(beta)
    return (np.hypot(delta, length) - 2 * delta) * _root_sum(-delta, length) / (3 * rate)


def mirror(beta: ArrayLike, relative_scale: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """∇Ψ_δ[..., d] = √(κ − δ) β/‖β‖, which is sgn(a) √(2η_a) w; NaN at β = 0 for δ < 0, where it has no direction.

    Theorem 3.1.
    """
    beta, delta = finite("beta", beta, least_axes=1), finite("relative_scale", relative_scale)
    size = norm(beta)
    length, delta = np.broadcast_arrays(2 * _rate(eta_a, eta_w) * size, delta)
    unit = beta / np.where(size > 0, size, 1.0)[..., None]
    pointed = _root_sum(delta, length)[..., None] * unit
    return np.where(((length == 0) & (delta < 0))[..., None], np.nan, pointed)


def _root_sum(delta: Floats, length: Floats) -> Floats:
    """√(κ − δ) with κ = hypot(δ, length), without cancellation when δ > 0."""
    kappa = np.hypot(delta, length)
    safe = np.where(kappa + delta > 0, kappa + delta, 1.0)
    return np.where(delta > 0, length / np.sqrt(safe), np.sqrt(kappa + np.maximum(-delta, 0.0)))


def objective(
    beta: ArrayLike,
    w_0: ArrayLike,
    relative_scale: ArrayLike,
    *,
    branch: ArrayLike = 1,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
) -> Floats:
    """Ψ_δ(β) − sgn(a(∞)) √(2η_a) w_0ᵀβ[...]: least at β(∞) among all solutions.

    While a keeps its sign this is the paper's Ψ_δ − ψ_δ β̂_0ᵀβ (theorem 3.1); with `branch` the final sign of a it is
    right after a zero crossing too. Theorem 3.1.
    """
    beta, w_0 = finite("beta", beta, least_axes=1), finite("w_0", w_0, least_axes=1)
    same_size("beta and w_0 need the same number of inputs", beta.shape[-1], w_0.shape[-1])
    side = finite("branch", branch)
    leading_axes({"beta": (beta, 1), "w_0": (w_0, 1), "branch": (side, 0)})
    linear = np.sqrt(2 * positive_rate("eta_a", eta_a)) * np.einsum("...i,...i->...", beta, w_0)
    return potential(beta, relative_scale, eta_a=eta_a, eta_w=eta_w) - side * linear


def interpolator(
    a_0: float, w_0: ArrayLike, X: ArrayLike, y: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> Floats:
    """beta_inf[d], where gradient flow from (a_0, w_0[d]) on X[n, d], y[n] lands; see `landing`. Theorem 3.1.

    >>> interpolator(0.1, [0.6, 0.8], X=[[1.0, 0.0]], y=[1.0]).round(4).tolist()
    [1.0, 0.7333]
    """
    return landing(a_0, w_0, X, y, eta_a=eta_a, eta_w=eta_w).beta


def landing(
    a_0: float, w_0: ArrayLike, X: ArrayLike, y: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> Landing:
    """β(∞) = β* + a(∞) w_null in closed form for any null space, and how the sign of a(∞) was decided.

    η_w a(∞)² = (B + √(B² + 4η_aη_w‖β*‖²))/2, B = δ + η_a‖w_null‖², w_null what no datum sees of w_0 (the paper's
    appendix A has the one-dimensional null space). Only the branch can need an integration. Raises OutsideTheory for bad shapes
    and for starts on, or too near, the separatrix.
    """
    w, a = finite("w_0", w_0, least_axes=1), finite("a_0", a_0)
    if a.ndim != 0 or w.ndim != 1:
        got = f"shapes {a.shape} and {w.shape}"
        raise OutsideTheory("A landing is one run's", got=got, do="Give one number a_0 and one vector w_0.")
    found = landings(row_space(X, y), a[None], w[None], eta_a=eta_a, eta_w=eta_w)[0]
    if found.branch == 0:
        what = "The start lies on the separatrix, or too near it to tell, where the flow ends at a saddle"
        raise OutsideTheory(what, got=f"a_0 = {a:g}", do="Move the start a little.")
    return found


def landings(
    seen: RowSpace, a: ArrayLike, w: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> tuple[Landing, ...]:
    """`landing` of each of the starts a[R], w[R, d], for data whose row space is known already.

    A start on, or too near, the separatrix, or too stiff to follow, has branch 0 and NaN for a and beta; the others are as
    they would be alone. Theorem 3.1.
    """
    a, w = finite("a", a, axes=1), finite("w", w, axes=2)
    same_size("a and w must hold the same number of starts", len(a), len(w))
    check_inputs(seen, w)
    rates = positive_rate("eta_a", eta_a, axes=0), positive_rate("eta_w", eta_w, axes=0)
    branch, rule = _branches(a, w, seen, *rates)
    B = imbalance_of(a, w @ seen.basis, *rates)
    reach = np.sqrt(rates[0]) * np.sqrt(rates[1]) * norm(seen.beta_star)
    a_end = np.where(branch == 0, np.nan, branch * _root_sum(-B, 2 * reach) / np.sqrt(2 * rates[1]))
    beta = seen.beta_star + a_end[:, None] * seen.null(w)
    columns = (beta, a_end.tolist(), branch.tolist(), rule.tolist(), (np.sign(a) * branch < 0).tolist())
    return tuple(Landing(*one) for one in zip(*columns, strict=True))


def _branches(a: Floats, w: Floats, seen: RowSpace, eta_a: Floats, eta_w: Floats) -> tuple[np.ndarray, np.ndarray]:
    """The sign of a(∞)[R], 0 on the separatrix, and the key in RULES of what decided it."""
    delta = imbalance_of(a, w, eta_a, eta_w)
    rounding = ROUNDING * (eta_w * a * a + eta_a * np.einsum("ri,ri->r", w, w))
    branch = np.sign(a).astype(int)
    kept = (delta > rounding) | (not np.any(seen.beta_star))
    missed, whole = seen.distance(a[:, None] * w - seen.beta_star), seen.distance(seen.beta_star)
    low = (branch != 0) & (missed < np.sqrt(1 - CLOSEST) * whole)
    rule = np.where(kept, "kept", np.where(low, "below", "flat" if seen.flat else "integrated"))
    if seen.flat:
        basin = single_neuron.basin(a, w @ seen.basis, seen.beta_star @ seen.basis, eta_a=eta_a, eta_w=eta_w)
        return np.where(rule == "flat", basin, branch), rule
    rule[(rule == "integrated") & (delta > -rounding)] = "kept"
    open_ = np.flatnonzero(rule == "integrated")
    if open_.size:
        branch[open_] = _integrated(runs(a[open_], w[open_], seen.beta_star, eta_a, eta_w), seen)
    return branch, rule


def _integrated(start: Runs, seen: RowSpace) -> np.ndarray:
    """The branch [R] of runs that only an integration decides, 0 where it cannot."""
    branch = np.zeros(len(start.A), dtype=int)
    V, b = start.V @ seen.basis, (start.r[:, None] * start.e) @ seen.basis
    for run in range(len(branch)):
        with suppress(OutsideTheory):
            branch[run] = integrated_branch(
                float(start.A[run]), V[run], b[run], seen.curvatures, float(start.delta[run])
            )
    return branch


def ends(beta_0: ArrayLike, X: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """β(∞)[d] for δ → +∞ and for δ → −∞ from β_0[d], a_0 > 0 (paper, section 3, and figure 4b).

    +∞: linear regression's, the solution nearest to β_0. −∞: β* ± ‖β*‖ β_0,null/‖β_0,row‖, on the ray of β_0 itself for
    one datum; the sign is that of β_0ᵀXᵀy. NaN where −∞ has no end: no datum sees β_0, or β_0ᵀXᵀy = 0.
    """
    seen, beta = row_space(X, y), finite("beta_0", beta_0, least_axes=1)
    check_inputs(seen, beta)
    outside, within = seen.null(beta), beta @ seen.basis
    inside, aimed = norm(within), seen.beta_star @ seen.basis
    pull = in_own_unit(within) * in_own_unit(aimed) * in_own_unit(seen.curvatures)
    towards = np.sign(pull.sum()) if np.abs(pull.sum()) > ROUNDING * np.abs(pull).sum() else 0.0
    if inside <= ROUNDING * norm(beta) or towards == 0:
        return seen.beta_star + outside, np.full(beta.shape, np.nan)
    return seen.beta_star + outside, seen.beta_star + towards * norm(seen.beta_star) * outside / inside


def _rate(eta_a: ArrayLike, eta_w: ArrayLike) -> Floats:
    return np.sqrt(positive_rate("eta_a", eta_a)) * np.sqrt(positive_rate("eta_w", eta_w))
