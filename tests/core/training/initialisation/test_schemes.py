"""Initialisations: variances against torch.nn.init itself, the law of δ against draws, closed forms, limits."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.errors import OutsideTheory
from core.problems.initialisation import Problem, drawn
from core.training.initialisation.laws import ImbalanceLaw, imbalance_laws
from core.training.initialisation.layers import imbalance
from core.training.initialisation.schemes import SCHEMES, layer_starts, probe_inputs, speed_profile


def laws(**settings) -> tuple[ImbalanceLaw, ...]:
    return imbalance_laws(Problem(**settings).starts())


TORCH = {
    "torch": lambda w: torch.nn.init.kaiming_uniform_(w, a=5**0.5),
    "kaiming_uniform": lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu"),
    "kaiming_normal": lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu"),
    "xavier_uniform": torch.nn.init.xavier_uniform_,
    "xavier_normal": torch.nn.init.xavier_normal_,
    "orthogonal": torch.nn.init.orthogonal_,
}


@pytest.mark.parametrize("scheme", TORCH)
@pytest.mark.parametrize("shape", [(512, 100), (32, 200)])
def test_entries_have_torchs_law(scheme, shape):
    torch.manual_seed(0)
    theirs = TORCH[scheme](torch.empty(shape, dtype=torch.float64)).numpy()
    ours = drawn(Problem(scheme=scheme, d=shape[1], width=shape[0])).weights[0]
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
    assert stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue > 1e-3
    np.testing.assert_allclose(np.sort(np.square(ours).sum(1)).mean(), np.square(theirs).sum(1).mean(), rtol=0.03)


def test_default_linear_module_is_the_torch_scheme():
    torch.manual_seed(0)
    module = torch.nn.Linear(50, 4000)
    assert module.weight.var().item() == pytest.approx(layer_starts("torch", (50, 32, 1))[0].variance, rel=0.02)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("outputs", [1, 5])
def test_law_of_delta_is_that_of_draws(scheme, outputs):
    problem = Problem(scheme=scheme, d=10, width=32, outputs=outputs, eta_a=2.0, eta_w=0.5)
    (law,) = imbalance_laws(problem.starts())
    sample = np.concatenate([imbalance(drawn(problem, seed))[0][:8] for seed in range(600)])
    assert stats.kstest(sample, law.cdf).pvalue > 1e-3
    assert sample.mean() == pytest.approx(law.mean, abs=5 * law.spread / np.sqrt(sample.size))
    assert sample.std() == pytest.approx(law.spread, rel=0.06)
    np.testing.assert_allclose(law.cdf(law.quantiles((0.05, 0.5, 0.95))), (0.05, 0.5, 0.95), atol=2e-3)


@pytest.mark.parametrize("width", [1, 8, 512])
def test_default_has_mean_one_third_downstream(width):
    assert laws(width=width)[0].mean == pytest.approx(1 / (3 * width) - 1 / 3, rel=1e-12)


def test_mean_field_and_mup_are_balanced_on_average_and_agree():
    mean_field, mup = (laws(scheme=scheme, width=256)[0] for scheme in ("mean_field", "mup"))
    assert mean_field.mean == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(mean_field.quantiles(), mup.quantiles())


def test_wider_networks_concentrate_on_the_mean():
    spreads = [laws(d=d, width=1024)[0].spread for d in (2, 20, 200)]
    np.testing.assert_allclose(np.array(spreads[:-1]) / spreads[1:], np.sqrt(10), rtol=0.01)


def test_deep_network_has_one_law_per_pair_and_a_speed_per_layer():
    problem = Problem(hidden=3, width=64)
    network, found = drawn(problem), imbalance_laws(problem.starts())
    speed = speed_profile(network, probe_inputs(10))
    assert len(found) == 3 and [len(delta) for delta in imbalance(network)] == [64] * 3 and speed.shape == (4,)
    assert speed.sum() == pytest.approx(1)
    assert abs(found[1].mean) < 1e-12


def test_an_unknown_scheme_is_refused():
    with pytest.raises(OutsideTheory, match="scheme is unknown"):
        layer_starts("glorot", (3, 4, 1))


def test_mean_field_refuses_depth():
    with pytest.raises(OutsideTheory, match="one hidden layer"):
        Problem(scheme="mean_field", hidden=2)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(SCHEMES)),
    st.sampled_from([1, 2, 8, 32]),
    st.integers(1, 60),
    st.integers(1, 4),
    st.floats(0.01, 100),
    st.floats(0.01, 100),
)
def test_any_legal_problem_gives_finite_numbers(scheme, width, d, outputs, eta_w, eta_a):
    (law,) = laws(scheme=scheme, width=width, d=d, outputs=outputs, eta_w=eta_w, eta_a=eta_a)
    quantiles, cdf = law.quantiles(), law.cdf(law.grid())
    assert np.isfinite([law.mean, law.spread, *quantiles, *cdf]).all()
    assert (np.diff(quantiles) >= 0).all() and (np.diff(cdf) >= -1e-4).all()
    assert 0 <= law.cdf(np.array(0.0)) <= 1
