"""The simulation beside the curves: it agrees where theory holds, and says why where it does not."""

import numpy as np
import pytest

from core.errors import OutsideTheory, Unavailable
from core.numbers import number
from core.problems.exact import PRESETS, Exact
from core.problems.exact_run import ERROR_ALLOWED, largest_rate, simulate
from core.training.device import device_for


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.solver == "flow"])
def test_the_formula_holds_for_the_flow_of_every_preset(name):
    run = simulate(PRESETS[name])
    assert run.largest_error < 1e-7 and run.largest_drift < 1e-7
    assert run.verdict == "" and run.device
    assert run.error.shape == run.drift.shape == run.kernel_distance.shape == run.a.shape


def test_descent_turns_amber_with_the_step_and_names_the_limit():
    gentle, hasty = simulate(Exact(solver="descent", rate=0.001)), simulate(Exact(solver="descent", rate=0.5))
    assert gentle.largest_error < ERROR_ALLOWED and not gentle.verdict
    limit = largest_rate(Exact())
    assert 0.4 < limit < 0.5 and number(limit) in hasty.verdict
    small = simulate(Exact(solver="descent", rate=0.3))
    assert small.largest_error > ERROR_ALLOWED and "not small" in small.verdict


def test_a_run_that_diverges_is_infinite_error_and_no_warning():
    run = simulate(Exact(solver="descent", rate=3.0, norm=3.0, target_norm=3.0, horizon=100.0))
    assert run.largest_error == np.inf and run.verdict
    assert np.isnan(run.a).any() and np.isfinite(run.a[:, 0]).all()


def test_noise_repeats_with_its_seed_and_is_blamed():
    one, again, other = (simulate(Exact(solver="noise", seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.a, again.a)
    assert np.abs(one.a - other.a).max() > 0 and "noise" in one.verdict


def test_too_many_steps_are_refused_in_a_sentence():
    with pytest.raises(OutsideTheory, match="50,000"):
        simulate(Exact(solver="descent", rate=0.001, horizon=1000.0))


def test_the_device_is_the_setting_then_the_variable_then_the_cpu(monkeypatch):
    monkeypatch.delenv("DEVICE", raising=False)
    assert device_for("auto") == device_for("cpu") == "cpu"
    monkeypatch.setenv("DEVICE", "nonsense")
    assert device_for("cpu") == "cpu"
    with pytest.raises(Unavailable, match="device"):
        device_for("auto")
