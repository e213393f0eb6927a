"""Bad arrays, rates and times become one sentence."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory.checks import LARGEST, finite, one_rate, same_size, time_vector


@pytest.mark.parametrize("bad", [[], [np.nan], [np.inf], [2 * LARGEST], "text", [[1.0], [1.0, 2.0]], None, [[1.0]]])
def test_bad_vectors_are_refused(bad):
    with pytest.raises(OutsideTheory) as told:
        finite("w", bad, axes=1)
    assert "w" in str(told.value) and told.value.do


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, [1.0, 2.0], 1e-170])
def test_bad_rates_are_refused(bad):
    with pytest.raises(OutsideTheory):
        one_rate("eta", bad)


def test_good_values_pass_as_float64():
    assert finite("w", [1, 2], axes=(1, 2)).dtype == np.float64
    assert one_rate("eta", 2) == 2.0 and time_vector("times", 3).shape == (1,)
    same_size("equal", 2, 2)
    with pytest.raises(OutsideTheory, match="equal"):
        same_size("equal", 2, 3)
    with pytest.raises(OutsideTheory):
        time_vector("times", [-1e-9])
