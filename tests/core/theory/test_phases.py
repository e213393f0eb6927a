"""Phases against curves whose answers are known: exponential approaches, staircases, and the paper's three kinds of run."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq

from core.errors import OutsideTheory
from core.problems import exact, teacher_student
from core.theory.phases import LEAST_FIT, LEAST_TURN, SHARE, measured, of_kernel, of_neurons, spans

TIMES = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 3000)])


def approach(rate):
    return 1 - np.exp(-rate * TIMES)


def borders(rate):
    """Where an exponential approach does SHARE of its way from t/2 to 2t."""

    def surplus(x):
        return np.exp(-x / 2) - np.exp(-2 * x) - SHARE

    return np.array([brentq(surplus, 1e-6, 0.7), brentq(surplus, 0.7, 50)]) / rate


@pytest.mark.parametrize("turning, fitting", [(10.0, 0.1), (0.1, 10.0), (1.0, 1.0), (3.0, 1.0)])
def test_exponential_approaches_have_known_phases(turning, fitting):
    found = measured(TIMES, approach(turning), 1 - approach(fitting))
    np.testing.assert_allclose(found.turns, [borders(turning)], rtol=0.01)
    np.testing.assert_allclose(found.fits, [borders(fitting)], rtol=0.01)
    assert found.half_turned == pytest.approx(np.log(2) / turning, rel=1e-3)
    assert found.half_fitted == pytest.approx(np.log(2) / fitting, rel=1e-3)
    assert found.turned == pytest.approx(1) and found.fitted == pytest.approx(1)


def test_an_approach_is_under_way_from_15_to_96_per_cent():
    begin, end = 1 - np.exp(-borders(1.0))
    assert begin == pytest.approx(0.15, abs=0.01) and end == pytest.approx(0.96, abs=0.01)


def words(found):
    return [span.word for span in spans(found)]


def test_words_follow_one_another_to_the_end():
    early, late = approach(10.0), approach(0.1)
    assert words(measured(TIMES, early, 1 - late)) == ["waits", "turns", "waits", "fits", "rests"]
    assert words(measured(TIMES, late, 1 - early)) == ["waits", "fits", "waits", "turns", "rests"]
    assert words(measured(TIMES, early, 1 - early)) == ["waits", "turns and fits", "rests"]
    assert words(measured(TIMES, 0 * early, 1 - early)) == ["waits", "fits", "rests"]
    assert words(measured(TIMES, 0 * early, np.ones_like(TIMES))) == ["rests"]
    cover = spans(measured(TIMES, early, 1 - late))
    assert cover[0].begin == 0 and cover[-1].end == TIMES[-1]
    assert all(one.end == other.begin for one, other in pairwise(cover))


def test_a_staircase_waits_between_its_steps():
    loss = 1 - 0.5 * approach(10.0) - 0.5 * approach(0.01)
    assert words(measured(TIMES, 0 * TIMES, loss)) == ["waits", "fits", "waits", "fits", "rests"]


def test_too_little_is_none():
    turn = measured(TIMES, 0.99 * LEAST_TURN * approach(1.0), np.zeros_like(TIMES))
    fit = measured(TIMES, 0 * TIMES, 1 - 0.99 * LEAST_FIT * approach(1.0))
    assert turn.turns.shape == fit.fits.shape == (0, 2)
    assert np.isnan(turn.half_turned) and np.isnan(fit.half_fitted)


def test_where_the_run_ends_decides():
    cut = measured(TIMES[:1500], approach(0.1)[:1500], 1 - approach(10.0)[:1500])
    whole = measured(TIMES, approach(0.1), 1 - approach(10.0))
    assert TIMES[1499] < 1.1 and (np.isnan(cut.half_turned) or cut.half_turned < whole.half_turned)


def test_neurons_turn_by_their_mean_angle():
    angle = np.outer(approach(1.0), [0.5, 1.5])
    W = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * [[2.0], [0.1]]
    found, plain = of_neurons(TIMES, W, 1 - approach(1.0)), measured(TIMES, angle.mean(-1), 1 - approach(1.0))
    np.testing.assert_allclose(found.turns, plain.turns, rtol=1e-9)
    assert found.turned == pytest.approx(plain.turned)


def test_kernels_turn_by_their_angle():
    angle = approach(1.0)
    found, plain = of_kernel(TIMES, 1 - np.cos(angle), angle), measured(TIMES, angle, angle)
    np.testing.assert_allclose(found.turns, plain.turns, rtol=1e-6)


def test_the_papers_students():
    upstream, balanced, downstream, lazy = (teacher_student.solve(p) for p in teacher_student.PAPER_PANELS.values())
    assert upstream.phases.half_turned < upstream.phases.half_fitted
    assert balanced.phases.half_turned < balanced.phases.half_fitted < 100 * upstream.phases.half_fitted
    assert np.isnan([downstream.phases.half_turned, lazy.phases.half_turned]).all()


def test_downstream_neurons_wait_between_fit_and_turn():
    found = exact.solve(exact.Exact(deltas=(-4,), horizon=200.0)).phases[0]
    assert words(found)[1:4] == ["fits", "waits", "turns"]


@pytest.mark.parametrize(
    "times, turned, loss",
    [
        ([0.0], [0.0], [1.0]),
        ([0.0, 0.0, 1.0], [0, 0, 0], [1, 1, 1]),
        ([-1.0, 1.0], [0, 0], [1, 1]),
        ([0.0, 1.0], [0], [1, 1]),
        ([0.0, 1.0], [0, np.nan], [1, 1]),
        ([0.0, 1.0], [0, 0], [1, -1]),
        ([0.0, 1.0], [0, 0], [1, 1, 1]),
    ],
)
def test_what_is_no_run_is_a_sentence(times, turned, loss):
    with pytest.raises(OutsideTheory):
        measured(times, turned, loss)
