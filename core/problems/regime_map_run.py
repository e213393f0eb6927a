"""What the regime map's page trains: one cell at the paper's size, and a sweep of one's own."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.device import falling_back, gpus, own_device
from core.training.regime_map import (
    DELTAS,
    PAPER,
    TAUS,
    Measures,
    Problem,
    RegimeMap,
    expected_seconds,
    grid,
    on_device,
    run_cells,
    watch_cell,
)

COMMAND = "python -m core.training.regime_map"
LONGEST_S = 900.0
REFRESH_S = 0.3


@dataclass(frozen=True)
class LiveCell:
    """One network at the paper's own size, to be trained while one looks."""

    tau: float
    delta: float
    seed: int


@dataclass(frozen=True)
class LiveSnapshot:
    """The live network up to now: steps [k], measures [k] and the CPU seconds it has taken."""

    done: int
    total: int
    steps: np.ndarray
    measures: Measures
    seconds: float


LIVE_STEPS = tuple(int(step) for step in np.unique(np.round(np.logspace(1, 6, 21))))


def train_cell(cell: LiveCell) -> Iterator[LiveSnapshot]:
    """Train one network of the published draws to 10⁶ steps, four snapshots a decade, on DEVICE."""
    place = (cell.tau, cell.delta, cell.seed)
    yield from falling_back(lambda device: _train_cell(place, device), own_device())


def _train_cell(place: tuple[float, float, int], device: str) -> Iterator[LiveSnapshot]:
    begun, rows = time.process_time(), []
    for done, (_, row) in enumerate(watch_cell(PAPER, place, LIVE_STEPS, device=device), start=1):
        rows.append(row)
        steps = np.array(LIVE_STEPS[:done])
        yield LiveSnapshot(done, len(LIVE_STEPS), steps, Measures.stack(rows), time.process_time() - begun)


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
        by_gpu = gpus() > 0 and on_device.expected_seconds(seconds) <= LONGEST_S
        if seconds > LONGEST_S and not by_gpu:
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
        return expected_seconds(self.problem, len(TAUS[:: self.every]) ** 2 * self.seeds)

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
    """A sweep as far as it has come: a map with NaN where nothing is yet, and one sentence a cell that diverged."""

    done: int
    total: int
    map: RegimeMap
    refused: tuple[str, ...] = ()


def sweep(own: OwnSweep) -> Generator[SweepSnapshot, None, None]:
    """Compute the map on DEVICE, yielding it a few times a second as it fills; kept cells come at once, so it resumes.

    Raises OutsideTheory where every cell diverges.
    """
    taus, deltas, seeds = TAUS[:: own.every], DELTAS[:: own.every], np.arange(100, 100 + own.seeds)
    cells = grid(taus, deltas, seeds)
    whole = RegimeMap.empty(seeds, taus, deltas, own.problem.checkpoints)
    said, refused = 0.0, []
    with closing(run_cells(cells, problem=own.problem, device=own_device())) as finished:
        for done, cell in enumerate(finished, start=1):
            whole.put(cell)
            refused += [f"τ = {cell.tau:.3g}, δ = {cell.delta:.3g}: {cell.refused}"] if cell.refused else []
            if len(refused) == len(cells):
                raise OutsideTheory("every cell diverges", got=f"rate × τ² = {own.rate:g}", do=refused[0])
            if time.monotonic() - said > REFRESH_S or done == len(cells):
                said = time.monotonic()
                yield SweepSnapshot(done, len(cells), whole.copy(), tuple(refused))
