import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets import teacher_student
from core.errors import OutsideTheory

small = dict(d=4, n=30, width=10, teachers=3, seed=7, tests=50)


def test_student_starts_at_zero_output():
    data = teacher_student.draw(**small)
    W, a = data.student.scaled(0.3, -0.5)
    assert np.abs(teacher_student.outputs(W, a, data.X)).max() < 1e-15


@given(st.floats(0.01, 10), st.floats(-50, 50), st.floats(0.1, 10), st.floats(0.1, 10))
def test_scales_hold_for_any_rates(tau, delta, eta_a, eta_w):
    a, w = teacher_student.start_norms(tau, delta, eta_a=eta_a, eta_w=eta_w)
    assert a * w == pytest.approx(tau**2, rel=1e-12)
    size = eta_w * a**2 + eta_a * w**2
    assert abs(eta_w * a**2 - eta_a * w**2 - delta) <= 1e-12 * size


def test_scales_are_the_papers_alpha():
    alpha, tau = 1.7, 0.4
    delta = tau**2 * (alpha**2 - alpha**-2)
    assert teacher_student.start_norms(tau, delta) == pytest.approx((alpha * tau, tau / alpha), rel=1e-14)


def test_outputs_match_a_loop_over_neurons():
    rng = np.random.default_rng(0)
    W, a, X = rng.standard_normal((5, 3)), rng.standard_normal(5), rng.standard_normal((4, 3))
    for slope in (0.0, 0.3, 1.0):
        slow = [sum(a[k] * max(W[k] @ x, slope * (W[k] @ x)) for k in range(5)) for x in X]
        assert teacher_student.outputs(W, a, X, slope=slope) == pytest.approx(slow, rel=1e-13)


def test_same_seed_same_draw_and_sizes_do_not_disturb_each_other():
    one, wider = teacher_student.draw(**small), teacher_student.draw(**{**small, "width": 20, "n": 40})
    assert np.array_equal(one.X, teacher_student.draw(**small).X)
    assert np.array_equal(one.teacher.directions, wider.teacher.directions)
    assert np.array_equal(one.X, wider.X[:30])
    assert np.array_equal(one.X_test, wider.X_test)


def test_inputs_lie_on_the_sphere_and_labels_come_from_the_teacher():
    data = teacher_student.draw(**small)
    assert np.linalg.norm(data.X, axis=1) == pytest.approx(1)
    by_hand = np.maximum(data.X @ data.teacher.directions.T, 0) @ data.teacher.readouts
    assert data.y == pytest.approx(by_hand, abs=1e-15)


@pytest.mark.parametrize(
    "change", [{"width": 3}, {"width": 0}, {"n": 0}, {"d": 0}, {"teachers": 0}, {"seed": -1}, {"n": 10**8}, {"n": 1.5}]
)
def test_impossible_sizes_are_refused_in_a_sentence(change):
    with pytest.raises(OutsideTheory):
        teacher_student.draw(**{**small, **change})


@pytest.mark.parametrize("tau, delta", [(0, 1), (-1, 1), (math.nan, 0), (1, math.inf)])
def test_impossible_scales_are_refused(tau, delta):
    with pytest.raises(OutsideTheory):
        teacher_student.start_norms(tau, delta)
