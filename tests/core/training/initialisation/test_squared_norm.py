"""Laws of squared norms: against scipy's own laws, exact areas, and samples (Kolmogorov–Smirnov)."""

import numpy as np
import pytest
from scipy import stats

from core.training.initialisation.squared_norm import Constant, NormalSquares, SphereSquares, UniformSquares


def sample(law, count, rng):
    if isinstance(law, UniformSquares):
        return np.square(rng.uniform(-1, 1, (count, law.terms)) * np.sqrt(3 * law.variance_one)).sum(1)
    if isinstance(law, NormalSquares):
        return law.variance_one * np.square(rng.standard_normal((count, law.terms))).sum(1)
    point = np.square(rng.standard_normal((count, law.total)))
    return law.gain_squared * point[:, : law.kept].sum(1) / point.sum(1)


LAWS = [UniformSquares(n, 0.2) for n in (1, 2, 3, 4, 10, 100)]
LAWS += [NormalSquares(n, 0.7) for n in (1, 10, 300)] + [SphereSquares(3, 40, 2.0), SphereSquares(1, 2)]


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_law_is_that_of_the_samples(law):
    drawn = sample(law, 40_000, np.random.default_rng(1))
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert drawn.mean() == pytest.approx(law.mean, rel=5 * np.sqrt(law.variance / drawn.size) / law.mean)
    assert drawn.var() == pytest.approx(law.variance, rel=0.06)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_quantiles_invert_the_distribution(law):
    levels = np.array([0.001, 0.01, 0.3, 0.5, 0.9, 0.999])
    np.testing.assert_allclose(law.cdf(law.ppf(levels)), levels, atol=1e-6)


@pytest.mark.parametrize("terms, at, exact", [(3, 1.0, np.pi / 6), (4, 1.0, np.pi**2 / 32), (6, 1.0, np.pi**3 / 384)])
def test_uniform_law_gives_the_volume_of_the_ball_in_the_cube(terms, at, exact):
    """P(Σ u² ≤ 1) is the volume of the unit ball's positive orthant: π/6, π²/32, π³/384."""
    assert UniformSquares(terms, 1 / 3).cdf(at) == pytest.approx(exact, abs=1e-5)


def test_sure_value():
    law = Constant(2.0)
    assert (law.cdf(1.9), law.cdf(2.0), law.ppf(0.3), law.variance) == (0.0, 1.0, 2.0, 0.0)
