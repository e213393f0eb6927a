"""Hierarchy: the committed runs, what is said of them, and the small run that the page trains (paper figure 6c)."""

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.hierarchy import EXPERIMENT, FITTED, LEARNT, Problem, Solution, rules
from core.training.practice.statistics import Count, count, first_reaches, mean_interval

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "rules", "run"]

TARGET = 0.7
"""The test accuracy at which the page's words compare the scales."""
SMALL = 4096
"""The largest sample that a page trains on."""


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α and sample sizes; nothing is trained."""
    solution = harness.read(EXPERIMENT).solution
    return harness.only(harness.only(solution, "alpha", 2, problem.alphas), "size", 1, problem.sizes)


def brief(problem: Problem) -> Problem:
    """One seed, the small sizes, and no more epochs than take less than half a minute: what a page trains."""
    sizes = tuple(size for size in problem.sizes if size <= SMALL) or problem.sizes[:1]
    one = replace(problem, seeds=1, sizes=sizes)
    return replace(
        one,
        epochs=harness.within(25, problem.epochs, lambda epochs: EXPERIMENT.seconds(replace(one, epochs=epochs)), 2),
    )


def samples_needed(solution: Solution, target: float, k: int = -1) -> np.ndarray:
    """P*, the samples with which the test accuracy at the k-th recorded epoch first is `target`, [seed, alpha].

    Between two sizes straight in the logarithm of P; NaN where no size is enough, the smallest size where each is.
    """
    accuracy = solution.test_accuracy[..., k].swapaxes(1, 2)
    return 2 ** first_reaches(np.log2(solution.size), np.nan_to_num(accuracy, nan=-1.0), target)


def needed_interval(needed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Geometric mean of P* over the seeds with its 95% interval, [alpha] each; NaN where a seed never gets there."""
    complete = np.where(np.isfinite(needed).all(0), needed, np.nan)
    middle, low, high = (2**one for one in mean_interval(np.log2(complete)))
    return middle, low, high


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


@dataclass(frozen=True)
class Claims:
    """What is said of the stored runs: seeds in which one α needs fewer samples for 70% than another."""

    ten_below_one: Count
    one_below_tenth: Count
    hundred_below_ten: Count


def claims(solution: Solution) -> Claims:
    """The counts over the seeds; a scale that never gets there needs more than any that does."""
    needed = np.nan_to_num(samples_needed(solution, TARGET), nan=np.inf)
    of = {float(alpha): needed[:, k] for k, alpha in enumerate(solution.alpha)}
    return Claims(count(of[10] < of[1]), count(of[1] < of[0.1]), count(of[100] < of[10]))


def ratio(solution: Solution, first: float, second: float) -> tuple[float, float, float]:
    """How many times the samples of `second` the α `first` needs for 70%: geometric mean over the seeds, its interval."""
    needed = samples_needed(solution, TARGET)
    place = {float(alpha): k for k, alpha in enumerate(solution.alpha)}
    logs = np.log2(needed[:, [place[first]]]) - np.log2(needed[:, [place[second]]])
    middle, low, high = (float(2 ** one[0]) for one in mean_interval(logs))
    return middle, low, high


PRESETS = {
    "all scales": Problem(),
    "downstream and upstream": Problem(alphas=(0.1, 1, 10)),
    "far upstream": Problem(alphas=(1, 10, 100)),
    "another hierarchy": Problem(seed=1, sample=5),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """What is said of the stored runs, whatever is chosen."""
    return _words()


@functools.cache
def _words() -> dict[str, str]:
    """What the stored runs show: accuracies at 4,096 samples, P* and the counts over the seeds."""
    stored = harness.read(EXPERIMENT).solution
    at = int(np.flatnonzero(stored.size == SMALL)[0])
    middle, low, high = mean_interval(stored.test_accuracy[:, at, :, -1])
    needed, least, most = needed_interval(samples_needed(stored, TARGET))
    said = {
        "seeds": str(stored.seed.size),
        "scales": str(stored.alpha.size),
        "largest": f"{stored.size[-1]:,}",
        "target": f"{TARGET:.0%}",
        "runs": str(stored.epochs_used.size),
        "unlearnt": str(int((stored.train_loss[..., -1] >= LEARNT).sum())),
        "unlearnt_few": str(int((stored.train_loss[:, 0, :, -1] >= LEARNT).sum())),
        "unlearnt_many": str(int((stored.train_loss[:, -1, :, -1] >= LEARNT).sum())),
    }
    for name, alpha in (("tenth", 0.1), ("one", 1), ("ten", 10), ("hundred", 100)):
        k = int(np.flatnonzero(stored.alpha == alpha)[0])
        said[f"accuracy_{name}"] = f"{middle[k]:.1%} ({low[k]:.1%} to {high[k]:.1%})"
        said[f"needed_{name}"] = f"{needed[k]:,.0f} ({least[k]:,.0f} to {most[k]:,.0f})"
    for name, pair in (("one_over_ten", (1, 10)), ("tenth_over_one", (0.1, 1)), ("hundred_over_ten", (100, 10))):
        said[name] = "{:.2f} times (95% interval {:.2f} to {:.2f})".format(*ratio(stored, *pair))
    counted = claims(stored)
    return said | {field.name: getattr(counted, field.name).words for field in dataclasses.fields(Claims)}


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices are compared by, over the epochs: means over the runs with the most samples."""
    names = ("test_accuracy", "train_loss")
    return solution.epochs, {name: getattr(solution, name)[:, -1].mean(axis=(0, 1)) for name in names}
