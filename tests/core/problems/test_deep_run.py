"""The chain trained layer by layer agrees with its integrated flow and lands where predicted."""

import pytest

from core.problems.deep import PRESETS, DeepChain
from core.problems.deep_run import compare


@pytest.mark.parametrize("problem", [DeepChain(), DeepChain(depth=1), PRESETS["downstream: keeps its direction"]])
def test_training_lands_where_theory_says(problem):
    compared = compare(problem)
    assert compared.worst < 1e-7 and compared.miss < 1e-7 and compared.drift.max() < 1e-7


def test_an_early_end_is_seen():
    assert compare(DeepChain(norm=0.001, horizon=1.0)).miss > 0.1
