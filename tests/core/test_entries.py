"""Words for data that were moved: what they say is read back, and nothing else is read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import entries
from core.errors import OutsideTheory
from core.problems.relu import Problem

NUMBERS = st.integers(-9_999_000_000, 9_999_000_000).map(lambda n: n / 1e6)


@given(st.dictionaries(st.integers(0, 9_999), st.tuples(NUMBERS, NUMBERS), max_size=5))
def test_what_is_written_is_read_back(moved):
    assert entries.read(entries.write(moved), 2) == moved


@pytest.mark.parametrize(
    "text, numbers",
    [("7", 1), ("7_1", 2), ("7_1_2", 1), ("_1", 1), ("7_nan", 1), ("7_1e3", 1), ("7_1~", 1), ("a_1", 1), ("7_1 ", 1)]
    + [("７_1", 1), ("7_1~" * 3000 + "7_1", 1), ("-7_1", 1)],
)
def test_other_words_are_refused(text, numbers):
    with pytest.raises(ValueError):
        entries.read(text, numbers)


@pytest.mark.parametrize(
    "text, says", [("7_1", "cannot be read"), ("7_1_2", "out of its range"), (3, "cannot be read")]
)
def test_a_problem_says_what_is_wrong(text, says):
    with pytest.raises(OutsideTheory, match=says):
        Problem(moved=text)


def test_a_problem_keeps_one_spelling():
    assert Problem(moved="12_1.00_0~7_-0.0_0.250").moved == "7_0_0.25~12_1_0"
