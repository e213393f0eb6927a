"""Grokking: the committed runs, what is said of them, and the small run that the page trains (paper figures 6d and 12)."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

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
