"""Figure 1a's panels: their numbers, their lesson, and that any legal problem gives finite curves or a sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.problems import teacher_student as panel
from core.problems.teacher_student import PAPER_PANELS, Problem

SOLVED = {name: panel.solve(problem) for name, problem in PAPER_PANELS.items()}


@pytest.mark.parametrize("name", PAPER_PANELS)
def test_the_papers_panels_start_at_zero_and_fit(name):
    solution = SOLVED[name]
    assert solution.X.shape == (20, 2) and solution.run.W.shape[1:] == (50, 2)
    assert solution.run.loss[0] == pytest.approx(np.mean(solution.y**2))
    assert solution.run.loss[-1] < 2e-3
    assert solution.run.time[-1] == pytest.approx(100)


def test_upstream_flips_most_and_moves_less_than_balanced():
    hamming = {name: solution.run.hamming[-1] for name, solution in SOLVED.items()}
    distance = {name: solution.run.distance[-1] for name, solution in SOLVED.items()}
    assert hamming["upstream"] > hamming["balanced"] > 5 > 1 > hamming["downstream"] > hamming["lazy"] - 0.5
    assert distance["balanced"] > 3 * distance["upstream"]
    assert SOLVED["upstream"].test_loss[-1] == min(s.test_loss[-1] for s in SOLVED.values())


def test_rich_neurons_end_along_teachers_and_lazy_ones_do_not():
    assert SOLVED["upstream"].alignment[-1] > 0.95 > 0.9 > SOLVED["downstream"].alignment[-1]
    assert SOLVED["lazy"].alignment[-1] < 0.5


def test_the_lazy_networks_kernel_stays():
    assert SOLVED["lazy"].run.kernel_distance[-1] < 1e-2 < SOLVED["balanced"].run.kernel_distance[-1]


def test_circle_loss_is_the_limit_of_samples():
    solution = SOLVED["balanced"]
    angle = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    x = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    W, a = solution.run.W[60], solution.run.a[60]
    sampled = np.mean((np.maximum(x @ W.T, 0) @ a - solution.teacher.labels(x)) ** 2)
    assert solution.test_loss[60] == pytest.approx(sampled, rel=1e-4)


def test_same_start_with_other_rates_is_the_upstream_panel_in_disguise():
    rates = panel.solve(Problem(tau=0.1, delta=0.0, eta_w=100.0, eta_a=0.01))
    assert rates.conserved == pytest.approx(0.9999)
    np.testing.assert_allclose(rates.run.loss, SOLVED["upstream"].run.loss, rtol=0.05, atol=1e-5)
    assert rates.run.hamming[-1] == pytest.approx(SOLVED["upstream"].run.hamming[-1], abs=1.0)


def test_conserved_is_delta_at_equal_rates():
    assert Problem(delta=-0.5).conserved == -0.5
    assert Problem(delta=0.0).conserved == 0.0
    assert Problem(delta=0.5, eta_a=2.0, eta_w=2.0).conserved == 1.0


@settings(max_examples=10, deadline=None)
@given(
    tau=st.sampled_from([0.02, 0.1, 1.0, 4.0]),
    delta=st.sampled_from([-2.0, -0.1, 0.0, 0.1, 2.0]),
    seed=st.integers(0, 99),
    samples=st.sampled_from([1, 5, 20]),
    width=st.sampled_from([2, 10, 30]),
    teachers=st.integers(1, 8),
    rates=st.sampled_from([(1.0, 1.0), (0.01, 100.0), (100.0, 0.01)]),
    rate=st.sampled_from([0.0, 1e-3, 1.0]),
)
def test_any_legal_problem_gives_finite_curves_or_a_sentence(rates, **fields):
    try:
        solution = panel.solve(Problem(end=3.0, eta_a=rates[0], eta_w=rates[1], **fields))
    except OutsideTheory as error:
        assert "diverges" in str(error)
        return
    for curve in (solution.run.beta, solution.run.loss, solution.test_loss, solution.alignment):
        assert np.all(np.isfinite(curve))


def test_a_diverging_step_size_is_named():
    with pytest.raises(OutsideTheory, match="Use η ≤"):
        panel.solve(Problem(rate=1.0))


def test_the_four_panels_share_seed_and_data():
    four = panel.papers_four(Problem(seed=3, samples=10, width=20, end=1.0))
    assert [len(solution.X) for solution in four] == [10] * 4
    assert all(np.array_equal(solution.X, four[0].X) for solution in four)
    assert [round(solution.conserved, 6) for solution in four] == [1.0, 0.0, -1.0, 0.0]


@pytest.mark.parametrize("wrong", [{"tau": 0.0}, {"tau": -1.0}, {"width": 3}, {"delta": np.nan}, {"teachers": 99}])
def test_bad_problems_get_a_sentence(wrong):
    with pytest.raises(OutsideTheory, match="got"):
        panel.solve(Problem(**wrong))


def test_a_turned_teacher_and_a_shifted_datum_make_another_task():
    plain, moved = (panel.solve(Problem(end=1.0, **fields)) for fields in ({}, {"turn2": 90.0, "shift": 30.0}))
    cosine = (plain.teacher.directions * moved.teacher.directions).sum(axis=1)
    np.testing.assert_allclose(cosine, [1.0, 0.0, 1.0], atol=1e-12)
    assert np.degrees(np.arccos(plain.X[0] @ moved.X[0])) == pytest.approx(30)
    np.testing.assert_array_equal(plain.X[1:], moved.X[1:])
    np.testing.assert_allclose(moved.y, moved.teacher.labels(moved.X))
    np.testing.assert_array_equal(plain.run.W[0], moved.run.W[0])


def test_single_data_are_put_at_directions_of_their_own():
    plain, moved = (panel.solve(Problem(end=1.0, moved=word)) for word in ("", "3_90~19_180~50_10"))
    assert np.flatnonzero((moved.X != plain.X).any(axis=1)).tolist() == [3, 19]
    np.testing.assert_allclose(moved.X[[3, 19]], [[0.0, 1.0], [-1.0, 0.0]], atol=1e-15)
    np.testing.assert_allclose(moved.y, moved.teacher.labels(moved.X))
