"""Limits: the drift of δ against its formula, first order in η, the edge, noise's resting point, any legal problem."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problems import limits
from core.problems.limits import PRESETS, Limits, edge, solve, task
from core.training.real_steps import Descent, Task


@functools.cache
def solved(name: str):
    """A preset's solution, when the first test asks for it: who only collects the tests solves nothing."""
    return solve(PRESETS[name])


@pytest.mark.parametrize("name", PRESETS)
def test_each_steps_change_of_delta_is_the_formula_exactly(name):
    solution = solved(name)
    np.testing.assert_allclose(solution.formula, solution.counted, rtol=1e-10, atol=1e-10)
    for values in vars(solution).values():
        assert np.isfinite(values).all() or values is solution.drift


def test_drift_over_a_fixed_time_is_first_order_in_the_step():
    solution = solve(Limits(delta=2.0))
    ratio = solution.drift / solution.drift_predicted
    assert ratio[0] == pytest.approx(1, abs=0.02)
    assert abs(ratio[1] - 1) > abs(ratio[0] - 1) * 0.5
    assert solution.drift[1] / solution.drift[0] == pytest.approx(2, rel=0.05)


def test_small_steps_approach_the_flow():
    errors = [solve(Limits(eta=step)).worst for step in (0.2, 0.1, 0.05)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.3) and errors[1] / errors[2] == pytest.approx(2, rel=0.3)


@pytest.mark.parametrize("delta", [-2.0, 0.0, 2.0])
@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_past_the_edge_descent_leaves_for_a_flatter_minimum_if_there_is_one(delta, factor):
    """Curvature at a minimum is √(δ² + 4): past its edge |δ| shrinks until 2/η is no longer below; at δ = 0 it cannot."""
    problem = Limits(delta=delta)
    here = task(problem)
    a, w, b = limits._flow_end(problem, here)
    start = Task(a, w + 1e-6, b, here.X, here.y, here.slope, here.share, here.biased)
    rate = factor * edge(problem)
    assert edge(problem) == pytest.approx(2 / np.hypot(delta, 2), rel=1e-9)
    walk = Descent(start, rate)
    for _ in range(600):
        walk.step()
    settled, end = walk.loss()[0] < 1e-10, walk.delta()[0, 0]
    if factor < 1:
        assert settled and abs(end - delta) < 1e-4
    elif delta:
        assert settled and abs(end) < abs(delta) - 0.1 and np.hypot(end, 2) < 2 / rate
    else:
        assert not settled


def test_label_noise_carries_every_start_to_the_same_unbalance():
    """E Δδ = η²σ²(‖w‖² − d a²) vanishes at ‖w‖² = d a²; with |β| = 1 and d = 2 that is δ = −1/√2."""
    for delta in (-2.5, 2.0):
        problem = Limits(eta=0.2, delta=delta, noise=0.4)
        walk = problem.descent(task(problem), 0.1, runs=20, seed=1)
        for _ in range(6000):
            walk.step()
        late = []
        for _ in range(2000):
            walk.step()
            late.append(walk.delta().mean())
        assert np.mean(late) == pytest.approx(-1 / np.sqrt(2), abs=0.08)


def test_weight_decay_shrinks_delta_exponentially():
    solution = solve(Limits(eta=0.01, decay=0.1, delta=2.0, horizon=10.0))
    np.testing.assert_allclose(solution.delta[0], 2 * np.exp(-0.2 * solution.times), atol=0.02)


def test_uncounted_bias_breaks_delta_and_counting_it_mends_it():
    solution = solve(Limits(model="relu", bias=True, eta=0.04, horizon=10.0))
    assert np.ptp(solution.counted[0]) < 0.2 * np.ptp(solution.delta[0])


def test_past_the_edge_the_exact_prediction_fails():
    below, past = solved("small steps"), solved("the edge of stability")
    assert past.error[:, -1].max() > 1e3 * below.error[:, -1].max()


@settings(max_examples=10, deadline=None)
@given(
    st.floats(0.02, 1.5),
    st.floats(-4, 4),
    st.sampled_from([0.0, 0.5, 2.0]),
    st.sampled_from([0.0, 0.5, 0.95]),
    st.sampled_from([0.0, 0.5]),
    st.booleans(),
)
def test_any_legal_problem_gives_finite_curves(step, delta, noise, momentum, decay, bias):
    solution = solve(Limits(eta=step, delta=delta, noise=noise, momentum=momentum, decay=decay, bias=bias, horizon=4.0))
    assert np.isfinite(solution.delta).all() and np.isfinite(solution.error).all()
