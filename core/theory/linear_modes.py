"""One singular mode of a linear network whose singular vectors already point at the target, and its potential.

Isotropic Δ = δ I, whitened inputs, aligned: s' = √(δ² + 4 η_a η_w s²) (s* − s) per mode (Kunin et al. 2024, B.1; Saxe 2014).

symbol ↔ name ↔ shape ↔ unit
s, s*   ↔ strength, target ↔ [...]   ↔ singular values of β and β*
δ       ↔ delta            ↔ [...]   ↔ relative scale
t       ↔ times            ↔ [T]     ↔ gradient-flow time
q_δ     ↔ hyperbolic_entropy ↔ [...] ↔ Thm B.6: d/dt q_δ'(s) = −∂L/∂s
"""

from dataclasses import replace

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, leading_axes, one_rate, representable, share, time_vector
from core.theory.single_neuron import split
from core.theory.single_neuron_modes import followed
from core.theory.states import exponent, runs


def mode_flow(start, target, delta, times, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """s(t) [...,T] of an aligned mode from s(0) = start [...] to target [...] ≠ 0, exactly, for any δ [...].

    s = p q / N² with (p,q)' = [[δ,r],[r,0]](p,q): the single neuron's solution without a perpendicular part (A.2).
    A mode at s(0) = 0 with δ = 0 sits on the saddle and stays. Raises OutsideTheory for bad values and a target of 0.
    """
    start, target, delta = _mode_arrays(start, target, delta)
    eta_a, eta_w = one_rate("eta_a", eta_a), one_rate("eta_w", eta_w)
    # δ < 0 is δ > 0 with the layers exchanged, and s = a w does not see which is which.
    a, w = split(start[..., None], np.abs(delta), eta_a=eta_a, eta_w=eta_w)
    mode = runs(a, w, target[..., None], eta_a, eta_w)
    # δ as given, not as the rounded weights have it, which matters where the start is far above the target
    mode = replace(mode, delta=np.ldexp(np.abs(delta).reshape(-1), -2 * mode.unit))
    a, w = followed(mode, time_vector("times", times))
    return a * w[..., 0]


def mode_time(start, target, delta, *, fraction=0.5, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Gradient-flow time [...] at which an aligned mode reaches `fraction` of its target, from 0 ≤ start < fraction·target.

    First integral F(s) = (ω κ + δ² + 4 s s*)/(s* − s), F(t) = F(0) e^{ωt}, ω = √(δ² + 4 s*²) (rates absorbed).
    0 where the start is already beyond; infinite for start = 0 with δ = 0. Ours; Saxe et al. 2014 for δ = 0.
    """
    rate = np.sqrt(one_rate("eta_a", eta_a)) * np.sqrt(one_rate("eta_w", eta_w))
    start, target, delta = _mode_arrays(start, target, delta)
    part = share("fraction", fraction)
    if np.any(np.sign(start) * np.sign(target) < 0):
        raise OutsideTheory("Start and target must have the same sign", got=f"{start}", do="Use mode_flow.")
    r, b = rate * np.abs(target), rate * np.abs(start)
    omega = np.hypot(delta, 2 * r)
    unit = exponent(omega)
    r, b, delta, omega = (np.ldexp(x, -unit) for x in (r, b, delta, omega))

    def integral(x):
        return (omega * np.hypot(delta, 2 * x) + delta**2 + 4 * x * r) / (r - x)

    with np.errstate(divide="ignore", over="ignore"):
        wait = np.log(integral(part * r) / integral(np.minimum(b, part * r))) / omega
        return np.maximum(np.ldexp(wait, -unit), 0.0)


def hyperbolic_entropy(x, delta) -> np.ndarray:
    """q_δ(x) = ¼ (2x asinh(2x/|δ|) − √(4x²+δ²) + |δ|) (Thm B.6): like |x| for |x| ≫ |δ|, like x²/(2|δ|) for |x| ≪ |δ|.

    Raises OutsideTheory at δ = 0, where q/log(1/|δ|) tends to |x|/2 and q itself diverges.
    """
    x, size = np.abs(finite("x", x)), np.abs(finite("delta", delta))
    leading_axes({"x": (x, 0), "delta": (size, 0)})
    if np.any(size == 0):
        raise OutsideTheory("The entropy diverges at δ = 0", got="0", do="Take |x|, its limiting shape, instead.")
    with np.errstate(over="ignore"):
        steepness = representable("x/δ", 2 * x / size)
    return x * (np.arcsinh(steepness) - 2 * x / (np.hypot(2 * x, size) + size)) / 2


def dual_gain(start, end, delta, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """q_δ'(end) − q_δ'(start) [...], what the dual variable of theorem B.6 gains; with rates q_δ'(s) = asinh(2rs/|δ|)/(2r).

    r = √(η_a η_w). As ln((2r s + √(4r²s²+δ²)) between the two), so it is exact for δ = 0 too, where q_δ' itself diverges.
    Raises OutsideTheory where δ = 0 and a mode is 0 or changes its sign.
    """
    start, end, size = finite("start", start), finite("end", end), np.abs(finite("delta", delta))
    rate = 2 * np.sqrt(one_rate("eta_a", eta_a)) * np.sqrt(one_rate("eta_w", eta_w))
    leading_axes({"start": (start, 0), "end": (end, 0), "delta": (size, 0)})
    same = np.sign(start) * np.sign(end) > 0
    if np.any(~same & (size == 0)):
        what = "Without δ the dual variable of a mode at 0 is infinite"
        raise OutsideTheory(what, got="a mode that is 0 or changes its sign", do="Take δ ≠ 0, or another start.")
    start, end = rate * start, rate * end
    sign, low, high = np.sign(end), np.abs(start), np.abs(end)
    root_low, root_high = np.hypot(low, size), np.hypot(high, size)
    safe = np.where(same, low + root_low, 1.0)
    climb = (high - low) / safe * (1 + (high + low) / np.where(same, root_high + root_low, 1.0))
    apart = np.where(same, 1.0, size)
    across = np.arcsinh(representable("s/δ", np.where(same, 0.0, end) / apart)) - np.arcsinh(
        representable("s/δ", np.where(same, 0.0, start) / apart)
    )
    return np.where(same, sign * np.log1p(np.where(same, climb, 0.0)), across) / rate


def _mode_arrays(start, target, delta):
    start, target, delta = finite("start", start), finite("target", target), finite("delta", delta)
    if np.any(target == 0):
        raise OutsideTheory("A mode needs a target", got="target 0", do="Drop that mode: it has nothing to learn.")
    shape = leading_axes({"start": (start, 0), "target": (target, 0), "delta": (delta, 0)})
    return (np.broadcast_to(array, shape) for array in (start, target, delta))
