"""Bad arrays, rates and times become one sentence."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory.linear_checks import LARGEST, finite_array, positive_rate, same_size, time_array


@pytest.mark.parametrize("bad", [[], [np.nan], [np.inf], [2 * LARGEST], "text", [[1.0], [1.0, 2.0]], None, [[1.0]]])
def test_bad_vectors_are_refused(bad):
    with pytest.raises(OutsideTheory) as told:
        finite_array(bad, "w", 1)
    assert "w" in str(told.value) and told.value.do


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, [1.0, 2.0], 1e-40])
def test_bad_rates_are_refused(bad):
    with pytest.raises(OutsideTheory):
        positive_rate(bad, "eta")


def test_good_values_pass_as_float64():
    assert finite_array([1, 2], "w", (1, 2)).dtype == np.float64
    assert positive_rate(2, "eta") == 2.0 and time_array(3).shape == (1,)
    same_size(2, 2, "equal")
    with pytest.raises(OutsideTheory, match="equal"):
        same_size(2, 3, "equal")
    with pytest.raises(OutsideTheory):
        time_array([-1e-9])
