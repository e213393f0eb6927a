"""One singular mode of a linear network whose singular vectors already point at the target, and its potential.

Isotropic Δ = δ I, whitened inputs, aligned: s' = √(δ² + 4 η_a η_w s²) (s* − s) per mode (Kunin et al. 2024, B.1; Saxe 2014).

symbol ↔ name ↔ shape ↔ unit
s, s*   ↔ strength, target ↔ [...]   ↔ singular values of β and β*
δ       ↔ delta            ↔ [...]   ↔ relative scale
t       ↔ times            ↔ [T]     ↔ gradient-flow time
q_δ     ↔ hyperbolic_entropy ↔ [...] ↔ Thm B.6: d/dt q_δ'(s) = −∂L/∂s
"""

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, one_rate, share, time_vector


def mode_flow(start, target, delta, times, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """s(t) [...,T] of an aligned mode from s(0) = start [...] to target [...] ≠ 0, exactly, for any δ [...].

    s = p q / N² with (p,q)' = [[δ,r],[r,0]](p,q): the single neuron's solution without a perpendicular part (A.2).
    A mode at s(0) = 0 with δ = 0 sits on the saddle and stays. Raises OutsideTheory for bad values and a target of 0.
    """
    product = one_rate("eta_a", eta_a) * one_rate("eta_w", eta_w)
    start, target, delta = _mode_arrays(start, target, delta)
    t, s = time_vector("times", times), np.sqrt(product)
    b, r, delta, sign = (array[..., None] for array in (s * start, s * np.abs(target), delta, np.sign(target)))
    b = b * sign
    # δ < 0 is δ > 0 with the layers exchanged, and s = A v does not see which is which.
    delta = np.abs(delta)
    large = (np.hypot(delta, 2 * b) + delta) / 2
    A = np.sqrt(large)
    v = np.where(A > 0, b / np.where(A > 0, A, 1.0), 0.0)
    return sign * _riccati_product(A, v, r, delta, t) / s


def _riccati_product(A, v, r, delta, t):
    """A(t) v(t) for A' = δA + r v − A³, v' = r A − A²v with δ ≥ 0, A ≥ 0, scaled so that nothing overflows."""
    omega = np.hypot(delta, 2 * r)
    up = (omega + delta) / 2
    down = r * (r / up)
    cos, sin = np.sqrt(up / omega), np.sqrt(down / omega)
    c_up, c_down = cos * A + sin * v, cos * v - sin * A
    with np.errstate(divide="ignore"):
        grown = up * t + np.log(np.abs(c_up))
    scale = np.maximum(0.0, grown)
    p_up, p_down, one = np.sign(c_up) * np.exp(grown - scale), c_down * np.exp(-down * t - scale), np.exp(-scale)
    mean = t * _average(delta * t)
    N2 = (
        one**2
        + (
            p_up**2 * -np.expm1(-2 * up * t)
            + (c_down * one) ** 2 * -np.expm1(-2 * down * t)
            - 4 * r * p_up * p_down * mean
        )
        / omega
    )
    return (p_up * cos - p_down * sin) * (p_up * sin + p_down * cos) / N2


def _average(z):
    """(1 − e^{−z})/z, 1 at z = 0."""
    return np.where(z > 0, -np.expm1(-z) / np.where(z > 0, z, 1.0), 1.0)


def mode_time(start, target, delta, *, fraction=0.5, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Gradient-flow time [...] at which an aligned mode reaches `fraction` of its target, from 0 ≤ start < fraction·target.

    First integral F(s) = (ω κ + δ² + 4 s s*)/(s* − s), F(t) = F(0) e^{ωt}, ω = √(δ² + 4 s*²) (rates absorbed).
    0 where the start is already beyond; infinite for start = 0 with δ = 0.
    """
    product = one_rate("eta_a", eta_a) * one_rate("eta_w", eta_w)
    start, target, delta = _mode_arrays(start, target, delta)
    part = share("fraction", fraction)
    if np.any(start * target < 0):
        raise OutsideTheory("Start and target must have the same sign", got=f"{start}", do="Use mode_flow.")
    r, b = np.sqrt(product) * np.abs(target), np.sqrt(product) * np.abs(start)
    omega = np.hypot(delta, 2 * r)

    def integral(x):
        return (omega * np.hypot(delta, 2 * x) + delta**2 + 4 * x * r) / (r - x)

    with np.errstate(divide="ignore"):
        wait = np.log(integral(part * r) / integral(np.minimum(b, part * r))) / omega
    return np.maximum(wait, 0.0)


def hyperbolic_entropy(x, delta) -> np.ndarray:
    """q_δ(x) = ¼ (2x asinh(2x/|δ|) − √(4x²+δ²) + |δ|) (Thm B.6): like |x| for |x| ≫ |δ|, like x²/(2|δ|) for |x| ≪ |δ|.

    Raises OutsideTheory at δ = 0, where q/log(1/|δ|) tends to |x|/2 and q itself diverges.
    """
    x, size = np.asarray(finite("x", x, axes=(0, 1, 2, 3))), np.abs(finite("delta", delta, axes=(0, 1, 2, 3)))
    if np.any(size < 1e-30):
        raise OutsideTheory("The entropy diverges at δ = 0", got="0", do="Take |x|, its limiting shape, instead.")
    return (2 * x * np.arcsinh(2 * x / size) - 4 * x**2 / (np.hypot(2 * x, size) + size)) / 4


def _mode_arrays(start, target, delta):
    dims = (0, 1, 2, 3)
    start, target = finite("start", start, axes=dims), finite("target", target, axes=dims)
    if np.any(target == 0):
        raise OutsideTheory("A mode needs a target", got="target 0", do="Drop that mode: it has nothing to learn.")
    return np.broadcast_arrays(start, target, finite("delta", delta, axes=dims))
