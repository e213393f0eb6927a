"""Theorems 4.1, 4.2 and B.6 along runs: sums of neurons, dual variables, where the words must change; Gaussian networks."""

import numpy as np
import pytest

from core.problems.wide import PRESETS, WideNetwork, kernel_size
from core.problems.wide_run import mirrored, solve
from core.problems.wide_theorems import MOST_ENTRIES, SEEDS, WIDTHS, gaussian, mirror_case, preconditioner_sum, sum_case
from core.theory.gaussian_imbalance import spectral_edges

RUNS = {
    "rates": WideNetwork(delta=-3.0, d=4, h=4, c=4, eta_a=2.0, eta_w=0.3),
    "large": WideNetwork(d=12, h=12, c=12),
    "idle neurons": WideNetwork(d=2, h=5, c=12),
    "a neuron that begins at 0": WideNetwork(d=6, h=4, c=3, delta=-5.0),
    **PRESETS,
}


@pytest.mark.parametrize("problem", RUNS.values(), ids=RUNS)
def test_neurons_sum_to_the_kernel_of_all_weights(problem):
    solution = solve(problem)
    found = preconditioner_sum(problem, solution)
    assert found.apart.max() < 1e-12
    np.testing.assert_allclose(found.terms.sum(axis=1), found.whole, atol=1e-11 * np.abs(found.whole).max())
    assert found.inputs * found.outputs <= max(MOST_ENTRIES, problem.c)
    assert found.times[0] <= problem.times[1]
    assert found.times[-1] == problem.horizon


@pytest.mark.parametrize(
    "problem, case",
    [
        (WideNetwork(), "holds"),
        (WideNetwork(delta=10.0), "holds"),
        (WideNetwork(delta=-10.0), "too few"),
        (WideNetwork(d=3, c=6, delta=10.0), "too few"),
        (WideNetwork(d=5, h=2, c=5), "holds"),
        (WideNetwork(start="neurons"), "not isotropic"),
        (WideNetwork(start="lecun", d=4, h=4, c=4), "not isotropic"),
    ],
)
def test_the_words_on_theorem_4_2_are_those_of_its_error(problem, case):
    found = preconditioner_sum(problem, solve(problem))
    assert sum_case(problem, found) == case
    assert (found.off.max() < 1e-12) == (case == "holds")
    assert found.apart.max() < 1e-8


MIRRORED = {
    "holds": WideNetwork(delta=4.0, scale=0.3),
    "a sharp turn": PRESETS["funnel, delayed"],
    "through 0": WideNetwork(delta=5.0, d=4, h=4, c=4, seed=1, scale=0.5),
    "balanced": WideNetwork(seed=2),
    "a mode never learnt": PRESETS["a mode never learnt"],
    "too few": WideNetwork(d=5, h=2, c=5, delta=-2.0),
    "aligned": PRESETS["modes one after another"],
}


@pytest.mark.parametrize("problem", MIRRORED.values(), ids=MIRRORED)
def test_dual_variables_gain_what_the_gradient_puts_in(problem):
    found = mirrored(problem)
    assert found.error.max() < 1e-6
    assert np.all(found.dual[0] == 0) and np.nanmax(np.abs(found.dual)) > 1e-3


def test_beyond_theorem_b_6_the_gap_is_shown():
    problem = WideNetwork(start="neurons", horizon=5.0)
    assert mirror_case(problem) == "not isotropic"
    assert mirrored(problem).error.max() > 0.01


@pytest.mark.parametrize(
    "problem, case",
    [(WideNetwork(delta=1.0), "holds"), (WideNetwork(), "balanced"), (WideNetwork(d=5, h=2, c=5), "too few")],
)
def test_the_words_on_theorem_b_6(problem, case):
    assert mirror_case(problem) == case


def test_entries_of_gaussian_networks_become_isotropic_and_matrices_do_not():
    found = gaussian(WideNetwork(eta_a=0.5))
    assert found.entry.shape == (len(WIDTHS), SEEDS)
    np.testing.assert_allclose(found.entry.mean(axis=1), found.entry_theory, rtol=0.15)
    assert found.spectral[-1].mean() == pytest.approx(found.spectral_limit, rel=0.1)
    assert found.off[-1].min() > 0.2 and found.delta == pytest.approx(0.5)
    assert found.spectral_limit == pytest.approx((spectral_edges(1.0, 0.5)[1] - 0.5) / 1.5)


def test_the_size_of_a_kernel_is_that_of_its_matrix_without_cancellation():
    rng = np.random.default_rng(0)
    P, R = rng.standard_normal((5, 3, 3)), rng.standard_normal((5, 2, 2))
    explicit = [np.linalg.norm(np.kron(p, np.eye(2)) + np.kron(np.eye(3), r)) for p, r in zip(P, R, strict=True)]
    np.testing.assert_allclose(kernel_size(P, R), explicit, rtol=1e-13)
    assert kernel_size(np.eye(3)[None], -np.eye(2)[None] * (1 - 1e-12)) == pytest.approx(1e-12 * 6**0.5, rel=1e-3)
