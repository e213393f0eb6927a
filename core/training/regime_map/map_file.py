"""A regime map as one object and one file.

kernel_distance … test_loss ↔ [seed, tau, delta, checkpoint] ↔ float32     seed, tau, delta, checkpoint ↔ the axes
made ↔ how it came to be; see core.training.results.result

What is measured is that of the paper's figures 1b, 5b and 10; the file is ours.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import Unavailable
from core.training.measures import MEASURES, Measures
from core.training.regime_map.sweep import FinishedCell, Problem
from core.training.results.files import Arrays
from core.training.results.result import read_problem, read_result, write_result

AXES = ("seed", "tau", "delta", "checkpoint")


@dataclass(frozen=True)
class RegimeMap:
    """A sweep: its axes, measures [seed, tau, delta, checkpoint], NaN where not computed, and how it was made (JSON)."""

    seed: np.ndarray
    tau: np.ndarray
    delta: np.ndarray
    checkpoint: np.ndarray
    measures: Measures
    made: str = ""

    @classmethod
    def empty(cls, seeds, taus, deltas, checkpoints) -> "RegimeMap":
        """A map of these axes in which nothing is computed yet."""
        seed, tau, delta, checkpoint = (np.asarray(axis) for axis in (seeds, taus, deltas, checkpoints))
        shape = (seed.size, tau.size, delta.size, checkpoint.size)
        return cls(seed, tau, delta, checkpoint, Measures.full(shape, dtype=np.float32))

    def put(self, cell: FinishedCell) -> None:
        """Write one cell's measures into its place."""
        pairs = ((self.seed, cell.seed), (self.tau, cell.tau), (self.delta, cell.delta))
        place = tuple(int(np.argmin(np.abs(axis - value))) for axis, value in pairs)
        for name in MEASURES:
            getattr(self.measures, name)[place] = getattr(cell, name)

    def copy(self) -> "RegimeMap":
        """The map as it is now, while the original fills."""
        measures = Measures(*(array.copy() for array in self.measures.arrays().values()))
        return RegimeMap(self.seed, self.tau, self.delta, self.checkpoint, measures, self.made)

    def axes(self) -> Arrays:
        """Name → axis."""
        return {name: getattr(self, name) for name in AXES}


def write_map(path: Path, whole: RegimeMap, made: dict[str, Any]) -> None:
    """The whole map as one npz. Raises Unavailable where the disk does not take it."""
    write_result(path, {**whole.measures.arrays(), **whole.axes()}, made)


def read_map(path: Path, expected: Problem, axes: tuple, do: str) -> RegimeMap:
    """The map of the problem `expected` on `axes` (seeds, taus, deltas). Raises Unavailable for any other file.

    `do` says how to get the right one.
    """
    arrays, made = read_result(path, do)
    wanted = dict(zip(AXES, (*axes, expected.checkpoints), strict=True))
    shape = tuple(map(len, wanted.values()))
    if set(arrays) != {*AXES, *MEASURES} or any(arrays[name].shape != shape for name in MEASURES):
        got = " × ".join(f"{arrays[name].size} {name}" for name in AXES if name in arrays)
        raise Unavailable(f"{path.name} must be a map of {_sizes(shape)}", got=got or "other arrays", do=do)
    same = all(
        np.shape(arrays[name]) == np.shape(axis) and np.allclose(arrays[name], axis) for name, axis in wanted.items()
    )
    if not same or read_problem(Problem, made) != expected:
        raise Unavailable(f"{path.name} must be the map of {expected}", got="another map", do=do)
    measures = Measures(**{name: arrays[name] for name in MEASURES})
    seed, tau, delta, checkpoint = (arrays[name] for name in AXES)
    return RegimeMap(seed, tau, delta, checkpoint, measures, json.dumps(made, ensure_ascii=False))


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{length} {name}" for length, name in zip(shape, AXES, strict=True))
