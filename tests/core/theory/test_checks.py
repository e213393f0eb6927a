"""Bad arrays, numbers, rates, times and counts become one sentence; good ones become what computations need."""

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.theory import checks

BAD = {
    "finite": [[], [np.nan], [np.inf], [2 * checks.LARGEST], "text", [[1.0], [1.0, 2.0]], None, [[1.0]], [1j], [None]],
    "positive_rate": [0.0, -1.0, np.nan, 1e-170, [1.0, 0.0]],
    "one_rate": [0.0, -1.0, np.nan, [1.0, 2.0], 1e-170],
    "rate_or_none": [-1.0, np.nan, [1.0, 2.0]],
    "number": [np.inf, [1.0], "1", 1j],
    "time_vector": [-1e-9, [], [[1.0]], [np.nan]],
    "share": [0.0, 1.0, np.nan, -0.5],
    "leak": [-0.1, 1.1, np.nan, [0.5]],
    "whole": [0, 1.5, np.nan, np.inf, "2", [1]],
    "step_counts": [[], 100, [-1], [10.7], [np.nan], [np.inf], "12"],
    "listed": [[], 3, None],
}
EXTRA = {"finite": {"axes": 1}}


@pytest.mark.parametrize("check, value", [(check, value) for check, values in BAD.items() for value in values])
def test_bad_values_are_one_sentence_with_the_name_in_it(check, value):
    with pytest.raises(OutsideTheory) as told:
        getattr(checks, check)("w", value, **EXTRA.get(check, {}))
    assert told.value.do.endswith(".") and "\n" not in str(told.value)
    assert check in ("time_vector", "leak") or "w" in str(told.value).split()


def test_good_values_pass_as_float64():
    assert checks.finite("w", [1, 2], axes=(1, 2)).dtype == np.float64
    assert checks.one_rate("eta", 2) == 2.0 and checks.rate_or_none("eta", 0) == 0.0
    assert checks.time_vector("times", 3).shape == (1,)
    assert checks.whole("n", np.int64(3)) == 3 and checks.whole("n", 1e3) == 1000
    assert checks.step_counts("steps", np.array([5, 1])) == [5, 1]
    assert np.isnan(checks.real("w", [np.nan, 1.0])).tolist() == [True, False]
    np.testing.assert_array_equal(checks.layer_rates(None, 3), np.ones(3))


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16, torch.int64])
def test_torch_tensors_and_parameters_are_arrays(kind):
    tensor = torch.tensor([1, 2], dtype=kind)
    np.testing.assert_array_equal(checks.finite("w", tensor), [1.0, 2.0])
    np.testing.assert_array_equal(
        checks.finite("w", [torch.tensor(1.0), torch.nn.Parameter(torch.tensor(2.0))]), [1, 2]
    )


def test_sizes_and_leading_axes_must_agree():
    checks.same_size("equal", 2, 2)
    with pytest.raises(OutsideTheory, match="equal"):
        checks.same_size("equal", 2, 3)
    assert checks.leading_axes({"a": (np.ones((4, 1)), 0), "w": (np.ones((3, 2)), 1)}) == (4, 3)
    with pytest.raises(OutsideTheory, match="a, w"):
        checks.leading_axes({"a": (np.ones(4), 0), "w": (np.ones((3, 2)), 1)})
    with pytest.raises(OutsideTheory, match="etas"):
        checks.layer_rates([1.0], 2)


def test_what_float64_cannot_hold_is_refused():
    assert checks.representable("x", np.ones(2)).sum() == 2
    with pytest.raises(OutsideTheory, match="float64"):
        checks.representable("x", np.array([1.0, np.inf]))
