"""The survey: exact shares agree with draws, its data have the slope they claim, a small table has its columns."""

import numpy as np
import pytest

from core.problems.initialisation import Problem, drawn
from core.training.initialisation import survey as default_survey
from core.training.initialisation.layers import imbalance
from core.training.initialisation.slope import estimate_slope
from core.training.initialisation.survey import rows, shares_below, teacher_split


def test_shares_are_those_of_draws():
    shares = shares_below()
    for width, d in ((1, 1), (2, 3), (8, 5)):
        sample = np.concatenate([imbalance(drawn(Problem(width=width, d=d), seed))[0] for seed in range(4000 // width)])
        assert np.mean(sample < 0) == pytest.approx(shares[width, d], abs=0.03)
    assert min(share for (m, d), share in shares.items() if m >= 8 and d >= 5) > 0.99


@pytest.mark.parametrize("outputs", [1, 3])
def test_data_have_the_slope_they_claim(outputs):
    part = teacher_split(10, 2.5, 3, outputs=outputs)
    assert part.y.shape == (default_survey.SAMPLES, outputs)
    assert estimate_slope(part.X_test, part.y_test).value == pytest.approx(2.5)


def test_default_loses_to_its_rescaled_twin_at_slope_one():
    (row,) = rows((64,), (1.0,), seeds=3)
    assert row.median == pytest.approx(-0.32, abs=0.03) and row.wins == (3, 3)
    assert max(row.ratio) < 0.7 and row.flips[1] > row.flips[0]
