"""The code behind the committed results does what plain references do, on any processor; test_mutants.py tests this test."""

import pytest

from core.datasets import hierarchy as rhm
from core.datasets import images, modular
from core.training.practice import filters, grokking, hierarchy, kernel_movement
from tests.core.training.committed import plain_filters, plain_grokking, plain_hierarchy, plain_map, plain_movement
from tests.core.training.committed.agreement import close, committed_problem, fingerprint_of_numbers

CHECKS = {
    "grokking: ten steps": plain_grokking.steps,
    "grokking: stop": plain_grokking.stop,
    "grokking: draws": plain_grokking.draws,
    "grokking: stored": lambda: plain_grokking.stored(grokking.EXPERIMENT),
    "grokking: stored, p = 97": lambda: plain_grokking.stored(grokking.LARGER),
    "hierarchy: forty steps": plain_hierarchy.steps,
    "hierarchy: stop": plain_hierarchy.stop,
    "hierarchy: schedule": plain_hierarchy.schedule,
    "hierarchy: draws": plain_hierarchy.draws,
    "hierarchy: stored": plain_hierarchy.stored,
    "filters: ten steps": plain_filters.steps,
    "filters: schedule": plain_filters.schedule,
    "filters: draws": plain_filters.draws,
    "filters: stored": plain_filters.stored,
    "kernel movement: ten steps": plain_movement.steps,
    "kernel movement: draws": plain_movement.draws,
    "kernel movement: stored": plain_movement.stored,
    "map: ten steps": plain_map.steps,
    "map: problem": plain_map.problem,
    "map: stored": plain_map.stored,
}

PROBLEMS = {
    "8b5ccc6c958c2bbf": grokking.EXPERIMENT,
    "cbd32cb6a1ca59a8": hierarchy.EXPERIMENT,
    "81114375019a2a06": filters.EXPERIMENT,
    "f0d757454530e345": kernel_movement.EXPERIMENT,
    "bcda22496563161d": grokking.LARGER,
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_code_is_what_the_reference_is(name):
    CHECKS[name]()


@pytest.mark.parametrize("known", PROBLEMS, ids=lambda known: PROBLEMS[known].name)
def test_the_file_holds_the_problem_of_the_code(known):
    committed_problem(PROBLEMS[known], known)


def training_pairs():
    return [modular.training(p, 0.7, seed) for p in (47, 97) for seed in range(5)]


def hierarchical_data():
    rules = [hierarchy.rules(hierarchy.EXPERIMENT.committed, seed) for seed in range(6)]
    return [array for seed, one in enumerate(rules) for array in rhm.sample(one, 512 + hierarchy.TESTED, seed)]


def patch_classes():
    _, train, _, test = images.photograph_patches()
    return train, test


@pytest.mark.parametrize(
    ("known", "numbers"),
    [
        ("b5e802468c075e4a", training_pairs),
        ("5667830083b77d7f", hierarchical_data),
        ("51fb3c4609f3148c", patch_classes),
        ("0f8718ff406c9539", images.bundled_digits),
    ],
)
def test_the_data_behind_the_results_are_the_same_everywhere(known, numbers):
    assert fingerprint_of_numbers(*numbers()) == known


def test_the_patches_have_the_contrast_they_had():
    train, _, test, _ = images.photograph_patches()
    close([train.std(), test.std()], [0.192490, 0.160019], "contrast", rtol=1e-4)
