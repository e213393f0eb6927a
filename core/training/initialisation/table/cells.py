"""One cell of a table as a number: decimal point or comma, thousands, missing values. Nothing here knows of columns."""

import math
import re

MISSING = {"", "na", "n/a", "nan", "null", "none", "nil", "?", "-", "--", ".", "#n/a", "missing"}
POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?$")
DOTTED_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+$")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")


def clean(cell: str) -> str:
    """Without spaces around it, with a plain minus, and without the narrow spaces that part thousands."""
    return cell.strip().replace("\u2212", "-").replace("\u202f", "").replace("\xa0", "")


def missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return clean(cell).lower() in MISSING


def number(cell: str, decimal: str = ".") -> float:
    """The cell's number, NaN where it has none; infinity is a number here, and refused where numbers are used."""
    text = clean(cell)
    if decimal == ",":
        if COMMA.match(text) or DOTTED_THOUSANDS.match(text):
            return float(text.replace(".", "").replace(",", "."))
        return float(text) if POINT.match(text) and "." not in text else _infinite(text)
    return float(text) if POINT.match(text) else _infinite(text)


def _infinite(text: str) -> float:
    known = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "infinity": math.inf, "-infinity": -math.inf}
    return known.get(text.lower(), math.nan)


def like_number(cell: str) -> bool:
    """Whether a cell is a number with a decimal point or with a decimal comma."""
    text = clean(cell)
    return bool(POINT.match(text) or COMMA.match(text))
