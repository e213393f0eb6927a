"""Links' values become the nearest allowed ones."""

import pytest

from core.params import Knob
from pages.shared.link_values import nearest

DELTA = Knob("δ", low=-10, high=10)
RATE = Knob("η", low=0.1, high=10, scale="log")
KIND = Knob("kind", options={"a": "", "b": ""})
MOVED = Knob("moved", low=-1.5, high=1.5, entries=2)
MANY = Knob("many", options={1: "", 2: ""}, many=True)


@pytest.mark.parametrize(
    "knob, raw, default, value, exact",
    [
        (DELTA, "-2", 0.0, -2.0, True),
        (DELTA, "99", 0.0, 10.0, False),
        (DELTA, "-inf", 0.0, -10.0, False),
        (DELTA, "nan", 0.5, 0.5, False),
        (DELTA, "1e400", 0.0, 10.0, False),
        (DELTA, "two", 0.0, 0.0, False),
        (DELTA, "", 0.0, 0.0, False),
        (RATE, "2.0", 1.0, 2.0, True),
        (RATE, "2.2", 1.0, 2.0, False),
        (RATE, "-3", 1.0, 0.1, False),
        (RATE, "inf", 1.0, 10.0, False),
        (Knob("n", low=1, high=9), "3.7", 2, 4, False),
        (Knob("on"), "True", False, True, True),
        (Knob("on"), "yes", False, False, False),
        (KIND, "b", "a", "b", True),
        (KIND, "<script>", "a", "a", False),
        (MANY, ["2", "1"], (1,), (2, 1), True),
        (MANY, ["2", "7"], (1,), (2,), False),
        (MANY, ["7"], (1,), (1,), False),
        (MOVED, "7_0.5_-1", "", "7_0.5_-1", True),
        (MOVED, "7_0.50_-3", "", "7_0.5_-1.5", False),
        (MOVED, "7_0.5", "", "", False),
    ],
)
def test_nearest(knob, raw, default, value, exact):
    assert nearest(knob, raw, default) == (value, exact)
