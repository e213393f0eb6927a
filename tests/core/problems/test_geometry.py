"""The level sets, manifolds and the separating curve of the minimal model, and that every legal problem is solvable."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.errors import OutsideTheory
from core.problems.geometry import (
    PRESETS,
    Geometry,
    dimensionless,
    equivalent,
    half_sheets,
    lean,
    levels,
    separating_curve,
    separating_surface,
    solve,
)
from core.theory import single_neuron
from core.training.single_neuron import collect, gradient_flow


def conserved(points: np.ndarray, eta_a: float, eta_w: float) -> np.ndarray:
    return eta_w * points[..., 2] ** 2 - eta_a * (points[..., :2] ** 2).sum(-1)


@pytest.mark.parametrize("delta", [-10.0, -2.0, -1e-9, 0.0, 1e-9, 2.0, 10.0])
@pytest.mark.parametrize("eta_a, eta_w", [(1.0, 1.0), (4.0, 0.25), (0.1, 10.0)])
def test_both_half_sheets_lie_on_the_level_set(delta, eta_a, eta_w):
    for mesh in half_sheets(delta, eta_a, eta_w, 3.0):
        points = np.moveaxis(mesh, 0, -1)
        size = np.abs(points).max() ** 2 * max(eta_a, eta_w)
        assert np.abs(conserved(points, eta_a, eta_w) - delta).max() <= 1e-12 * max(size, 1)


def test_the_sheets_meet_below_zero_and_part_above_it():
    gap = {delta: half_sheets(delta, 1, 1, 3.0)[0][2].min() for delta in (-1.0, 0.0, 1.0)}
    assert gap == {-1.0: 0.0, 0.0: 0.0, 1.0: 1.0}


def test_equivalent_weights_make_the_same_function():
    beta = np.array([-0.6, 0.3])
    branches = equivalent(beta, 3.0)
    assert np.allclose(branches[..., :2] * branches[..., 2:], beta, atol=1e-14)
    assert np.isnan(equivalent(np.zeros(2), 3.0)).all()


@pytest.mark.parametrize("delta", [0.0, -2.0, -10.0])
def test_the_separating_curve_lies_on_the_level_set_and_flows_to_a_saddle(delta):
    problem = Geometry(delta=delta, target_angle=15.0)
    curve = separating_curve(delta, problem, 4.0)
    curve = curve[np.isfinite(curve).all(1)]
    assert np.abs(conserved(curve, 1, 1) - delta).max() < 1e-12
    a, _ = single_neuron.exact_flow(curve[:, 2], curve[:, :2], problem.beta_star, [30.0])
    assert np.abs(a).max() < (0.2 if delta == 0 else 1e-4), "the cone's saddle is reached as 1/t only"


def test_there_is_no_separating_curve_above_zero():
    assert separating_curve(1.0, Geometry(), 3.0).size == 0


RATES = [(1.0, 1.0), (4.0, 0.25), (0.5, 3.0)]


@pytest.mark.parametrize("eta_a, eta_w", RATES)
@pytest.mark.parametrize("target_angle", [90.0, 14.0, -140.0])
def test_the_separating_surface_parts_simulated_starts(eta_a, eta_w, target_angle):
    """Trained from 3 % to either side of 60 of its points, the flow ends on the branch that the formula's sign names."""
    problem = Geometry(surfaces="basins", target_angle=target_angle, eta_a=eta_a, eta_w=eta_w)
    rates = {"eta_a": eta_a, "eta_w": eta_w}
    points = separating_surface(problem, 2.0).reshape(-1, 3)
    points = points[np.abs(points[:, 2]) > 0.1]
    points = points[np.random.default_rng(3).permutation(len(points))[:60]]
    for side in (1.0, -1.0):
        a, w = points[:, 2] + side * 0.03, points[:, :2]
        delta = single_neuron.relative_scale(a, w, **rates)
        assert (np.sign([lean(problem, *one) for one in zip(a, w, delta, strict=True)]) == side).all()
        run = collect(
            gradient_flow(a, w, np.eye(2), problem.beta_star, [0.0, 600.0 / max(eta_a, eta_w)], **rates), **rates
        )
        assert (np.sign(run.a[:, -1]) == side).all()


@pytest.mark.parametrize("eta_a, eta_w", RATES)
def test_starts_on_the_separating_surface_end_at_its_saddles(eta_a, eta_w):
    problem = Geometry(surfaces="basins", eta_a=eta_a, eta_w=eta_w)
    surface = separating_surface(problem, 3.0)
    a, w = surface[..., 2], surface[..., :2]
    rates = {"eta_a": eta_a, "eta_w": eta_w}
    assert (single_neuron.basin(a, w, problem.beta_star, **rates) == 0).all()
    end_a, end_w = single_neuron.final_state(a, w, problem.beta_star, **rates)
    assert np.abs(end_a).max() == 0 and np.abs(end_w @ problem.beta_star).max() < 1e-6
    still = surface[np.abs(surface[..., 2]) < 1e-12]
    assert len(still) and np.abs(still[:, :2] @ problem.beta_star).max() < 1e-12
    delta = single_neuron.relative_scale(a, w, **rates)
    score = [lean(problem, *one) for one in zip(a.ravel(), w.reshape(-1, 2), delta.ravel(), strict=True)]
    assert np.abs(score).max() < 1e-12 * np.abs(surface).max() ** 3 * 40


def test_which_level_sets_stand_together():
    pair = {"surfaces": "basins", "start": "pair"}
    assert levels(Geometry()) == () and levels(Geometry(surfaces="three", moves="delta")) == ()
    assert levels(Geometry(delta=4.0, surfaces="three")) == (-4.0, 0.0, 4.0)
    assert levels(Geometry(**pair)) == (-10.0, -2.0, 0.0) and levels(Geometry(delta=0.0, **pair)) == (0.0,)


def test_the_pair_starts_close_and_ends_on_opposite_branches():
    path = solve(PRESETS["two starts 10⁻³ apart"]).paths[0]
    assert np.abs(path.a[0, 0] - path.a[1, 0]) == pytest.approx(2e-3)
    assert sorted(path.branch) == [-1, 1]
    assert np.sign(path.a[:, -1]).tolist() == path.branch.tolist()


def test_rates_alone_move_delta():
    problem = PRESETS["same weights, other rates"]
    still = solve(Geometry(start="weights", delta=0.0)).paths[0]
    moved = solve(problem).paths[0]
    assert np.allclose(still.w[0, 0], moved.w[0, 0]) and still.a[0, 0] == pytest.approx(moved.a[0, 0])
    assert still.delta == pytest.approx(0, abs=1e-12) and moved.delta == pytest.approx(0.25 - 4.0)


def test_the_sweep_shows_one_start_on_every_surface():
    solution = solve(Geometry(moves="delta"))
    assert solution.deltas[0] == pytest.approx(-2) and solution.deltas[-1] == pytest.approx(2)
    assert 0.0 in solution.deltas
    assert all(np.allclose(path.beta[0, 0], [-1, 0]) for path in solution.paths)


def test_the_dimensionless_delta_absorbs_rates_and_target():
    assert dimensionless(Geometry(eta_a=4, eta_w=0.25, target_norm=2.0), 3.0) == pytest.approx(1.5)


@given(
    delta=some.floats(-10, 10),
    angle=some.floats(-180, 180),
    norm=some.floats(0, 3),
    eta_a=some.floats(0.1, 10),
    eta_w=some.floats(0.1, 10),
    start=some.sampled_from(["function", "weights", "pair"]),
    surfaces=some.sampled_from(["one", "three", "basins"]),
    moves=some.sampled_from(["time", "delta"]),
    sign=some.sampled_from([1, -1]),
    target_norm=some.floats(0, 3),
    horizon=some.floats(1, 1000),
)
@settings(max_examples=60, deadline=None)
def test_any_legal_problem_has_finite_curves_and_conserves_delta(**values):
    try:
        problem = Geometry(**values)
    except OutsideTheory:
        return
    solution = solve(problem)
    for path in (*solution.paths, *solution.beside):
        for array in (path.a, path.w, path.beta, path.loss, path.kernel_distance):
            assert np.isfinite(array).all()
    scale = max(
        1.0, max(abs(path.delta) for path in solution.paths), solution.reach**2 * max(problem.eta_a, problem.eta_w)
    )
    assert solution.drift <= 1e-11 * scale


@pytest.mark.parametrize(
    "bad",
    [
        {"delta": math.nan},
        {"delta": math.inf},
        {"delta": 11},
        {"eta_a": 0},
        {"norm": 0, "delta": -1},
        {"norm": 0, "delta": 1, "surfaces": "three"},
        {"target_norm": 0},
        {"start": "pair", "delta": 1},
        {"start": "pair", "surfaces": "three"},
        {"surfaces": "four"},
        {"start": "nowhere"},
        {"angle": "north"},
    ],
)
def test_bad_values_get_a_sentence(bad):
    with pytest.raises(OutsideTheory) as caught:
        Geometry(**bad)
    assert str(caught.value).endswith(".") and "got" in str(caught.value)
