"""Start's race of ReLU networks over many seeds: who fits first, who flips most, who moves least.

paper     name              shape        unit
δ         delta             [3]          downstream, balanced, upstream
–         seed              [seed]       draws teacher, student and data
–         reached           [seed, 3]    flow time at which a hundredth of the loss is left, NaN where that is not by the end
–         flipped           [seed, 3]    share of activations that differ from the start's at the end
‖θ−θ₀‖    distance          [seed, 3]    at the end
S         kernel_distance   [seed, 3]    at the end

The task is that of the paper's figure 1a. `python -m core.training.races` writes the arrays to a file with its provenance.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.datasets import teacher_student
from core.params import Params, knob
from core.training import one_file, plane
from core.training.results.files import Arrays

FITTED = 0.01
COMMAND = ["python", "-m", "core.training.races"]


@dataclass(frozen=True)
class Problem(Params):
    """The three networks' scales, the task's sizes, and how many seeds, from 0 on."""

    seeds: int = knob(60, "seeds", low=1, high=1000, step=1)
    delta: float = knob(1.0, "±δ", low=0.01, high=10)
    tau: float = knob(0.1, "overall scale τ", low=0.02, high=4)
    samples: int = knob(20, "samples", low=1, high=200, step=1)
    width: int = knob(50, "neurons", low=2, high=200, step=2)
    end: float = knob(100.0, "until t", low=0.01, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        plane.check_even(self.width)

    @property
    def deltas(self) -> tuple[float, float, float]:
        return -self.delta, 0.0, self.delta


def race(problem: Problem, seed: int) -> tuple[plane.Run, ...]:
    """The three runs of one seed, in the order of `deltas`."""
    task = teacher_student.draw(d=2, n=problem.samples, width=problem.width, seed=seed, tests=1)
    starts = (task.student.scaled(problem.tau, delta) for delta in problem.deltas)
    return tuple(plane.follow(W_0, a_0, task.X, task.y, end=problem.end) for W_0, a_0 in starts)


def fitted(run: plane.Run) -> float:
    """The first moment at which a hundredth of the start's loss is left; NaN where there is none."""
    there = run.loss <= FITTED * run.loss[0]
    return float(run.time[int(there.argmax())]) if there.any() else float("nan")


def arrays(problem: Problem, races: Iterable[tuple[plane.Run, ...]]) -> Arrays:
    """What the file holds, from the races of all seeds."""
    rows = [[(fitted(run), run.flipped[-1], run.distance[-1], run.kernel_distance[-1]) for run in one] for one in races]
    reached, flipped, distance, kernel = np.moveaxis(np.array(rows), -1, 0)
    ends = {"reached": reached, "flipped": flipped, "distance": distance, "kernel_distance": kernel}
    return {"seed": np.arange(problem.seeds), "delta": np.array(problem.deltas), **ends}


def races(problem: Problem) -> Iterator[tuple[plane.Run, ...]]:
    """`race` for each seed."""
    return (race(problem, seed) for seed in range(problem.seeds))


WORK = one_file.Work(Problem(), "races.npz", "races", lambda problem: problem.seeds, races, arrays)


def main(arguments: list[str] | None = None) -> int:
    """See core.training.one_file.main."""
    return one_file.main(COMMAND, WORK, arguments)


if __name__ == "__main__":
    sys.exit(main())
