"""What a link's text means to a control: the allowed value nearest to it, and a sentence where that is another one."""

import math
from typing import Any

from core import entries
from core.figures.style import minus
from core.params import Knob
from pages.shared.link import quoted


def read_link(name: str, knob: Knob, raw: str | list[str], default: Any) -> tuple[Any, str]:
    """The allowed value nearest to what a link says, and a sentence if that is another one."""
    said = [raw] if isinstance(raw, str) else raw
    value, exact = nearest(knob, said if knob.many else said[0], default)
    if exact and (knob.many or len(set(said)) == 1):
        return value, ""
    used = minus(f"{in_words(value)} is used.")
    if exact:
        return value, f"The link gives {name} {len(said)} times; {used}"
    if not any(map(str.strip, said)):
        return value, f"The link gives {name} no value; {used}"
    asked = f"The link asked for {name} = {quoted(', '.join(said), 40)}; "
    return value, asked + (f"{knob.otherwise}." if knob.otherwise else f"{minus(_allowed(knob))}. {used}")


def nearest(knob: Knob, raw: Any, default: Any) -> tuple[Any, bool]:
    """The allowed value nearest to a link's text, and whether it says the same."""
    if knob.options is not None:
        return _nearest_option(knob, raw, default)
    if knob.entries:
        return _nearest_entries(knob, str(raw), default)
    if isinstance(default, bool):
        word = str(raw).strip().lower()
        return (word == "true", True) if word in ("true", "false") else (default, False)
    number = _number(raw)
    if math.isnan(number):
        return default, False
    assert knob.low is not None and knob.high is not None
    inside = min(max(number, knob.low), knob.high)
    if knob.scale != "linear":
        best = min(knob.grid, key=lambda v: abs(_spaced(knob, v) - _spaced(knob, inside)))
        return best, math.isclose(best, number, rel_tol=1e-9, abs_tol=1e-12)
    value = type(default)(round(inside) if isinstance(default, int) else inside)
    return value, value == number


def _number(raw: Any) -> float:
    """What a link's text is as a number, copied from a page with its true minus too; NaN where it is none."""
    try:
        return math.nan if "_" in str(raw) else float(str(raw).replace("−", "-"))
    except ValueError:
        return math.nan


def _nearest_option(knob: Knob, raw: Any, default: Any) -> tuple[Any, bool]:
    plainly = {str(key).casefold(): key for key in knob.options or {}}
    by_text = {text: plainly[like] for text in ([raw] if not knob.many else raw) if (like := _plain(text)) in plainly}
    if not knob.many:
        return (by_text[raw], True) if raw in by_text else (default, False)
    chosen = tuple(dict.fromkeys(by_text[one] for one in raw if one in by_text))
    return (chosen, len(chosen) == len(raw)) if chosen else (default, False)


def _plain(text: Any) -> str:
    return str(text).strip().casefold().replace("−", "-")


def _nearest_entries(knob: Knob, raw: str, default: str) -> tuple[str, bool]:
    assert knob.low is not None and knob.high is not None
    try:
        word = entries.write(entries.inside(entries.read(raw, knob.entries), knob.low, knob.high))
    except ValueError:
        return default, False
    return word, word == raw


def _spaced(knob: Knob, value: float) -> float:
    if knob.scale == "log":
        return math.log(max(value, 1e-300))
    return math.asinh(value / knob.smallest)


def in_words(value: Any) -> str:
    """A control's value as text, an address' words for a switch."""
    if isinstance(value, tuple):
        return ", ".join(map(in_words, value))
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:g}"


def _allowed(knob: Knob) -> str:
    if knob.options is not None:
        return "the choices are " + ", ".join(map(str, knob.options))
    if knob.low is None:
        return "it is a switch, true or false"
    if knob.entries:
        return "it is a list of places like " + entries.write({7: (0.5,) * knob.entries})
    between = f"it goes from {knob.low:g} to {knob.high:g}"
    return between + (" in round steps" if knob.scale != "linear" else "")
