"""Data put elsewhere by hand, as one word that a link can carry: "7_0.41_-0.2~12_1_0" puts datum 7 at (0.41, −0.2) and
datum 12 at (1, 0)."""

import math
import re
from collections.abc import Mapping

Entries = dict[int, tuple[float, ...]]

NUMBER = r"-?\d{1,4}(?:\.\d{1,6})?"
LONGEST = 8_000


def read(text: str, numbers: int) -> Entries:
    """The entries that a text spells, each of so many finite numbers, by their index; ValueError for any other text.

    >>> read("7_0.41_-0.2~12_1_0", 2)
    {7: (0.41, -0.2), 12: (1.0, 0.0)}
    """
    one = rf"\d{{1,5}}(?:_{NUMBER}){{{numbers}}}"
    if len(text) > LONGEST or not re.fullmatch(rf"(?:{one}(?:~{one})*)?", text, re.ASCII):
        raise ValueError(text)
    parts = (part.split("_") for part in text.split("~") if part)
    return {int(index): tuple(map(float, values)) for index, *values in parts}


def write(entries: Mapping[int, tuple[float, ...]]) -> str:
    """The word for these entries, in the order of their index.

    >>> write({12: (1.0, 0.0), 7: (0.41, -0.2)})
    '7_0.41_-0.2~12_1_0'
    """
    return "~".join("_".join([str(index), *map(_short, values)]) for index, values in sorted(entries.items()))


def inside(entries: Entries, low: float, high: float) -> Entries:
    """The same, each number moved into low … high."""
    return {index: tuple(min(max(one, low), high) for one in values) for index, values in entries.items()}


def _short(value: float) -> str:
    return f"{0.0 if math.isclose(value, 0.0, abs_tol=5e-7) else value:.6f}".rstrip("0").rstrip(".")
