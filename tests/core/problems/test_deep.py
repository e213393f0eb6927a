"""The deep page's chain: starts with the asked function and imbalance, lands where it says, at any legal setting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.problems.deep import DEEPEST, PRESETS, DeepChain, solve, start
from core.theory.deep_linear import offsets


@pytest.mark.parametrize(
    "problem", [DeepChain(), DeepChain(depth=1), DeepChain(depth=5, imbalance=-2.0, c3=1.5, eta=3.0)]
)
def test_starts_have_the_asked_function_and_imbalance(problem):
    w, a = start(problem)
    np.testing.assert_allclose(np.prod(a) * w, problem.beta_0, atol=1e-12)
    np.testing.assert_allclose(offsets(w, a, etas=problem.etas), problem.offsets, atol=1e-9)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_land_where_predicted(name):
    solution = solve(PRESETS[name])
    np.testing.assert_allclose(solution.beta[-1], solution.landing, atol=1e-7)
    np.testing.assert_allclose(solution.shares.sum(axis=1), 1, atol=1e-12)
    problem = PRESETS[name]
    assert solution.loss_by_depth.shape == (DEEPEST, len(problem.depth_times))
    mine = np.interp(solution.times, problem.depth_times, solution.loss_by_depth[problem.depth - 1])
    assert np.mean(np.abs(mine - solution.loss)) < 0.02 * solution.loss[0]
    assert np.all(np.abs(np.diff(solution.loss)) < 0.25 * solution.loss[0]) and np.all(np.diff(solution.times) > 0)


def test_imbalance_moves_the_landing_between_its_two_ends():
    gaps = []
    for c in (-3.0, 0.0, 3.0):
        solution = solve(DeepChain(imbalance=c, horizon=1000.0))
        gaps.append(
            (np.linalg.norm(solution.landing - solution.nearest), np.linalg.norm(solution.landing - solution.along))
        )
    nearest, along = np.array(gaps).T
    assert np.all(np.diff(nearest) < 0) and np.all(np.diff(along) > 0)


def test_the_plateau_is_a_plateau():
    solution = solve(PRESETS["plateau, then a jump"])
    half = solution.times[np.argmax(solution.loss < solution.loss[0] / 2)]
    early = solution.loss[solution.times < half / 3]
    assert np.all(early > 0.98 * solution.loss[0])


@pytest.mark.parametrize("change", [{"y": 0.0}, {"depth": 9}, {"norm": 0.0}, {"c2": np.nan}])
def test_what_is_no_chain_gets_a_sentence(change):
    with pytest.raises(OutsideTheory):
        DeepChain(**change)


@settings(deadline=None, max_examples=12)
@given(
    st.integers(1, 8),
    st.floats(-3, 3),
    st.floats(-180, 180),
    st.sampled_from([0.001, 0.1, 2.0]),
    st.sampled_from([-1.0, 1.0]),
)
def test_any_legal_problem_gives_finite_curves_and_a_landing_or_a_reason(depth, imbalance, angle, norm, y):
    solution = solve(DeepChain(depth=depth, imbalance=imbalance, angle=angle, norm=norm, y=y, horizon=5.0))
    for values in (solution.beta, solution.loss, solution.shares):
        assert np.all(np.isfinite(values))
    assert np.all(np.isfinite(solution.landing)) or "saddle" in solution.reason
