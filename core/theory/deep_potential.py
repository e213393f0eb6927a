"""What deep linear networks minimise among the β that fit the data: the penalty of each depth and imbalance.

symbol ↔ name ↔ shape
β, β_0 ↔ beta, beta_0 ↔ [...,d], [d]
L      ↔ hidden       ↔ hidden layers; L + 1 layers in all
c_l    ↔ offset       ↔ [L], a_l²/η_l − |w|²/η_w of a one-neuron-wide chain
Ψ      ↔ chain_potential ↔ [...], with ∇Ψ(β) = ± w: the mirror map is the first layer
"""

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, layer_rates, whole
from core.theory.deep_linear import gain

NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)


def penalty(beta, beta_0, hidden: int) -> np.ndarray:
    """Theorem B.10 [...]: (L+1)/(L+2) |β|^{(L+2)/(L+1)} − |β_0|^{−L/(L+1)} β_0·β, least at β(∞) when δ → 0.

    Raises OutsideTheory for β_0 = 0, which has no direction, or a negative number of hidden layers.
    """
    beta = finite("beta", beta, axes=(1, 2, 3))
    beta_0 = finite("beta_0", beta_0, axes=1)
    hidden = whole("The number of hidden layers", hidden, least=0)
    size = np.linalg.norm(beta_0)
    if size == 0:
        raise OutsideTheory("The penalty needs a start with a direction", got="beta_0 = 0", do="Move beta_0 off 0.")
    power = (hidden + 2) / (hidden + 1)
    pull = beta @ beta_0 * size ** (-hidden / (hidden + 1))
    return np.linalg.norm(beta, axis=-1) ** power / power - pull


def first_layer_norm(size, offset, *, etas=None) -> np.ndarray:
    """|w| [...] of the chain with |β| = size [...]: the inverse of |β| = |w| Π √(η_l (|w|²/η_w + c_l))."""
    lowest, climb = _climb(size, offset, etas)
    return np.sqrt(lowest + climb**2)


def chain_potential(beta, offset, *, etas=None) -> np.ndarray:
    """Ψ(β) = ∫₀^{|β|} |w| d|β| [...] of a chain with conserved offsets; β(∞) minimises Ψ(β) − sgn(Π a) w_0·β on Xβ = y.

    Written as |β||w| − ∫ |β| d|w| and integrated over u = √(|w|² − |w|²_min), in which the integrand is smooth.
    """
    beta = finite("beta", beta, axes=(1, 2, 3))
    size = np.linalg.norm(beta, axis=-1)
    lowest, climb = _climb(size, offset, etas)
    u = climb[..., None] * (NODES + 1) / 2
    inner = np.sum(WEIGHTS * gain(lowest + u**2, offset, etas=etas) * u, axis=-1) * climb / 2
    return size * np.sqrt(lowest + climb**2) - inner


def _climb(size, offset, etas) -> tuple[float, np.ndarray]:
    """|w|²_min and u with |w|² = |w|²_min + u², found by bisection on a bracket that doubles."""
    size = np.asarray(size, dtype=float)
    offset = finite("offset", offset, axes=1) if np.size(offset) else np.zeros(0)
    rates = layer_rates(etas, len(offset) + 1)
    lowest = max(0.0, *(-rates[0] * offset)) if len(offset) else 0.0

    def reached(u):
        return np.sqrt(lowest + u**2) * gain(lowest + u**2, offset, etas=rates)

    high = np.ones_like(size)
    while np.any(reached(high) < size):
        high = np.where(reached(high) < size, 2 * high, high)
    low = np.zeros_like(size)
    for _ in range(60):
        middle = (low + high) / 2
        below = reached(middle) < size
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return lowest, (low + high) / 2
