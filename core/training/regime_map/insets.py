"""Small runs for the regime map's insets: the paper's students with two inputs, one for each cell of a coarse grid.

paper        name        shape                    unit
τ, δ         tau, delta  [side]                   every few of the map's own axes
|a_i| w_i    neurons     [tau, delta, k, m, 2]    int8, in units of scale[tau, delta]/127; k moments of log time, the first at 0
sgn a_i      signs       [m]                      the student's, the same in every cell
w*_j, a*_j   teacher     [3, 3]                   direction and sign of the three teacher neurons
t            time        [k]                      flow time, as on the page Teacher–student

The map's own networks have a hundred inputs and cannot be drawn; these have its (τ, δ) and everything else of figure 1a.
`python -m core.training.regime_map.insets` writes them to a file with its provenance.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.datasets import teacher_student
from core.params import Params, knob
from core.training import one_file, plane
from core.training.regime_map.cells import DELTAS, TAUS
from core.training.results.files import Arrays

COMMAND = ["python", "-m", "core.training.regime_map.insets"]
FINEST = 127
NAMES = ("tau", "delta", "neurons", "scale", "signs", "teacher", "time")


@dataclass(frozen=True)
class Problem(Params):
    """The grid, and what every run shares: the paper's figure 1a."""

    side: int = knob(9, "cells along each axis", low=2, high=17, step=1)
    moments: int = knob(16, "moments kept", low=2, high=60, step=1)
    seed: int = knob(58, "seed", low=0, high=99, step=1)
    samples: int = knob(20, "samples", low=1, high=200, step=1)
    width: int = knob(50, "neurons", low=2, high=200, step=2)
    end: float = knob(100.0, "until t", low=0.01, high=1000, scale="log")

    def __post_init__(self) -> None:
        super().__post_init__()
        plane.check_even(self.width)

    @property
    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        """τ[side], δ[side]: evenly spread over the map's own."""
        places = np.round(np.linspace(0, len(TAUS) - 1, self.side)).astype(int)
        return TAUS[places], DELTAS[places]


def runs(problem: Problem) -> Iterator[tuple[int, int, plane.Run]]:
    """(place of τ, place of δ, run) of every cell."""
    task = teacher_student.draw(d=2, n=problem.samples, width=problem.width, seed=problem.seed, tests=1)
    for i, tau in enumerate(problem.axes[0]):
        for j, delta in enumerate(problem.axes[1]):
            W_0, a_0 = task.student.scaled(float(tau), float(delta))
            yield i, j, plane.follow(W_0, a_0, task.X, task.y, end=problem.end, snapshots=problem.moments - 1)


def arrays(problem: Problem, found: Iterator[tuple[int, int, plane.Run]]) -> Arrays:
    """What the file holds, from all runs; a moment that is missing repeats the one before."""
    task = teacher_student.draw(d=2, n=problem.samples, width=problem.width, seed=problem.seed, tests=1)
    tau, delta = problem.axes
    neurons = np.zeros((len(tau), len(delta), problem.moments, problem.width, 2), np.int8)
    scale, moments = np.zeros((len(tau), len(delta))), np.zeros(problem.moments)
    for i, j, run in found:
        size = float(np.abs(run.beta).max())
        kept = np.minimum(np.arange(problem.moments), len(run.time) - 1)
        neurons[i, j], scale[i, j] = np.round(run.beta[kept] / size * FINEST), size
        moments = run.time[kept]
    teacher = np.column_stack([task.teacher.directions, task.teacher.readouts])
    signs = np.sign(task.student.signs).astype(np.int8)
    return dict(zip(NAMES, (tau, delta, neurons, scale, signs, teacher, moments), strict=True))


WORK = one_file.Work(Problem(), "neurons.npz", "runs", lambda problem: problem.side**2, runs, arrays)


def main(arguments: list[str] | None = None) -> int:
    """See core.training.one_file.main."""
    return one_file.main(COMMAND, WORK, arguments)


if __name__ == "__main__":
    sys.exit(main())
