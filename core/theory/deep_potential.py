"""What deep linear networks minimise among the β that fit the data: the penalty of each depth and imbalance.

symbol ↔ name ↔ shape
β, β_0 ↔ beta, beta_0 ↔ [...,d], [d]
L      ↔ hidden       ↔ hidden layers; L + 1 layers in all
c_l    ↔ offset       ↔ [L], a_l²/η_l − |w|²/η_w of a one-neuron-wide chain
Ψ      ↔ chain_potential ↔ [...], with ∇Ψ(β) = ± w: the mirror map is the first layer
"""

from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import MOST, Floats, finite, same_size, whole
from core.theory.deep_linear import gain_above, least_and_room, offsets_and_rates
from core.theory.states import norm

NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
HALVINGS = 53


def penalty(beta, beta_0, hidden: int) -> np.ndarray:
    """Theorem B.10 [...]: (L+1)/(L+2) |β|^{(L+2)/(L+1)} − |β_0|^{−L/(L+1)} β_0·β, least at β(∞) when δ → 0.

    Raises OutsideTheory for β_0 = 0, which has no direction, or a negative number of hidden layers.
    """
    beta, beta_0 = finite("beta", beta, least_axes=1, largest=MOST), finite("beta_0", beta_0, axes=1, largest=MOST)
    same_size("beta and beta_0 need the same number of inputs", beta.shape[-1], len(beta_0))
    hidden, size = whole("The number of hidden layers", hidden, least=0), norm(beta_0)
    if size == 0:
        raise OutsideTheory("The penalty needs a start with a direction", got="beta_0 = 0", do="Move beta_0 off 0.")
    power = (hidden + 2) / (hidden + 1)
    pull = beta @ (beta_0 / size) * size ** (1 / (hidden + 1))
    return norm(beta) ** power / power - pull


def first_layer_norm(size, offset, *, etas=None) -> Floats:
    """|w| [...] of the chain with |β| = size [...]: the inverse of |β| = |w| Π √(η_l (|w|²/η_w + c_l)).

    Raises OutsideTheory for a size below 0. Ours.
    """
    return _Climb.to(size, offset, etas).first_layer


def chain_potential(beta, offset, *, etas=None) -> Floats:
    """Ψ(β) = ∫₀^{|β|} |w| d|β| [...] of a chain with conserved offsets; β(∞) minimises Ψ(β) − sgn(Π a) w_0·β on Xβ = y.

    Written as |β||w| − ∫ |β| d|w| and integrated over u = √(|w|² − |w|²_min), in which the integrand is smooth.
    Ours; Theorem B.10 is its limit of equal layers.
    """
    size = norm(finite("beta", beta, least_axes=1, largest=MOST))
    climb = _Climb.to(size, offset, etas)
    u = climb.u[..., None] * (NODES + 1) / 2
    inner = np.sum(WEIGHTS * climb.gain(u) * u, axis=-1) * climb.u / 2
    return size * climb.first_layer - inner


@dataclass(frozen=True)
class _Climb:
    """|w|² = lowest + u²: how far the first layer stands above the least that the offsets allow."""

    lowest: float
    room: Floats
    rates: Floats
    u: Floats

    @classmethod
    def to(cls, size, offset, etas) -> "_Climb":
        """The u [...] at which |β| = size [...], bisected on a log scale within a factor of two found by doubling."""
        offset, rates = offsets_and_rates(offset, etas)
        size = finite("size", size, largest=MOST)
        if np.any(size < 0):
            raise OutsideTheory("The size |β| cannot be negative", got=f"{size.min():g}", do="Give 0 or more.")
        least, room = least_and_room(0.0, offset, rates)
        somewhere = cls(rates[0] * least, room, rates, np.ones_like(size))
        wanted = np.where(size > 0, size, 1.0)
        high = wanted ** (1 / len(rates))
        while np.any(low := somewhere.beyond(high, wanted, -1)):
            high = np.where(low, 2 * high, high)
        while np.any(tall := somewhere.beyond(high / 2, wanted, 1)):
            high = np.where(tall, high / 2, high)
        low, factor = high / 2, 2.0
        for _ in range(HALVINGS):
            factor = np.sqrt(factor)
            low = np.where(somewhere.beyond(low * factor, wanted, -1), low * factor, low)
        return replace(somewhere, u=np.where(size > 0, low, 0.0))

    @property
    def first_layer(self) -> Floats:
        return np.hypot(np.sqrt(self.lowest), self.u)

    def gain(self, u: Floats) -> Floats:
        return gain_above(u * u / self.rates[0], self.room, self.rates)

    def beyond(self, u: Floats, size: Floats, side: int) -> np.ndarray:
        """Whether |β| at u lies above (side 1) or below (−1) the size."""
        reached = np.hypot(np.sqrt(self.lowest), u) * self.gain(u)
        return side * (reached - size) > 0
