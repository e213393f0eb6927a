"""Waiting times of scalar chains against DOP853 and the known law of plateaus."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory.scalar_chain import layer_speeds, learning_time


def integrated_time(weights, target, etas, fraction):
    def velocity(_, w):
        f = np.prod(w)
        return etas * (f / w) * (target - f)

    def arrived(_, w):
        return np.prod(w) - fraction * target

    arrived.terminal = True
    return solve_ivp(velocity, (0, 1e7), weights, "DOP853", events=arrived, rtol=1e-12, atol=1e-14).t_events[0][0]


@pytest.mark.parametrize("weights", [[0.3], [0.1, 0.1], [0.02, 1.5, 0.4], [1e-3, 0.8, 0.8, 0.8], [0.3] * 8])
@pytest.mark.parametrize("fraction", [0.5, 0.99])
def test_agrees_with_an_independent_integrator(weights, fraction):
    etas = np.linspace(1.0, 2.0, len(weights))
    expected = integrated_time(np.array(weights), 1.3, etas, fraction)
    assert learning_time(weights, 1.3, fraction=fraction, etas=etas) == pytest.approx(expected, rel=1e-8)


def test_two_balanced_layers_follow_the_logistic_curve():
    assert learning_time([1e-2, 1e-2], 2.0) == pytest.approx(np.log(2.0 / 1e-4 - 1) / 4, rel=1e-10)


@pytest.mark.parametrize("depth", [3, 4, 6])
def test_deep_balanced_plateaus_grow_as_a_power_of_the_start(depth):
    small = 1e-3
    expected = small ** -(depth - 2) / (depth - 2)
    assert learning_time([small] * depth, 1.0) == pytest.approx(expected, rel=0.02)


def test_signs_cancel_and_starts_beyond_do_not_wait():
    assert learning_time([-0.1, 0.2, -0.3], 1.0) == learning_time([0.1, 0.2, 0.3], 1.0)
    assert learning_time([-0.1, 0.2], -1.0) == learning_time([0.1, 0.2], 1.0)
    assert learning_time([1.0, 0.9], 1.0) == 0


def test_the_smallest_layer_learns_for_all():
    np.testing.assert_allclose(layer_speeds([0.1, 1.0, 1.0]), np.array([100, 1, 1]) / 102)
    assert layer_speeds(np.ones((5, 3)), etas=[1, 2, 1]).shape == (5, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: learning_time([0.0, 1.0], 1.0),
        lambda: learning_time([1.0, 1.0], -1.0),
        lambda: learning_time([np.nan], 1.0),
        lambda: learning_time([], 1.0),
        lambda: learning_time([0.1], 1.0, fraction=0.0),
        lambda: learning_time([0.1], 1.0, etas=[-1.0]),
        lambda: layer_speeds([0.0, 1.0]),
    ],
)
def test_bad_values_get_a_sentence(call):
    with pytest.raises(OutsideTheory):
        call()
