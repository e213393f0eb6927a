"""Filters: the committed runs, what is said of them, and the small run that the page trains (paper figures 6b and 11)."""

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.filters import EXPERIMENT, FROZEN, PLAIN, SLOW, Problem, Solution
from core.training.practice.statistics import Count, count, mean_interval, seeds_in_words

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "run"]


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α under the chosen training; nothing is trained."""
    solution = harness.only(harness.read(EXPERIMENT).solution, "alpha", 2, problem.alphas)
    return harness.only(solution, "control", 1, (problem.control,))


def brief(problem: Problem) -> Problem:
    """One seed, few images and no more epochs than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1, samples=min(problem.samples, 1500), controls=(problem.control,))
    return replace(
        one,
        epochs=harness.within(25, 8, lambda epochs: EXPERIMENT.seconds(replace(one, epochs=epochs)), 1),
    )


def of_control(solution: Solution, control: str) -> Solution:
    """The runs under one kind of training, without that axis: [seed, alpha, …]."""
    place = int(np.flatnonzero(solution.control == control)[0])
    arrays = {field.name: getattr(solution, field.name) for field in dataclasses.fields(solution)}
    return replace(solution, **{name: array[:, place] for name, array in arrays.items() if array.ndim > 1})


@dataclass(frozen=True)
class Line:
    """One scale under one kind of training at the last epoch, in words: mean and, of several seeds, half their range."""

    control: str
    alpha: float
    smoothness: str
    balanced: str
    accuracy: str
    first: str
    turned: str


def summary(solution: Solution) -> list[Line]:
    """One line for each kind of training and each α of which there are runs."""
    lines = []
    for control in solution.control:
        here = of_control(solution, str(control))
        for k, alpha in enumerate(here.alpha):
            if np.isfinite(here.test_accuracy[:, k, -1]).any():
                lines.append(_line(here, str(control), k, float(alpha)))
    return lines


@functools.cache
def stored_lines() -> list[Line]:
    """The summary of all stored runs, whatever is chosen."""
    return summary(harness.read(EXPERIMENT).solution)


def _line(here: Solution, control: str, k: int, alpha: float) -> Line:
    last = [curve[:, k, -1] for curve in (here.smoothness, here.balanced, 100 * here.test_accuracy)]
    turned = here.turned[:, k, 1], here.turned[:, k, -1]
    forms = (("{:.2f}", ""), ("{:.2f}", ""), ("{:.0f}", "%"), ("{:.0f}", "°"), ("{:.0f}", "°"))
    return Line(control, alpha, *(spread(v, *form) for v, form in zip((*last, *turned), forms, strict=True)))


def spread(values: np.ndarray, form: str, unit: str = "") -> str:
    """Mean ± half the range of the runs that are there; of a single run its value alone."""
    known = values[np.isfinite(values)]
    half = f" ± {form.format(np.ptp(known) / 2)}" if len(known) > 1 else ""
    return form.format(known.mean()) + half + unit


@dataclass(frozen=True)
class Claims:
    """What is said of the stored runs, counted over the seeds; None where there are no runs."""

    smoother: Count | None
    """The filters of the largest α are smoother than those of α = 1, those than the smallest α's."""
    smoother_balanced: Count | None
    """The same by the Laplacian that sums to 0."""
    smoother_slow: Count | None
    """The filters of the largest α are smoother than those of α = 1 under a slow start of the rate as well."""


def claims(solution: Solution) -> Claims:
    """The counts over the seeds of which there are runs."""

    def falls(curve: np.ndarray, first: int = 0) -> Count | None:
        last = curve[:, first:, -1]
        known = np.isfinite(last).all(1)
        return count((np.diff(last[known]) < 0).all(1)) if known.any() else None

    plain, slow = of_control(solution, PLAIN), of_control(solution, SLOW)
    return Claims(falls(plain.smoothness), falls(plain.balanced), falls(slow.smoothness, 1))


PRESETS = {
    "three scales": Problem(),
    "the two ends": Problem(alphas=(0.1, 10)),
    "slow start": Problem(control=SLOW),
    "first layer frozen": Problem(control=FROZEN),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """What is said of the stored runs, whatever is chosen."""
    return _words()


@functools.cache
def _words() -> dict[str, str]:
    """What the stored runs show: angles, smoothnesses and accuracies, means over the seeds, and the counts."""
    result = harness.read(EXPERIMENT)
    stored = result.solution
    said = {
        "seeds": seeds_in_words(stored.seed.size),
        "samples": f"{result.problem.samples:,}",
        "epochs": str(result.problem.epochs),
        "steps": f"{result.problem.epochs * -(-result.problem.samples // 100):,}",
    }
    plain, slow, frozen = (of_control(stored, control) for control in (PLAIN, SLOW, FROZEN))
    for name, k in (("low", 0), ("one", 1), ("high", 2)):
        said[f"smooth_{name}"] = _mean(plain.smoothness[:, k, -1], "{:.2f}")
        said[f"accuracy_{name}"] = _mean(plain.test_accuracy[:, k, -1], "{:.1%}")
    said |= {
        "first_high": _mean(plain.turned[:, -1, 1], "{:.0f}°"),
        "turned_high": _mean(plain.turned[:, -1, -1], "{:.0f}°"),
        "slow_first_high": _mean(slow.turned[:, -1, 1], "{:.0f}°"),
        "slow_smooth_high": _mean(slow.smoothness[:, -1, -1], "{:.2f}"),
        "frozen_accuracy": _mean(frozen.test_accuracy[:, 1, -1], "{:.1%}"),
    }
    counted = {field.name: getattr(claims(stored), field.name) for field in dataclasses.fields(Claims)}
    return said | {name: one.words if one else "no" for name, one in counted.items()}


def _mean(values: np.ndarray, form: str) -> str:
    mean = float(mean_interval(values[:, None])[0][0])
    return form.format(mean) if np.isfinite(mean) else "not run"


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices of scales are compared by, over the epochs: means over their runs; turned in degrees."""
    here = of_control(solution, problem.control)
    times = len(here.epochs)
    names = ("test_accuracy", "turned")
    return here.epochs, {name: mean_interval(getattr(here, name).reshape(-1, times))[0] for name in names}
