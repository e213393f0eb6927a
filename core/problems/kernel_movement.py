"""Kernel movement: the committed runs, what is said of them, and the small run that the page trains (paper figure 6a)."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.stats import spearmanr

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.kernel_movement import EQUAL_FIT, EXPERIMENT, Problem, Solution
from core.training.practice.statistics import Count, count, mean_interval, when_reaches

__all__ = ["EQUAL_FIT", "EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "run"]

FITS = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
"""Shares of the start's train loss that are gone: where runs are compared at equal loss."""
HALF = 0.5


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α, over steps or over equal train losses; nothing is trained."""
    chosen = harness.only(harness.read(EXPERIMENT).solution, "alpha", 1, problem.alphas)
    return at_equal_fit(chosen) if problem.at == EQUAL_FIT else chosen


def at_equal_fit(solution: Solution) -> Solution:
    """The runs where their train loss has fallen by each share of FITS, which then stand in the place of the steps.

    Straight between two recorded steps; NaN where a run never gets there. All α of a seed start with the same loss.
    """
    gone = 1 - solution.train_loss / solution.train_loss[..., :1]
    curves = {name: getattr(solution, name) for name in measures(solution)}
    return replace(
        solution,
        steps=FITS,
        **{name: when_reaches(FITS, gone, curve).astype(np.float32) for name, curve in curves.items()},
    )


def measures(solution: Solution) -> list[str]:
    """The names of what is measured, [seed, alpha, step]."""
    return [field.name for field in fields(solution) if np.ndim(getattr(solution, field.name)) == 3]


def brief(problem: Problem) -> Problem:
    """One seed, a small probe batch and no more steps than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1, probe=min(problem.probe, 16), at="equal steps")
    return replace(
        one, steps=harness.within(20, problem.steps, lambda steps: EXPERIMENT.seconds(replace(one, steps=steps)), 1)
    )


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's rank correlation over all runs that are there; NaN when either side does not vary."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 2 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return float("nan")
    return float(spearmanr(x[known], y[known]).statistic)


def moment(solution: Solution, k: int) -> str:
    """The k-th place of the cursor in words: a step, or a share of the loss."""
    now = solution.steps[k]
    return f"{now:.0%} of the loss gone" if over_fits(solution.steps) else f"step {now:.0f}"


def over_fits(steps: np.ndarray) -> bool:
    """Whether shares of the loss stand in the place of steps."""
    return steps.dtype.kind == "f"


def early(steps: np.ndarray, last: int) -> int:
    """The place to open at: the recorded step nearest to an eighth of the last one, or half of the loss gone."""
    wanted = HALF if over_fits(steps) else steps[last] / 8
    return int(np.argmin(np.abs(steps[: last + 1] - wanted)))


def _early(solution: Solution) -> int:
    return early(solution.steps, len(solution.steps) - 1)


@dataclass(frozen=True)
class Line:
    """One scale at the last step, means over the seeds."""

    alpha: float
    kernel: float
    flips: float
    weights: float
    accuracy: float


def summary(solution: Solution) -> list[Line]:
    """The smallest and the largest α, at the last place that all runs have reached."""
    curves = (solution.kernel_distance, solution.distance_flipped, solution.distance_moved, solution.test_accuracy)
    ends = dict.fromkeys((0, len(solution.alpha) - 1))
    there = int(np.flatnonzero(np.isfinite(solution.kernel_distance).all((0, 1))).max(initial=0))
    return [Line(float(solution.alpha[k]), *(float(curve[:, k, there].mean()) for curve in curves)) for k in ends]


@dataclass(frozen=True)
class Claims:
    """What is said of the stored runs where half of the train loss is gone, counted over runs."""

    upstream_moves_more: Count
    """Seeds whose kernel has moved farther at the largest α than at α = 1."""
    downstream_moves_less: Count
    """Seeds whose kernel has moved less at the smallest α than at α = 1."""
    flips_lead_upstream: Count
    """Runs with α > 1 in which flips alone move the kernel farther than weights alone."""
    weights_lead_downstream: Count
    """Runs with α < 1 in which weights alone move it farther."""
    flips_tell_more: Count
    """Seeds in which flips order the kernel distances of all α better than parameter distances do (rank correlation)."""


def claims(solution: Solution) -> Claims:
    """The counts over the stored runs."""
    here, place = at_equal_fit(solution), int(np.flatnonzero(FITS == HALF)[0])
    S, flips, weights, shares, moved = (
        getattr(here, name)[..., place]
        for name in ("kernel_distance", "distance_flipped", "distance_moved", "flipped_share", "parameter_distance")
    )
    one = standard(solution)
    above, below = solution.alpha > 1, solution.alpha < 1
    order = [rank_correlation(a, b) > rank_correlation(c, b) for a, b, c in zip(shares, S, moved, strict=True)]
    return Claims(
        count(S[:, -1] > S[:, one]),
        count(S[:, 0] < S[:, one]),
        count(flips[:, above] > weights[:, above]),
        count(flips[:, below] < weights[:, below]),
        count(np.array(order)),
    )


def standard(solution: Solution) -> int:
    """The place of the α nearest to 1."""
    return int(np.argmin(np.abs(np.log(solution.alpha))))


PRESETS = {
    "eleven scales": Problem(),
    "at equal train loss": Problem(at=EQUAL_FIT),
    "downstream alone": Problem(alphas=(0.1, 0.16, 0.25, 0.4, 0.63)),
    "upstream alone": Problem(alphas=(1.6, 2.5, 4, 6.3, 10)),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """What is said of the stored runs, whatever is chosen."""
    return _words()


@functools.cache
def _words() -> dict[str, str]:
    """What the stored runs show at the early step, where half of the loss is gone and at the end: medians over the seeds."""
    stored = harness.read(EXPERIMENT).solution
    half = at_equal_fit(stored)
    said = {
        "early": f"{stored.steps[_early(stored)]:.0f}",
        "low": f"{stored.alpha[0]:g}",
        "high": f"{stored.alpha[-1]:g}",
        "late_low": f"{np.median(stored.kernel_distance[:, 0, -1]):.3f}",
        "last": f"{stored.steps[-1]:.0f}",
        "first_kernel": f"{np.median(stored.kernel_distance[:, -1, 1]):.2f}",
        "first_flips": f"{np.median(stored.flipped_share[:, -1, 1]):.0%}",
        "scales": str(stored.alpha.size),
        "seeds": str(stored.seed.size),
        "runs": str(stored.kernel_distance[..., 0].size),
    }
    said["joint"] = f"{stored.alpha[_joint(stored)]:g}"
    beyond = stored.distance_flipped[:, -1, -1] > stored.kernel_distance[:, -1, -1]
    said["flips_beyond"] = str(int(beyond.sum()))
    half_gone = int(np.flatnonzero(half.steps == HALF)[0])
    for end, k in (("low", 0), ("one", standard(stored)), ("high", -1)):
        for when, runs, place in (("early", stored, _early(stored)), ("half", half, half_gone)):
            said[f"{when}_{end}"] = f"{np.median(runs.kernel_distance[:, k, place]):.3f}"
            said[f"{when}_{end}_accuracy"] = f"{np.median(runs.test_accuracy[:, k, place]):.0%}"
    for name in ("flipped_share", "parameter_distance"):
        pairs = zip(getattr(half, name)[..., half_gone], half.kernel_distance[..., half_gone], strict=True)
        orders = [rank_correlation(x, y) for x, y in pairs]
        said[f"half_{name}"] = f"{np.median(orders):.2f}".replace("-", "−")
    return said | {field.name: getattr(claims(stored), field.name).words for field in fields(Claims)}


def _joint(stored: Solution) -> int:
    """The place of the largest α up to which, from α = 1 on, flips alone make the early kernel distance, within a tenth of
    it in the median over the seeds, and weights alone less than a tenth."""
    at = _early(stored)
    whole, flips, weights = (
        np.median(getattr(stored, name)[..., at], axis=0)
        for name in ("kernel_distance", "distance_flipped", "distance_moved")
    )
    apart = (np.abs(flips - whole) > 0.1 * whole) | (weights > 0.1 * whole)
    beyond = np.flatnonzero(apart[standard(stored) :])
    return standard(stored) + int(beyond[0]) - 1 if beyond.size else len(apart) - 1


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices of scales are compared by, over the steps: means over their runs."""
    names = ("kernel_distance", "train_loss")
    times = len(solution.steps)
    return solution.steps, {name: mean_interval(getattr(solution, name).reshape(-1, times))[0] for name in names}
