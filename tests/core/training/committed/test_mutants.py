"""A test of the tests: codes that are slightly wrong, each of which the comparisons must refuse."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import Unavailable
from core.training.practice import filters, grokking, grokking_record, hierarchy, kernel_movement
from core.training.regime_map import sweep
from tests.core.training.committed import plain_filters, plain_grokking, plain_hierarchy, plain_map, plain_movement
from tests.core.training.committed.agreement import committed_problem


@dataclass(frozen=True)
class Mutant:
    """module.name is replaced by change(what it was); the checks that must fail then."""

    module: Any
    name: str
    change: Callable[[Any], Any]
    checks: tuple[Callable[[], None], ...]


def faster(by: float):
    """A schedule or a rate multiplied by a number."""
    return lambda real: lambda *arguments: by * real(*arguments)


def adam(change: Callable):
    """AdamW with its rates, decay or first arguments changed."""
    return lambda real: (
        lambda weights, moments, gradients, rate, decay, step, kept: real(
            weights, moments, gradients, *change(rate, decay), step, kept
        )
    )


def other_problem(**settings: Callable):
    """Training that takes other settings than it is given."""
    return lambda real: (
        lambda problem, *arguments: real(
            replace(problem, **{name: change(getattr(problem, name)) for name, change in settings.items()}), *arguments
        )
    )


def half_cosine(problem, epoch):
    return 0.1 * problem.width * (1 + np.cos(np.pi * int(epoch) / (0.5 * problem.epochs))) / 2


def no_rise(problem, epoch):
    return 0.1 * problem.width * (1 + np.cos(np.pi * min(int(epoch) / (0.8 * problem.epochs), 1))) / 2


def by_steps(problem, epoch):
    return 0.1 * problem.width * (1 + np.cos(np.pi * epoch / (0.8 * problem.epochs))) / 2


def late_doubled(real):
    return lambda problem, epoch, *rest: real(problem, epoch, *rest) * (2 if epoch > 0.6 * problem.epochs else 1)


def as_it_is(real):
    """Every kind of training without its own start of the rate."""
    return lambda problem, epoch, control="": real(problem, epoch)


def gates_swapped(real):
    """Each counterfactual kernel with the weights of the one and the gates of the other."""
    return lambda weights, probe, *, gates_of=None: real(
        weights if gates_of is None else gates_of, probe, gates_of=None if gates_of is None else weights
    )


def gates_ignored(real):
    return lambda weights, probe, *, gates_of=None: real(weights, probe)


def dense_alone(real):
    """Kernels to which convolutions add nothing."""
    return lambda read, signals: real(read, signals) * (read.ndim == 2)


def without_scale(real):
    """A start in which α is left out of the last layer."""

    def start(alphas, *arguments):
        weights = real(alphas, *arguments)
        return weights | {"out": weights["out"] / torch.tensor(alphas)[:, None, None]}

    return start


def by_tau(real):
    return lambda problem, cell: real(problem, cell) * cell[0]


ADAM = {
    "grokking: rate + 5 %": lambda rate, decay: (1.05 * rate, decay),
    "grokking: rate / τ": lambda rate, decay: ((plain_grokking.SMALL.rate * rate) ** 0.5, decay),
    "grokking: decay + 5 %": lambda rate, decay: (rate, 1.05 * decay),
}
GROKKING = (plain_grokking.steps, plain_grokking.stop)
HIERARCHY = (plain_hierarchy.steps, plain_hierarchy.schedule)
FILTERS = (plain_filters.steps, plain_filters.schedule)
MAP = (plain_map.steps, plain_map.stored)

MUTANTS = {name: Mutant(grokking, "_adamw", adam(change), GROKKING[:1]) for name, change in ADAM.items()}
MUTANTS |= {
    "grokking: stop at 0.9": Mutant(grokking_record, "GROKKED", lambda _: 0.9, GROKKING[1:]),
    "grokking: logits not scaled": Mutant(
        grokking,
        "logits",
        lambda real: lambda weights, tau, pairs: real(weights, tau, pairs) / tau[:, None, None],
        GROKKING[:1],
    ),
    "grokking: decay on the embeddings too": Mutant(grokking, "EMBEDDINGS", lambda _: (), GROKKING[:1]),
    "grokking: another seed": Mutant(
        grokking,
        "train",
        lambda real: lambda problem, part: real(problem, (part[0] + 1, 0)),
        (partial(plain_grokking.stored, grokking.EXPERIMENT),),
    ),
    "hierarchy: rate + 5 %": Mutant(hierarchy, "rate", faster(1.05), HIERARCHY),
    "hierarchy: cosine over 50 %": Mutant(hierarchy, "rate", lambda _: half_cosine, HIERARCHY),
    "hierarchy: no rise at the end": Mutant(hierarchy, "rate", lambda _: no_rise, HIERARCHY),
    "hierarchy: cosine by steps": Mutant(hierarchy, "rate", lambda _: by_steps, HIERARCHY[:1]),
    "hierarchy: stop at 0.1": Mutant(hierarchy, "LEARNT", lambda _: 0.1, (plain_hierarchy.stop,)),
    "hierarchy: stop at 1e-3": Mutant(hierarchy, "LEARNT", lambda _: 1e-3, (plain_hierarchy.stop,)),
    "hierarchy: minibatches of 64": Mutant(
        hierarchy, "BATCH", lambda _: 64, (plain_hierarchy.steps, plain_hierarchy.stored)
    ),
    "hierarchy: √(2 / fan-in)": Mutant(
        hierarchy,
        "logits",
        lambda real: lambda layers, x: real(layers, x) * 2**1.5,
        (plain_hierarchy.steps, plain_hierarchy.stored),
    ),
    "filters: rate + 5 %": Mutant(filters, "rate", faster(1.05), FILTERS),
    "filters: no slow start": Mutant(filters, "rate", as_it_is, FILTERS),
    "filters: the frozen layer learns": Mutant(filters, "FROZEN", lambda _: "", FILTERS[:1]),
    "filters: late rate doubled": Mutant(filters, "rate", late_doubled, FILTERS),
    "filters: minibatches of 50": Mutant(filters, "BATCH", lambda _: 50, (plain_filters.steps,)),
    "filters: gain 1 for 2": Mutant(
        filters,
        "initial",
        lambda real: lambda *arguments: {name: weight / 2**0.5 for name, weight in real(*arguments).items()},
        (plain_filters.draws,),
    ),
    "kernel movement: rate + 4 %": Mutant(
        kernel_movement,
        "train",
        other_problem(rate=lambda rate: 0.96 * rate),
        (plain_movement.steps,),
    ),
    "kernel movement: gates swapped": Mutant(kernel_movement, "kernel", gates_swapped, (plain_movement.steps,)),
    "kernel movement: gates of neither": Mutant(kernel_movement, "kernel", gates_ignored, (plain_movement.steps,)),
    "kernel movement: no convolutions": Mutant(kernel_movement, "_layer_kernel", dense_alone, (plain_movement.steps,)),
    "kernel movement: α not on the last layer": Mutant(
        kernel_movement, "initial", without_scale, (plain_movement.draws,)
    ),
    "map: rate / τ": Mutant(sweep, "cell_rate", by_tau, MAP),
    "map: rate + 5 %": Mutant(sweep, "cell_rate", faster(1.05), MAP),
    "map: another problem": Mutant(sweep, "PAPER", lambda paper: replace(paper, n=999), (plain_map.problem,)),
}
CASES = [(name, place) for name, mutant in MUTANTS.items() for place in range(len(mutant.checks))]


@pytest.mark.parametrize(("name", "place"), CASES, ids=[f"{name}, check {place}" for name, place in CASES])
def test_a_wrong_code_is_refused(monkeypatch, name, place):
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.module, mutant.name, mutant.change(getattr(mutant.module, mutant.name)))
    with pytest.raises(AssertionError):
        mutant.checks[place]()


@pytest.mark.parametrize("module", [grokking, hierarchy, filters, kernel_movement], ids=lambda module: module.__name__)
def test_another_committed_problem_is_refused(module):
    experiment = module.EXPERIMENT
    other = replace(experiment, committed=replace(experiment.committed, seed=1))
    with pytest.raises(Unavailable, match="committed settings"):
        committed_problem(other, "")
