"""Simulations of the minimal model against its exact solution, descent's own laws, noise, divergence, bad input."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory import row_space, single_neuron
from core.training.single_neuron import collect, gradient_descent, gradient_flow, largest_stable_rate

WHITE, TARGET = np.eye(2), np.array([0.0, 1.0])
RATES = {"eta_a": 0.5, "eta_w": 1.5}


def starts(deltas=(-4.0, -1.0, 0.0, 1.0, 4.0)):
    return single_neuron.split(np.array([-1.0, 0.3]), np.array(deltas), **RATES)


def test_flow_follows_the_exact_solution_for_every_delta():
    a_0, w_0 = starts()
    times = np.concatenate([[0], np.geomspace(1e-3, 30, 60)])
    run = collect(gradient_flow(a_0, w_0, WHITE, TARGET, times, **RATES), **RATES)
    a, w = single_neuron.exact_flow(a_0, w_0, TARGET, times, **RATES)
    np.testing.assert_allclose(run.a, a, atol=1e-7)
    np.testing.assert_allclose(run.w, w, atol=1e-7)
    np.testing.assert_array_equal(run.times, times)
    assert np.abs(run.drift).max() < 1e-7


def test_flow_passes_through_a_sign_flip_of_a_on_one_datum():
    X, y = np.array([[0.5, 1.0]]), np.array([1.1])
    times = np.linspace(0, 20, 21)
    run = collect(gradient_flow(0.3, [-2.0, 0.1], X, y, times))
    a, w = row_space.exact_flow(0.3, [-2.0, 0.1], X, y, times)
    assert a[0] * a[-1] < 0
    np.testing.assert_allclose(run.a, a, atol=1e-6)
    np.testing.assert_allclose(run.w, w, atol=1e-6)


def test_one_step_of_descent_and_the_drift_it_makes():
    """δ changes by η²(η_w η_a² g_a² − η_a η_w² ‖g_w‖²) per step, and by nothing else."""
    draw = np.random.default_rng(0)
    X, y, a_0, w_0 = draw.normal(size=(4, 3)), draw.normal(size=4), draw.normal(size=5), draw.normal(size=(5, 3))
    force = (y - a_0[:, None] * (w_0 @ X.T)) @ X
    g_a, g_w = (w_0 * force).sum(1), a_0[:, None] * force
    run = collect(gradient_descent(a_0, w_0, X, y, rate=0.1, checkpoints=[0, 1], **RATES), **RATES)
    np.testing.assert_allclose(run.a[:, 1], a_0 + 0.1 * 0.5 * g_a, rtol=1e-13)
    np.testing.assert_allclose(run.w[:, 1], w_0 + 0.1 * 1.5 * g_w, rtol=1e-13)
    expected = 0.01 * (1.5 * 0.25 * g_a**2 - 0.5 * 2.25 * (g_w**2).sum(1))
    np.testing.assert_allclose(run.drift[:, 1], expected, atol=1e-13)
    np.testing.assert_allclose(run.times, [0, 0.1])


@pytest.mark.parametrize("rate", [0.02, 0.01])
def test_descent_approaches_the_flow_linearly_in_the_step(rate):
    a_0, w_0 = starts()
    run = collect(gradient_descent(a_0, w_0, WHITE, TARGET, rate=rate, checkpoints=[round(2 / rate)]))
    a, _ = single_neuron.exact_flow(a_0, w_0, TARGET, [2.0])
    error = np.abs(run.a - a).max()
    assert 0.05 * rate < error < 2 * rate


def test_noise_repeats_with_its_seed_differs_between_runs_and_averages_out():
    many = np.full(400, 1.0), np.tile([-1.0, 0.0], (400, 1))

    def run(seed, **noise):
        return collect(gradient_descent(*many, WHITE, TARGET, rate=0.01, checkpoints=[0, 100], seed=seed, **noise))

    for noise in ({"batch": 1}, {"label_noise": 0.5}):
        one, again, other = run(1, **noise), run(1, **noise), run(2, **noise)
        np.testing.assert_array_equal(one.a, again.a)
        assert np.abs(one.a - other.a).max() > 0
        assert one.a[:, 1].std() > 0
        exact, _ = single_neuron.exact_flow(1.0, [-1.0, 0.0], TARGET, [1.0])
        assert abs(one.a[:, 1].mean() - exact[0]) < 0.03


def test_a_batch_of_all_data_in_one_row_is_full_descent():
    X, y = np.array([[0.5, 1.0]]), np.array([1.1])
    plain = collect(gradient_descent(1.0, [0.4, 0.1], X, y, rate=0.1, checkpoints=[50]))
    noisy = collect(gradient_descent(1.0, [0.4, 0.1], X, y, rate=0.1, checkpoints=[50], batch=3))
    np.testing.assert_allclose(plain.w, noisy.w, rtol=1e-12)


def test_beyond_the_stable_rate_descent_leaves_its_level_set_and_far_beyond_is_lost():
    a, w = single_neuron.split(TARGET, 1.0)
    limit = largest_stable_rate(a, w, WHITE)
    near = a + 1e-3, w
    below = collect(gradient_descent(*near, WHITE, TARGET, rate=0.95 * limit, checkpoints=[0, 2000]))
    above = collect(gradient_descent(*near, WHITE, TARGET, rate=1.1 * limit, checkpoints=[0, 2000]))
    far = collect(gradient_descent(10.0, [10.0, 0.0], WHITE, TARGET, rate=1.0, checkpoints=[0, 100]))
    assert abs(below.drift[1]) < 1e-4 and abs(above.drift[1]) > 1e-2
    assert np.isnan(far.a[1]) and np.isnan(far.drift[1]) and np.isfinite(far.a[0])


def test_leading_axes_are_kept():
    snapshot = next(gradient_flow(np.ones((4, 1)), np.ones((3, 2)), WHITE, TARGET, [1.0]))
    assert snapshot.a.shape == (4, 3) and snapshot.w.shape == (4, 3, 2)


BAD = {
    "times fall": lambda: gradient_flow(1.0, [1.0, 0.0], WHITE, TARGET, [1.0, 0.0]),
    "before 0": lambda: gradient_flow(1.0, [1.0, 0.0], WHITE, TARGET, [-1.0]),
    "nan": lambda: gradient_flow(np.nan, [1.0, 0.0], WHITE, TARGET, [1.0]),
    "other d": lambda: gradient_flow(1.0, [1.0], WHITE, TARGET, [1.0]),
    "axes": lambda: gradient_flow(np.ones(2), np.ones((3, 2)), WHITE, TARGET, [1.0]),
    "too stiff": lambda: list(gradient_flow(1e3, [1.0, 0.0], WHITE, TARGET, [1e6])),
    "no steps": lambda: gradient_descent(1.0, [1.0, 0.0], WHITE, TARGET, rate=0.1, checkpoints=[]),
    "many steps": lambda: gradient_descent(1.0, [1.0, 0.0], WHITE, TARGET, rate=0.1, checkpoints=[10**9]),
    "rate": lambda: gradient_descent(1.0, [1.0, 0.0], WHITE, TARGET, rate=0.0, checkpoints=[1]),
    "noise": lambda: gradient_descent(1.0, [1.0, 0.0], WHITE, TARGET, rate=0.1, checkpoints=[1], label_noise=-1.0),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence(case, monkeypatch):
    monkeypatch.setattr("core.training.single_neuron.MOST_STEPS", 500)
    with pytest.raises(OutsideTheory) as told:
        BAD[case]()
    assert told.value.do.endswith(".")
