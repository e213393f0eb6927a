"""The Exact page's model: every preset solves, figure 3's facts hold, time scales reach their limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.problems.exact import CHIPS, PRESETS, Exact, moments, solve, starts, time_scales, turned


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_finite_curves_and_conserves_delta(name):
    problem = PRESETS[name]
    solution = solve(problem)
    shape = (len(problem.deltas), moments(problem).size)
    for curve in (solution.a, solution.mu, solution.phi, solution.kernel_distance):
        assert curve.shape == shape and np.isfinite(curve).all()
    assert solution.drift < 1e-12
    assert len(solution.words) == len(problem.deltas)


def test_the_facts_the_default_page_tells():
    solution = solve(Exact(deltas=(-4, 0, 4)))
    down, level, up = range(3)
    assert solution.mu[down].min() < 0.08 and solution.mu[up].min() > 0.69
    assert solution.kernel_distance[up, -1] < 0.002 < 0.8 < solution.kernel_distance[down, -1]
    assert [word.word for word in solution.words] == ["delayed rich", "rich", "lazy"]
    np.testing.assert_allclose(solution.phi[level], np.tanh(solution.times), atol=1e-12)


def test_the_chosen_sign_is_that_of_a():
    a, w = starts(Exact(sign=-1, angle=30.0, norm=0.5))
    assert (a < 0).all()
    np.testing.assert_allclose(a[:, None] * w, np.tile(0.5 * np.array([np.sqrt(0.75), 0.5]), (5, 1)))


def test_preset_a_changes_sign_does():
    a = solve(PRESETS["a changes sign"]).a
    assert (a[:, 0] * a[:, -1] < 0).all()


@pytest.mark.parametrize("clock", ["log", "linear"])
def test_time_runs_from_0_to_the_horizon(clock):
    times = moments(Exact(clock=clock, horizon=50.0))
    assert times[0] == 0 and np.isclose(times[-1], 50) and (np.diff(times) > 0).all()


def test_time_scales_meet_their_asymptotes_and_the_curves():
    found = time_scales(Exact())
    np.testing.assert_allclose(found.alignment[[0, -1]], found.asymptote[[0, -1]], rtol=2e-3)
    assert found.kernel[0] > 5e3 * found.loss[0]
    assert (np.diff(found.alignment) < 0).all()


@given(
    deltas=st.lists(st.sampled_from(CHIPS), min_size=1, max_size=9),
    angle=st.floats(-180, 180),
    norm=st.floats(0.05, 3),
    sign=st.sampled_from([-1, 1]),
    target_angle=st.floats(-180, 180),
    eta_a=st.floats(0.1, 10),
    eta_w=st.floats(0.1, 10),
    horizon=st.floats(1, 1000),
    view=st.sampled_from(["regimes", "directions"]),
)
@settings(max_examples=60, deadline=None)
def test_any_legal_problem_gives_finite_curves(**fields):
    whole = solve(Exact(**{**fields, "deltas": tuple(fields["deltas"])}))
    for solution in (whole, *whole.directions):
        for curve in (solution.a, solution.w, solution.mu, solution.phi, solution.kernel_distance):
            assert np.isfinite(curve).all()


def test_no_delta_is_refused():
    with pytest.raises(OutsideTheory, match="No δ"):
        Exact(deltas=())


def test_figure_8_starts_in_three_directions():
    """β₀ is (0, −1), (1, −1)/√2 and (1, 1)/√2, seen from β* = (½, ½) at 135°, 90° and 0° (figure 8)."""
    problem = PRESETS["paper, figure 8"]
    solution = solve(problem)
    np.testing.assert_allclose(
        [one.phi[0, 0] for one in solution.directions], np.cos(np.radians([135, 90, 0])), atol=1e-12
    )
    half = np.sqrt(0.5)
    starts_ = [[0, -1], [half, -half], [half, half]]
    np.testing.assert_allclose([one.beta[0, 0] for one in solution.directions], starts_, atol=1e-12)
    crossed = [
        [d for d, a in zip(problem.deltas, one.a, strict=True) if a[0] * a[-1] < 0] for one in solution.directions
    ]
    assert crossed == [[-2, -1], [], []]
    assert solve(Exact()).directions == () and turned(problem)[1] == problem
