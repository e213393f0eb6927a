"""Planar training runs against plain gradient descent written out here, and against what the flow conserves."""

import numpy as np
import pytest

from core.datasets import teacher_student, xor
from core.errors import OutsideTheory
from core.training import plane


def start(tau=0.1, delta=1.0, seed=58, n=20, width=50):
    task = teacher_student.draw(d=2, n=n, width=width, seed=seed, tests=1)
    return *task.student.scaled(tau, delta), task.X, task.y


def descent(W, a, X, y, rate, steps, eta_a=1.0, eta_w=1.0, slope=0.0):
    for _ in range(steps):
        Z = X @ W.T
        gate = np.where(Z > 0, 1.0, slope)
        error = 2 / len(y) * ((gate * Z) @ a - y)
        W, a = W - rate * eta_w * ((gate * error[:, None]) * a).T @ X, a - rate * eta_a * (gate * Z).T @ error
    return W, a


@pytest.mark.parametrize(("tau", "delta"), [(0.1, 0.0), (0.1, 1.0), (0.1, -1.0), (1.0, 0.0)])
def test_the_run_is_gradient_descent(tau, delta):
    W_0, a_0, X, y = start(tau, delta)
    run = plane.follow(W_0, a_0, X, y, end=1.0)
    W, a = descent(W_0, a_0, X, y, 1e-4, 10_000)
    scale = np.abs(run.beta).max()
    np.testing.assert_allclose(run.beta[-1], np.abs(a)[:, None] * W, atol=3e-3 * scale)


def test_rates_and_slope_reach_the_descent():
    W_0, a_0, X, y = start(0.3, 0.2)
    run = plane.follow(W_0, a_0, X, y, end=1.0, rate=1e-3, eta_a=3.0, eta_w=0.5, slope=0.3)
    W, a = descent(W_0, a_0, X, y, 1e-3, 1000, eta_a=3.0, eta_w=0.5, slope=0.3)
    np.testing.assert_allclose(run.W[-1], W, atol=1e-8)
    np.testing.assert_allclose(run.a[-1], a, atol=1e-8)
    assert run.rate == 1e-3 and run.time[-1] == pytest.approx(1.0)


def test_snapshots_start_at_zero_and_are_even_in_log_time():
    run = plane.follow(*start(), end=100.0)
    assert len(run.time) == 121 and run.time[0] == 0 and run.time[-1] == pytest.approx(100)
    ratio = run.time[2:] / run.time[1:-1]
    assert ratio.max() < 1.3
    assert run.hamming[0] == run.distance[0] == run.kernel_distance[0] == run.drift[0] == 0


def test_delta_is_conserved_to_what_descent_allows():
    assert plane.follow(*start(), end=100.0).drift.max() < 1e-3


def test_flipped_is_a_share():
    run = plane.follow(*start(), end=10.0)
    assert 0 < run.flipped.max() <= 1
    np.testing.assert_allclose(run.flipped * 50, run.hamming)


def test_a_stiff_run_takes_another_method_and_agrees():
    W_0, a_0, X, y = start(2.0, 0.0, n=100, width=100)
    quick = plane.follow(W_0, a_0, X, y, end=5.0)
    W, a = descent(W_0, a_0, X, y, 1e-3, 5000)
    np.testing.assert_allclose(quick.beta[-1], np.abs(a)[:, None] * W, atol=1e-2)


def test_one_datum_that_nobody_sees_gives_no_kernel_distance():
    W_0, a_0 = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1.0, -1.0])
    run = plane.follow(W_0, a_0, np.array([[-1.0, 0.1]]), np.array([1.0]), end=1.0)
    assert np.isnan(run.kernel_distance).all() and run.distance[-1] == 0


def test_a_diverging_rate_names_a_better_one():
    with pytest.raises(OutsideTheory, match=r"η·λ_max = .* > 2"):
        plane.follow(*start(), end=100.0, rate=1.0)


@pytest.mark.parametrize("kwargs", [{"rate": 1e-9}, {"eta_a": 1e6, "eta_w": 1e6}])
def test_endless_runs_are_refused_before_they_start(kwargs):
    with pytest.raises(OutsideTheory, match=r"at most|too stiff"):
        plane.follow(*start(), end=1000.0, **kwargs)


def test_the_panels_rate_is_the_papers_or_stable():
    W_0, a_0, X, _ = start()
    assert plane.panel_rate(W_0, a_0, X) == 1e-4
    assert plane.panel_rate(100 * W_0, 100 * a_0, X) < 1e-4


def test_xor_clusters_are_learnt_by_relu_and_not_by_a_line():
    X, y = xor.clusters(10, seed=1)
    rng = np.random.default_rng(0)
    W_0, a_0 = 0.1 * rng.standard_normal((30, 2)), rng.standard_normal(30)
    assert plane.follow(W_0, a_0, X, y, end=30.0).loss[-1] < 0.05
    assert plane.follow(W_0, a_0, X, y, end=30.0, slope=1.0).loss[-1] > 0.9
