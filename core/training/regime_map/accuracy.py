"""How far the map's engine is from plain descent: the same networks by both ways, at the paper's size.

paper    name           shape                         unit
τ, δ     tau, delta     [cell]                        CELLS, the plane's corners and its interesting places
–        seed           [seed]                        the map's own first seeds
–        step           [k]                           steps of descent
–        exact, fast    [cell, seed, k, measure]      by every step of descent, by the engine; in the order of MEASURES

Single networks are chaotic, so the means over seeds are compared. The setting is that of the paper's section 5 and appendix
D.1, the comparison ours. `python -m core.training.regime_map.accuracy` writes the arrays to a file with its provenance.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.params import Params, knob
from core.training import one_file
from core.training.measures import MEASURES
from core.training.regime_map.cells import SEEDS, Cell
from core.training.regime_map.sweep import CHECKPOINTS, PAPER, cell_rate, drawn, measured, watch_cell
from core.training.relu_flow import Accuracy, integrate
from core.training.results.files import Arrays

CELLS = ((0.1, 1.0), (0.1, 0.0), (0.1, -0.2), (0.1, -1.0), (0.5, 0.5), (2.0, 0.0))
FIRST = 100
FAINT = 1e-7
"""Train losses below this are compared with nothing: they are rounding's."""
COMMAND = ["python", "-m", "core.training.regime_map.accuracy"]


@dataclass(frozen=True)
class Problem(Params):
    """How many seeds, and how far."""

    seeds: int = knob(5, "seeds", low=1, high=16, step=1)
    last: int = knob(10_000, "last step", low=100, high=1_000_000, step=1)

    @property
    def steps(self) -> list[int]:
        """The map's checkpoints that are compared."""
        return [step for step in CHECKPOINTS if FIRST <= step <= self.last]


def compared(cell: Cell, steps: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Measures [k, measure] of the map's network at `steps`: by every step of float64 descent, and by the engine."""
    data, X_test = drawn(PAPER, cell[2])
    W, a = data.student.scaled(cell[0], cell[1])
    whole: dict[str, Any] = {"rate": cell_rate(PAPER, cell), "checkpoints": steps, "accuracy": Accuracy(stop=1e-11)}
    exact = [measured(data, X_test, W, a, snap) for snap in integrate(W, a, data.X, data.y, method="descent", **whole)]
    fast = [row for _, row in watch_cell(PAPER, cell, steps)]
    one, other = (np.array([list(row.arrays().values()) for row in rows]) for rows in (exact, fast))
    return one, other


def arrays(problem: Problem, found: Iterator[tuple[np.ndarray, np.ndarray]]) -> Arrays:
    """What the file holds, from `runs`."""
    shape = (len(CELLS), problem.seeds, len(problem.steps), len(MEASURES))
    exact, fast = (np.array(side).reshape(shape) for side in zip(*found, strict=True))
    tau, delta = np.array(CELLS).T
    seed, step = SEEDS[: problem.seeds], np.array(problem.steps)
    return {"tau": tau, "delta": delta, "seed": seed, "step": step, "exact": exact, "fast": fast}


def runs(problem: Problem) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """`compared` of every cell and seed."""
    for tau, delta in CELLS:
        for seed in SEEDS[: problem.seeds]:
            yield compared((tau, delta, int(seed)), problem.steps)


def errors(found: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """By measure, |mean over seeds by the engine / by descent − 1| [cell, k]; NaN for train losses that are FAINT."""
    exact, fast = found["exact"].mean(axis=1), found["fast"].mean(axis=1)
    apart = dict(zip(MEASURES, np.moveaxis(np.abs(fast / exact - 1), -1, 0), strict=True))
    faint = exact[..., MEASURES.index("train_loss")] <= FAINT
    return {**apart, "train_loss": np.where(faint, np.nan, apart["train_loss"])}


def _tell(made: Arrays) -> None:
    for name, apart in errors(made).items():
        print(f"{name}: {100 * np.nanmax(apart):.2f}% at worst")


WORK = one_file.Work(
    Problem(), "accuracy.npz", "networks", lambda problem: len(CELLS) * problem.seeds, runs, arrays, _tell
)


def main(arguments: list[str] | None = None) -> int:
    """See core.training.one_file.main."""
    return one_file.main(COMMAND, WORK, arguments)


if __name__ == "__main__":
    sys.exit(main())
