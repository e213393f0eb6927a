"""The Start page's two races tell what its sentence says, for every preset and some seeds."""

import numpy as np
import pytest

from core.problems.start import PRESETS, Linear, Relu, Start, solve


def test_linear_upstream_is_fast_but_lazy_downstream_rich_but_late():
    found = solve(Start())
    assert isinstance(found, Linear)
    down, level, up = found.reached
    np.testing.assert_allclose([down, level, up], [17.2, 1.83, 0.335], rtol=5e-3)
    np.testing.assert_allclose(found.kernel_distance[:, -1], [0.871308, 0.2, 0.001469], atol=1e-5)


@pytest.mark.parametrize("seed", [58, 1, 2])
def test_in_relu_networks_upstream_is_fast_and_rich(seed):
    found = solve(Start(network="relu", seed=seed))
    assert isinstance(found, Relu)
    down, level, up = found.flipped[:, -1]
    assert up > level > down and up > 0.1
    early = found.loss[:, np.abs(found.times - 0.2).argmin()]
    assert early.argmin() == 2
    assert found.distance[2, -1] < found.distance[1, -1]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_starts_from_one_function_and_is_finite(name):
    found = solve(PRESETS[name])
    assert found.loss.shape == found.kernel_distance.shape == (3, found.times.size)
    np.testing.assert_allclose(found.loss[:, 0], 1)
    for curve in (found.loss, found.kernel_distance):
        assert np.isfinite(curve).all()
    if isinstance(found, Linear):
        np.testing.assert_allclose(found.beta[:, 0], [[-1, 0]] * 3, atol=1e-14)
    else:
        np.testing.assert_allclose(found.function[:, 0], 0, atol=1e-14)
        assert found.function.shape[2] == found.angles.size == found.teacher.size


def test_the_slider_moves_delta_and_relu_takes_a_quarter():
    np.testing.assert_allclose(Start(delta=2.0).deltas, [-2, 0, 2])
    np.testing.assert_allclose(Start(delta=2.0, network="relu").deltas, [-0.5, 0, 0.5])
