"""When a run turns and when it fits: its phases, measured from its own curves (paper, sections 3 and 5: align, then fit).

| paper    | here        | shape  | unit    | meaning                                                                      |
|----------|-------------|--------|---------|------------------------------------------------------------------------------|
| phase I  | turns       | [n, 2] | of time | from, to: the directions of the hidden neurons turn                          |
| phase II | fits        | [n, 2] | of time | from, to: the function moves, so that the loss changes                       |
| —        | half_turned | scalar | of time | when half of the run's whole turning is done                                 |
| —        | half_fitted | scalar | of time | when half of the loss's whole change is done                                 |

Ours: the paper tells the phases without measuring them. One definition for every model. A run turns at time t while, from
t/2 to 2t, it does at least a fifth (SHARE) of all the turning it does until its end; it fits while a fifth of all that its
loss changes changes there. It may do both. Before the last of these it waits where it does neither; after it, it rests.
Turning is the mean angle, over the hidden neurons, between the first layer's weights now and at the start (of one neuron: the
angle of w), or, where a network's neurons may be mixed without changing it (wide linear networks), the angle between the
kernels, arccos(1 − S). An exponential approach 1 − exp(−t) is then under way from 15% to 96%.

Where it ends: shares are of what happened until the run's end, so a run cut short has other phases. Less than LEAST_TURN
of turning, or a loss that changes by less than LEAST_FIT of its start, is called none at all.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory.checks import Floats, finite, same_size
from core.theory.relu_partition import turned as shares_turned

SHARE = 0.2
REACH = 2.0
LEAST_TURN = np.radians(5.0)
LEAST_FIT = 0.05
SLIVER = 1.25
LOOKS = 256


@dataclass(frozen=True)
class Phases:
    """What the module's legend says; turned in radians and fitted in units of the first loss are the run's totals, end
    its last time. Half-times are NaN where there is no such phase."""

    turns: Floats
    fits: Floats
    half_turned: float
    half_fitted: float
    turned: float
    fitted: float
    end: float


class Span(NamedTuple):
    """A part of a run's time under one word: waits, turns, fits, turns and fits, or rests."""

    word: str
    begin: float
    end: float


def measured(times: ArrayLike, turned: ArrayLike, loss: ArrayLike) -> Phases:
    """The phases of one run from times[T], increasing from 0, turned[T] in radians and the loss above its minimum[T].

    Raises OutsideTheory for other shapes, times that do not increase, numbers that are not finite and negative losses.
    Ours.
    """
    t, angle, left = (finite(name, x, axes=1) for name, x in (("times", times), ("turned", turned), ("loss", loss)))
    for name, values in (("turned", angle), ("loss", left)):
        same_size(f"times and {name} need one common axis", len(values), len(t))
    if len(t) < 2 or t[0] < 0 or (np.diff(t) <= 0).any():
        raise OutsideTheory("times must increase from 0", got=f"{len(t)} times", do="Sort the times; give two or more.")
    if (left < 0).any():
        raise OutsideTheory("The loss above its minimum is not negative", got=f"{left.min():g}", do="Take its excess.")
    turning = np.abs(np.diff(angle))
    fitting = np.abs(np.diff(left / (left[0] or 1.0))) if left[0] > 0 else np.zeros(len(t) - 1)
    turns, half_turned = _under_way(t, turning, LEAST_TURN)
    fits, half_fitted = _under_way(t, fitting, LEAST_FIT)
    totals = float(turning.sum()), float(fitting.sum())
    return Phases(turns, fits, half_turned, half_fitted, *totals, end=float(t[-1]))


def of_neurons(times: ArrayLike, W: ArrayLike, loss: ArrayLike) -> Phases:
    """The phases of a run whose first layer is W[T, m, 2]; refuses what `measured` refuses. Ours."""
    W = finite("W", W, axes=3)
    return measured(times, np.pi * shares_turned(W[0], W).mean(axis=-1), loss)


def of_kernel(times: ArrayLike, distance: ArrayLike, loss: ArrayLike) -> Phases:
    """The phases of a run by its kernel distance S(0, t)[T] in [0, 1]; refuses what `measured` refuses. Ours."""
    S = np.clip(finite("distance", distance, axes=1), 0.0, 1.0)
    return measured(times, 2 * np.arcsin(np.sqrt(S / 2)), loss)


def spans(phases: Phases) -> tuple[Span, ...]:
    """The whole run from 0 to its end, cut where a phase begins or ends.

    What ends before SLIVER times its beginning goes with what came before it: nobody sees it on a log axis. Ours.
    """
    turns, fits = phases.turns.tolist(), phases.fits.tolist()
    borders = sorted({0.0, phases.end, *(edge for interval in (*turns, *fits) for edge in interval)})
    last = max([0.0, *(end for _, end in (*turns, *fits))])
    found: list[Span] = []
    for begin, end in pairwise(borders):
        middle = (begin + end) / 2
        word = _word(_holds(turns, middle), _holds(fits, middle), middle < last)
        if found and (found[-1].word == word or end < SLIVER * begin):
            word, begin, _ = found.pop()
        found.append(Span(word, begin, end))
    return tuple(found)


def _word(turns: bool, fits: bool, before: bool) -> str:
    if turns or fits:
        return "turns and fits" if turns and fits else "turns" if turns else "fits"
    return "waits" if before else "rests"


def _holds(intervals: list[list[float]], time: float) -> bool:
    return any(begin <= time <= end for begin, end in intervals)


@lru_cache(maxsize=64)
def _looks(first: float, last: float) -> Floats:
    return np.geomspace(first / REACH**2, last, LOOKS)


def _under_way(t: Floats, steps: Floats, least: float) -> tuple[Floats, float]:
    """Intervals [n, 2] in which the run does at least SHARE of all its steps from t/REACH to t·REACH, and the half-time."""
    total = steps.sum()
    if not total >= least:
        return np.empty((0, 2)), float("nan")
    done = np.concatenate([[0.0], np.cumsum(steps)]) / total
    at = _looks(float(t[1]), float(t[-1]))
    near = np.interp(at * REACH, t, done) - np.interp(at / REACH, t, done) - SHARE
    here = near >= 0
    edges = np.flatnonzero(here[1:] != here[:-1])
    part = near[edges] / (near[edges] - near[edges + 1])
    crossed = at[edges] * (at[edges + 1] / at[edges]) ** part
    begin = [0.0] if here[0] else []
    end = [t[-1]] if here[-1] else []
    half = float(np.interp(0.5, done, t))
    return np.concatenate([begin, crossed, end]).reshape(-1, 2), half
