"""What the regime map's page looks at: the precomputed map, and what is read off it (paper section 5, figures 1b, 5b, 10).

τ, δ ↔ tau, delta ↔ scalar ↔ the cell in question; its place on the map is the nearest one (log τ, δ)
measure ↔ a key of FIELDS ↔ the page's word for one of the five measures, [seed, tau, delta, checkpoint]
pins ↔ pin1, pin2, pin3 ↔ cell numbers 1 + 17·(place of τ) + (place of δ), 0 = none
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from core.numbers import number
from core.params import Curves, Params, knob
from core.training.regime_map import DELTAS, PAPER, SEEDS, TAUS, RegimeMap
from core.training.regime_map.map_file import read_map

ASSET = Path(__file__).parents[2] / "assets" / "precomputed" / "regime_map.npz"
REMAKE = "python -m core.training.regime_map --output assets/precomputed/regime_map.npz"

MEANINGS = {
    "test loss": "mean of squares on 10,000 fresh points",
    "flips": "Hamming distance: activations that changed sign, summed over the 50 neurons",
    "kernel": "kernel distance S(0, t) of the tangent kernel from its start",
    "distance": "parameter distance from the start",
    "train loss": "mean of squares on the training data",
    "time": "steps until half of a cell's flips have happened",
}
FIELDS = {
    "kernel": "kernel_distance",
    "flips": "hamming_distance",
    "distance": "parameter_distance",
    "train loss": "train_loss",
    "test loss": "test_loss",
}
"""The page's word for a measure → its name in core.training.measures."""


def cell_number(tau: float, delta: float) -> int:
    """The number by which a cell of the paper's map is pinned: 1 to 289, for the cell nearest to (τ, δ)."""
    return 1 + len(DELTAS) * _nearest(np.log(TAUS), np.log(tau)) + _nearest(DELTAS, delta)


def cell_of(number: int) -> tuple[int, int]:
    """(place of τ, place of δ) of a cell number."""
    return divmod(number - 1, len(DELTAS))


def _nearest(axis: np.ndarray, value: float) -> int:
    return int(np.argmin(np.abs(axis - value)))


LAZY, RAPID, LATE = (cell_number(*place) for place in ((2.0, 0.0), (0.1, 1.0), (0.1, -1.0)))


@dataclass(frozen=True)
class View(Params):
    """Which measure of the map is shown, over which seeds, and which cells are followed."""

    measure: str = knob(
        "test loss", "Left map", options=MEANINGS, help="The kernel never stands alone: flips beside it."
    )
    over: str = knob(
        "mean",
        "Over seeds",
        options={"mean": "of 16 networks", "spread": "standard deviation of 16 networks", "seed": "the one chosen"},
    )
    tau: float = knob(0.1, "overall scale τ", low=0.1, high=2.0, step=0.005, help="the nearest of the map's 17 is used")
    delta: float = knob(1.0, "relative scale δ", low=-1, high=1, step=0.005, help="the nearest of the map's 17 is used")
    seed: int = knob(100, "seed", low=100, high=115, step=1, help="the paper's 16 draws of teacher, student and data")
    pin1: int = knob(LAZY, "first pin", low=0, high=289, step=1, help="cell number, 0 for none")
    pin2: int = knob(LATE, "second pin", low=0, high=289, step=1, help="cell number, 0 for none")
    pin3: int = knob(0, "third pin", low=0, high=289, step=1, help="cell number, 0 for none")

    @property
    def place(self) -> tuple[int, int]:
        """(place of τ, place of δ) of the cell in question."""
        return cell_of(cell_number(self.tau, self.delta))

    @property
    def pins(self) -> list[int]:
        """The pinned cells' numbers, each once, without the cell in question."""
        pins = [pin for pin in (self.pin1, self.pin2, self.pin3) if pin]
        return [pin for pin in dict.fromkeys(pins) if pin != cell_number(self.tau, self.delta)]


PRESETS = {
    "one glance": View(),
    "kernel misleads": View(measure="kernel", delta=-0.125),
    "little movement, many flips": View(measure="distance"),
    "lazy everywhere": View(tau=2.0, pin1=cell_number(2.0, 0.0), pin2=cell_number(2.0, -1.0), pin3=RAPID),
    "late but far": View(measure="distance", delta=-1.0, pin1=RAPID, pin2=0),
}


def solve(view: View) -> RegimeMap:
    """The precomputed map. Raises Unavailable naming the file where it is missing, damaged or another map."""
    return load(ASSET)


@functools.lru_cache(maxsize=2)
def load(path: Path) -> RegimeMap:
    """The paper's map from its file; core.training.regime_map.map_file says what is in it."""
    return read_map(
        path, PAPER, (SEEDS, TAUS, DELTAS), f"Recompute it with {REMAKE}, or sweep settings of your own below."
    )


def row(solution: RegimeMap, measure: str) -> np.ndarray:
    """[seed, tau, delta, checkpoint] of one measure by its name on the page."""
    return getattr(solution.measures, FIELDS[measure])


def over_seeds(solution: RegimeMap, measure: str, over: str, seed: int) -> np.ndarray:
    """[tau, delta, checkpoint]: mean or standard deviation over seeds (those there are), or one seed.

    "time" is the same at every checkpoint: the first at which the mean Hamming distance is half of its last.
    """
    if measure == "time":
        return np.repeat(half_times(solution)[..., None], len(solution.checkpoint), axis=-1)
    values = row(solution, measure).astype(float)
    if over == "seed":
        return values[int(np.argmin(np.abs(solution.seed - seed)))]
    there = np.isfinite(values)
    count = there.sum(axis=0)
    mean = np.where(there, values, 0).sum(axis=0) / np.maximum(count, 1)
    if over == "spread":
        mean = np.sqrt((np.where(there, values - mean, 0) ** 2).sum(axis=0) / np.maximum(count, 1))
    return np.where(count > 0, mean, np.nan)


def half_times(solution: RegimeMap) -> np.ndarray:
    """[tau, delta]: the first checkpoint at which a cell's mean Hamming distance is at least half of its last."""
    flips = over_seeds(solution, "flips", "mean", 0)
    reached = np.argmax(flips >= 0.5 * flips[..., -1:], axis=-1)
    return np.where(np.isfinite(flips[..., -1]), solution.checkpoint[reached], np.nan).astype(float)


def lesson(solution: RegimeMap) -> dict[str, str]:
    """The numbers by which the paper's lesson is read off a map: means over seeds at its corners."""
    mean = {name: row(solution, name).mean(axis=0) for name in FIELDS}
    early, steps = int(np.argmin(np.abs(solution.checkpoint - 100))), solution.checkpoint
    rapid, late, lazy = (0, -1), (0, 0), (-1, len(solution.delta) // 2)
    top = np.unravel_index(np.argmax(mean["kernel"][..., -1]), mean["kernel"].shape[:2])
    race = mean["test loss"][0]
    return {
        "rapid_flips": f"{mean['flips'][rapid][early]:.1f}",
        "rapid_distance": f"{mean['distance'][rapid][early]:.2f}",
        "rapid_test": number(mean["test loss"][rapid][early]),
        "late_flips": f"{mean['flips'][late][early]:.2f}",
        "late_distance": f"{mean['distance'][late][-1]:.2f}",
        "late_end_flips": f"{mean['flips'][late][-1]:.1f}",
        "rapid_end_flips": f"{mean['flips'][rapid][-1]:.1f}",
        "rapid_end_distance": f"{mean['distance'][rapid][-1]:.2f}",
        "rapid_end_test": number(mean["test loss"][rapid][-1]),
        "late_test": number(mean["test loss"][late][-1]),
        "lazy_flips": f"{mean['flips'][lazy][-1]:.2f}",
        "lazy_test": number(mean["test loss"][lazy][-1]),
        "lazy_kernel": number(mean["kernel"][lazy][-1]),
        "kernel_top": f"{mean['kernel'][..., -1].max():.2f}",
        "kernel_delta": f"{solution.delta[top[1]]:g}".replace("-", "−"),
        "kernel_flips": f"{mean['flips'][top][-1]:.1f}",
        "kernel_test": number(mean["test loss"][top][-1]),
        "early_delta": f"{solution.delta[np.argmin(race[:, np.argmin(np.abs(steps - 3000))])]:g}",
        "end_delta": f"{solution.delta[np.argmin(race[:, -1])]:g}",
        **_catching_up(solution, race),
    }


def _catching_up(solution: RegimeMap, race: np.ndarray) -> dict[str, str]:
    """The first checkpoint at which the balanced start's mean test loss is below that at the largest δ; both, their medians,
    and in how many seeds the balanced one is the lower."""
    middle = int(np.argmin(np.abs(solution.delta)))
    ahead = np.flatnonzero((race[middle] < race[-1]) & (solution.checkpoint >= 1000))
    at = int(ahead[0]) if len(ahead) else race.shape[1] - 1
    balanced, upstream = (row(solution, "test loss")[:, 0, place, at] for place in (middle, -1))
    return {
        "balanced_step": f"{solution.checkpoint[at]:,}",
        "balanced_test": number(balanced.mean()),
        "upstream_test": number(upstream.mean()),
        "balanced_median": number(np.median(balanced)),
        "upstream_median": number(np.median(upstream)),
        "balanced_seeds": str(int((balanced < upstream).sum())),
        "seeds": str(len(balanced)),
    }


def early_ranks(solution: RegimeMap) -> dict[str, str]:
    """Which movement orders the cells by their final test loss: Spearman's rank correlations of means over the seeds."""
    mean = {name: row(solution, name).mean(axis=0) for name in FIELDS}
    end = mean["test loss"][..., -1]

    def rank(name: str, step: int, place: Any = ...) -> str:
        at = int(np.argmin(np.abs(solution.checkpoint - step)))
        found = spearmanr(mean[name][..., at][place].ravel(), end[place].ravel()).statistic
        return f"{found:.2f}".replace("-", "−")

    return {
        "rank_step": "100",
        "rank_cells": str(end.size),
        "rank_distance": rank("distance", 100),
        "rank_flips": rank("flips", 100),
        "row_tau": f"{solution.tau[0]:g}",
        "row_step": "300",
        "row_flips": rank("flips", 300, 0),
        "row_distance": rank("distance", 300, 0),
    }


def curves(view: View, solution: RegimeMap) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values.

    The followed cell, mean over the seeds; the cursor counts steps.
    """
    i, j = view.place
    names = {"test_loss": "test loss", "flips": "flips", "kernel_distance": "kernel"}
    return solution.checkpoint, {name: row(solution, own)[:, i, j].mean(axis=0) for name, own in names.items()}
