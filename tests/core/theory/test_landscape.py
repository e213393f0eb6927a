"""The minimal model's landscape: contours have their loss, stay on their level set, and end where the flow ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.theory import landscape
from core.theory.landscape import BETA_STAR, Start

DELTAS = [-8.0, -2.0, -0.1, 0.0, 0.1, 2.0, 8.0]


def loss_of(a, w):
    return 0.5 * np.sum((a[..., None] * w - BETA_STAR) ** 2, axis=-1)


@pytest.mark.parametrize("delta", DELTAS)
@pytest.mark.parametrize("level", [0.01, 0.3, 0.5, 0.8, 3.0])
def test_contours_have_their_loss_and_stay_on_the_level_set(delta, level):
    curve = landscape.contour(level, delta)
    np.testing.assert_allclose(loss_of(curve.a, curve.w), level, rtol=1e-8)
    np.testing.assert_allclose(curve.a**2 - np.sum(curve.w**2, axis=-1), delta, atol=1e-12)
    assert np.all(curve.a[0] >= 0) and np.all(curve.a[1] <= 0)


@pytest.mark.parametrize("delta", DELTAS)
def test_chart_and_space_agree_on_the_loss(delta):
    curve = landscape.contour(0.3, delta)
    np.testing.assert_allclose(landscape.loss(curve.theta, curve.a, delta), 0.3, atol=1e-7)


def test_the_band_between_two_sheets_is_empty():
    a = np.linspace(-3, 3, 201)
    defined = np.isfinite(landscape.loss(30.0, a, 2.0))
    np.testing.assert_array_equal(defined, a**2 >= 2.0)
    assert np.all(np.isfinite(landscape.loss(30.0, a, -2.0)))


@pytest.mark.parametrize("delta", DELTAS)
def test_minima_are_two_and_have_no_loss(delta):
    theta, a = landscape.minima(delta)
    np.testing.assert_allclose(theta, [0, 180], atol=1e-12)
    np.testing.assert_allclose(landscape.loss(theta, a, delta), 0, atol=1e-14)


def test_saddles_lie_on_their_contour():
    theta = np.array([-90.0, 90.0])
    np.testing.assert_allclose(landscape.loss(theta, 0.0, -2.0), 0.5)
    curve = landscape.contour(0.5, -2.0)
    for saddle in ([-np.sqrt(2), 0, 0], [np.sqrt(2), 0, 0]):
        points = np.concatenate([curve.w, curve.a[..., None]], axis=-1).reshape(-1, 3)
        assert np.linalg.norm(points - saddle, axis=1).min() < 1e-6


@pytest.mark.parametrize("delta", [-4.0, -0.5])
def test_starts_on_either_side_of_the_ridge_end_on_either_branch(delta):
    side = landscape.ridge(delta)[0]
    theta, a = side[len(side) // 4]
    length = np.sqrt(a**2 - delta)
    ends = []
    for turn in (-1e-3, 1e-3):
        radians = np.deg2rad(theta + turn)
        w = length * np.array([-np.sin(radians), np.cos(radians)])
        ends.append(landscape.single_neuron.basin(a, w, BETA_STAR))
    assert sorted(int(e) for e in ends) == [-1, 1]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([-8.0, -4.0, -2.0, -1.0, -0.5, -0.2, -0.1, 0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0]),
    st.integers(-36, 36),
    st.floats(0.05, 2),
    st.sampled_from([1, -1]),
)
def test_every_legal_problem_descends_to_its_own_branch_or_the_saddle(delta, steps, size, sign):
    solution = landscape.solve(Start(delta=delta, angle=5.0 * steps, size=size, sign=sign))
    assert np.all(np.isfinite(solution.w)) and np.all(np.isfinite(solution.theta))
    assert np.all(np.diff(solution.loss) <= 1e-12)
    assert solution.drift < 1e-10
    if solution.branch:
        assert np.sign(solution.a[-1]) == solution.branch
    np.testing.assert_allclose(solution.loss, landscape.loss(solution.theta, solution.a, delta), atol=1e-7)


@pytest.mark.parametrize("delta", DELTAS)
def test_the_flow_has_arrived_at_the_end(delta):
    solution = landscape.solve(Start(delta=delta, angle=90.0))
    assert solution.loss[-1] < 1e-9
    assert solution.time[0] == 0 and np.all(np.diff(solution.time) > 0)


def test_the_flow_never_crosses_the_ridge():
    solution = landscape.solve(Start(delta=-2.0, angle=150.0))
    branches = landscape.single_neuron.basin(solution.a, solution.w, BETA_STAR)
    assert np.all(branches == solution.branch)


@pytest.mark.parametrize("level", [0.0, -1.0, np.nan, np.inf])
def test_bad_levels_get_a_sentence(level):
    with pytest.raises(OutsideTheory, match="loss above 0"):
        landscape.contour(level, 1.0)


def test_a_ridge_above_zero_is_refused():
    with pytest.raises(OutsideTheory):
        landscape.ridge(1.0)
