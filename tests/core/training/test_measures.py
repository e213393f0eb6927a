import numpy as np
import pytest

from core.datasets import teacher_student
from core.training import measures


@pytest.fixture
def data():
    return teacher_student.draw(d=4, n=30, width=10, seed=2, tests=20)


def test_hamming_distance_counts_flipped_signs_neuron_by_neuron(data):
    W, _ = data.student.scaled(1.0, 0.0)
    V = W.copy()
    V[3] = -V[3]
    assert measures.hamming_distance(W, W, data.X) == 0
    assert measures.hamming_distance(W, V, data.X) == pytest.approx(1.0)
    assert measures.hamming_distance(W, -W, data.X) == pytest.approx(10.0)


def test_parameter_distance_is_euclidean_over_both_layers(data):
    W, a = data.student.scaled(1.0, 0.0)
    V, b = W.copy(), a.copy()
    V[0, 0] += 3.0
    b[1] += 4.0
    assert measures.parameter_distance(W, a, V, b) == pytest.approx(5.0)


def test_loss_is_the_mean_of_squares(data):
    W, a = data.student.scaled(1.0, 0.0)
    assert measures.mean_squared_error(W, a, data.X_test, data.y_test) == pytest.approx(np.mean(data.y_test**2))


def test_drift_uses_the_rates(data):
    W, a = data.student.scaled(1.0, 0.0)
    assert measures.delta_drift(W, a, W, 2 * a, eta_w=3.0) == pytest.approx(3.0 * 3.0 * a[0] ** 2)


def test_teacher_is_aligned_with_itself_and_against_its_mirror(data):
    W, a = data.teacher.directions, data.teacher.readouts
    assert measures.alignment(2 * W, 3 * a, data.teacher) == pytest.approx(1.0)
    assert measures.alignment(0 * W, a, data.teacher) == 0.0
    one = teacher_student.Teacher(W[:1], a[:1])
    assert measures.alignment(-W[:1], a[:1], one) == pytest.approx(-1.0)
    assert measures.alignment(W[:1], -a[:1], one) == pytest.approx(-1.0)


def test_leading_axes_broadcast(data):
    starts = [data.student.scaled(tau, 0.3) for tau in (0.5, 1.0)]
    W, a = (np.stack(v) for v in zip(*starts, strict=True))
    assert measures.hamming_distance(W, -W, data.X).shape == (2,)
    assert measures.mean_squared_error(W, a, data.X, data.y).shape == (2,)
    assert measures.parameter_distance(W, a, W, a).tolist() == [0, 0]
    assert measures.delta_drift(W, a, W, a).tolist() == [0, 0]
    assert measures.alignment(W, a, data.teacher).shape == (2,)
