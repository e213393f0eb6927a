"""Runs beside the Implicit bias page: they land where predicted, or say why not."""

import pytest

from core.errors import OutsideTheory
from core.problems.implicit_bias import PRESETS, Landings
from core.problems.implicit_bias_run import simulate, simulate_space


@pytest.mark.parametrize("name", PRESETS)
def test_the_flow_lands_where_predicted(name):
    run = simulate(PRESETS[name])
    assert run.largest_error < 1e-6 and run.largest_drift < 1e-6 and run.verdict == ""
    assert run.beta.shape == (7, run.times.size, 2) and run.device


@pytest.mark.parametrize("name", ["paper, figure 4(b)", "a null line in space"])
def test_in_space_too(name):
    run = simulate_space(PRESETS[name])
    assert run.gap < 1e-3 and run.largest_error < 1e-3 and run.verdict == ""


def test_large_steps_turn_amber_and_too_many_are_refused():
    run = simulate(Landings(solver="descent", rate=0.5))
    assert "above 2" in run.verdict or "not small" in run.verdict
    with pytest.raises(OutsideTheory, match="50,000"):
        simulate(Landings(solver="descent", rate=0.001, horizon=1000.0))
