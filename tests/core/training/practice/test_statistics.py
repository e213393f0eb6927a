"""Statistics of few runs against scipy and against curves whose answers are known."""

import numpy as np
import pytest
from scipy import stats

from core.errors import OutsideTheory
from core.training.practice import statistics


def test_a_count_has_the_interval_of_the_binomial_law():
    seen = statistics.count(np.array([[True, True], [False, True]]))
    assert (seen.seen, seen.runs) == (3, 4)
    # Clopper and Pearson: the shares under which 3 or more, 3 or fewer of 4 have a chance of 2.5 %.
    assert stats.binom.sf(2, 4, seen.low) == pytest.approx(0.025) and stats.binom.cdf(3, 4, seen.high) == pytest.approx(
        0.025
    )
    assert seen.words == "3 of 4 (95% interval 19% to 99%)"
    with pytest.raises(OutsideTheory, match="at least one run"):
        statistics.count(np.array([], bool))


def test_a_mean_has_students_interval_and_gaps_are_left_out():
    values = np.array([[1.0, 5.0, np.nan], [2.0, np.nan, np.nan], [6.0, np.nan, np.nan]])
    mean, low, high = statistics.mean_interval(values)
    np.testing.assert_array_equal(mean, [3, 5, np.nan])
    known = stats.t.interval(0.95, 2, 3, stats.sem(values[:, 0]))
    assert (low[0], high[0]) == pytest.approx(known)
    assert np.isnan(low[1:]).all() and np.isnan(high[1:]).all()


def test_a_curve_reaches_a_value_where_it_first_crosses_it():
    x = np.array([0.0, 1, 2, 3])
    curves = np.array([[0.0, 1, 0, 4], [2, 3, 4, 5], [0, 0, 0, 0]])
    np.testing.assert_array_equal(statistics.first_reaches(x, curves, 0.5), [0.5, 0, np.nan])
    np.testing.assert_array_equal(statistics.first_reaches(x, curves, 2.0), [2.5, 0, np.nan])


def test_values_are_read_where_another_curve_first_gets_there():
    rising = np.array([[0.0, 0.2, 0.1, 0.6], [0.0, 0.4, 0.8, 0.9]])
    values = np.array([[0.0, 10, 20, 30], [1, 2, 3, 4]])
    found = statistics.when_reaches(np.array([0.1, 0.6, 0.7]), rising, values)
    np.testing.assert_allclose(found, [[5, 30, np.nan], [1.25, 2.5, 2.75]])
