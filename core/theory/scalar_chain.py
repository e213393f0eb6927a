"""A chain of numbers f = w_1 w_2 … w_D learning one number y: where deep plateaus come from.

Every layer obeys (w_l²)' = 2 η_l f (y − f), so one clock u with u' = 2 f (y − f) drives all: w_l² = w_l(0)² + η_l u.
(Saxe et al. 2014; Kunin et al. 2024, section 4.3.)

symbol ↔ name ↔ shape ↔ unit
w_l    ↔ weights ↔ [D]   ↔ first layer first
η_l    ↔ etas    ↔ [D]   ↔ rate per layer
y      ↔ target  ↔ scalar
t      ↔ time    ↔ gradient-flow time of ½(f − y)²
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from core.errors import OutsideTheory
from core.theory.checks import MOST, Floats, finite, layer_rates, number, representable, share


def learning_time(weights, target: float, *, fraction=0.5, etas=None) -> float:
    """Time until f first reaches fraction · target: t = ∫ du / (2 f (y − f)), by quadrature in log f.

    Needs 0 < f(0) < y after flipping signs; 0 when f(0) is beyond already. Balanced small starts wait
    t ≈ f(0)^{−(D−2)/D} / ((D−2) y): the plateau grows with depth. Raises OutsideTheory for f(0) = 0 or the wrong sign.
    Saxe et al. 2014 for balanced layers; ours for the others.
    """
    w, y = finite("weights", weights, axes=1), number("target", target, largest=MOST)
    part = share("fraction", fraction)
    rates = layer_rates(etas, len(w))
    if not np.prod(np.sign(w)) * np.sign(y) > 0:
        raise OutsideTheory(
            "The waiting time needs f(0) and the target to be different from 0 and of the same sign",
            got=f"f(0) = {np.prod(w):g}, target = {y:g}",
            do="Change the sign or size of one layer.",
        )
    chain = _LogChain(2 * np.log(np.abs(w)), np.log(rates), float(np.log(abs(y))))
    if chain.start >= chain.target + np.log(part):
        return 0.0
    first, last = chain.first, chain.clock_at(chain.target + float(np.log(part)))
    turns = sorted(float(t) for t in chain.squares - chain.rates if first < t < last)
    edges = [first, *turns, last]
    unit = chain.slowness(first)
    head = 1.0 if first < last else float(np.exp(chain.slowness(last) - unit))
    pieces = (
        quad(lambda u: np.exp(chain.slowness(u) - unit), a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
        for a, b in pairwise(edges if first < last else [])
    )
    with np.errstate(over="ignore"):
        return float(representable("The waiting time", np.asarray(head + sum(pieces)) * np.exp(unit)))


@dataclass(frozen=True)
class _LogChain:
    """A chain by logarithms: of w_l² (squares), η_l (rates), the target y; and of f, u and t in what it returns."""

    squares: Floats
    rates: Floats
    target: float

    @property
    def start(self) -> float:
        return float(np.sum(self.squares)) / 2

    @property
    def first(self) -> float:
        """A clock so early that f has not moved by a rounding."""
        return float(np.min(self.squares - self.rates)) + float(np.log(1e-12))

    def product(self, u: float) -> float:
        return float(np.sum(np.logaddexp(self.squares, self.rates + u))) / 2

    def slowness(self, u: float) -> float:
        """dt/d(ln u) = u / (2 f (y − f))."""
        f = self.product(u)
        return u - float(np.log(2)) - f - self.target - float(np.log1p(-np.exp(f - self.target)))

    def clock_at(self, value: float) -> float:
        """u at which f = Π √(w² + η u) has that value."""
        low, high = self.first, self.first + 30.0
        while self.product(high) < value:
            high += 10.0
        while self.product(low) > value:
            low -= 30.0
        return brentq(lambda u: self.product(u) - value, low, high, xtol=1e-14, rtol=1e-14)


def layer_speeds(weights, *, etas=None) -> Floats:
    """Share [..., D] of each layer in d f/dt: η_l / w_l² ÷ Σ_k η_k / w_k²; the smallest layer learns for all.

    For a vector first layer give its norm. Raises OutsideTheory for weights of 0, where the share is not defined.
    Ours.
    """
    w = finite("weights", weights, least_axes=1)
    if np.any(w == 0):
        raise OutsideTheory("Shares need weights different from 0", got="0", do="Move that layer off 0.")
    slowness = np.abs(w) / np.sqrt(layer_rates(etas, w.shape[-1]))
    speed = (slowness.min(axis=-1, keepdims=True) / slowness) ** 2
    return speed / np.sum(speed, axis=-1, keepdims=True)
