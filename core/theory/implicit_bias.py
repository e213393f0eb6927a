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

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory import single_neuron
from core.theory.checks import Floats, finite, positive_rate
from core.theory.row_space import RowSpace, check_inputs, exact_flow, row_space
from core.theory.states import ROUNDING, imbalance, norm

__all__ = ["Landing", "ends", "exact_flow", "interpolator", "landing", "mirror", "objective", "potential", "row_space"]

RULES = {
    "kept": "δ ≥ 0 keeps the sign of a",
    "below": "the loss is already below that of β = 0, so a cannot reach 0",
    "flat": "equal curvatures: the closed-form basin",
    "integrated": "open in closed form: found by integrating in (a, w)",
}
CLOSEST = 1e-9


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
    """Ψ_δ[...] of beta[..., d] (paper, theorem 3.1; here for any rates). Radial and convex, with a kink at 0 if δ < 0."""
    beta, delta = finite("beta", beta, least_axes=1), finite("relative_scale", relative_scale)
    rate = _rate(eta_a, eta_w)
    length = 2 * rate * norm(beta)
    return (np.hypot(delta, length) - 2 * delta) * _root_sum(-delta, length) / (3 * rate)


def mirror(beta: ArrayLike, relative_scale: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """∇Ψ_δ[..., d] = √(κ − δ) β/‖β‖, which is sgn(a) √(2η_a) w; NaN at β = 0 for δ < 0, where it has no direction."""
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
    right after a zero crossing too.
    """
    beta, w_0 = finite("beta", beta, least_axes=1), finite("w_0", w_0, least_axes=1)
    linear = np.sqrt(2 * positive_rate("eta_a", eta_a)) * (beta * w_0).sum(axis=-1)
    return potential(beta, relative_scale, eta_a=eta_a, eta_w=eta_w) - np.asarray(branch) * linear


def interpolator(
    a_0: float, w_0: ArrayLike, X: ArrayLike, y: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> Floats:
    """beta_inf[d], where gradient flow from (a_0, w_0[d]) on X[n, d], y[n] lands; see `landing`."""
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
    return landings(row_space(X, y), a[None], w[None], eta_a=eta_a, eta_w=eta_w)[0]


def landings(seen: RowSpace, a: Floats, w: Floats, *, eta_a: float = 1.0, eta_w: float = 1.0) -> tuple[Landing, ...]:
    """`landing` of each of the starts a[R], w[R, d], for data whose row space is known already."""
    check_inputs(seen, w)
    rates = {"eta_a": eta_a, "eta_w": eta_w}
    branch, rule = _branches(a, w, seen, rates)
    if not branch.all():
        what = "The start lies on the separatrix, so the flow ends at a saddle and not at a solution"
        raise OutsideTheory(what, got=f"a_0 = {a[branch == 0][0]:g}", do="Move the start a little.")
    B = imbalance(a, w @ seen.basis, **rates)
    reach = _rate(eta_a, eta_w) * norm(seen.beta_star)
    a_end = branch * _root_sum(-B, 2 * reach) / np.sqrt(2 * positive_rate("eta_w", eta_w))
    beta = seen.beta_star + a_end[:, None] * seen.null(w)
    columns = (beta, a_end.tolist(), branch.tolist(), rule.tolist(), (a * branch < 0).tolist())
    return tuple(Landing(*one) for one in zip(*columns, strict=True))


def _branches(a: Floats, w: Floats, seen: RowSpace, rates: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """The sign of a(∞)[R], 0 on the separatrix, and the key in RULES of what decided it."""
    delta = imbalance(a, w, **rates)
    rounding = ROUNDING * (rates["eta_w"] * a**2 + rates["eta_a"] * (w * w).sum(axis=-1))
    branch = np.sign(a).astype(int)
    kept = (delta > rounding) | (not np.any(seen.beta_star))
    low = (branch != 0) & (seen.excess_loss(a[:, None] * w) < (1 - CLOSEST) * seen.excess_loss(np.zeros_like(w)))
    rule = np.where(kept, "kept", np.where(low, "below", "flat" if seen.flat else "integrated"))
    if seen.flat:
        basin = single_neuron.basin(a, w @ seen.basis, seen.beta_star @ seen.basis, **rates)
        return np.where(rule == "flat", basin, branch), rule
    rule[(rule == "integrated") & (delta > -rounding)] = "kept"
    for run in np.flatnonzero(rule == "integrated"):
        branch[run] = _integrated_branch(float(a[run]), w[run], seen, rates, float(delta[run]))
    return branch, rule


def _integrated_branch(a: float, w: Floats, seen: RowSpace, rates: dict[str, float], delta: float) -> int:
    """sgn a once the loss is below that of β = 0: it falls along the flow, and a = 0 would need that loss again."""
    eta_a, eta_w = rates["eta_a"], rates["eta_w"]
    bar = (1 - CLOSEST) * seen.excess_loss(np.zeros_like(w))

    def flow(_, state):
        a, w = state[0], state[1:]
        force = seen.gram @ (seen.beta_star - a * w)
        return np.concatenate([[eta_a * w @ force], eta_w * a * force])

    def decided(_, state):
        return seen.excess_loss(state[0] * state[1:]) - bar

    decided.terminal = True  # type: ignore[attr-defined]
    drag = abs(delta) * seen.curvatures.max()
    push = 2 * _rate(eta_a, eta_w) * np.linalg.norm(seen.gram @ seen.beta_star)
    slowest = push * (push / (drag + np.hypot(drag, push))) / 2
    size = np.hypot(a, norm(w))
    found = solve_ivp(
        flow, (0, 60 / slowest), np.array([a, *w]), "LSODA", events=decided, rtol=1e-10, atol=1e-12 * size
    )
    if found.status != 1:
        what = "The start is too near the separatrix to tell where the flow goes"
        raise OutsideTheory(what, got=f"a_0 = {a:g}", do="Move the start a little.")
    return int(np.sign(found.y[0, -1]))


def ends(beta_0: ArrayLike, X: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """β(∞)[d] for δ → +∞ and for δ → −∞ from β_0[d], a_0 > 0 (paper, section 3, and figure 4b).

    +∞: linear regression's, the solution nearest to β_0. −∞: β* ± ‖β*‖ β_0,null/‖β_0,row‖, on the ray of β_0 itself for
    one datum; the sign is that of β_0ᵀXᵀy. NaN where −∞ has no end: no datum sees β_0, or β_0ᵀXᵀy = 0.
    """
    seen, beta = row_space(X, y), finite("beta_0", beta_0, least_axes=1)
    check_inputs(seen, beta)
    outside, inside = seen.null(beta), norm(beta @ seen.basis)
    towards = np.sign(beta @ seen.gram @ seen.beta_star)
    if inside <= ROUNDING * norm(beta) or towards == 0:
        return seen.beta_star + outside, np.full(beta.shape, np.nan)
    return seen.beta_star + outside, seen.beta_star + towards * norm(seen.beta_star) * outside / inside


def _rate(eta_a: ArrayLike, eta_w: ArrayLike) -> Floats:
    return np.sqrt(positive_rate("eta_a", eta_a)) * np.sqrt(positive_rate("eta_w", eta_w))
