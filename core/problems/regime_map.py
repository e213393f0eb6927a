"""What the regime map's page looks at: the precomputed map, one cell trained live, a sweep of one's own.

τ, δ ↔ tau, delta ↔ scalar ↔ the cell in question; its place on the map is the nearest one (log τ, δ)
values ↔ [5, seed, tau, delta, checkpoint] ↔ the five MEASURES of every network; NaN where not yet computed
pins ↔ pin1, pin2, pin3 ↔ cell numbers 1 + 17·(place of τ) + (place of δ), 0 = none
"""

import functools
import time
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import OutsideTheory, Unavailable
from core.params import Curves, Params, knob
from core.training import regime_map
from core.training.regime_map import DELTAS, MEASURES, PAPER, TAUS, Problem

ASSET = Path(__file__).parents[2] / "assets" / "precomputed" / "regime_map.npz"
COMMAND = "python -m core.training.regime_map"
LONGEST_S = 900.0
REFRESH_S = 0.3

MEANINGS = {
    "test loss": "mean of squares on 10,000 fresh points",
    "flips": "Hamming distance: activations that changed sign, summed over the 50 neurons",
    "kernel": "kernel distance S(0, t) of the tangent kernel from its start",
    "distance": "parameter distance from the start",
    "train loss": "mean of squares on the training data",
    "time": "steps until half of a cell's flips have happened",
}
ROW = {"kernel": 0, "flips": 1, "distance": 2, "train loss": 3, "test loss": 4}


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
    delta: float = knob(1.0, "relative scale δ", low=-1, high=1, step=0.125)
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


@dataclass(frozen=True)
class RegimeMap:
    """A sweep: values [5, seed, tau, delta, checkpoint] in the order of MEASURES, its axes, and how it was made."""

    seed: np.ndarray
    tau: np.ndarray
    delta: np.ndarray
    checkpoint: np.ndarray
    values: np.ndarray
    made: str

    def row(self, measure: str) -> np.ndarray:
        """[seed, tau, delta, checkpoint] of one measure by its name on the page."""
        return self.values[ROW[measure]]


PRESETS = {
    "one glance": View(),
    "kernel misleads": View(measure="kernel", delta=-0.125),
    "little movement, many flips": View(measure="distance"),
    "lazy everywhere": View(tau=2.0, pin1=cell_number(2.0, 1.0), pin2=cell_number(2.0, -1.0), pin3=RAPID),
    "late but far": View(measure="distance", delta=-1.0, pin1=RAPID, pin2=0),
}


def solve(view: View) -> RegimeMap:
    """The precomputed map. Raises Unavailable naming the file where it is missing or damaged."""
    return load(ASSET)


@functools.lru_cache(maxsize=2)
def load(path: Path) -> RegimeMap:
    """A map from its file; see core.training.regime_map.command for the layout."""
    try:
        with np.load(path, allow_pickle=False) as file:
            axes = [file[name] for name in ("seed", "tau", "delta", "checkpoint")]
            values = np.stack([file[name] for name in MEASURES])
            made = str(file["made"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise Unavailable(
            f"the precomputed map {path.name} cannot be read",
            got="no such file" if isinstance(error, FileNotFoundError) else "a damaged file",
            do=f"Recompute it with {COMMAND}, or sweep settings of your own below.",
        ) from None
    if values.shape[1:] != tuple(len(axis) for axis in axes):
        raise Unavailable(
            f"the precomputed map {path.name} does not fit its axes", got=values.shape, do=f"Recompute it: {COMMAND}."
        )
    seed, tau, delta, checkpoint = axes
    return RegimeMap(seed, tau, delta, checkpoint, values, made)


def lesson(solution: RegimeMap) -> dict[str, str]:
    """The numbers by which the paper's lesson is read off a map: means over seeds at its corners."""
    mean = {name: solution.row(name).mean(axis=0) for name in ROW}
    early, steps = int(np.argmin(np.abs(solution.checkpoint - 100))), solution.checkpoint
    rapid, late, lazy = (0, -1), (0, 0), (-1, len(solution.delta) // 2)
    top = np.unravel_index(np.argmax(mean["kernel"][..., -1]), mean["kernel"].shape[:2])
    race = mean["test loss"][0]
    return {
        "rapid_flips": f"{mean['flips'][rapid][early]:.1f}",
        "rapid_distance": f"{mean['distance'][rapid][early]:.2f}",
        "rapid_test": f"{mean['test loss'][rapid][early]:.2g}",
        "late_flips": f"{mean['flips'][late][early]:.2f}",
        "late_distance": f"{mean['distance'][late][-1]:.2f}",
        "late_test": f"{mean['test loss'][late][-1]:.2g}",
        "lazy_flips": f"{mean['flips'][lazy][-1]:.2f}",
        "lazy_kernel": f"{mean['kernel'][lazy][-1]:.1g}",
        "kernel_top": f"{mean['kernel'][..., -1].max():.2f}",
        "kernel_delta": f"{solution.delta[top[1]]:g}".replace("-", "−"),
        "early_delta": f"{solution.delta[np.argmin(race[:, np.argmin(np.abs(steps - 3000))])]:g}",
        "end_delta": f"{solution.delta[np.argmin(race[:, -1])]:g}",
    }


@dataclass(frozen=True)
class LiveCell:
    """One network at the paper's own size, to be trained while one looks."""

    tau: float
    delta: float
    seed: int


@dataclass(frozen=True)
class LiveSnapshot:
    """The live network up to now: steps [k], values [5, k] and the CPU seconds it has taken."""

    done: int
    total: int
    steps: np.ndarray
    values: np.ndarray
    seconds: float


LIVE_STEPS = tuple(int(step) for step in np.unique(np.round(np.logspace(1, 6, 21))))


def train_cell(cell: LiveCell) -> Iterator[LiveSnapshot]:
    """Train one network of the published draws to 10⁶ steps, four snapshots a decade."""
    begun, rows = time.process_time(), []
    place = (cell.tau, cell.delta, cell.seed)
    for done, (_, row) in enumerate(regime_map.watch_cell(PAPER, place, LIVE_STEPS), start=1):
        rows.append(row)
        steps, values = np.array(LIVE_STEPS[:done]), np.array(rows).T
        yield LiveSnapshot(done, len(LIVE_STEPS), steps, values, time.process_time() - begun)


@dataclass(frozen=True)
class OwnSweep(Params):
    """A map at sizes of one's own; the automatic rate (0) keeps the paper's pace at other d."""

    d: int = knob(30, "input dimension d", low=2, high=100, step=1)
    n: int = knob(300, "training samples n", low=20, high=1000, step=20)
    width: int = knob(30, "neurons", low=2, high=100, step=2, help="even: the start pairs mirror images")
    teacher: int = knob(3, "teacher neurons", low=1, high=20, step=1)
    grid: str = knob("9", "grid side", options={"5": "5 × 5 cells", "9": "9 × 9 cells", "17": "the paper's 17 × 17"})
    seeds: int = knob(1, "seeds", low=1, high=16, step=1)
    rate: float = knob(
        0.0, "rate × τ²", low=0, high=10, scale="asinh", smallest=1e-4, help="the paper's is 5e-3; 0 is automatic"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        seconds = self.seconds
        if seconds > LONGEST_S:
            raise OutsideTheory(
                f"a sweep here may take at most {LONGEST_S / 60:.0f} minutes of computing, since others wait for it",
                got=f"about {seconds / 60:.0f} minutes",
                do=f"Lower n, d, the width, the grid or the seeds, or run {COMMAND} in a terminal.",
            )
        assert self.problem

    @property
    def every(self) -> int:
        """Each how manieth τ and δ of the paper's 17 is taken."""
        return {"5": 4, "9": 2, "17": 1}[self.grid]

    @property
    def seconds(self) -> float:
        """CPU seconds to expect."""
        cells = len(TAUS[:: self.every]) ** 2 * self.seeds
        return cells * (0.01 + 0.4 * self.n * self.d * self.width / 5e6)

    @property
    def problem(self) -> Problem:
        """What every cell shares."""
        return Problem(
            d=self.d,
            n=self.n,
            width=self.width,
            teacher=self.teacher,
            rate=self.rate,
            checkpoints=PAPER.checkpoints[:-2],
        )


@dataclass(frozen=True)
class SweepSnapshot:
    """A sweep as far as it has come: a RegimeMap with NaN where nothing is yet."""

    done: int
    total: int
    map: RegimeMap


def sweep(own: OwnSweep) -> Generator[SweepSnapshot, None, None]:
    """Compute the map, yielding it a few times a second as it fills; kept cells come at once, so it resumes."""
    taus, deltas = TAUS[:: own.every], DELTAS[:: own.every]
    seeds = np.arange(100, 100 + own.seeds)
    cells = regime_map.grid(taus, deltas, seeds)
    steps = np.array(own.problem.checkpoints)
    values = np.full((len(MEASURES), len(seeds), len(taus), len(deltas), len(steps)), np.nan, np.float32)
    said = 0.0
    with closing(regime_map.run_cells(cells, problem=own.problem)) as finished:
        for done, cell in enumerate(finished, start=1):
            at = (cell.seed - 100, _nearest(np.log(taus), np.log(cell.tau)), _nearest(deltas, cell.delta))
            values[(slice(None), *at)] = [getattr(cell, name) for name in MEASURES]
            if time.monotonic() - said > REFRESH_S or done == len(cells):
                said = time.monotonic()
                yield SweepSnapshot(
                    done, len(cells), RegimeMap(seeds, taus, deltas, steps, values.copy(), "this sweep")
                )


def curves(view: View, solution: RegimeMap) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values.

    The followed cell, mean over the seeds; the cursor counts steps.
    """
    i, j = view.place
    names = {"test_loss": "test loss", "flips": "flips", "kernel_distance": "kernel"}
    return solution.checkpoint, {name: solution.row(row)[:, i, j].mean(axis=0) for name, row in names.items()}
