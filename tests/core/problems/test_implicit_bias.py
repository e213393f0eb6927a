"""The Implicit bias page's model: predicted points are where the paths go, the mirror is straight, space agrees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.problems.implicit_bias import FAN, GRID, PRESETS, SWEEP, Landings, paths, solve, space, spatial, sweep

FIGURE_4B = [
    (1.551077, 0.324462),
    (1.364444, 0.417778),
    (1.188175, 0.505913),
    (0.943004, 0.628498),
    (0.803396, 0.698302),
    (0.765689, 0.717156),
    (0.747883, 0.726059),
]


@pytest.mark.parametrize("name", PRESETS)
def test_paths_of_every_preset_end_at_the_predicted_points(name):
    problem = PRESETS[name]
    late = Landings(**{**problem.changed(), "horizon": 1000.0})
    solution = solve(late)
    for found in (solution.fan, solution.moving):
        np.testing.assert_allclose(found.beta[:, -1], found.landing, atol=1e-6)
        assert found.drift < 1e-11
        np.testing.assert_array_equal(found.crosses, found.a[:, 0] * found.a[:, -1] < 0)
    np.testing.assert_allclose(problem.X @ solution.fan.landing.T, np.tile(problem.labels[:, None], 7), atol=1e-12)


def test_the_default_is_figure_4b():
    solution = solve(Landings())
    np.testing.assert_allclose(solution.fan.landing, FIGURE_4B, atol=3e-4)
    np.testing.assert_allclose(solution.ends, [[0.74, 0.73], [1.76, 0.22]], atol=3e-4)


def test_on_one_datum_the_mirror_path_is_straight_and_the_clock_is_the_readout():
    problem = Landings(eta_a=2.0, eta_w=0.5)
    moving = solve(problem).moving
    across = np.array([-problem.X[0, 1], problem.X[0, 0]])
    moved = (moving.mirror - moving.mirror[:, :1]) @ across
    np.testing.assert_allclose(moved, 0, atol=1e-12)
    kappa = np.sqrt(moving.deltas[:, None] ** 2 + 4 * (moving.beta**2).sum(-1))
    np.testing.assert_allclose(moving.clock, np.sqrt(kappa + moving.deltas[:, None]), atol=1e-10)


@pytest.mark.parametrize("name", ["paper, figure 4(b)", "β passes through 0"])
def test_no_point_of_the_solution_line_is_below_the_landing_point(name):
    problem = PRESETS[name]
    solution = solve(problem)
    assert solution.objective.shape == (solution.moving.deltas.size, GRID, GRID)
    near = np.abs(np.einsum("i,ixy->xy", problem.X[0], np.stack(np.meshgrid(*solution.axes))) - problem.y) < 4e-2
    assert near.any()
    assert (solution.objective[:, near] > -0.2).all()


def test_the_potential_goes_from_a_ray_to_a_parabola():
    solution = solve(Landings())
    b = solution.size / 2
    assert np.abs(solution.potential[0] - b).max() < 0.06
    assert np.abs(solution.potential[-1] - b**2).max() < 0.06
    assert (np.diff(solution.potential[:, 30]) < 0).all()


@pytest.mark.parametrize("null", [1, 2])
def test_landing_points_in_space_are_solutions_that_differ_from_the_start_only_in_allowed_ways(null):
    example = space(Landings(null=null))
    assert example.null.shape == (null, 3)
    np.testing.assert_allclose(example.X @ example.landing.T, np.tile(example.y[:, None], 7), atol=1e-12)
    np.testing.assert_allclose(example.X @ example.null.T, 0, atol=1e-12)
    assert example.track.shape == (SWEEP.size, 3) and len(example.rules) == len(FAN)


def test_space_is_the_same_for_all_that_it_does_not_depend_on():
    one = Landings(null=1, angle=100.0, eta_a=2.0)
    two = Landings(null=1, angle=100.0, eta_a=2.0, delta=3.3, moves="time", horizon=5.0, solver="descent", rate=0.1)
    assert spatial(one) == spatial(two) and spatial(one) != spatial(Landings(null=1, angle=100.0))
    for problem in (one, two):
        np.testing.assert_array_equal(space(problem).landing, space(spatial(problem)).landing)


def test_a_branch_that_is_open_is_integrated_and_said_so():
    assert "integrated" in space(PRESETS["a null line in space"]).rules


@given(
    angle=st.floats(-180, 180),
    norm=st.floats(0.05, 2),
    data_angle=st.floats(-180, 180),
    delta=st.floats(-10, 10),
    sign=st.sampled_from([-1, 1]),
    data=st.sampled_from(["one", "white"]),
    moves=st.sampled_from(["delta", "time"]),
    y=st.floats(0.1, 2),
)
@settings(max_examples=40, deadline=None)
def test_any_legal_problem_gives_finite_curves(**fields):
    try:
        problem = Landings(**fields)
    except OutsideTheory:
        return
    solution = solve(problem)
    for array in (
        solution.fan.beta,
        solution.moving.beta,
        solution.fan.landing,
        solution.objective,
        solution.potential,
    ):
        assert np.isfinite(array).all()


def test_refuses_a_label_of_0_and_a_start_on_the_separatrix():
    with pytest.raises(OutsideTheory, match="y = 0"):
        Landings(y=0.0)
    with pytest.raises(OutsideTheory, match="separatrix"):
        Landings(data="white", angle=0.0, data_angle=180.0, y=1.0)


@pytest.mark.parametrize("delta", [-10.0, -2.0, 0.0, 0.1, 10.0])
def test_the_sweep_goes_through_the_chosen_delta_and_rises(delta):
    assert delta in sweep(delta) and (np.diff(sweep(delta)) > 0).all()


@pytest.mark.parametrize("eta_a, eta_w", [(1.0, 1.0), (2.0, 3.0), (0.5, 4.0)])
def test_the_mirror_moves_at_its_clock(eta_a, eta_w):
    """d∇Ψ/dt = −√(η_aη_w)·√(κ + δ)·∇L, by differences along the exact path."""
    problem = Landings(delta=-1.0, moves="time", eta_a=eta_a, eta_w=eta_w)
    times = np.linspace(0.1, 0.101, 3)
    found = paths(problem, np.array([-1.0]), times)
    speed = (found.mirror[0, 2] - found.mirror[0, 0]) / (times[2] - times[0])
    gradient = problem.X.T @ (problem.X @ found.beta[0, 1] - problem.labels)
    np.testing.assert_allclose(speed, -found.clock[0, 1] * gradient, rtol=1e-5)
    kappa = np.hypot(-1.0, 2 * np.sqrt(eta_a * eta_w) * np.linalg.norm(found.beta[0, 1]))
    assert found.clock[0, 1] == pytest.approx(np.sqrt(eta_a * eta_w) * np.sqrt(kappa - 1.0), rel=1e-9)
