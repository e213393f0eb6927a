"""The trained square network beside theorems B.8 to B.10 and the chain; and where there is no such network."""

import pytest

from core.errors import OutsideTheory
from core.problems.deep import PRESETS, DeepChain
from core.problems.deep_square import simulate, twin

RUNS = {
    "default": DeepChain(),
    "two layers": DeepChain(depth=2, imbalance=3.0, y=-1.0),
    "unbalanced": DeepChain(depth=4, imbalance=0.7),
    "plateau": PRESETS["plateau, then a jump"],
}


@pytest.mark.parametrize("problem", RUNS.values(), ids=RUNS)
def test_training_agrees_with_the_theorems_and_with_the_chain(problem):
    run = simulate(problem)
    assert run.size_error.max() < 1e-8 and run.kernel_error.max() < 1e-8
    assert run.path_error.max() < 1e-6 and run.miss < 1e-5
    assert run.delta == -problem.imbalance and run.hidden == problem.depth - 1


@pytest.mark.parametrize(
    "problem, words",
    [
        (DeepChain(depth=1), "hidden layer"),
        (DeepChain(imbalance=-0.5), "only one direction"),
        (DeepChain(c3=0.5), "all its c_l are equal"),
        (DeepChain(eta=2.0), "equal rates"),
    ],
)
def test_chains_without_a_square_network_are_told(problem, words):
    with pytest.raises(OutsideTheory, match=words):
        twin(problem)
