"""Grokking: the committed runs, what is said of them, and the small run that the page trains (paper figures 6d and 12)."""

import dataclasses
import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.params import Curves
from core.training.device import falling_back, own_device
from core.training.practice import harness
from core.training.practice.grokking import EXPERIMENT, LARGER, ROWS, Problem, Solution
from core.training.practice.statistics import Count, count, seeds_in_words

__all__ = ["EXPERIMENT", "PRESETS", "Problem", "Solution", "brief", "recorded", "run"]

STORED = {one.committed.modulus: one for one in (EXPERIMENT, LARGER)}


def run(problem: Problem) -> Iterator[harness.Snapshot]:
    """The whole experiment as a generator of snapshots, on DEVICE; nothing is kept on disk."""
    yield from falling_back(lambda device: harness.run(EXPERIMENT, problem, device=device), own_device())


def stored(problem: Problem) -> harness.Experiment:
    """The committed runs that are shown: those of the chosen modulus where there are any."""
    return STORED.get(problem.modulus, EXPERIMENT)


def recorded(problem: Problem) -> Solution:
    """The committed runs at the chosen α and τ under the chosen decay; nothing is trained."""
    solution = harness.only(harness.read(stored(problem)).solution, "alpha", 3, problem.alphas)
    solution = harness.only(solution, "tau", 2, (*problem.taus, problem.tau))
    return harness.only(solution, "row", 1, (problem.row,))


def brief(problem: Problem) -> Problem:
    """One seed at one τ and one decay with no more steps than take less than half a minute: what a page trains."""
    one = replace(problem, seeds=1, taus=(problem.tau,), rows=(problem.row,))
    return replace(
        one, steps=harness.within(20, problem.steps, lambda steps: EXPERIMENT.seconds(replace(one, steps=steps)), 10)
    )


def of_row(solution: Solution, row: str) -> Solution:
    """The runs under one kind of decay, without that axis: [seed, tau, alpha, …]."""
    place = int(np.flatnonzero(solution.row == row)[0])
    arrays = {field.name: getattr(solution, field.name) for field in dataclasses.fields(solution)}
    return replace(solution, **{name: array[:, place] for name, array in arrays.items() if array.ndim > 1})


def waits(solution: Solution) -> np.ndarray:
    """Steps from fitting to grokking, NaN for runs that did not grok; the shape of `grokked`."""
    return solution.grokked - solution.fitted


def counts(solution: Solution) -> dict[float, tuple[int, int]]:
    """τ → how many runs [seed, row, alpha] grokked, of how many."""
    grokked = np.isfinite(solution.grokked)
    return {float(tau): (int(grokked[:, :, k].sum()), grokked[:, :, k].size) for k, tau in enumerate(solution.tau)}


@dataclass(frozen=True)
class Claims:
    """What is said of the stored runs under one kind of decay, counted over all seeds and τ; never counts as longest."""

    fits_sooner: Count | None
    """At the largest α the pairs are fitted sooner than at the smallest."""
    fits_sooner_than_one: Count | None
    """At α = 10 they are fitted sooner than at α = 1."""
    waits_less: Count | None
    """At α = 10 the wait from fitting to grokking is shorter than at α = 1."""
    groks_sooner: Count | None
    """At α = 10 the network groks sooner than at α = 1."""
    low_waits_less: Count | None
    """At the smallest α the wait is shorter than at α = 1."""
    high_groks_sooner: Count | None
    """At the largest α the network groks sooner than at α = 10."""


def claims(solution: Solution) -> Claims:
    """The counts over runs [seed, tau, alpha]; pairs of which neither got there are left out, None where that is all.

    The waits of the smallest α are compared where both runs grokked.
    """
    place = {float(alpha): k for k, alpha in enumerate(solution.alpha)}
    low, one, ten, high = 0, place[1.0], place[10.0], len(solution.alpha) - 1

    def sooner(values: np.ndarray, first: int, second: int, both: bool = False) -> Count | None:
        here, there = (np.nan_to_num(values[..., k], nan=np.inf).ravel() for k in (first, second))
        known = np.isfinite(here) & np.isfinite(there) if both else np.isfinite(here) | np.isfinite(there)
        return count(here[known] < there[known]) if known.any() else None

    return Claims(
        sooner(solution.fitted, high, low),
        sooner(solution.fitted, ten, one),
        sooner(waits(solution), ten, one),
        sooner(solution.grokked, ten, one),
        sooner(waits(solution), low, one, both=True),
        sooner(solution.grokked, high, ten),
    )


@dataclass(frozen=True)
class Line:
    """Medians over the seeds at one τ, as words, one for each α."""

    tau: float
    fit: dict[float, str]
    wait: dict[float, str]


def summary(solution: Solution) -> list[Line]:
    """Fit and wait apart, for each τ; runs [seed, tau, alpha]."""
    return [
        Line(
            float(tau),
            {float(alpha): middle(solution.fitted[:, k, j]) for j, alpha in enumerate(solution.alpha)},
            {float(alpha): middle(waits(solution)[:, k, j]) for j, alpha in enumerate(solution.alpha)},
        )
        for k, tau in enumerate(solution.tau)
    ]


def middle(values: np.ndarray) -> str:
    """The median in words; a run that never got there counts as longest."""
    median = float(np.median(np.nan_to_num(values, nan=np.inf)))
    return f"{median:,.0f}" if np.isfinite(median) else "never"


PRESETS = {
    "small τ: rich": Problem(),
    "large τ": Problem(tau=1.5),
    "two scales": Problem(alphas=(0.1, 10)),
    "embeddings without decay": Problem(row="all but embeddings"),
    "more pairs": Problem(modulus=LARGER.committed.modulus),
}


def words(problem: Problem, solution: Solution) -> dict[str, str]:
    """Median steps to fit and from there to grok at the chosen τ, at both ends of α; decay's own time; the counts."""
    here = of_row(solution, problem.row)
    k = int(np.argmin(np.abs(here.tau - problem.tau)))
    kept = stored(problem).committed
    decay_steps = math.log(10) * problem.tau**2 / (kept.rate * kept.decay)
    said = {
        "tau": f"{here.tau[k]:g}",
        "low": f"{here.alpha[0]:g}",
        "high": f"{here.alpha[-1]:g}",
        "fit_low": middle(here.fitted[:, k, 0]),
        "fit_high": middle(here.fitted[:, k, -1]),
        "wait_low": middle(waits(here)[:, k, 0]),
        "wait_high": middle(waits(here)[:, k, -1]),
        "decay_steps": f"{decay_steps:,.0f}",
    }
    return said | _stored_words(kept.modulus)


@functools.cache
def _stored_words(modulus: int) -> dict[str, str]:
    """What hangs on the modulus alone: the counts of both kinds of decay, how much was run, the usual wait of each modulus."""
    result = harness.read(STORED[modulus])
    problem, runs = result.problem, result.solution
    said = {
        "seeds": seeds_in_words(runs.seed.size),
        "modulus": str(problem.modulus),
        "pairs": f"{problem.modulus**2:,}",
        "budget": f"{problem.steps:,}",
        "share": f"{_share_of_embeddings(problem):.1%}",
    }
    for row, prefix in zip(ROWS, ("all", "but"), strict=True):
        counted = claims(of_row(runs, row))
        for field in dataclasses.fields(counted):
            one = getattr(counted, field.name)
            said[f"{prefix}_{field.name}"] = one.words if one else "no pair of runs"
        grokked = np.isfinite(of_row(runs, row).grokked)
        said[f"{prefix}_grokked"] = f"{grokked.sum()} of {grokked.size}"
        said[f"{prefix}_grokked_low"] = f"{grokked[..., 0].sum()} of {grokked[..., 0].size}"
    return said | {
        f"{size}_{name}": steps
        for size, p in zip(("small", "large"), STORED, strict=True)
        for name, steps in _usual(p).items()
    }


def _usual(modulus: int) -> dict[str, str]:
    """Median steps to fit, and from there to grok, of the usual start under the usual recipe: α = τ = 1, decay on all."""
    runs = of_row(harness.read(STORED[modulus]).solution, "all weights")
    at = (slice(None), int(np.flatnonzero(runs.tau == 1)[0]), int(np.flatnonzero(runs.alpha == 1)[0]))
    return {"modulus": str(modulus), "fit": middle(runs.fitted[at]), "wait": middle(waits(runs)[at])}


def _share_of_embeddings(problem: Problem) -> float:
    p, d = problem.modulus, problem.width
    embeddings = (p + 4) * d
    return embeddings / (embeddings + 12 * d * d + d * p)


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two choices are compared by, over the steps: means over the runs at the chosen τ."""
    here = of_row(solution, problem.row)
    at = int(np.flatnonzero(here.tau == problem.tau)[0])
    named = {"test_accuracy": here.validation_accuracy, "train_accuracy": here.train_accuracy}
    return here.steps[1:], {name: _held(runs[:, at]).mean(axis=(0, 1))[1:] for name, runs in named.items()}


def _held(runs: np.ndarray) -> np.ndarray:
    """A run that has stopped keeps its last value [..., T]."""
    last = np.maximum.accumulate(np.where(np.isfinite(runs), np.arange(runs.shape[-1]), 0), axis=-1)
    return np.take_along_axis(runs, last, axis=-1)
