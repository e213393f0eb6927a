"""A chain of numbers f = w_1 w_2 … w_D learning one number y: where deep plateaus come from.

Every layer obeys (w_l²)' = 2 η_l f (y − f), so one clock u with u' = 2 f (y − f) drives all: w_l² = w_l(0)² + η_l u.
(Saxe et al. 2014; Kunin et al. 2024, section 4.3.)

symbol ↔ name ↔ shape ↔ unit
w_l    ↔ weights ↔ [D]   ↔ first layer first
η_l    ↔ etas    ↔ [D]   ↔ rate per layer
y      ↔ target  ↔ scalar
t      ↔ time    ↔ gradient-flow time of ½(f − y)²
"""

from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from core.errors import OutsideTheory
from core.theory.checks import finite, layer_rates, number, share


def learning_time(weights, target: float, *, fraction=0.5, etas=None) -> float:
    """Time until f first reaches fraction · target: t = ∫ du / (2 f (y − f)), by quadrature in log f.

    Needs 0 < f(0) < y after flipping signs; 0 when f(0) is beyond already. Balanced small starts wait
    t ≈ f(0)^{−(D−2)/D} / ((D−2) y): the plateau grows with depth. Raises OutsideTheory for f(0) = 0 or the wrong sign.
    """
    w = finite("weights", weights, axes=1)
    y = number("target", target)
    part = share("fraction", fraction)
    rates = layer_rates(etas, len(w))
    start = float(np.prod(w))
    if not start * y > 0:
        raise OutsideTheory(
            "The waiting time needs f(0) and the target to be different from 0 and of the same sign",
            got=f"f(0) = {start:g}, target = {y:g}",
            do="Change the sign or size of one layer.",
        )
    w, y, start = np.abs(w), abs(y), abs(start)
    if start >= part * y:
        return 0.0
    last = _clock_at(part * y, w, rates)

    def slowness(log_u: float) -> float:
        u = np.exp(log_u)
        f = float(np.prod(np.sqrt(w**2 + rates * u)))
        return u / (2 * f * (y - f))

    first = 1e-12 * float(np.min(w**2 / rates))
    head = first / (2 * start * (y - start))
    turns = sorted({float(t) for t in np.log(w**2 / rates) if np.log(first) < t < np.log(last)})
    edges = [np.log(first), *turns, np.log(last)]
    if first >= last:
        return last / (2 * start * (y - start))
    pieces = (quad(slowness, a, b, epsabs=0, epsrel=1e-11, limit=200)[0] for a, b in pairwise(edges))
    return head + float(sum(pieces))


def _clock_at(value: float, w: np.ndarray, rates: np.ndarray) -> float:
    """u at which Π √(w² + η u) = value."""
    high = float(np.min(w**2 / rates)) + 1e-300

    def gap(u: float) -> float:
        return float(np.sum(np.log(w**2 + rates * u)) / 2 - np.log(value))

    while gap(high) < 0:
        high *= 2
    return brentq(gap, 0.0, high, xtol=1e-300, rtol=1e-14)


def layer_speeds(weights, *, etas=None) -> np.ndarray:
    """Share [..., D] of each layer in d f/dt: η_l / w_l² ÷ Σ_k η_k / w_k²; the smallest layer learns for all.

    For a vector first layer give its norm. Raises OutsideTheory for weights of 0, where the share is not defined.
    """
    w = finite("weights", weights, axes=(1, 2))
    if np.any(w == 0):
        raise OutsideTheory("Shares need weights different from 0", got="0", do="Move that layer off 0.")
    speed = layer_rates(etas, w.shape[-1]) / w**2
    return speed / np.sum(speed, axis=-1, keepdims=True)
