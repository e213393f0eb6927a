"""Laws of squared norms: against samples (Kolmogorov–Smirnov) and exact areas."""

import numpy as np
import pytest
from scipy import stats

from core.training.initialisation.squared_norm import Constant, UniformSquares, normal_squares, sphere_squares


def uniform(terms):
    return UniformSquares(terms, 0.2), lambda rng, n: np.square(rng.uniform(-1, 1, (n, terms)) * np.sqrt(0.6)).sum(1)


def normal(terms):
    return normal_squares(terms, 0.7), lambda rng, n: 0.7 * np.square(rng.standard_normal((n, terms))).sum(1)


def sphere(kept, total, gain_squared):
    def sample(rng, count):
        point = np.square(rng.standard_normal((count, total)))
        return gain_squared * point[:, :kept].sum(1) / point.sum(1)

    return sphere_squares(kept, total, gain_squared), sample


LAWS = {f"uniform {n}": uniform(n) for n in (1, 2, 3, 4, 10, 100)}
LAWS |= {f"normal {n}": normal(n) for n in (1, 10, 300)}
LAWS |= {f"sphere {case}": sphere(*case) for case in ((3, 40, 2.0), (1, 2, 1.0))}


@pytest.mark.parametrize("name", LAWS)
def test_law_is_that_of_the_samples(name):
    law, sample = LAWS[name]
    drawn = sample(np.random.default_rng(1), 40_000)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert drawn.mean() == pytest.approx(law.mean(), abs=5 * np.sqrt(law.var() / drawn.size))
    assert drawn.var() == pytest.approx(law.var(), rel=0.06)


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_invert_the_distribution(name):
    law, _ = LAWS[name]
    levels = np.array([0.001, 0.01, 0.3, 0.5, 0.9, 0.999])
    np.testing.assert_allclose(law.cdf(law.ppf(levels)), levels, atol=1e-6)


@pytest.mark.parametrize("terms, at, exact", [(3, 1.0, np.pi / 6), (4, 1.0, np.pi**2 / 32), (6, 1.0, np.pi**3 / 384)])
def test_uniform_law_gives_the_volume_of_the_ball_in_the_cube(terms, at, exact):
    """P(Σ u² ≤ 1) is the volume of the unit ball's positive orthant: π/6, π²/32, π³/384."""
    assert UniformSquares(terms, 1 / 3).cdf(at) == pytest.approx(exact, abs=1e-5)


def test_sure_value():
    law = Constant(2.0)
    assert (law.cdf(1.9), law.cdf(2.0), law.ppf(0.3), law.var()) == (0.0, 1.0, 2.0, 0.0)
