"""A one-neuron-wide chain in units of its own: every layer near 1, its fastest layer at rate 1.

With w = 2^k_w ŵ, a_l = 2^k_l â_l, U = k_w + Σ k_l and the residual Xβ − y in units of 2^F the flow keeps its form:
ŵ' = η̂_w Π̂a ρ̂ and â_l' = η̂_l (Π̂a/â_l) ŵᵀρ̂ with rates η_l 2^(U + F + x − 2k_l), X in units of 2^x. All units are powers
of two, so nothing is rounded; no product of layers overflows, and tolerances are relative to each layer's start.

symbol ↔ name ↔ shape
η̂       ↔ rates ↔ [d + L] ↔ one per weight
ŵ, â      ↔ state ↔ [d + L]
2^k       ↔ units ↔ [1 + L] ↔ of w and of each a_l
XᵀX, Xᵀy  ↔ gram, moment ↔ [d,d], [d] ↔ in the units of the residual
t         ↔ clock(times) ↔ [T] ↔ times in 2^−pace
"""

from dataclasses import dataclass
from itertools import accumulate
from operator import mul

import numpy as np

from core.theory.checks import Floats
from core.theory.states import Exponents, exponent

FURTHEST = 1070
"""Powers of two by which one part of a problem may lie below another before it is 0."""
LATEST = 1e300
RESTING = 1e-12


@dataclass(frozen=True)
class ScaledChain:
    """A chain's start, data and rates in its own units; see the module's legend."""

    start: Floats
    units: Exponents
    d: int
    X: Floats
    y: Floats
    gram: Floats
    moment: Floats
    rates: Floats
    pace: int

    @classmethod
    def of(cls, w_0: Floats, a_0: Floats, X: Floats, y: Floats, rates: Floats) -> "ScaledChain":
        """From checked arrays w_0 [d], a_0 [L], X [n,d], y [n], rates [L+1]."""
        units = _units(np.array([np.abs(w_0).max(), *np.abs(a_0)]), rates)
        x, together = int(exponent(np.abs(X).max())), int(units.sum())
        reached = x + together
        asked = int(exponent(np.abs(y).max())) if np.any(y) else reached
        residual = max(asked, reached)
        X, y = np.ldexp(X, -x), np.ldexp(y, -residual)
        scaled_X = np.ldexp(X, max(reached - residual, -FURTHEST))
        mantissa, power = np.frexp(rates)
        power = power + together + residual + x - 2 * units
        pace = int(power.max())
        return cls(
            start=np.concatenate([np.ldexp(w_0, -units[0]), np.ldexp(a_0, -units[1:])]),
            units=units,
            d=len(w_0),
            X=scaled_X,
            y=y,
            gram=X.T @ scaled_X,
            moment=X.T @ y,
            rates=np.repeat(np.ldexp(mantissa, np.maximum(power - pace, -FURTHEST)), [len(w_0)] + [1] * len(a_0)),
            pace=pace,
        )

    def clock(self, times: Floats) -> Floats:
        """times [T] in this chain's unit, those beyond the range of float64 at its end."""
        with np.errstate(over="ignore"):
            return np.minimum(np.ldexp(times, self.pace), LATEST)

    def velocity(self, _: float, state: Floats) -> Floats:
        """(ŵ', â') [d + L]."""
        # A few numbers are multiplied faster one by one than as arrays.
        w, a = state[: self.d], state[self.d :].tolist()
        *others, product = accumulate(a, mul, initial=1.0)
        after = 1.0
        for k in reversed(range(len(a))):
            others[k] *= after
            after *= a[k]
        force = self.moment - self.gram @ (product * w)
        pull = float(w @ force)
        return self.rates * np.array([*(product * force).tolist(), *(pull * other for other in others)])

    def unsettled(self, _: float, state: Floats) -> float:
        """Below 0 where the gradient by β has all but vanished against its two parts: what is fitted stays."""
        pull = self.gram @ (np.prod(state[self.d :]) * state[: self.d])
        size = np.abs(self.moment).max() + np.abs(pull).max()
        return float(np.abs(self.moment - pull).max() - RESTING * size)

    unsettled.terminal = True  # type: ignore[attr-defined]

    def loss(self, state: Floats) -> float:
        """½‖Xβ − y‖² in units of the residual."""
        beta = np.prod(state[self.d :]) * state[: self.d]
        return float(np.sum((self.X @ beta - self.y) ** 2)) / 2

    def error_growth(self, times: Floats, path: Floats) -> float:
        """∫ max(λ_max(J), 0) dt along states path [T,d+L]: e-foldings by which an error may have grown.

        In units of √rate this is a gradient flow, so that J is symmetric.
        """
        w, a = path[:, : self.d], path[:, self.d :]
        eye = np.eye(a.shape[1], dtype=bool)
        without = np.prod(np.where(eye[:, None] | eye, 1.0, a[:, None, None, :]), axis=-1)
        product, others = np.prod(a, axis=1), np.diagonal(without, axis1=1, axis2=2)
        pull = (product[:, None] * w) @ self.gram
        curved, force = np.einsum("ti,ij,tj->t", w, self.gram, w), self.moment - pull
        J = np.empty((len(path), path.shape[1], path.shape[1]))
        J[:, : self.d, : self.d] = -((product**2)[:, None, None]) * self.gram
        J[:, : self.d, self.d :] = (force - pull)[:, :, None] * others[:, None, :]
        J[:, self.d :, : self.d] = np.swapaxes(J[:, : self.d, self.d :], 1, 2)
        bent = np.where(eye, 0.0, without) * np.einsum("ti,ti->t", w, force)[:, None, None]
        J[:, self.d :, self.d :] = bent - curved[:, None, None] * others[:, :, None] * others[:, None, :]
        root = np.sqrt(self.rates)
        fastest = np.linalg.eigvalsh(J * root[:, None] * root)[:, -1]
        return float(np.trapezoid(np.maximum(fastest, 0.0), times))

    def weights(self, path: Floats) -> tuple[Floats, Floats]:
        """w [T,d] and a [T,L] of states path [T,d+L], in the units they came in."""
        return np.ldexp(path[:, : self.d], self.units[0]), np.ldexp(path[:, self.d :], self.units[1:])


def _units(sizes: Floats, rates: Floats) -> Exponents:
    """The exponent of each layer's size; a layer at 0 gets the one it would have at balance with the largest."""
    half = exponent(rates) >> 1
    units = exponent(sizes)
    known = sizes > 0
    largest = int((units - half)[known].max()) if known.any() else 0
    return np.where(known, units, largest + half)
