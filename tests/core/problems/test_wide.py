"""Starts, measures and presets of the wide page's model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutsideTheory
from core.problems.wide import PRESETS, SCHEMES, WideNetwork, exact, finished, kernel_movement, task
from core.theory.wide_linear import conserved, regime


@pytest.mark.parametrize("delta", [-5.0, 0.0, 5.0])
@pytest.mark.parametrize("start", ["isotropic", "aligned"])
def test_isotropic_starts_have_the_asked_size_and_scale(start, delta):
    problem = WideNetwork(delta=delta, start=start, scale=0.5, eta_a=2.0, eta_w=0.5)
    given = task(problem)
    np.testing.assert_allclose(np.linalg.svd(given.W.T @ given.A, compute_uv=False), 0.5, rtol=1e-10)
    Delta = conserved(given.A, given.W, eta_a=2.0, eta_w=0.5)
    np.testing.assert_allclose(Delta, delta * np.eye(3), atol=1e-12)


def test_neurons_have_their_own_scales_and_directions():
    given = task(WideNetwork(start="neurons", delta=1.0, spread=3.0, scale=0.2))
    sizes = np.linalg.norm(given.A, axis=1) * np.linalg.norm(given.W, axis=1)
    np.testing.assert_allclose(sizes, 0.2, rtol=1e-12)
    Delta = np.diagonal(conserved(given.A, given.W))
    assert np.ptp(Delta) > 1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_schemes_draw_the_variance_they_name(scheme):
    drawn = [task(WideNetwork(start=scheme, d=12, h=12, c=4, seed=seed)) for seed in range(30)]
    for weights, fan_in, fan_out in (("W", 12, 12), ("A", 12, 4)):
        variance = np.mean([getattr(one, weights) ** 2 for one in drawn])
        assert variance == pytest.approx(SCHEMES[scheme](fan_in, fan_out), rel=0.15)


def test_kernel_movement_is_the_distance_of_explicit_kernels():
    rng = np.random.default_rng(0)
    outputs, inputs = (np.stack([G @ G.T for G in rng.standard_normal((4, n, n))]) for n in (3, 2))
    kernels = [np.kron(P, np.eye(2)) + np.kron(np.eye(3), R) for P, R in zip(outputs, inputs, strict=True)]
    first = kernels[0] / np.linalg.norm(kernels[0])
    expected = [1 - np.sum(first * K) / np.linalg.norm(K) for K in kernels]
    np.testing.assert_allclose(kernel_movement(outputs, inputs), expected, atol=1e-14)


def test_aligned_modes_stay_aligned_and_reach_the_target():
    problem = PRESETS["modes one after another"]
    curves = exact(problem, problem.times)
    np.testing.assert_allclose(curves.alignment, 1, atol=1e-9)
    np.testing.assert_allclose(curves.singular_values[-1], problem.strengths, rtol=1e-3)
    assert np.all(np.diff(curves.loss) <= 1e-12)


@pytest.mark.parametrize(
    "name, word", [("funnel, lazy", "lazy"), ("funnel, delayed", "delayed rich"), ("square", "lazy")]
)
def test_presets_show_the_regime_that_the_shape_decides(name, word):
    problem = PRESETS[name]
    assert finished(problem, exact(problem, problem.times)).regime.word == word
    side = "upstream" if problem.delta > 0 else "downstream"
    assert regime(problem.d, problem.h, problem.c)[side] == word


@pytest.mark.parametrize("change", [{"delta": 1.0, "h": 4}, {"delta": -1.0, "h": 7}, {"d": 0}, {"scale": np.nan}])
def test_what_no_network_has_gets_a_sentence(change):
    with pytest.raises(OutsideTheory):
        WideNetwork(**change)


def test_a_start_that_is_not_isotropic_is_outside_the_exact_path():
    problem = WideNetwork(start="pytorch")
    with pytest.raises(OutsideTheory, match="isotropic"):
        exact(problem, problem.times)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from([-20.0, -0.5, 0.0, 0.5, 20.0]),
    st.integers(0, 99),
)
def test_any_legal_problem_gives_finite_curves(d, h, c, delta, seed):
    if delta and h > (c if delta > 0 else d):
        delta = 0.0
    problem = WideNetwork(d=d, h=h, c=c, delta=delta, seed=seed)
    curves = exact(problem, problem.times)
    for values in (curves.singular_values, curves.alignment, curves.kernel_distance, curves.loss):
        assert np.all(np.isfinite(values)) and np.all(values >= 0)
