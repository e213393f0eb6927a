"""Slices of a student's loss: the surface against the network itself, the trajectory's shadow against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.teacher_student import outputs
from core.errors import OutsideTheory
from core.problems import landscape
from core.problems.landscape import Problem

SOLVED = landscape.solve(Problem())
THETA = landscape.weights(SOLVED.student.run)


def loss_at(theta, X, y):
    W, a = theta[:-50].reshape(50, 2), theta[-50:]
    return np.mean((outputs(W, a, X) - y) ** 2)


@pytest.mark.parametrize("cut", [SOLVED.components, SOLVED.random], ids=["components", "random"])
def test_the_surface_is_the_networks_loss(cut):
    for row, column in [(0, 0), (10, 50), (30, 30), (60, 7)]:
        theta = THETA[-1] + cut.x[column] * cut.directions[0] + cut.y[row] * cut.directions[1]
        assert cut.loss[row, column] == pytest.approx(loss_at(theta, SOLVED.student.X, SOLVED.student.y), rel=1e-10)


@pytest.mark.parametrize("cut", [SOLVED.components, SOLVED.random], ids=["components", "random"])
def test_the_path_ends_at_the_origin_inside_the_picture(cut):
    np.testing.assert_allclose(cut.path[-1], 0, atol=1e-12)
    assert np.all((cut.path[:, 0] > cut.x[0]) & (cut.path[:, 0] < cut.x[-1]))
    assert np.all((cut.path[:, 1] > cut.y[0]) & (cut.path[:, 1] < cut.y[-1]))


def test_components_are_orthonormal_and_explain_what_the_singular_values_say():
    directions = SOLVED.components.directions
    np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-12)
    singular = np.linalg.svd(THETA - THETA[-1], compute_uv=False)
    np.testing.assert_allclose(SOLVED.components.explained, (singular**2 / np.sum(singular**2))[:2], rtol=1e-10)


def test_components_hold_nearly_all_of_the_path_and_random_directions_almost_none():
    assert SOLVED.components.explained.sum() > 0.9
    assert SOLVED.random.explained.sum() < 0.1


def test_random_directions_are_filter_normalised():
    centre = THETA[-1]
    for direction in landscape.random_directions(centre, 50, seed=4):
        lengths = np.linalg.norm(direction[:-50].reshape(50, 2), axis=1)
        np.testing.assert_allclose(lengths, np.linalg.norm(centre[:-50].reshape(50, 2), axis=1))
        assert np.linalg.norm(direction[-50:]) == pytest.approx(np.linalg.norm(centre[-50:]))


def test_random_directions_have_a_seed():
    one, again, other = (landscape.random_directions(THETA[-1], 50, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.allclose(one, other)


def test_two_random_directions_carry_a_few_parts_in_p():
    theta = np.random.default_rng(0).standard_normal((5, 600))
    shares = [landscape.explained(theta, landscape.random_directions(theta[-1], 200, seed=s)).sum() for s in range(60)]
    assert 1 / 600 < np.mean(shares) < 6 / 600


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from([0.02, 0.1, 2.0]), st.sampled_from([-1.0, 0.0, 1.0]), st.integers(0, 99), st.sampled_from([2, 20])
)
def test_any_legal_problem_gives_finite_surfaces(tau, delta, seed, width):
    solution = landscape.solve(Problem(tau=tau, delta=delta, seed=seed, width=width, end=3.0))
    for cut in (solution.components, solution.random):
        assert np.all(np.isfinite(cut.loss)) and np.all(np.isfinite(cut.path))
        assert 0 <= cut.explained.sum() <= 1 + 1e-9
        assert np.all(np.diff(cut.x) > 0) and np.all(np.diff(cut.y) > 0)


@pytest.mark.parametrize("wrong", [{"width": 3}, {"delta": 9.0}, {"tau": 0.0}, {"side": "left"}, {"angle": np.nan}])
def test_bad_problems_get_a_sentence(wrong):
    with pytest.raises(OutsideTheory, match="got"):
        Problem(**wrong)
