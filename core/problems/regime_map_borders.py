"""Where a map's regimes part: borders read off measured half-times, and what a sweep shows, in numbers of its own.

paper    name       shape         unit
–        flipped    [tau, delta]  steps until half of the flips a cell has at its end
–        fitted     [tau, delta]  steps until half of the train loss of f = 0 is gone
–        order      [tau, delta]  log₁₀ flipped/fitted: below 0 the cell flips first, above 0 it fits first
–        share      [tau, delta]  share of all activations that differ at the end
rapid, late, lazy   [tau, delta]  which of the three a cell is; none where its run is not there

All are of means over the seeds there are, half-times by interpolation in log steps between checkpoints, and in steps before
the first of them. A cell is lazy where less than LEAST of its activations flip: order then says nothing. Otherwise it is
rapid (flips first) or late (fits first, or does not fit to a half). The start's loss is the largest on the map's first
checkpoint: all cells start from f = 0 on the same data, and where learning is slowest it has hardly begun.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.numbers import number
from core.problems.regime_map import over_seeds
from core.training.regime_map import RegimeMap

Array = NDArray[np.float64]

LEAST = 0.05


@dataclass(frozen=True)
class Borders:
    """See the module's legend."""

    flipped: Array
    fitted: Array
    order: Array
    share: Array
    rapid: NDArray[np.bool_]
    late: NDArray[np.bool_]
    lazy: NDArray[np.bool_]


def borders(solution: RegimeMap, width: int) -> Borders:
    """Half-times and regimes of a map whose networks have `width` neurons; NaN and False where nothing is computed yet."""
    flips, loss = (over_seeds(solution, name, "mean", 0) for name in ("flips", "train loss"))
    there = np.isfinite(flips[..., -1]) & np.isfinite(loss[..., -1])
    share = np.where(there, flips[..., -1] / width, np.nan)
    moves = there & (share >= LEAST)
    steps = np.log10(solution.checkpoint.astype(float))
    first = float(np.max(loss[..., 0][there], initial=0.0))
    flipped = 10 ** _reached(steps, flips, 0.5 * flips[..., -1])
    fitted = 10 ** _reached(steps, first - loss, np.full(share.shape, 0.5 * first))
    with np.errstate(invalid="ignore"):
        order = np.where(moves, np.log10(flipped) - np.log10(fitted), np.nan)
    rapid = moves & (order < 0)
    return Borders(flipped, fitted, order, share, rapid, moves & ~rapid, there & ~moves)


def _reached(steps: Array, progress: Array, level: Array) -> Array:
    """log₁₀ of the steps at which progress[…, checkpoint], 0 at the start, first reaches level[…]; NaN if never."""
    there = progress >= level[..., None]
    k = np.argmax(there, axis=-1)
    before = np.maximum(k - 1, 0)
    low, high = (np.take_along_axis(progress, at[..., None], axis=-1)[..., 0] for at in (before, k))
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(high > low, (level - low) / (high - low), 1.0)
        sooner = steps[0] + np.log10(level / high)
    found = np.where(k == 0, sooner, steps[before] + part * (steps[k] - steps[before]))
    return np.where(there.any(axis=-1), found, np.nan)


def findings(solution: RegimeMap, width: int) -> dict[str, str]:
    """What a sweep of one's own shows, as far as it has come: how many cells of each kind, and where its extremes lie."""
    found = borders(solution, width)
    ends = {name: over_seeds(solution, name, "mean", 0)[..., -1] for name in ("flips", "kernel", "test loss")}
    there = found.rapid | found.late | found.lazy
    counts = {name: str(int(getattr(found, name).sum())) for name in ("rapid", "late", "lazy")}
    counts |= {"there": str(int(there.sum())), "cells": str(there.size), "seeds": str(len(solution.seed))}
    if not there.any():
        return counts
    places = {name: np.where(there, values, np.nan) for name, values in ends.items()}
    soonest = np.where(found.rapid | found.late, found.fitted, np.nan)
    named = {
        "most_flips": (_place(solution, places["flips"], np.nanargmax), number(np.nanmax(places["flips"]))),
        "most_kernel": (_place(solution, places["kernel"], np.nanargmax), number(np.nanmax(places["kernel"]))),
        "least_test": (_place(solution, places["test loss"], np.nanargmin), number(np.nanmin(places["test loss"]))),
    }
    words = {
        f"{name}_{part}": text for name, pair in named.items() for part, text in zip(["at", "of"], pair, strict=True)
    }
    soon = "none" if np.isnan(soonest).all() else _place(solution, soonest, np.nanargmin)
    return {**counts, **words, "soonest": soon}


def _place(solution: RegimeMap, values: Array, pick) -> str:
    i, j = np.unravel_index(int(pick(values)), values.shape)
    return f"τ = {solution.tau[i]:.2g}, δ = {solution.delta[j]:.3g}".replace("-", "−")
