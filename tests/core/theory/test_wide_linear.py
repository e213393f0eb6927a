"""The exact wide flow against DOP853, its invariants and limits; regimes, splits, and sentences for what it cannot do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from core.errors import OutsideTheory
from core.theory.wide_linear import (
    conserved,
    exact_flow,
    exact_products,
    exact_weights,
    isotropic_delta,
    regime,
    split,
)


def integrated(A_0, W_0, beta_star, times, eta_a=1.0, eta_w=1.0):
    """β(t) by DOP853 on the weights themselves."""
    (h, c), d = A_0.shape, W_0.shape[1]

    def velocity(_, state):
        A, W = state[: h * c].reshape(h, c), state[h * c :].reshape(h, d)
        rho = beta_star - W.T @ A
        return np.concatenate([eta_a * (W @ rho).ravel(), eta_w * (A @ rho.T).ravel()])

    start = np.concatenate([A_0.ravel(), W_0.ravel()])
    run = solve_ivp(velocity, (0, times[-1]), start, "DOP853", t_eval=times, rtol=3e-14, atol=1e-15).y.T
    A, W = run[:, : h * c].reshape(-1, h, c), run[:, h * c :].reshape(-1, h, d)
    return np.swapaxes(W, 1, 2) @ A, A, W


def problem(rng, d, h, c, delta, eta_a=1.0, eta_w=1.0, size=0.5):
    rank = min(d, h, c)
    beta_0 = size * rng.standard_normal((d, rank)) @ rng.standard_normal((rank, c))
    A, W = split(beta_0, delta, h, eta_a=eta_a, eta_w=eta_w)
    turn = np.linalg.qr(rng.standard_normal((h, h)))[0]
    return turn @ A, turn @ W, rng.standard_normal((d, c)), beta_0


SHAPES = [(5, 3, 3), (5, 5, 3), (3, 3, 5), (3, 5, 5), (4, 4, 4), (4, 2, 3), (6, 2, 1), (1, 1, 1), (1, 1, 4)]
STARTS = [
    (shape, delta)
    for shape in [*SHAPES, (3, 7, 4)]
    for delta in (0.0, 1e-9, 0.7, -0.7, 6.0, -6.0)
    if delta == 0 or shape[1] <= shape[2 if delta > 0 else 0]
]


@pytest.mark.parametrize("shape, delta", STARTS)
def test_agrees_with_an_independent_integrator(shape, delta):
    rng = np.random.default_rng(abs(hash((shape, delta))) % 2**32)
    eta_a, eta_w = np.exp(rng.uniform(-1, 1, 2))
    A, W, beta_star, _ = problem(rng, *shape, delta, eta_a, eta_w)
    times = np.linspace(0, 4, 9)
    expected, A_t, W_t = integrated(A, W, beta_star, times, eta_a, eta_w)
    got = exact_products(A, W, beta_star, times, eta_a=eta_a, eta_w=eta_w)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(got.beta, expected, rtol=0, atol=1e-8 * scale)
    np.testing.assert_allclose(got.beta, expected, rtol=0, atol=1e-11 * (1 + scale))
    np.testing.assert_allclose(got.outputs, eta_w * np.swapaxes(A_t, 1, 2) @ A_t, atol=1e-10 * (1 + abs(delta)))
    np.testing.assert_allclose(got.inputs, eta_a * np.swapaxes(W_t, 1, 2) @ W_t, atol=1e-10 * (1 + abs(delta)))


def test_starts_at_the_given_weights_whatever_the_order_of_times():
    A, W, beta_star, beta_0 = problem(np.random.default_rng(0), 4, 3, 3, 2.0)
    times = np.array([3.0, 0.0, 1.0, 1.0])
    beta = exact_flow(A, W, beta_star, times)
    np.testing.assert_allclose(beta[1], beta_0, atol=1e-13)
    np.testing.assert_array_equal(beta[2], beta[3])
    np.testing.assert_allclose(beta[0], exact_flow(A, W, beta_star, [3.0])[0], atol=1e-11)


@pytest.mark.parametrize("shape, delta", [((5, 3, 4), 3.0), ((5, 3, 4), -3.0), ((5, 3, 4), 0.0), ((4, 6, 5), 0.0)])
def test_ends_at_the_best_map_of_its_rank(shape, delta):
    A, W, beta_star, _ = problem(np.random.default_rng(1), *shape, delta)
    end = exact_flow(A, W, beta_star, [1e7])[0]
    left, strength, right = np.linalg.svd(beta_star, full_matrices=False)
    h = shape[1]
    np.testing.assert_allclose(end, (left[:, :h] * strength[:h]) @ right[:h], atol=1e-9)


def test_long_delayed_runs_neither_overflow_nor_stop_early():
    """δ = −1e4: nothing but a lazy projection happens until t ~ |δ|; afterwards the target is reached."""
    A, W, beta_star, _ = problem(np.random.default_rng(2), 5, 2, 2, -1e4, size=0.1)
    early, late = exact_flow(A, W, beta_star, [1.0, 1e7])
    assert np.linalg.norm(early - beta_star) > 0.1
    np.testing.assert_allclose(late, beta_star, atol=1e-8)


def test_a_tiny_start_is_not_mistaken_for_a_converged_one():
    A, W, beta_star, beta_0 = problem(np.random.default_rng(3), 3, 3, 3, 0.0, size=1e-12)
    target = beta_star * np.sign(np.linalg.det(beta_star) * np.linalg.det(beta_0 * 1e12))
    np.testing.assert_allclose(exact_flow(A, W, target, [2000.0])[0], target, atol=1e-8)


@pytest.mark.parametrize("h", [3, 5])
def test_a_balanced_start_of_the_wrong_orientation_ends_at_a_saddle_and_stays(h):
    """det β cannot change sign while the layers are balanced: the weakest mode is never learnt."""
    A, W, beta_star, beta_0 = problem(np.random.default_rng(3), 3, h, 3, 0.0)
    beta_star = beta_star * -np.sign(np.linalg.det(beta_star) * np.linalg.det(beta_0))
    times = np.array([0.0, 1.0, 4.0])
    np.testing.assert_allclose(exact_flow(A, W, beta_star, times), integrated(A, W, beta_star, times)[0], atol=1e-9)
    left, strength, right = np.linalg.svd(beta_star)
    for late in (200.0, 1e5):
        end = exact_flow(A, W, beta_star, [late])[0]
        np.testing.assert_allclose(end, (left[:, :2] * strength[:2]) @ right[:2], atol=1e-9)


@pytest.mark.parametrize("delta", [0.0, 1.0, -3.0])
def test_long_steps_are_short_steps_taken_together(delta):
    A, W, beta_star, _ = problem(np.random.default_rng(8), 6, 6, 6, delta, size=0.05)
    fine = exact_flow(A, W, beta_star, np.linspace(0, 40, 401))
    np.testing.assert_allclose(exact_flow(A, W, beta_star, [20.0, 40.0]), fine[[200, 400]], atol=1e-12)


def test_zero_weights_stay_at_the_saddle():
    beta = exact_flow(np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2), [0.0, 5.0])
    np.testing.assert_array_equal(beta, np.zeros((2, 2, 2)))


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 5),
    st.floats(-50, 50),
    st.floats(-2, 2),
    st.integers(0, 2**31),
)
def test_any_legal_start_gives_finite_curves_of_falling_loss(d, h, c, delta, log_rate, seed):
    if h > (c if delta > 0 else d):
        delta = 0.0
    eta = 10.0**log_rate
    A, W, beta_star, _ = problem(np.random.default_rng(seed), d, h, c, delta, eta_a=eta)
    if np.linalg.svd(beta_star, compute_uv=False)[-1] < 1e-3:
        return
    beta = exact_flow(A, W, beta_star, np.linspace(0, 5, 6), eta_a=eta)
    loss = np.sum((beta - beta_star) ** 2, axis=(1, 2))
    assert np.all(np.isfinite(loss)) and np.all(np.diff(loss) <= 1e-9 * loss[0])


@pytest.mark.parametrize("shape, delta", STARTS)
def test_split_has_the_asked_function_and_scale(shape, delta):
    A, W, _, beta_0 = problem(np.random.default_rng(4), *shape, delta, 0.5, 3.0)
    np.testing.assert_allclose(W.T @ A, beta_0, atol=1e-12 * (1 + abs(delta)))
    Delta = conserved(A, W, eta_a=0.5, eta_w=3.0)
    np.testing.assert_allclose(Delta, delta * np.eye(shape[1]), atol=1e-12 * (1 + abs(delta)))
    assert isotropic_delta(A, W, eta_a=0.5, eta_w=3.0) == pytest.approx(delta, abs=1e-12 * (1 + abs(delta)))


@pytest.mark.parametrize(
    "shape, upstream, downstream",
    [
        ((6, 3, 3), "lazy", "delayed rich"),
        ((3, 3, 6), "delayed rich", "lazy"),
        ((4, 4, 4), "lazy", "lazy"),
        ((3, 9, 4), "lazy", "lazy"),
        ((6, 2, 3), "delayed rich", "delayed rich"),
        ((2, 1, 1), "lazy", "delayed rich"),
    ],
)
def test_shape_decides_the_regime(shape, upstream, downstream):
    assert regime(*shape) == {"upstream": upstream, "downstream": downstream}


@pytest.mark.parametrize("shape", [(6, 3, 3), (3, 3, 6), (4, 4, 4)])
@pytest.mark.parametrize("sign, name", [(1, "upstream"), (-1, "downstream")])
def test_the_regime_shows_in_the_kernel(shape, sign, name):
    """At |δ| = 300 the kernel of a lazy shape hardly moves; a delayed rich one moves, but only after a time ~ |δ|."""
    A, W, beta_star, _ = problem(np.random.default_rng(5), *shape, sign * 300.0)
    run = exact_products(A, W, beta_star, [0.0, 0.1, 1e5])
    unit = [kernel / np.linalg.norm(kernel) for kernel in map(kernel_of, run.outputs, run.inputs)]
    moved = 0.5 * np.linalg.norm(unit[2] - unit[0]) ** 2
    assert 0.5 * np.linalg.norm(unit[1] - unit[0]) ** 2 < 1e-3
    assert moved > 0.05 if regime(*shape)[name] == "delayed rich" else moved < 1e-3


def kernel_of(outputs, inputs):
    return np.kron(outputs, np.eye(len(inputs))) + np.kron(np.eye(len(outputs)), inputs)


A3, W3, B3 = np.eye(3), np.eye(3), np.diag([3.0, 2.0, 1.0])


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((A3, 2 * np.diag([1.0, 2, 3]), B3, [1.0]), "isotropic"),
        ((A3, W3, np.diag([1.0, 1.0, 0.0]), [1.0]), "rank"),
        ((A3, W3, np.zeros((3, 3)), [1.0]), "rank"),
        ((A3, W3, np.full((3, 3), np.nan), [1.0]), "finite"),
        ((np.full((3, 3), np.inf), W3, B3, [1.0]), "finite"),
        ((np.zeros((0, 3)), np.zeros((0, 3)), B3, [1.0]), "non-empty"),
        ((A3, np.ones((2, 3)), B3, [1.0]), "same number of neurons"),
        ((A3, W3, np.ones((2, 3)), [1.0]), "same inputs"),
        ((A3, W3, np.ones((3, 2)), [1.0]), "same outputs"),
        ((A3, W3, B3, [-1.0]), "Times"),
        ((A3, W3, B3, []), "times"),
        ((A3, W3, "target", [1.0]), "numbers"),
        ((np.eye(201), np.eye(201), np.eye(201), [1.0]), "200"),
        ((A3, W3, np.diag([1, 1, 1e-9]), np.arange(1e10, 2e10, 1e9)), "time constants"),
    ],
)
def test_what_the_theory_cannot_do_gets_a_sentence(arguments, words):
    with pytest.raises(OutsideTheory, match=words):
        exact_flow(*arguments)


@pytest.mark.parametrize("rate", [0.0, -1.0, np.nan, np.inf])
def test_bad_rates_get_a_sentence(rate):
    with pytest.raises(OutsideTheory):
        exact_flow(A3, W3, B3, [1.0], eta_a=rate)


@pytest.mark.parametrize(
    "delta, h, words", [(1.0, 4, "h ≤ c"), (-1.0, 6, "h ≤ d"), (np.nan, 2, "finite"), (0, 1, "rank")]
)
def test_scales_the_shape_cannot_have_get_a_sentence(delta, h, words):
    with pytest.raises(OutsideTheory, match=words):
        split(np.eye(5, 3), delta, h)


@pytest.mark.parametrize("size", [0, -1, 1.5, np.nan])
def test_sizes_that_are_none_get_a_sentence(size):
    with pytest.raises(OutsideTheory):
        regime(3, size, 3)


FOLLOWED = [((6, 3, 3), 0.0), ((6, 3, 3), -4.0), ((3, 3, 6), 4.0), ((4, 4, 4), -2.0), ((3, 7, 4), 0.0)]


@pytest.mark.parametrize("shape, delta", FOLLOWED)
def test_neurons_are_followed_as_an_independent_integrator_follows_them(shape, delta):
    eta_a, eta_w = 0.6, 2.5
    A, W, beta_star, _ = problem(np.random.default_rng(3), *shape, delta, eta_a, eta_w)
    errors = []
    for count in (200, 400):
        times = np.linspace(0, 3, count)
        beta, A_t, W_t = integrated(A, W, beta_star, times, eta_a, eta_w)
        found_A, found_W = exact_weights(A, W, beta_star, times, eta_a=eta_a, eta_w=eta_w)
        np.testing.assert_allclose(np.swapaxes(found_W, 1, 2) @ found_A, beta, atol=1e-10)
        errors.append(max(np.abs(found_A - A_t).max(), np.abs(found_W - W_t).max()) / np.abs(A_t).max())
    assert (errors[1] < 3e-4 and errors[0] / errors[1] > 3) or errors[0] < 1e-9


def test_neurons_are_not_followed_back_in_time():
    A, W = split(np.eye(2), 0.0, 2)
    with pytest.raises(OutsideTheory, match="from time to time"):
        exact_weights(A, W, np.eye(2), [1.0, 0.5])
