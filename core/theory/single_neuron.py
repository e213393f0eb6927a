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
from core.theory.normalised import Floats, Runs, finite, norm, positive_rate, relative_scale, runs
from core.theory.single_neuron_kernel import kernel_distance, ntk

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

BLOCK = 16_384
ROUNDING = 16 * np.finfo(np.float64).eps


def exact_flow(
    a_0: ArrayLike,
    w_0: ArrayLike,
    beta_star: ArrayLike,
    times: ArrayLike,
    *,
    eta_a: ArrayLike = 1.0,
    eta_w: ArrayLike = 1.0,
) -> tuple[Floats, Floats]:
    """a[..., T], w[..., T, d]: gradient flow from (a_0[...], w_0[..., d]) at times[T] ≥ 0, exact for every δ.

    Whitened inputs; for XᵀX = h I give h·times. Leading axes of a_0, w_0 and the rates broadcast.
    Paper: section 3, appendix A.2. Raises OutsideTheory for non-finite values, negative times, mismatched shapes.
    """
    start = runs(a_0, w_0, beta_star, eta_a, eta_w)
    t = _checked_times(times)
    count, d = start.V.shape
    a = np.empty((count, t.size))
    w = np.empty((count, t.size, d))
    rows = max(1, BLOCK // t.size)
    along, across = start.along, start.across
    plus = growing_part(start)
    scaled_e, scaled_across = start.e / start.root_a[:, None], across / start.root_a[:, None]
    for first in range(0, count, rows):
        block = slice(first, first + rows)
        A, v, shrink = _flow(start.A[block], along[block], plus[block], start.delta[block], start.r[block], t)
        np.divide(A, start.root_w[block, None], out=a[block])
        for k in range(d):
            w[block, :, k] = v * scaled_e[block, k, None] + shrink * scaled_across[block, k, None]
    return a.reshape(*start.shape, t.size), w.reshape(*start.shape, t.size, d)


def _checked_times(times: ArrayLike) -> Floats:
    t = finite("times", times, least_axes=1)
    if t.ndim != 1:
        raise OutsideTheory("times must be one axis", got=f"shape {t.shape}", do="Give a list of times.")
    if (t < 0).any():
        raise OutsideTheory("The flow starts at time 0", got=f"{t.min():g}", do="Give times of 0 or more.")
    return t


def eigenmodes(delta: Floats, r: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(l₊, |l₋|, C, S): eigenvalues of [[δ, r], [r, 0]] and the unit eigenvector (C, S) of l₊; no cancellation.

    At δ = r = 0 nothing moves but N; (C, S) = (1, 0) is then right.
    """
    omega = np.hypot(delta, 2 * r)
    still = omega == 0
    big = np.where(still, 1.0, (omega + np.abs(delta)) / 2)
    small = r * (r / big)
    large_cosine = np.where(still, 1.0, np.sqrt(big / np.where(still, 1.0, omega)))
    small_cosine = r / np.where(still, 1.0, omega) / large_cosine
    big = np.where(still, 0.0, big)
    up = delta >= 0
    return (
        np.where(up, big, small),
        np.where(up, small, big),
        np.where(up, large_cosine, small_cosine),
        np.where(up, small_cosine, large_cosine),
    )


def growing_part(start: Runs) -> Floats:
    """c₊[R] = C A_0 + S v_0, the part of the start along l₊. Near the separatrix the two terms cancel; there
    c₊ = (l₊(δ + ‖V_perp‖²) + δ v²) / (ω (C A_0 − S v_0)), which is the same by A² − ‖V‖² = δ, keeps its digits.
    """
    fast, slow, C, S = eigenmodes(start.delta, start.r)
    A, v = C * start.A, S * start.along
    opposed = A * v < 0
    above = fast * (start.delta + (start.across**2).sum(axis=-1)) + start.delta * start.along**2
    below = np.where(opposed, (fast + slow) * (A - v), 1.0)
    return np.where(opposed, above / below, A + v)


def _flow(A_0: Floats, v_0: Floats, plus: Floats, delta: Floats, r: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """A[R, T], v[R, T] and 1/N[R, T]; every exponential is taken relative to the largest one, so none overflows."""
    fast, slow, C, S = (x[:, None] for x in eigenmodes(delta, r))
    A_0, v_0, plus, delta = A_0[:, None], v_0[:, None], plus[:, None], delta[:, None]
    minus = C * v_0 - S * A_0
    on_separatrix = plus == 0
    log_plus = np.where(on_separatrix, -np.inf, np.log(np.abs(np.where(on_separatrix, 1.0, plus))))

    growth = fast * t + log_plus
    largest = np.maximum(growth, 0.0)
    one = np.exp(-largest)
    P = np.sign(plus) * np.exp(growth - largest)
    Q = minus * np.exp(-slow * t - largest)
    one_squared = one * one
    cross = np.where(delta >= 0, P * Q, plus * minus * one_squared)
    integral = (
        (C * P) ** 2 * _mean_decay(2 * fast * t)
        + (S * minus) ** 2 * one_squared * _mean_decay(2 * slow * t)
        - 2 * C * S * cross * _mean_decay(np.abs(delta) * t)
    )
    scale = 1 / np.sqrt(one_squared + 2 * t * integral)
    return (P * C - Q * S) * scale, (P * S + Q * C) * scale, one * scale


def _mean_decay(z: Floats) -> Floats:
    """(1 − e^{−z})/z for z ≥ 0, which is 1 at z = 0."""
    z = np.maximum(z, 1e-300)
    return -np.expm1(-z) / z


def final_state(
    a_0: ArrayLike, w_0: ArrayLike, beta_star: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """a[...], w[..., d] at t = ∞: the minimum on the branch `basin` names, or the saddle where it says 0."""
    start = runs(a_0, w_0, beta_star, eta_a, eta_w)
    fast, slow, _, _ = eigenmodes(start.delta, start.r)
    branch = _branch(start)
    A = branch * np.sqrt(fast)
    stays = np.where(start.r[:, None] > 0, start.across, start.V)
    length = norm(stays)
    outward = stays / np.where(length > 0, length, 1.0)[:, None]
    saddle = np.sqrt(np.maximum(-start.delta, 0.0))[:, None] * outward
    V = np.where(branch[:, None] == 0, saddle, (branch * np.sqrt(slow))[:, None] * start.e)
    return (A / start.root_w).reshape(start.shape), (V / start.root_a[:, None]).reshape(*start.shape, -1)


def basin(
    a_0: ArrayLike, w_0: ArrayLike, beta_star: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0
) -> np.ndarray:
    """−1 or +1[...]: the sign of a(∞), the branch of minima reached; 0 on the separatrix and at saddles.

    sgn(l₊ A_0 + V_0·b), b = √(η_aη_w) β* (paper, section 3, footnote on the basins, and figure 7; here for any rates),
    within rounding. δ > 0 keeps the sign of a_0. Where β* = 0 and δ ≤ 0 the flow ends at a = 0, and the answer is 0.
    """
    start = runs(a_0, w_0, beta_star, eta_a, eta_w)
    return _branch(start).reshape(start.shape)


def _branch(start: Runs) -> np.ndarray:
    _, _, C, S = eigenmodes(start.delta, start.r)
    plus = growing_part(start)
    size = C * np.abs(start.A) + S * np.abs(start.V * start.e).sum(axis=-1)
    undecided = (np.abs(plus) <= ROUNDING * size) | (start.r == 0)
    by_plane = np.where(undecided, 0, np.sign(plus))
    two_sheets = start.delta > ROUNDING * (start.A**2 + (start.V**2).sum(axis=-1))
    return np.where(two_sheets, np.sign(start.A), by_plane).astype(np.int64)


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
    """
    beta = finite("beta", beta, least_axes=1)
    delta, sign = finite("relative_scale", relative_scale), finite("sign", sign)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    if (np.abs(sign) != 1).any():
        raise OutsideTheory("sign is that of a", got=f"{sign.flat[0]:g}", do="Give +1 or -1.")
    scaled = np.sqrt(rate_a) * np.sqrt(rate_w) * norm(beta)
    try:
        scaled, delta, sign = np.broadcast_arrays(scaled, delta, sign)
    except ValueError as error:
        got = f"{beta.shape}, {delta.shape}, {sign.shape}"
        what = "The leading axes of beta, relative_scale and sign do not broadcast"
        raise OutsideTheory(what, got=got, do="Give shapes [..., d], [...], [...].") from error
    nowhere = (scaled == 0) & (delta < 0)
    if nowhere.any():
        what = "β = 0 with δ < 0 leaves the direction of w open (a = 0, ‖w‖ = √(−δ/η_a))"
        raise OutsideTheory(what, got=f"δ = {delta[nowhere].flat[0]:g}", do="Give a β other than 0, or δ of 0 or more.")
    kappa = np.hypot(delta, 2 * scaled)
    room = kappa - delta
    downstream = scaled * np.sqrt(2 / np.where(delta < 0, room, 1.0))
    A = np.where(delta < 0, downstream, np.sqrt((kappa + np.maximum(delta, 0.0)) / 2))
    a = sign * A / np.sqrt(rate_w)
    w = beta / np.where(a == 0, 1.0, a)[..., None]
    return a, w


def separatrix(
    beta_star: ArrayLike, relative_scale: float, a: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> Floats:
    """w[2, k, 2]: the two points at each height a[k] where the level set δ meets the plane l₊ A + V·b = 0 (d = 2).

    Starts on it flow to the saddles; it divides the basins of the two branches (paper, figure 7). It exists for δ ≤ 0
    only; OutsideTheory otherwise, or when β* = 0.
    """
    target, heights = finite("beta_star", beta_star, least_axes=1), finite("a", a, least_axes=1)
    delta = finite("relative_scale", relative_scale)
    root_a, root_w = np.sqrt(positive_rate("eta_a", eta_a)), np.sqrt(positive_rate("eta_w", eta_w))
    if target.shape != (2,) or heights.ndim != 1:
        got = f"shapes {target.shape} and {heights.shape}"
        raise OutsideTheory("The separatrix is drawn for two inputs", got=got, do="Give beta_star[2] and a[k].")
    r = root_a * root_w * norm(target)
    if delta > 0 or r == 0:
        what = "Only δ ≤ 0 with β* ≠ 0 has a separatrix (for δ > 0 the two sheets are the basins)"
        raise OutsideTheory(what, got=f"δ = {delta:g}, ‖β*‖ = {norm(target):g}", do="Choose δ of 0 or less.")
    e = target / norm(target)
    fast, slow, _, _ = eigenmodes(delta, r)
    A = root_w * heights
    along = -A * (r / slow)
    across = np.sqrt(np.maximum(A**2 * (1 - fast / slow) - delta, 0.0))
    sides = np.array([across, -across])
    return (along[:, None] * e + sides[..., None] * np.array([-e[1], e[0]])) / root_a


def magnitude(a: ArrayLike, w: ArrayLike) -> Floats:
    """μ[...] = a‖w‖, with the sign of a (paper, section 3)."""
    return np.asarray(a) * norm(np.asarray(w, dtype=np.float64))


def alignment(w: ArrayLike, beta_star: ArrayLike) -> Floats:
    """φ[...] = cos∠(w, β*) (paper, section 3); NaN where w = 0 or β* = 0 leaves it undefined."""
    w, target = np.asarray(w, dtype=np.float64), np.asarray(beta_star, dtype=np.float64)
    length, reach = norm(w), norm(target)
    if not (reach > 0).all():
        return np.full(length.shape, np.nan)
    defined = length > 0
    unit = w / np.where(defined, length, 1.0)[..., None]
    cosine = np.clip((unit * (target / reach[..., None])).sum(axis=-1), -1.0, 1.0)
    return np.where(defined, cosine, np.nan)


def ratio(a: ArrayLike, w: ArrayLike, beta_star: ArrayLike) -> Floats:
    """ν[...] = wᵀβ*/a (paper, appendix A.2, figure 8); NaN where a = 0."""
    a = np.asarray(a, dtype=np.float64)
    along = (np.asarray(w, dtype=np.float64) * np.asarray(beta_star)).sum(axis=-1)
    return np.divide(along, a, out=np.full(np.broadcast_shapes(a.shape, along.shape), np.nan), where=a != 0)
