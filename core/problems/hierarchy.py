"""Hierarchy: the committed runs, what is said of them, and the small run that the page trains (paper figure 6c)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.hierarchy import EXPERIMENT, FITTED, Problem, Solution, rules

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "rules", "run"]


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α and sample sizes; nothing is trained."""
    solution = harness.read(EXPERIMENT).solution
    return harness.only(harness.only(solution, "alpha", 2, problem.alphas), "size", 1, problem.sizes)


def brief(problem: Problem) -> Problem:
    """One seed with no more epochs than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1)
    return replace(
        one,
        epochs=harness.within(20, problem.epochs, lambda epochs: EXPERIMENT.seconds(replace(one, epochs=epochs)), 2),
    )


@dataclass(frozen=True)
class Line:
    """One scale at one sample size: mean test accuracy over the seeds, and half their range."""

    alpha: float
    accuracy: float
    half: float


def widest(solution: Solution) -> tuple[int, list[Line]] | None:
    """The sample size at which the scales that have fitted their samples (train accuracy ≥ 0.99) differ most.

    None while no scale has fitted.
    """
    fitted = np.asarray((solution.train_accuracy[..., -1] >= FITTED).all(axis=0))
    last = solution.test_accuracy[..., -1]
    middle = np.where(fitted, last.mean(0), np.nan)
    rows = np.flatnonzero(fitted.any(axis=1))
    if not len(rows):
        return None
    place = max(rows, key=lambda row: np.nanmax(middle[row]) - np.nanmin(middle[row]))
    half = np.ptp(last[:, place], 0) / 2
    known = np.flatnonzero(fitted[place])
    return int(solution.size[place]), [
        Line(float(solution.alpha[k]), float(middle[place, k]), float(half[k])) for k in known
    ]


PRESETS = {
    "all scales": Problem(),
    "downstream and upstream": Problem(alphas=(0.1, 1, 10)),
    "another hierarchy": Problem(seed=1, sample=5),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """The page's words name no number of the runs."""
    return {}


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices are compared by, over the epochs: means over the runs with the most samples."""
    names = ("test_accuracy", "train_loss")
    return solution.epochs, {name: getattr(solution, name)[:, -1].mean(axis=(0, 1)) for name in names}
