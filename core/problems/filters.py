"""Filters: the committed runs, what is said of them, and the small run that the page trains (paper figures 6b and 11)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.filters import BALANCED, EXPERIMENT, Problem, Solution, smoothness

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "run"]


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α; nothing is trained."""
    return harness.only(harness.read(EXPERIMENT).solution, "alpha", 1, problem.alphas)


def brief(problem: Problem) -> Problem:
    """One seed, few images and no more epochs than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1, samples=min(problem.samples, 1500))
    return replace(
        one,
        epochs=harness.within(25, problem.epochs, lambda epochs: EXPERIMENT.seconds(replace(one, epochs=epochs)), 1),
    )


@dataclass(frozen=True)
class Line:
    """One scale at the last epoch, in words: mean ± half the range of the seeds."""

    alpha: float
    smoothness: str
    balanced: str
    accuracy: str
    turned: str


def summary(solution: Solution) -> list[Line]:
    """One line for each α."""
    last = solution.filters[:, :, -1]
    values = (
        smoothness(last).mean(-1),
        smoothness(last, BALANCED).mean(-1),
        100 * solution.test_accuracy[..., -1],
        solution.turned[..., -1],
    )
    formats = ("{:.2f} ± {:.2f}", "{:.2f} ± {:.2f}", "{:.0f} ± {:.0f} %", "{:.0f} ± {:.0f}°")
    return [
        Line(
            float(alpha), *(f.format(v[:, k].mean(), np.ptp(v[:, k]) / 2) for f, v in zip(formats, values, strict=True))
        )
        for k, alpha in enumerate(solution.alpha)
    ]


PRESETS = {
    "three scales": Problem(),
    "the two ends": Problem(alphas=(0.1, 10)),
    "another start": Problem(seed=1),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """How far the first layer has turned at the largest α: medians over the seeds."""
    turned = np.median(solution.turned[:, -1], axis=0)
    return {"first_turn": f"{turned[1]:.1f}°", "all_turn": f"{turned[-1]:.0f}°"}


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices of scales are compared by, over the epochs: means over their runs; turned in degrees."""
    return solution.epochs, {name: getattr(solution, name).mean(axis=(0, 1)) for name in ("test_accuracy", "turned")}
