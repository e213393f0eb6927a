"""The kernel against explicit features; its distance against 60 digits, when it is tiny too."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from core.errors import OutsideTheory
from core.theory.single_neuron_kernel import kernel_distance, ntk

RATES = {"eta_a": 0.3, "eta_w": 2.5}


def test_ntk_is_the_sum_over_parameters_of_their_gradients():
    draw = np.random.default_rng(0)
    a, w, X = draw.normal(size=4), draw.normal(size=(4, 3)), draw.normal(size=(5, 3))
    K = ntk(a, w, X, **RATES)
    for k in range(4):
        by_w, by_a = a[k] * X, (X @ w[k])[:, None]
        np.testing.assert_allclose(K[k], RATES["eta_w"] * by_w @ by_w.T + RATES["eta_a"] * by_a @ by_a.T, rtol=1e-12)


@pytest.mark.parametrize("d", [1, 2, 3, 7])
def test_distance_is_one_minus_the_cosine_of_the_two_kernels(d):
    draw = np.random.default_rng(d)
    X = draw.normal(size=(d + 2, d))
    a, w = draw.normal(size=(2, 30)), draw.normal(size=(2, 30, d))
    for inputs, gram in ((np.eye(d), None), (np.eye(d), 3 * np.eye(d)), (X, X.T @ X), (X[:1], X[:1].T @ X[:1])):
        first, last = (ntk(a[k], w[k], inputs, **RATES) for k in range(2))
        size = np.sqrt((first**2).sum((1, 2)) * (last**2).sum((1, 2)))
        plain = 1 - (first * last).sum((1, 2)) / size
        np.testing.assert_allclose(kernel_distance(a[0], w[0], a[1], w[1], gram=gram, **RATES), plain, atol=1e-14)


def exact_distance(a_0, w_0, a, w, H):
    with mpmath.workdps(60):
        H = mpmath.matrix(H.tolist())
        forms = []
        for A, V in ((a_0, w_0), (a, w)):
            A, V = mpmath.mpf(A), mpmath.matrix([mpmath.mpf(x) for x in V])
            forms.append((A * A * mpmath.eye(len(V)) + V * V.T) * H)
        trace = lambda M: sum(M[k, k] for k in range(M.rows))  # noqa: E731
        both, first, last = (trace(x * y) for x, y in ((forms[0], forms[1]), (forms[0],) * 2, (forms[1],) * 2))
        return float(1 - both / mpmath.sqrt(first * last))


@pytest.mark.parametrize("step", [1e-3, 1e-7, 1e-11])
@pytest.mark.parametrize("whitened", [True, False])
def test_keeps_its_digits_in_the_lazy_regime(step, whitened):
    """Moves of 1e-11 make S about 1e-22, far below what one minus a cosine can hold."""
    draw = np.random.default_rng(1)
    for _ in range(20):
        a_0, w_0, X = draw.normal(), draw.normal(size=3), draw.normal(size=(6, 3))
        a, w = a_0 + step * draw.normal(), w_0 + step * draw.normal(size=3)
        H = np.eye(3) if whitened else X.T @ X
        found = kernel_distance(a_0, w_0, a, w, gram=None if whitened else H)
        np.testing.assert_allclose(found, exact_distance(a_0, w_0, a, w, H), rtol=1e-9)


@given(states=st_numpy.arrays(np.float64, (2, 4), elements=st.floats(-1e3, 1e3)), whitened=st.booleans())
@settings(max_examples=200, deadline=None)
def test_is_finite_and_between_0_and_1(states, whitened):
    (a_0, *w_0), (a, *w) = states
    if (np.abs(states).max(axis=1) < 1e-60).any():
        return
    with np.errstate(all="raise", under="ignore"):
        S = kernel_distance(a_0, w_0, a, w, gram=None if whitened else np.diag([1.0, 2.0, 3.0]))
    assert 0 <= S <= 1


def test_broadcasts_the_start_over_times():
    S = kernel_distance(np.ones((4, 1)), np.ones((4, 1, 2)), np.ones((4, 6)), np.ones((4, 6, 2)))
    assert S.shape == (4, 6) and not S.any()


BAD = {
    "zero start": lambda: kernel_distance(0.0, [0.0, 0.0], 1.0, [1.0, 0.0]),
    "zero end": lambda: kernel_distance(1.0, [1.0, 0.0], 0.0, [0.0, 0.0]),
    "blind data": lambda: kernel_distance(0.0, [1.0, 0.0], 1.0, [1.0, 0.0], gram=np.diag([0.0, 1.0])),
    "shapes": lambda: kernel_distance(np.ones(2), np.ones((2, 2)), np.ones(3), np.ones((3, 2))),
    "other d": lambda: kernel_distance(1.0, [1.0, 0.0], 1.0, [1.0]),
    "gram shape": lambda: kernel_distance(1.0, [1.0, 0.0], 1.0, [1.0, 0.0], gram=np.eye(3)),
    "gram not symmetric": lambda: kernel_distance(1.0, [1.0, 0.0], 1.0, [1.0, 0.0], gram=[[1.0, 1.0], [0.0, 1.0]]),
    "gram negative": lambda: kernel_distance(1.0, [1.0, 0.0], 1.0, [1.0, 0.0], gram=-np.eye(2)),
    "gram zero": lambda: kernel_distance(1.0, [1.0, 0.0], 1.0, [1.0, 0.0], gram=np.zeros((2, 2))),
    "nan": lambda: kernel_distance(1.0, [1.0, np.nan], 1.0, [1.0, 0.0]),
    "ntk inputs": lambda: ntk(1.0, [1.0, 0.0], np.ones((3, 3))),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence(case):
    with pytest.raises(OutsideTheory) as told:
        BAD[case]()
    assert told.value.do.endswith(".")
