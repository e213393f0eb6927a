"""Which regime a run was in, said from measurements alone, with the numbers and thresholds that decided.

| paper    | here             | shape | meaning                                                                       |
|----------|------------------|-------|-------------------------------------------------------------------------------|
| S(0, T)  | kernel_distance  |       | how far the tangent kernel has turned by the end, 0 to 1                      |
| —        | half_time_kernel |       | first time S(0, t) reaches half of S(0, T); unit of `times`                   |
| —        | half_time_loss   |       | first time the loss above its minimum is half of what it was at the start     |

Paper, section 1: lazy means S ≈ 0, rich means S well away from 0; section 3 adds delayed rich: first a lazy fit, then,
late, a large turn. The paper draws no line between them; the three constants here do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core import numbers
from core.errors import OutsideTheory
from core.theory.checks import Floats, finite, number, same_size

LAZY_BELOW = 0.1
DELAYED_BEYOND = 4.0
LEARNED_BELOW = 0.1


@dataclass(frozen=True)
class Regime:
    """The word ("lazy", "rich", "delayed rich"), the measurements, and a sentence with the thresholds that decided.

    A half-time is NaN where the loss never halved, or the kernel never moved.
    """

    word: str
    kernel_distance: float
    half_time_kernel: float
    half_time_loss: float
    basis: str


def classify(times: ArrayLike, distance: ArrayLike, loss: ArrayLike) -> Regime:
    """The regime of one run from times[T] (increasing), S(0, t)[T] and the loss above its minimum[T].

    Lazy: S(0, T) < LAZY_BELOW. Otherwise rich, or delayed rich when half of the kernel's movement comes more than
    DELAYED_BEYOND times later than half of the loss (paper, sections 1 and 3). Raises OutsideTheory for other shapes.
    """
    t, S, excess = (finite(name, x) for name, x in (("times", times), ("distance", distance), ("loss", loss)))
    if t.ndim != 1 or t.size < 2 or S.shape != t.shape or excess.shape != t.shape:
        got = f"{t.shape}, {S.shape}, {excess.shape}"
        raise OutsideTheory("times, distance and loss need one common axis", got=got, do="Give at least two of each.")
    if (np.diff(t) <= 0).any():
        raise OutsideTheory("times must increase", got="a step back or none", do="Sort the times.")
    end = float(S[-1])
    half_kernel = _crossing(t, S, end / 2) if end > 0 else np.nan
    half_loss = _crossing(t, -excess, -excess[0] / 2) if excess[0] > 0 else np.nan
    word = _word(end, half_kernel, half_loss)
    return Regime(word, end, half_kernel, half_loss, _basis(word, t[-1], end, half_kernel, half_loss, excess))


def first_crossing(t: ArrayLike, values: ArrayLike, level: float) -> float:
    """First time values[T] is at least `level`, linear between samples; NaN if never. Ours."""
    t, values, level = finite("times", t, axes=1), finite("values", values, axes=1), number("level", level)
    same_size("times and values need one common axis", len(values), len(t))
    return _crossing(t, values, level)


def _crossing(t: Floats, values: Floats, level: float) -> float:
    reached = np.flatnonzero(values >= level)
    if reached.size == 0:
        return float("nan")
    k = int(reached[0])
    if k == 0:
        return float(t[0])
    part = (level - values[k - 1]) / (values[k] - values[k - 1])
    return float(t[k - 1] + part * (t[k] - t[k - 1]))


def _word(end: float, half_kernel: float, half_loss: float) -> str:
    if end < LAZY_BELOW:
        return "lazy"
    late = half_kernel > DELAYED_BEYOND * half_loss
    return "delayed rich" if late else "rich"


def _basis(word: str, last: float, end: float, half_kernel: float, half_loss: float, excess: Floats) -> str:
    moved = f"S(0, {numbers.number(last)}) = {numbers.number(end)}"
    if word == "lazy":
        sentence = f"{moved} is below {LAZY_BELOW:g}"
    elif np.isnan(half_loss):
        sentence = f"{moved} is at least {LAZY_BELOW:g}, and the loss has not halved"
    else:
        sign = "more than" if word == "delayed rich" else "not more than"
        sentence = (
            f"{moved} is at least {LAZY_BELOW:g}, and half of that came at t = {numbers.number(half_kernel)}, "
            f"{sign} {DELAYED_BEYOND:g} times the loss's half-time {numbers.number(half_loss)}"
        )
    left = excess[-1] / excess[0] if excess[0] > 0 else 0.0
    unfinished = f"; {left:.0%} of the loss is still there, so a longer run may say otherwise"
    return sentence + (unfinished if left > LEARNED_BELOW else "") + "."
