"""How isotropic Δ is in a square network with Gaussian weights, by its width (Kunin et al. 2024, appendix B.2).

N inputs, hidden neurons and outputs; entries of A and W independent and normal. Δ = η_w A Aᵀ − η_a W Wᵀ.

symbol ↔ name ↔ shape ↔ unit
N      ↔ width ↔ scalar ↔ neurons
p, q   ↔ by_a, by_w ↔ scalars ↔ N η_w var(A), N η_a var(W): the means of the two diagonals; δ = p − q
"""

import numpy as np
from scipy.optimize import brentq

from core.theory.checks import number, positive_rate, whole


def entry_deviation(width: int, by_a: float, by_w: float) -> float:
    """√ of the mean squared entry of Δ − δI: √((p² + q²)(1 + 1/N)/N). Each entry goes to that of δI like 1/√N (B.2).

    Raises OutsideTheory for a width below 1 or values that are not positive numbers.
    """
    width, by_a, by_w = _checked(width, by_a, by_w)
    return float(np.hypot(by_a, by_w) * np.sqrt((1 + 1 / width) / width))


def spectral_edges(by_a: float, by_w: float) -> tuple[float, float]:
    """Between which values the eigenvalues of Δ lie as N → ∞: not at δ alone, however wide the network.

    Δ is then a free difference of two Marchenko–Pastur laws, pX − qY, whose R-transforms add: the upper edge is the least
    of K(z) = p/(1 − pz) − q/(1 + qz) + 1/z on 0 < z < 1/p, and the lower one that of qX − pY with its sign turned. Our
    addition to appendix B.2.
    Raises OutsideTheory for values that are not positive numbers.
    """
    _, by_a, by_w = _checked(1, by_a, by_w)
    return -_upper(by_w, by_a), _upper(by_a, by_w)


def _upper(p: float, q: float) -> float:
    """min K with x = pz and ε = p/q, written so that nothing cancels; K is convex there."""
    share = p / q

    def slope(log_x: float) -> float:
        x = np.exp(log_x)
        fall = np.log(share) + np.log(2 * x + share) - 2 * log_x - 2 * np.log(x + share)
        return float(fall + 2 * np.log1p(-x))

    low = min(-1.0, np.log(share) / 3 - 5)
    x = np.exp(brentq(slope, low, np.log1p(-1e-9), xtol=1e-14, rtol=1e-14))
    return float(p * (1 / (1 - x) + share / (x * (x + share))))


def _checked(width, by_a, by_w) -> tuple[int, float, float]:
    positive = (float(positive_rate(name, number(name, value))) for name, value in (("by_a", by_a), ("by_w", by_w)))
    p, q = positive
    return whole("width", width), p, q
