"""Kernel movement: the committed runs, what is said of them, and the small run that the page trains (paper figure 6a)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.kernel_movement import EXPERIMENT, Problem, Solution

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "run"]


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α; nothing is trained."""
    return harness.only(harness.read(EXPERIMENT).solution, "alpha", 1, problem.alphas)


def brief(problem: Problem) -> Problem:
    """One seed, a small probe batch and no more steps than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1, probe=min(problem.probe, 16))
    return replace(
        one, steps=harness.within(20, problem.steps, lambda steps: EXPERIMENT.seconds(replace(one, steps=steps)), 1)
    )


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's rank correlation over all runs that are there; NaN when either side does not vary."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 2 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return float("nan")
    return float(spearmanr(x[known], y[known]).statistic)


def early(steps: np.ndarray, last: int) -> int:
    """The recorded step nearest to an eighth of the last one: before the scales have fitted to different degrees."""
    return int(np.argmin(np.abs(steps[: last + 1] - steps[last] / 8)))


@dataclass(frozen=True)
class Line:
    """One scale at the last step, means over the seeds."""

    alpha: float
    kernel: float
    flips: float
    weights: float
    accuracy: float


def summary(solution: Solution) -> list[Line]:
    """The smallest and the largest α."""
    curves = (solution.kernel_distance, solution.distance_flipped, solution.distance_moved, solution.test_accuracy)
    ends = dict.fromkeys((0, len(solution.alpha) - 1))
    return [Line(float(solution.alpha[k]), *(float(curve[:, k, -1].mean()) for curve in curves)) for k in ends]


PRESETS = {
    "seven scales": Problem(),
    "downstream alone": Problem(alphas=(0.1, 0.2, 0.5)),
    "upstream alone": Problem(alphas=(2, 5, 10)),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """What the smallest stored α and the standard one have done at the early step: medians over the seeds."""
    solution = harness.read(EXPERIMENT).solution
    at = early(solution.steps, len(solution.steps) - 1)
    standard = int(np.argmin(np.abs(np.log(solution.alpha))))
    moved = np.median(solution.kernel_distance, axis=0)[:, at]
    return {
        "early": f"{solution.steps[at]:.0f}",
        "low": f"{solution.alpha[0]:g}",
        "low_kernel": f"{moved[0]:.3f}",
        "standard_kernel": f"{moved[standard]:.3f}",
        "low_accuracy": f"{np.median(solution.test_accuracy[:, 0, at]):.0%}",
    }


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices of scales are compared by, over the steps: means over their runs."""
    names = ("kernel_distance", "train_loss")
    return solution.steps, {name: getattr(solution, name).mean(axis=(0, 1)) for name in names}
