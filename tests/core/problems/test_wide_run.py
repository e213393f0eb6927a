"""The wide page's runs: exact against trained, what is integrated and why, and steps that leave the theory."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.problems.wide import PRESETS, WideNetwork
from core.problems.wide_run import compare, solve


@pytest.mark.parametrize("name", [None, "funnel, lazy", "all modes at once"])
def test_training_confirms_the_exact_curves(name):
    compared = compare(PRESETS[name] if name else WideNetwork())
    assert compared.solution.exact and compared.solution.reason == ""
    assert compared.worst < 1e-8 and compared.trained.drift.max() < 1e-8


@pytest.mark.parametrize("start", ["neurons", "pytorch"])
def test_other_starts_are_integrated_and_say_why(start):
    solution = solve(WideNetwork(start=start))
    assert not solution.exact and "isotropic" in solution.reason
    np.testing.assert_allclose(solution.curves.singular_values[-1], solution.strengths, rtol=1e-2)


def test_descent_leaves_the_flow_in_proportion_to_its_step():
    small, large = (compare(WideNetwork(descent=step)) for step in (0.05, 0.1))
    assert 1e-4 < small.worst < large.worst and 1e-6 < small.trained.drift.max() < large.trained.drift.max()
    assert small.solution.curves.times.shape == small.trained.curves.times.shape == small.error.shape


def test_too_many_steps_get_a_sentence():
    with pytest.raises(OutsideTheory, match="steps"):
        compare(WideNetwork(descent=0.05, horizon=10_000.0))
