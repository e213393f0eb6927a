"""The law of the per-neuron imbalance δ that an initialisation gives, before any training.

Legend: W ↔ lower layer [m, d]; A ↔ upper layer [c, m]; η_w, η_a ↔ their rates; δ_k = η_w‖a_k‖² − η_a‖w_k‖² ↔ imbalance of
neuron k (paper section 5).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.training.initialisation.schemes import LayerStart
from core.training.initialisation.squared_norm import Constant, Law, UniformSquares, normal_squares, sphere_squares

LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def incoming_law(start: LayerStart) -> Law:
    """Law of ‖w_k‖², the squared norm of a row [fan_in]."""
    return _law(start, start.fan_in, start.fan_out)


def outgoing_law(start: LayerStart) -> Law:
    """Law of ‖a_k‖², the squared norm of a column [fan_out]."""
    return _law(start, start.fan_out, start.fan_in)


def _law(start: LayerStart, terms: int, across: int) -> Law:
    if start.shape == "uniform":
        return UniformSquares(terms, start.variance)
    if start.shape == "normal":
        return normal_squares(terms, start.variance)
    gain_squared = start.variance * max(start.fan_in, start.fan_out)
    return Constant(gain_squared) if across <= terms else sphere_squares(terms, across, gain_squared)


@dataclass(frozen=True)
class ImbalanceLaw:
    """Law of δ = p·Q_out − q·Q_in, with Q_out and Q_in independent; in weight² × rate.

    p is the rate of the lower layer, q that of the upper one. cdf integrates over the quantiles of Q_in, split where
    Q_out starts; measured error below 1e-4 in probability.
    """

    outgoing: Law
    incoming: Law
    p: float
    q: float

    @property
    def mean(self) -> float:
        """p E‖a‖² − q E‖w‖²; for PyTorch's default with one output 1/(3m) − 1/3."""
        return self.p * self.outgoing.mean() - self.q * self.incoming.mean()

    @property
    def spread(self) -> float:
        """Standard deviation."""
        return float(np.hypot(self.p * self.outgoing.var() ** 0.5, self.q * self.incoming.var() ** 0.5))

    def cdf(self, delta) -> np.ndarray:
        """P(δ_k ≤ delta) for delta[...]."""
        delta = np.asarray(delta, dtype=float)
        if isinstance(self.incoming, Constant):
            return self.outgoing.cdf((delta + self.q * self.incoming.value) / self.p)
        if isinstance(self.outgoing, Constant):
            return 1 - self.incoming.cdf((self.p * self.outgoing.value - delta) / self.q)
        nodes, weights = np.polynomial.legendre.leggauss(120)
        nodes, weights = (nodes + 1) / 2, weights / 2
        first = self.incoming.cdf(-delta[..., None] / self.q)
        quantile = first + (1 - first) * nodes**2
        values = self.outgoing.cdf((delta[..., None] + self.q * self.incoming.ppf(quantile)) / self.p)
        return np.clip((1 - first[..., 0]) * (values * 2 * nodes * weights).sum(-1), 0, 1)

    def quantiles(self, levels=LEVELS) -> np.ndarray:
        """δ at the probability levels, from a table of the distribution function over mean ± 12 spreads."""
        grid = self.grid()
        values = np.maximum.accumulate(self.cdf(grid))
        keep = np.concatenate([[True], np.diff(values) > 0])
        if keep.sum() < 2:
            return np.full(len(levels), self.mean)
        return np.interp(levels, values[keep], grid[keep])

    def grid(self, points: int = 600) -> np.ndarray:
        """Values of δ that hold all but a negligible part of the probability, denser around the mean."""
        bend = np.linspace(-1, 1, points)
        return self.mean + 12 * max(self.spread, 1e-300) * np.sinh(4 * bend) / np.sinh(4)


def imbalance_laws(starts: Sequence[LayerStart]) -> tuple[ImbalanceLaw, ...]:
    """Law of δ_k for each pair of neighbouring layers, first to last."""
    return tuple(
        ImbalanceLaw(outgoing_law(upper), incoming_law(lower), lower.rate, upper.rate)
        for lower, upper in itertools.pairwise(starts)
    )
