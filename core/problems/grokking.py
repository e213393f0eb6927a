"""Grokking: the committed runs, what is said of them, and the small run that the page trains (paper figures 6d and 12)."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.grokking import EXPERIMENT, Problem, Solution

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "run"]


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α and τ; nothing is trained."""
    solution = harness.read(EXPERIMENT).solution
    return harness.only(harness.only(solution, "alpha", 2, problem.alphas), "tau", 1, (*problem.taus, problem.tau))


def brief(problem: Problem) -> Problem:
    """One seed at one τ with no more steps than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1, taus=(problem.tau,))
    return replace(
        one, steps=harness.within(20, problem.steps, lambda steps: EXPERIMENT.seconds(replace(one, steps=steps)), 10)
    )


def counts(solution: Solution) -> dict[float, tuple[int, int]]:
    """τ → how many runs grokked, of how many."""
    grokked = np.isfinite(solution.grokked)
    return {float(tau): (int(grokked[:, k].sum()), grokked[:, k].size) for k, tau in enumerate(solution.tau)}


PRESETS = {
    "small τ: rich": Problem(),
    "large τ: some never grok": Problem(tau=1.5),
    "two scales": Problem(alphas=(0.1, 3)),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """Median steps to fit and from there to grok at the chosen τ, at the smallest and the largest α, and decay's own time."""
    k = int(np.argmin(np.abs(solution.tau - problem.tau)))
    fitted, grokked = solution.fitted[:, k], np.nan_to_num(solution.grokked[:, k], nan=np.inf)

    def steps(values: np.ndarray, place: int) -> str:
        middle = float(np.median(values[:, place]))
        return f"{middle:,.0f}" if np.isfinite(middle) else "more than the budget of"

    decay_steps = math.log(10) * problem.tau**2 / (problem.rate * problem.decay) if problem.decay else math.inf
    return {
        "tau": f"{solution.tau[k]:g}",
        "low": f"{solution.alpha[0]:g}",
        "high": f"{solution.alpha[-1]:g}",
        "fit_low": steps(fitted, 0),
        "fit_high": steps(fitted, -1),
        "wait_low": steps(grokked - fitted, 0),
        "wait_high": steps(grokked - fitted, -1),
        "decay_steps": f"{decay_steps:,.0f}",
    }


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices are compared by, over the steps: means over the runs at the chosen τ."""
    at = int(np.flatnonzero(solution.tau == problem.tau)[0])
    named = {"test_accuracy": solution.validation_accuracy, "train_accuracy": solution.train_accuracy}
    return solution.steps[1:], {name: _held(runs[:, at]).mean(axis=(0, 1))[1:] for name, runs in named.items()}


def _held(runs: np.ndarray) -> np.ndarray:
    """A run that has stopped keeps its last value [..., T]."""
    last = np.maximum.accumulate(np.where(np.isfinite(runs), np.arange(runs.shape[-1]), 0), axis=-1)
    return np.take_along_axis(runs, last, axis=-1)
