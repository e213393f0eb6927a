"""Slope estimates: known targets, units, and refusals."""

import numpy as np
import pytest

from core.datasets.teacher_student import draw
from core.errors import OutsideTheory
from core.training.initialisation.slope import estimate_slope, given_slope

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("size", [0.01, 1.0, 30.0])
def test_linear_target_on_isotropic_inputs(size):
    X = size * RNG.standard_normal((20_000, 5))
    beta = np.array([3.0, -4.0, 0.0, 0.0, 0.0])
    found = estimate_slope(X, X @ beta)
    assert found.value == pytest.approx(5, rel=0.05) and found.low <= found.value <= found.high < 1.05 * found.low


def test_several_outputs_add_in_squares():
    X = RNG.standard_normal((20_000, 5))
    assert estimate_slope(X, X[:, :2] * [3, 4]).value == pytest.approx(5, rel=0.05)


def test_relu_teacher_has_about_its_mean_square_gradient():
    data = draw(d=50, n=5000, width=2, tests=10)
    active = data.X @ data.teacher.directions.T > 0
    gradients = (active * data.teacher.readouts) @ data.teacher.directions
    assert estimate_slope(data.X, data.y).value == pytest.approx(np.sqrt(np.square(gradients).sum(1).mean()), rel=0.25)


def test_units_scale_as_y_over_x():
    X, y = RNG.standard_normal((50, 4)), RNG.standard_normal(50)
    assert estimate_slope(10 * X, 3 * y).value == pytest.approx(0.3 * estimate_slope(X, y).value)


def test_means_can_be_left_to_the_biases():
    X, y = RNG.standard_normal((200, 4)), RNG.standard_normal(200)
    moved = estimate_slope(X + 100, y + 100, centred=True)
    assert moved.value == pytest.approx(estimate_slope(X - X.mean(0), y - y.mean()).value)


@pytest.mark.parametrize(
    "X, y, words",
    [
        (np.ones((3, 2)), np.ones(3), "8 rows"),
        (np.ones((9, 2)), np.ones(8), "8 rows"),
        (np.ones((9, 2)), np.zeros(9), "cannot be estimated"),
        (np.zeros((9, 2)), np.ones(9), "cannot be estimated"),
        (np.full((9, 2), np.nan), np.ones(9), "finite"),
        (RNG.standard_normal((400, 200)) * np.r_[1000, np.ones(199)], np.arange(400.0), "factor"),
    ],
)
def test_refuses_where_data_cannot_tell(X, y, words):
    with pytest.raises(OutsideTheory, match=words):
        estimate_slope(X, y)


def test_constant_target_is_refused_when_centred():
    with pytest.raises(OutsideTheory, match="about their mean"):
        estimate_slope(RNG.standard_normal((20, 3)), np.ones(20), centred=True)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_given_slope_must_be_positive(value):
    with pytest.raises(OutsideTheory, match="positive"):
        given_slope(value)
