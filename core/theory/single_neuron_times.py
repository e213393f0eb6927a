"""How long the minimal model takes to turn towards the target, for every δ, and what that time tends to.

| paper            | here                     | shape | unit                                               |
|------------------|--------------------------|-------|----------------------------------------------------|
| φ = cos∠(β, β*)  | cosine                   |       | the alignment asked for, 1/2 by default            |
| t_φ              | alignment_time           | [...] | time of the flow                                   |
| δ → ±∞, δ = 0    | alignment_time_asymptote | [...] | the same                                           |

Upstream that time falls like 1/δ; downstream it grows like |δ| (paper, section 3, the three regimes).
"""

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory.checks import LARGEST, Floats, finite, leading_axes, positive_rate, real, same_size
from core.theory.single_neuron_modes import eigenmodes, growing_part
from core.theory.states import norm, runs

HALVINGS = 120


def alignment_time(
    a_0: ArrayLike,
    w_0: ArrayLike,
    beta_star: ArrayLike,
    *,
    cosine: float = 0.5,
    eta_a: ArrayLike = 1.0,
    eta_w: ArrayLike = 1.0,
) -> Floats:
    """t[...] at which cos∠(sgn a(∞) w, β*) reaches `cosine`: 0 where it starts there, inf on the separatrix and where
    float64 cannot hold the time.

    The root of q(t) = ‖V_perp(0)‖ cosine/√(1 − cosine²), q the linear mode of exact_flow; the one root is bracketed.
    Raises OutsideTheory for a cosine outside (−1, 1) or β* = 0. Ours.
    """
    slope = _slope(cosine)
    start = runs(a_0, w_0, beta_star, eta_a, eta_w)
    _refuse_no_target(start.r)
    modes = eigenmodes(start.delta, start.r)
    plus, (fast, slow, C, S) = growing_part(start, modes, snap=True), modes
    side = np.where(plus < 0, -1.0, 1.0)
    plus, minus = np.abs(plus) * S, side * (C * start.along - S * start.A) * C
    goal = norm(start.across) * slope
    there = (plus > 0) & (plus + minus >= goal)
    moving = (plus > 0) & (fast > 0) & ~there
    safe = np.where(moving, plus, 1.0)
    # In units of the growing mode's e-folding; the other mode falls `steeper` times as fast.
    fast = np.where(moving, fast, 1.0)
    with np.errstate(over="ignore"):
        steeper = np.minimum(slow / fast, LARGEST)
    low = np.zeros(plus.shape)
    high = np.where(moving, np.log(np.maximum((goal + np.abs(minus)) / safe, 1.0)), 0.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if ((middle <= low) | (middle >= high)).all():
            break
        below = middle + np.log(safe) < _log(goal - minus * np.exp(-steeper * middle))
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    with np.errstate(over="ignore"):
        time = np.ldexp(high / fast, -2 * start.unit)
    return np.where(moving, time, np.where(there, 0.0, np.inf)).reshape(start.shape)


def alignment_time_asymptote(
    beta_0: ArrayLike,
    beta_star: ArrayLike,
    relative_scale: ArrayLike,
    *,
    cosine: float = 0.5,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
) -> Floats:
    """What alignment_time tends to from β_0 with a_0 > 0: δ → +∞ for δ > 0, δ → −∞ for δ < 0; exact at δ = 0.

    With k = cosine/√(1 − cosine²), b = √(η_aη_w) β_0 and φ_0 = cos∠(β_0, β*):
    δ > 0: ln(1 + (k‖b_perp‖ − b_par)/r)/δ, linear regression's; δ = 0: (artanh cosine − artanh φ_0)/r;
    δ < 0: (|δ|/r²) ln(k √(1 − φ_0²)/|φ_0 + r‖b‖/δ²|), the slow turn at rate r²/|δ| (paper, section 3).
    """
    slope = _slope(cosine)
    beta, target = finite("beta_0", beta_0, least_axes=1), finite("beta_star", beta_star, least_axes=1)
    delta = finite("relative_scale", relative_scale)
    same_size("beta_0 and beta_star need the same number of inputs", beta.shape[-1], target.shape[-1])
    rate = np.sqrt(positive_rate("eta_a", eta_a)) * np.sqrt(positive_rate("eta_w", eta_w))
    named = {"relative_scale": (delta, 0), "eta_a and eta_w": (rate, 0)}
    leading_axes({"beta_0": (beta, 1), "beta_star": (target, 1), **named})
    r, length = rate * norm(target), rate * norm(beta)
    _refuse_no_target(r)
    if (length == 0).any():
        raise OutsideTheory("β_0 = 0 has no direction to turn", got="β_0 = 0", do="Give a β_0 other than 0.")
    phi, across = _cosine_and_sine(beta / norm(beta)[..., None], target / norm(target)[..., None])
    size = np.where(delta == 0, 1.0, np.abs(delta))
    with np.errstate(divide="ignore", over="ignore"):
        up = np.log(np.maximum(1 + (slope * across - phi) * (length / r), 1.0)) / size
        turned = np.abs(phi + (r / size) * (length / size))
        grown = np.where(slope * across > 0, slope * across / np.where(turned > 0, turned, np.nextafter(0, 1)), 0.0)
        down = (size / r) / r * np.log(np.maximum(grown, 1.0))
        level = np.maximum(np.arctanh(cosine) - np.arctanh(phi), 0.0) / r
    return np.where(delta > 0, up, np.where(delta < 0, down, level))


def _cosine_and_sine(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Of the angle between unit vectors; the sine from what is perpendicular, which keeps small angles."""
    cosine = np.clip(np.einsum("...i,...i->...", one, other), -1.0, 1.0)
    return cosine, norm(one - cosine[..., None] * other)


def _slope(cosine: float) -> float:
    if not -1 < real("cosine", cosine, axes=0) < 1:
        raise OutsideTheory("The alignment asked for lies between −1 and 1", got=cosine, do="Choose 0.5, for example.")
    return float(cosine / np.sqrt((1 - cosine) * (1 + cosine)))


def _refuse_no_target(r: Floats) -> None:
    if not (r > 0).all():
        raise OutsideTheory("β* = 0 has no direction to align with", got="β* = 0", do="Give a target other than 0.")


def _log(x: Floats) -> Floats:
    return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), -np.inf)
