"""Alignment times: on the exact curve, in the published limits, and what they refuse."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory.single_neuron import alignment, exact_flow, final_state, split
from core.theory.single_neuron_times import alignment_time, alignment_time_asymptote


@pytest.mark.parametrize("cosine", [-0.3, 0.0, 0.5, 0.999])
def test_the_exact_curve_has_that_cosine_at_that_time(cosine):
    draw = np.random.default_rng(3)
    a_0, w_0, target = draw.normal(size=80), draw.normal(size=(80, 3)), np.array([1.0, 2.0, -0.5])
    times = alignment_time(a_0, w_0, target, cosine=cosine, eta_a=0.5, eta_w=2.0)
    side = np.sign(final_state(a_0, w_0, target, eta_a=0.5, eta_w=2.0)[0])
    assert (times > 0).sum() > 10
    for k in np.flatnonzero(times > 0):
        _, w = exact_flow(a_0[k], w_0[k], target, times[k : k + 1], eta_a=0.5, eta_w=2.0)
        np.testing.assert_allclose(alignment(side[k] * w[0], target), cosine, atol=1e-11)
    for k in np.flatnonzero(times == 0):
        assert alignment(side[k] * w_0[k], target) >= cosine


@pytest.mark.parametrize(
    "delta, exact, limit",
    [
        (-300, 3364.5, 3364.5),
        (-20, 116.39, 115.98),
        (0, 0.549, 0.549),
        (20, 0.016953, 0.016971),
        (300, 0.0011314, 0.0011314),
    ],
)
def test_the_table_of_half_times(delta, exact, limit):
    """β* of length 1, β_0 of length 0.7 perpendicular to it."""
    beta_0, target = np.array([0.7, 0.0]), np.array([0.0, 1.0])
    a_0, w_0 = split(beta_0, delta)
    np.testing.assert_allclose(alignment_time(a_0, w_0, target), exact, rtol=6e-4)
    np.testing.assert_allclose(alignment_time_asymptote(beta_0, target, delta), limit, rtol=6e-4)


@pytest.mark.parametrize("delta", [-1e4, 0.0, 1e4])
@pytest.mark.parametrize("beta_0", [(0.3, 0.1), (-1.0, 0.5), (2.0, -1.0)])
def test_tends_to_the_asymptote_for_any_rates(delta, beta_0):
    rates = {"eta_a": 3.0, "eta_w": 0.2}
    a_0, w_0 = split(beta_0, delta, **rates)
    target = np.array([0.5, 1.5])
    limit = alignment_time_asymptote(beta_0, target, delta, cosine=0.95, **rates)
    np.testing.assert_allclose(alignment_time(a_0, w_0, target, cosine=0.95, **rates), limit, rtol=2e-3)


def test_never_on_the_separatrix_and_at_once_when_aligned():
    assert alignment_time(0.0, [1.0, 0.0], [0.0, 1.0]) == np.inf
    assert alignment_time(1.0, [0.0, 1.0], [0.0, 1.0]) == 0
    assert alignment_time_asymptote([0.0, 1.0], [0.0, 1.0], [-1.0, 0.0, 1.0]).tolist() == [0, 0, 0]


@pytest.mark.parametrize("cosine", [1.0, -1.0, np.nan])
def test_refuses_a_cosine_no_time_reaches(cosine):
    with pytest.raises(OutsideTheory, match="between"):
        alignment_time(1.0, [1.0], [1.0], cosine=cosine)


def test_refuses_no_target_and_no_start():
    with pytest.raises(OutsideTheory, match="β\\* = 0"):
        alignment_time(1.0, [1.0], [0.0])
    with pytest.raises(OutsideTheory, match="β_0 = 0"):
        alignment_time_asymptote([0.0], [1.0], 1.0)
