"""The minimal model f(x) = a wᵀx on whitened data (XᵀX = I): gradient flow in closed form, for every δ.

| paper           | here              | shape        | unit                                                      |
|-----------------|-------------------|--------------|-----------------------------------------------------------|
| a, w            | a, w              | [...], [..., d] |                                                        |
| β = a w         | beta              | [..., d]     | what the network computes, f(x) = βᵀx                     |
| β* = Xᵀy        | beta_star         | [d]          | the global minimum                                        |
| δ               | relative_scale    | [...]        | η_w a² − η_a‖w‖², conserved                               |
| μ = a‖w‖        | magnitude         | [...]        |                                                           |
| φ = cos∠(w, β*) | alignment         | [...]        |                                                           |
| ν = wᵀβ*/a      | ratio             | [...]        |                                                           |
| t               | times             | [T]          | time of the flow ȧ = −η_a ∂L/∂a, ẇ = −η_w ∂L/∂w, L = ½Σ(f−y)² |

Writing A = √η_w a, V = √η_a w, r = √(η_aη_w)‖β*‖ and v for V's component along β*, the flow is projective: A = p/N,
v = q/N, V_perp = V_perp(0)/N with the linear (p, q)' = [[δ, r], [r, 0]] (p, q) and N² = 1 + 2∫p². Its eigenvalues are
l± = (δ ± √(δ²+4r²))/2. One formula serves δ > 0, δ = 0 and δ < 0, and sign changes of a are zeros of p. It agrees with
the solutions of the paper's appendix A.2 where those apply.
"""

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory.checks import (
    Floats,
    finite,
    leading_axes,
    one_rate,
    positive_rate,
    real,
    representable,
    same_size,
    time_vector,
)
from core.theory.single_neuron_kernel import kernel_distance, ntk
from core.theory.single_neuron_modes import branch_of, eigenmodes, followed
from core.theory.states import imbalance as relative_scale
from core.theory.states import norm, runs

__all__ = [
    "alignment",
    "basin",
    "exact_flow",
    "final_state",
    "kernel_distance",
    "magnitude",
    "ntk",
    "ratio",
    "relative_scale",
    "separatrix",
    "split",
]


def exact_flow(
    a_0: ArrayLike,
    w_0: ArrayLike,
    beta_star: ArrayLike,
    times: ArrayLike,
    *,
    eta_a: ArrayLike = 1.0,
    eta_w: ArrayLike = 1.0,
    snap: bool = False,
) -> tuple[Floats, Floats]:
    """a[..., T], w[..., T, d]: gradient flow from (a_0[...], w_0[..., d]) at times[T] ≥ 0, exact for every δ.

    Whitened inputs; for XᵀX = h I give h·times. Leading axes of a_0, w_0 and the rates broadcast. snap follows a start
    that `basin` calls 0 on the separatrix itself, to its saddle; without it, what rounding left of its distance grows.
    Paper: section 3, appendix A.2. Raises OutsideTheory for non-finite values, negative times, mismatched shapes.

    >>> a, w = exact_flow(1.5, [-0.6, 0.0], beta_star=[0.0, 1.0], times=[0.0, 1.0, 50.0])
    >>> bool(np.allclose(a[-1] * w[-1], [0.0, 1.0]))
    True
    """
    return followed(runs(a_0, w_0, beta_star, eta_a, eta_w), time_vector("times", times), snap=snap)


def final_state(
    a_0: ArrayLike, w_0: ArrayLike, beta_star: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """a[...], w[..., d] at t = ∞: the minimum on the branch `basin` names, or the saddle where it says 0.

    Paper, appendix A.2; ours for other δ and rates.
    """
    start = runs(a_0, w_0, beta_star, eta_a, eta_w)
    modes = eigenmodes(start.delta, start.r)
    branch, (_, _, C, S) = branch_of(start, modes), modes
    reach = np.sqrt(np.hypot(start.delta, 2 * start.r))
    stays = np.where(start.r[:, None] > 0, start.across, start.V)
    length = norm(stays)
    outward = stays / np.where(length > 0, length, 1.0)[:, None]
    saddle = np.sqrt(np.maximum(-start.delta, 0.0))[:, None] * outward
    V = np.where(branch[:, None] == 0, saddle, (branch * S * reach)[:, None] * start.e)
    a, w = branch * C * reach * start.scale_a, V * start.scale_w[:, None]
    return a.reshape(start.shape), w.reshape(*start.shape, -1)


def basin(
    a_0: ArrayLike, w_0: ArrayLike, beta_star: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0
) -> np.ndarray:
    """−1 or +1[...]: the sign of a(∞), the branch of minima reached; 0 on the separatrix and at saddles.

    sgn(l₊ A_0 + V_0·b), b = √(η_aη_w) β* (paper, section 3, footnote on the basins, and figure 7; here for any rates),
    within rounding. δ > 0 keeps the sign of a_0. Where β* = 0 and δ ≤ 0 the flow ends at a = 0, and the answer is 0.

    >>> int(basin(1.5, [-0.6, 0.0], [0.0, 1.0])), int(basin(-1.5, [-0.6, 0.0], [0.0, 1.0]))
    (1, -1)
    """
    start = runs(a_0, w_0, beta_star, eta_a, eta_w)
    return branch_of(start, eigenmodes(start.delta, start.r)).reshape(start.shape)


def split(
    beta: ArrayLike,
    relative_scale: ArrayLike,
    *,
    sign: ArrayLike = 1,
    eta_a: ArrayLike = 1.0,
    eta_w: ArrayLike = 1.0,
) -> tuple[Floats, Floats]:
    """a[...], w[..., d] with a w = beta[..., d], η_w a² − η_a‖w‖² = relative_scale[...] and the given sign of a.

    η_w a² = (κ + δ)/2, κ = √(δ² + 4η_aη_w‖β‖²) (paper, section 3). At β = 0: w = 0 if δ ≥ 0;
    OutsideTheory if δ < 0, where a = 0 and every w of that length is meant.

    >>> a, w = split([-1.0, 0.0], relative_scale=2.0)
    >>> round(float(a**2 - w @ w), 12), (a * w).round(12).tolist()
    (2.0, [-1.0, 0.0])
    """
    beta = finite("beta", beta, least_axes=1)
    delta, sign = finite("relative_scale", relative_scale), finite("sign", sign)
    root_a, root_w = np.sqrt(positive_rate("eta_a", eta_a)), np.sqrt(positive_rate("eta_w", eta_w))
    if (np.abs(sign) != 1).any():
        raise OutsideTheory("sign is that of a", got=f"{sign.flat[0]:g}", do="Give +1 or -1.")
    named = {"relative_scale": (delta, 0), "sign": (sign, 0), "eta_a": (root_a, 0), "eta_w": (root_w, 0)}
    shape = leading_axes({"beta": (beta, 1), **named})
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.broadcast_to(representable("√(η_aη_w)‖β‖", root_a * root_w * norm(beta)), shape)
    delta = np.broadcast_to(delta, shape)
    nowhere = (scaled == 0) & (delta < 0)
    if nowhere.any():
        what = "β = 0 with δ < 0 leaves the direction of w open (a = 0, ‖w‖ = √(−δ/η_a))"
        raise OutsideTheory(what, got=f"δ = {delta[nowhere].flat[0]:g}", do="Give a β other than 0, or δ of 0 or more.")
    kappa = np.hypot(delta, 2 * scaled)
    room = kappa - delta
    downstream = scaled * np.sqrt(2 / np.where(delta < 0, room, 1.0))
    A = np.where(delta < 0, downstream, np.sqrt((kappa + np.maximum(delta, 0.0)) / 2))
    a = sign * A / root_w
    w = beta / np.where(a == 0, 1.0, a)[..., None]
    return a, w


def separatrix(
    beta_star: ArrayLike, relative_scale: ArrayLike, a: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> Floats:
    """w[2, ..., k, 2]: the two points at each height a[k] where the level sets δ[...] meet l₊ A + V·b = 0 (d = 2).

    Starts on it flow to the saddles. On one level set it is the curve that divides the basins of the two branches; over
    all δ ≤ 0 it is the separating surface of the paper's figure 7. It exists for δ ≤ 0 only; OutsideTheory otherwise, or
    when β* = 0.
    """
    target, heights = finite("beta_star", beta_star, axes=1), finite("a", a, axes=1)
    delta = finite("relative_scale", relative_scale)
    root_a, root_w = np.sqrt(one_rate("eta_a", eta_a)), np.sqrt(one_rate("eta_w", eta_w))
    if target.shape != (2,):
        got = f"shapes {target.shape} and {heights.shape}"
        raise OutsideTheory("The separatrix is drawn for two inputs", got=got, do="Give beta_star[2] and a[k].")
    r = root_a * root_w * norm(target)
    if (delta > 0).any() or r == 0:
        what = "Only δ ≤ 0 with β* ≠ 0 has a separatrix (for δ > 0 the two sheets are the basins)"
        raise OutsideTheory(what, got=f"δ = {delta.max():g}, ‖β*‖ = {norm(target):g}", do="Choose δ of 0 or less.")
    e = target / norm(target)
    level = delta[..., None]
    _, slow, _, _ = eigenmodes(level, r)
    A = root_w * heights
    along = -A * (r / slow)
    # A² − ‖V‖² = δ, where A² − v² = A² δ/l₋
    across = np.sqrt(-level) * np.hypot(1.0, A / np.sqrt(slow))
    sides = np.array([across, -across])
    return (along[..., None] * e + sides[..., None] * np.array([-e[1], e[0]])) / root_a


def magnitude(a: ArrayLike, w: ArrayLike) -> Floats:
    """μ[...] = a‖w‖, with the sign of a (paper, section 3); NaN of a run that is lost stays NaN."""
    return real("a", a) * norm(real("w", w, least_axes=1))


def alignment(w: ArrayLike, beta_star: ArrayLike) -> Floats:
    """φ[...] = cos∠(w, β*) (paper, section 3); NaN where w = 0 or β* = 0 leaves it undefined."""
    w, target = real("w", w, least_axes=1), real("beta_star", beta_star, least_axes=1)
    same_size("w and beta_star need the same number of inputs", w.shape[-1], target.shape[-1])
    leading_axes({"w": (w, 1), "beta_star": (target, 1)})
    length, reach = norm(w), norm(target)
    unit = w / np.where(length > 0, length, 1.0)[..., None]
    aim = target / np.where(reach > 0, reach, 1.0)[..., None]
    cosine = np.clip(np.einsum("...i,...i->...", unit, aim), -1.0, 1.0)
    return np.where((length > 0) & (reach > 0), cosine, np.nan)


def ratio(a: ArrayLike, w: ArrayLike, beta_star: ArrayLike) -> Floats:
    """ν[...] = wᵀβ*/a (paper, appendix A.2, figure 8); NaN where a = 0."""
    a, w, target = real("a", a), real("w", w, least_axes=1), real("beta_star", beta_star, least_axes=1)
    same_size("w and beta_star need the same number of inputs", w.shape[-1], target.shape[-1])
    shape = leading_axes({"a": (a, 0), "w": (w, 1), "beta_star": (target, 1)})
    along = np.einsum("...i,...i->...", w, target)
    return np.divide(along, a, out=np.full(shape, np.nan), where=np.broadcast_to(a != 0, shape))
