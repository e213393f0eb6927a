"""The kernel's way along a run: its parts add up, the formula follows, and flips move the small upstream network's."""

import numpy as np
import pytest

from core.kernels.relu import relu_ntk
from core.problems import relu, teacher_student
from core.problems.relu_kernel import history, told
from core.training import plane


def of(problem):
    solution = relu.solve(problem)
    return solution, history(solution.main, solution.X, solution.y, slope=problem.slope)


@pytest.fixture(scope="module")
def upstream():
    return of(relu.Problem(delta=1.0, tau=0.1))


def test_flips_move_the_small_upstream_networks_kernel(upstream):
    _, found = upstream
    assert found.flips[-1] > 20 * found.weights[-1]
    assert told(found)["mover"] == "flips" and told(found)["count"] == "30"


def test_weights_alone_move_a_linear_networks():
    _, found = of(relu.Problem(slope=1.0))
    assert found.flips[-1] == 0 and found.weights[-1] > 0


@pytest.mark.parametrize("name", relu.PRESETS)
def test_the_formula_explains_all_but_a_few_per_cent(name):
    _, found = of(relu.PRESETS[name])
    assert 0 <= found.error < 0.05


def test_neurons_and_samples_are_those_of_the_kernels_themselves(upstream):
    solution, found = upstream
    run, X = solution.main, solution.X
    first, last = (relu_ntk(run.W[k], run.a[k], X) for k in (0, -1))
    np.testing.assert_allclose(found.samples[-1], np.linalg.norm(last - first, axis=1) / np.linalg.norm(first))
    one = [relu_ntk(run.W[k, :1], run.a[k, :1], X) for k in (0, -1)]
    assert found.neurons[-1, 0] == pytest.approx(np.linalg.norm(one[1] - one[0]) / np.linalg.norm(first))
    assert np.abs(found.kernel).max() == 1 and found.kernel.shape[1:] == (len(X), len(X))


def test_many_samples_are_thinned_in_the_picture_only():
    problem = relu.Problem(points=30, end=1.0)
    solution, found = of(problem)
    assert found.kernel.shape[1:] == (60, 60) and found.samples.shape[1] == len(solution.X) == 120


def test_a_network_that_sees_nothing_moves_nothing():
    W, a, X = np.array([[-1.0, 0.0], [-1.0, 0.1]]), np.ones(2), np.array([[1.0, 0.0]])
    found = history(plane.follow(W, a, X, np.ones(1), end=1.0), X, np.ones(1))
    assert found.flips[-1] == found.weights[-1] == found.error == 0 and told(found)["flips"] == "0%"


def test_rates_are_those_of_the_run():
    problem = teacher_student.PRESETS["same start, other rates"]
    solution = teacher_student.solve(problem)
    found = history(solution.run, solution.X, solution.y, problem.eta_a, problem.eta_w)
    assert found.error < 0.02 < 1 < found.flips[-1]
