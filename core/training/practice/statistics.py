"""Statistics of few runs: intervals of counts and means, and the point at which a curve first reaches a value.

Intervals of a share: Clopper and Pearson (1934); of a mean: Student (1908). All are two-sided, 95%.
Runs that are not there (NaN) are left out, and the counts say how many remain.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, t

from core.errors import OutsideTheory

LEVEL = 0.95


@dataclass(frozen=True)
class Count:
    """`seen` of `runs` runs show something; low … high is the Clopper–Pearson interval of the share."""

    seen: int
    runs: int
    low: float
    high: float

    @property
    def words(self) -> str:
        return f"{self.seen} of {self.runs} (95% interval {self.low:.0%} to {self.high:.0%})"


def seeds_in_words(seeds: int) -> str:
    """How many seeds there are: "one seed", "3 seeds"."""
    return "one seed" if seeds == 1 else f"{seeds} seeds"


def count(shown: np.ndarray) -> Count:
    """How many runs show it, from truth values of any shape. Raises OutsideTheory where there is no run."""
    shown = np.asarray(shown, bool).ravel()
    if not shown.size:
        raise OutsideTheory("A count needs at least one run", got="none", do="Give the truth value of each run.")
    share = binomtest(int(shown.sum()), shown.size).proportion_ci(LEVEL)
    return Count(int(shown.sum()), shown.size, float(share.low), float(share.high))


def mean_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and Student's interval over the first axis, [run, …] → three arrays […]; one run alone has no interval (NaN)."""
    values = np.asarray(values, float)
    known = np.isfinite(values)
    runs = known.sum(0)
    mean = np.where(runs > 0, np.where(known, values, 0).sum(0) / np.maximum(runs, 1), np.nan)
    squares = np.where(known, (values - mean) ** 2, 0).sum(0)
    free = np.maximum(runs - 1, 1)
    half = np.where(runs > 1, t.ppf((1 + LEVEL) / 2, free) * np.sqrt(squares / free / np.maximum(runs, 1)), np.nan)
    return mean, mean - half, mean + half


def first_reaches(x: np.ndarray, y: np.ndarray, level: float) -> np.ndarray:
    """The x at which curves y[…, T] over x[T] first are at least `level`, straight between two points; NaN when never.

    A curve that begins above the level reaches it at x[0].
    """
    place, share = _crossing(np.asarray(y, float), level)
    x = np.asarray(x, float)
    before = x[np.maximum(place - 1, 0)]
    return np.where(place < 0, np.nan, before + share * (x[np.maximum(place, 0)] - before))


def when_reaches(levels: np.ndarray, rising: np.ndarray, values: np.ndarray) -> np.ndarray:
    """values[…, T] at the moments at which rising[…, T] first is at least each level, [… , level]; NaN where it never is."""
    out = np.full((*values.shape[:-1], len(levels)), np.nan)
    for k, level in enumerate(levels):
        place, share = _crossing(np.asarray(rising, float), level)
        after = np.take_along_axis(values, np.maximum(place, 0)[..., None], -1)[..., 0]
        before = np.take_along_axis(values, np.maximum(place - 1, 0)[..., None], -1)[..., 0]
        out[..., k] = np.where(place < 0, np.nan, before + share * (after - before))
    return out


def _crossing(y: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The first place […] at which y[…, T] ≥ level (−1: nowhere), and how far between the place before and it."""
    above = y >= level
    place = np.where(above.any(-1), above.argmax(-1), -1)
    at = np.take_along_axis(y, np.maximum(place, 0)[..., None], -1)[..., 0]
    before = np.take_along_axis(y, np.maximum(place - 1, 0)[..., None], -1)[..., 0]
    step = np.where(at > before, at - before, 1.0)
    return place, np.clip(np.where(place > 0, (level - before) / step, 0.0), 0.0, 1.0)
