"""Truth of the minimal model: 120-digit arithmetic, an independent integrator, the paper's settings, limits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory import single_neuron as neuron

GOLDEN = {  # δ: μ(1), φ(1), S(0,1), μ(5), φ(5), S(0,5), S(0,20) for β* = (0, 1), β₀ = (−1, 0), a₀ > 0
    -4: (0.075916, 0.065934, 0.005482, 0.160180, 0.169363, 0.028396, 0.871308),
    -2: (0.245204, 0.204113, 0.043248, 0.696525, 0.757911, 0.441405, 0.713255),
    -1: (0.426802, 0.416390, 0.117002, 0.971001, 0.986722, 0.477735, 0.486446),
    0: (0.624398, 0.761594, 0.116005, 0.999002, 0.999909, 0.199964, 0.200000),
    1: (0.801317, 0.956013, 0.038604, 0.999957, 1.000000, 0.050138, 0.050140),
    2: (0.914176, 0.993856, 0.010916, 0.999999, 1.000000, 0.012407, 0.012407),
    4: (0.986685, 0.999881, 0.001435, 1.000000, 1.000000, 0.001469, 0.001469),
}


@pytest.mark.parametrize("delta", GOLDEN)
def test_reproduces_the_table_of_the_papers_figure_3(delta):
    a_0, w_0 = neuron.split([-1.0, 0.0], delta)
    a, w = neuron.exact_flow(a_0, w_0, [0.0, 1.0], [1.0, 5.0, 20.0])
    mu, phi, s = neuron.magnitude(a, w), neuron.alignment(w, [0.0, 1.0]), neuron.kernel_distance(a_0, w_0, a, w)
    found = (mu[0], phi[0], s[0], mu[1], phi[1], s[1], s[2])
    np.testing.assert_allclose(found, GOLDEN[delta], atol=6e-7)


def reference(a_0, w_0, beta_star, t, eta_a, eta_w):
    """(a, w) at one time by 120-digit matrix exponentials and the conservation law instead of the integral of p²."""
    with mpmath.workdps(120):
        mpf = mpmath.mpf
        eta_a, eta_w, t, a_0 = mpf(eta_a), mpf(eta_w), mpf(t), mpf(a_0)
        w_0, target = [mpf(x) for x in w_0], [mpf(x) for x in beta_star]
        A, V = mpmath.sqrt(eta_w) * a_0, [mpmath.sqrt(eta_a) * x for x in w_0]
        length = mpmath.sqrt(sum(x * x for x in target))
        e, r = [x / length for x in target], mpmath.sqrt(eta_a * eta_w) * length
        v = sum(x * y for x, y in zip(V, e, strict=True))
        across = [x - v * y for x, y in zip(V, e, strict=True)]
        delta = A * A - sum(x * x for x in V)
        half = mpmath.sqrt(delta * delta / 4 + r * r)
        cosh, sinh = mpmath.cosh(half * t), mpmath.sinh(half * t) / half
        rest = mpmath.exp(delta * t / 2)
        p = rest * ((cosh + sinh * delta / 2) * A + sinh * r * v)
        q = rest * (sinh * r * A + (cosh - sinh * delta / 2) * v)
        if delta == 0:
            plus, minus = (A + v) ** 2 / 2, (v - A) ** 2 / 2
            grow, fall = mpmath.expm1(2 * r * t), -mpmath.expm1(-2 * r * t)
            squared = 1 + (plus * grow + minus * fall + 2 * r * t * (A * A - v * v)) / (2 * r)
        else:
            squared = (p * p - q * q - sum(x * x for x in across)) / delta
        N = mpmath.sqrt(squared)
        w = [(q * y + x) / N / mpmath.sqrt(eta_a) for x, y in zip(across, e, strict=True)]
        return float(p / N / mpmath.sqrt(eta_w)), np.array([float(x) for x in w])


def signed_logs(draw, low, high, n):
    return draw.choice([-1, 1], n) * 10 ** draw.uniform(low, high, n)


@pytest.mark.parametrize("seed", range(4))
def test_ten_digits_against_120_digit_arithmetic(seed):
    """|δ| from 1e-14 to 1e6 and 0, t to 1e6: each of a and w to 1e-10 of itself (of the state where it passes 0).

    Starts within rounding of the separatrix have no ten digits to find: there, what one unit in the last place of a_0
    does is allowed too.
    """
    draw = np.random.default_rng(seed)
    n = 150
    delta = np.where(draw.random(n) < 0.1, 0.0, signed_logs(draw, -14, 6, n))
    d = int(draw.integers(1, 5))
    beta_0 = draw.normal(size=(n, d)) * 10 ** draw.uniform(-3, 1, (n, 1))
    beta_star = draw.normal(size=(n, d)) * 10 ** draw.uniform(-2, 1.5, (n, 1))
    eta_a, eta_w = np.exp(draw.uniform(-2, 2, (2, n)))
    a_0, w_0 = neuron.split(beta_0, delta, sign=draw.choice([-1, 1], n), eta_a=eta_a, eta_w=eta_w)
    times = 10 ** draw.uniform(-6, 6, n)
    for k in range(n):
        rates = {"eta_a": eta_a[k], "eta_w": eta_w[k]}
        a, w = neuron.exact_flow(a_0[k], w_0[k], beta_star[k], times[k : k + 1], **rates)
        a_true, w_true = reference(a_0[k], w_0[k], beta_star[k], times[k], eta_a[k], eta_w[k])
        a_next, w_next = neuron.exact_flow(np.nextafter(a_0[k], 9e9), w_0[k], beta_star[k], times[k : k + 1], **rates)
        size = np.linalg.norm(w_true)
        allowed = 1e-10 * size + np.linalg.norm(w_next - w)
        assert np.linalg.norm(w[0] - w_true) <= allowed, (k, delta[k], times[k])
        allowed = 1e-10 * max(abs(a_true), size * (abs(a_true) < 1e-4 * size)) + abs(a_next - a)
        assert abs(a[0] - a_true) <= allowed, (k, delta[k], times[k])


def integrate(a_0, w_0, beta_star, times, eta_a, eta_w):
    def flow(_, y):
        a, w = y[0], y[1:]
        residual = beta_star - a * w
        return np.concatenate([[eta_a * w @ residual], eta_w * a * residual])

    found = solve_ivp(flow, (0, times[-1]), [a_0, *w_0], "DOP853", times, rtol=1e-11, atol=1e-13)
    return found.y[0], found.y[1:].T


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_agrees_with_an_independent_integrator_through_sign_flips(d):
    draw = np.random.default_rng(d)
    times, flips = np.linspace(0, 6, 13), 0
    for _ in range(20):
        a_0, w_0, beta_star = draw.normal(), draw.normal(size=d), draw.normal(size=d)
        eta_a, eta_w = np.exp(draw.uniform(-1, 1, 2))
        a, w = neuron.exact_flow(a_0, w_0, beta_star, times, eta_a=eta_a, eta_w=eta_w)
        a_num, w_num = integrate(a_0, w_0, beta_star, times, eta_a, eta_w)
        np.testing.assert_allclose(a, a_num, atol=2e-9)
        np.testing.assert_allclose(w, w_num, atol=2e-9)
        flips += a[0] * a[-1] < 0
    assert flips > 0


def test_balanced_alignment_is_a_hyperbolic_tangent():
    a_0, w_0 = neuron.split([-0.3, 0.4], 0.0)
    times = np.linspace(0, 10, 50)
    _, w = neuron.exact_flow(a_0, w_0, [0.0, 2.0], times)
    np.testing.assert_allclose(neuron.alignment(w, [0.0, 2.0]), np.tanh(np.arctanh(0.8) + 2 * times), rtol=1e-13)


@pytest.mark.parametrize("delta", [-1e6, -3.0, -1e-9, 0.0, 1e-9, 3.0, 1e6])
def test_conserves_delta_and_starts_where_it_is_told(delta):
    a_0, w_0 = neuron.split([[-1.0, 0.2, 0.5], [3.0, 1.0, 0.0]], delta, sign=-1, eta_a=0.5, eta_w=3.0)
    a, w = neuron.exact_flow(a_0, w_0, [0.0, 1.0, 2.0], [0, 1e-9, 1e-3, 1, 1e3, 1e6], eta_a=0.5, eta_w=3.0)
    kept = neuron.relative_scale(a, w, eta_a=0.5, eta_w=3.0)
    np.testing.assert_allclose(kept, delta, atol=1e-14 * (3 * a**2 + 0.5 * (w**2).sum(-1)).max())
    np.testing.assert_allclose(a[:, 0], a_0, rtol=1e-14)
    np.testing.assert_allclose(w[:, 0], w_0, atol=1e-15 * np.abs(w_0).max())


def test_without_a_target_the_output_dies():
    times = [0.0, 1.0, 1e3, 1e6]
    a, w = neuron.exact_flow([2.0, 1.0, 0.5], [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], [0.0, 0.0], times)
    np.testing.assert_allclose(a[1], 1 / np.sqrt(1 + 2 * np.array(times)))
    np.testing.assert_allclose((a[:, -1] * w[:, -1, 0])[[0, 2]], 0, atol=1e-15)
    end_a, end_w = neuron.final_state([2.0, 0.5], [[1.0, 0.0], [1.0, 0.0]], [0.0, 0.0])
    np.testing.assert_allclose(end_a, [np.sqrt(3), 0], atol=1e-15)
    np.testing.assert_allclose(end_w[:, 0], [0, np.sqrt(0.75)], atol=1e-15)


def test_a_start_at_the_origin_stays():
    a, w = neuron.exact_flow(0.0, [0.0, 0.0], [1.0, 0.0], [0.0, 5.0])
    assert not a.any() and not w.any()
    assert neuron.basin(0.0, [0.0, 0.0], [1.0, 0.0]) == 0


def test_leading_axes_broadcast_and_one_input_works():
    a, w = neuron.exact_flow(np.ones((4, 1)), np.ones((3, 1)), [2.0], [0.0, 1.0], eta_a=np.ones((2, 1, 1)))
    assert a.shape == (2, 4, 3, 2) and w.shape == (2, 4, 3, 2, 1)


def test_final_state_is_where_the_flow_goes():
    draw = np.random.default_rng(5)
    a_0, w_0, beta_star = draw.normal(size=60), draw.normal(size=(60, 3)), np.array([0.5, -1.0, 1.0])
    a, w = neuron.exact_flow(a_0, w_0, beta_star, [1e4], eta_a=2.0)
    end_a, end_w = neuron.final_state(a_0, w_0, beta_star, eta_a=2.0)
    np.testing.assert_allclose(a[:, 0], end_a, atol=1e-12)
    np.testing.assert_allclose(w[:, 0], end_w, atol=1e-12)
    np.testing.assert_allclose(end_a[:, None] * end_w, np.broadcast_to(beta_star, (60, 3)), rtol=1e-13)
    np.testing.assert_array_equal(np.sign(end_a), neuron.basin(a_0, w_0, beta_star, eta_a=2.0))


def test_two_starts_a_thousandth_apart_part_at_the_separatrix():
    """Figure 7: β* = (1, 0.25), a₀ = −4, one start on each side of the separating surface."""
    target = np.array([1.0, 0.25])
    for delta in (0.0, -2.0, -10.0):
        w = neuron.separatrix(target, delta, [-4.0])[:, 0]
        np.testing.assert_allclose(neuron.relative_scale(-4.0, w), delta, atol=1e-13)
        np.testing.assert_array_equal(neuron.basin(-4.0, w, target), [0, 0])
        apart = neuron.basin(-4.0, np.array([w[0] - 1e-3 * target, w[0] + 1e-3 * target]), target)
        np.testing.assert_array_equal(apart, [-1, 1])
        end_a, end_w = neuron.final_state(-4.0, w[0], target)
        assert end_a == 0
        np.testing.assert_allclose([end_w @ target, np.linalg.norm(end_w)], [0, np.sqrt(-delta)], atol=1e-7)


def test_separatrix_holds_for_any_rates():
    rates = {"eta_a": 0.3, "eta_w": 2.0}
    heights = np.linspace(-2, 2, 9)
    w = neuron.separatrix([1.0, -2.0], -1.5, heights, **rates)
    np.testing.assert_allclose(neuron.relative_scale(heights, w, **rates), -1.5, atol=1e-13)
    assert (neuron.basin(heights, w, [1.0, -2.0], **rates) == 0).all()


@given(
    beta=st_numpy.arrays(np.float64, 3, elements=st.floats(-1e3, 1e3)).filter(lambda b: np.abs(b).max() > 1e-12),
    delta=st.floats(-1e6, 1e6),
    sign=st.sampled_from([-1, 1]),
    eta_a=st.floats(1e-3, 1e3),
    eta_w=st.floats(1e-3, 1e3),
)
@settings(max_examples=200, deadline=None)
def test_split_lies_on_its_level_set(beta, delta, sign, eta_a, eta_w):
    a, w = neuron.split(beta, delta, sign=sign, eta_a=eta_a, eta_w=eta_w)
    assert np.sign(a) == sign
    np.testing.assert_allclose(a * w, beta, rtol=1e-14, atol=1e-300)
    size = eta_w * a**2 + eta_a * w @ w
    np.testing.assert_allclose(neuron.relative_scale(a, w, eta_a=eta_a, eta_w=eta_w), delta, atol=1e-13 * size)


def test_split_of_nothing():
    a, w = neuron.split([0.0, 0.0], [0.0, 4.0], sign=-1, eta_w=4.0)
    np.testing.assert_array_equal(a, [0.0, -1.0])
    assert not w.any()
    with pytest.raises(OutsideTheory, match="direction of w"):
        neuron.split([0.0, 0.0], -1.0)


@given(
    state=st_numpy.arrays(np.float64, 4, elements=st.floats(-1e3, 1e3)),
    target=st_numpy.arrays(np.float64, 3, elements=st.floats(-1e3, 1e3)),
    times=st.lists(st.floats(0, 1e6), min_size=1, max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_any_start_gives_finite_curves_without_a_warning(state, target, times):
    with np.errstate(all="raise", under="ignore"):
        a, w = neuron.exact_flow(state[0], state[1:], target, times)
        end_a, end_w = neuron.final_state(state[0], state[1:], target)
    assert all(np.isfinite(x).all() for x in (a, w, end_a, end_w))


def test_helpers_say_where_they_are_undefined():
    assert np.isnan(neuron.alignment([0.0, 0.0], [1.0, 0.0])) and np.isnan(neuron.alignment([1.0, 0.0], [0.0, 0.0]))
    assert np.isnan(neuron.ratio(0.0, [1.0, 0.0], [1.0, 0.0]))
    np.testing.assert_allclose(neuron.ratio(2.0, [1.0, 3.0], [1.0, 1.0]), 2.0)


BAD = {
    "nan": lambda: neuron.exact_flow(np.nan, [1.0], [1.0], [1.0]),
    "infinite": lambda: neuron.exact_flow(1.0, [np.inf], [1.0], [1.0]),
    "huge": lambda: neuron.exact_flow(1e200, [1.0], [1.0], [1.0]),
    "no weights": lambda: neuron.exact_flow(1.0, [], [1.0], [1.0]),
    "scalar w": lambda: neuron.exact_flow(1.0, 1.0, [1.0], [1.0]),
    "other d": lambda: neuron.exact_flow(1.0, [1.0, 2.0], [1.0], [1.0]),
    "axes": lambda: neuron.exact_flow(np.ones(2), np.ones((3, 1)), [1.0], [1.0]),
    "before 0": lambda: neuron.exact_flow(1.0, [1.0], [1.0], [-1.0]),
    "no times": lambda: neuron.exact_flow(1.0, [1.0], [1.0], []),
    "times grid": lambda: neuron.exact_flow(1.0, [1.0], [1.0], [[1.0]]),
    "rate 0": lambda: neuron.exact_flow(1.0, [1.0], [1.0], [1.0], eta_a=0.0),
    "rate < 0": lambda: neuron.split([1.0], 1.0, eta_w=-1.0),
    "word": lambda: neuron.exact_flow("one", [1.0], [1.0], [1.0]),
    "sign": lambda: neuron.split([1.0], 1.0, sign=0),
    "split axes": lambda: neuron.split(np.ones((2, 1)), np.ones(3)),
    "separatrix above": lambda: neuron.separatrix([1.0, 0.0], 1.0, [1.0]),
    "separatrix of nothing": lambda: neuron.separatrix([0.0, 0.0], -1.0, [1.0]),
    "separatrix in 3": lambda: neuron.separatrix([0.0, 0.0, 1.0], -1.0, [1.0]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_sentence(case):
    with pytest.raises(OutsideTheory) as told:
        BAD[case]()
    assert told.value.do.endswith(".")
