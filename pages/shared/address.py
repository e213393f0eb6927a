"""The address of a page is its Problem: written after each run, read on arrival and after Back or Forward.

A control's name is its URL parameter, and what differs from the defaults stands in the address, whether its control is
drawn or folded. Who comes by the menu finds a page as it was left, with the settings that pages share as last moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.params import Params
from pages.shared.streamlit_internals import where

TRAVELS = ("delta", "angle", "norm", "sign", "target_angle", "target_norm", "tau", "seed", "eta_a", "eta_w")
LESSON_WORDS = ("step", "predict", "A", "goal", "hide", "lock", "open")
VIEW = ("t", "cam", "pic")
OPEN = "open"
_LOG = "_address"

Spelled = dict[str, str | list[str]]


@dataclass
class Log:
    """What this visitor's pages were told. said: by kind, the part of the address last read or written, and shown the
    problem it stands for; parts: by name, whether the address last had it open; left: by kind, the values it was left
    with; shared: by name and label, what was moved last."""

    page: str = ""
    fresh: bool = True
    walked: bool = False
    said: dict[str, Spelled] = field(default_factory=dict)
    shown: dict[str, Params] = field(default_factory=dict)
    parts: dict[str, bool] = field(default_factory=dict)
    left: dict[str, dict[str, Any]] = field(default_factory=dict)
    shared: dict[tuple[str, str], Any] = field(default_factory=dict)


def spelled(problem: Params) -> Spelled:
    """The fields that differ from the defaults, as a link carries them."""
    return {n: list(map(_text, v)) if isinstance(v, tuple) else _text(v) for n, v in problem.changed().items()}


def arrive() -> None:
    """At each run of the whole page: it may have been entered, or its address changed by Back or Forward."""
    (page, walked), log = where(), _log()
    if log.page != page:
        log.page, log.said, log.shown, log.parts = page, {}, {}, {}
    log.fresh, log.walked = True, walked


def settled() -> None:
    """The page has run: until the next whole run its controls alone say what it shows."""
    _log().fresh = False


def news(kind: type[Params]) -> Spelled | None:
    """The part of the address that has not been read yet; None where there is nothing new in it."""
    log, asked = _log(), asked_of(kind)
    if not log.fresh or log.said.get(_name(kind)) == asked:
        return None
    return asked


def put(kind: type[Params]) -> None:
    """Something else has set this kind's controls (a preset, a step): the address is not news any more."""
    _log().said[_name(kind)] = asked_of(kind)
    for key in VIEW:
        st.query_params.pop(key, None)


def brought(kind: type[Params]) -> dict[str, Any]:
    """What a visitor brings who comes by the menu: how the page was left, and what other pages share with it."""
    log = _log()
    if log.walked or _name(kind) in log.said or any(word in st.query_params for word in LESSON_WORDS):
        return {}
    left = log.left.get(_name(kind), {})
    shared = {
        n: log.shared[n, k.label.casefold()] for n, k in kind.knobs().items() if (n, k.label.casefold()) in log.shared
    }
    fitting = {name: value for name, value in shared.items() if _allows(kind, {name: value})}
    whole = left | fitting
    return whole if _allows(kind, whole) else left


def write(problem: Params) -> None:
    """Put the problem into the address and remember it."""
    kind, log, wanted = type(problem), _log(), spelled(problem)
    before = log.shown.get(_name(kind), kind() if asked_of(kind) else problem)
    for name, knob in kind.knobs().items():
        if name in TRAVELS and getattr(problem, name) != getattr(before, name):
            log.shared[name, knob.label.casefold()] = getattr(problem, name)
    log.said[_name(kind)], log.shown[_name(kind)] = wanted, problem
    log.left[_name(kind)] = problem.changed()
    if wanted != asked_of(kind):
        rest = {key: _one(st.query_params.get_all(key)) for key in st.query_params if key not in kind.knobs()}
        st.query_params.from_dict({**rest, **wanted})


def opened() -> tuple[str, ...]:
    """The parts of the page that the address has open; the browser goes to the first of them (assets/frame.js)."""
    return tuple(dict.fromkeys(name for part in st.query_params.get(OPEN, "").split(",") if (name := part.strip())))


def news_of_part(name: str) -> bool | None:
    """Whether the address has this part open, where that has not been read yet; None where there is nothing new in it."""
    log, asked = _log(), name in opened()
    before = log.parts.get(name, False)
    return asked if log.fresh and asked != before else None


def write_part(name: str, is_open: bool) -> None:
    """Put into the address whether this part is open."""
    _log().parts[name] = is_open
    others = [one for one in opened() if one != name]
    if is_open and name not in opened():
        st.query_params[OPEN] = ",".join([*others, name])
    elif not is_open and name in opened():
        st.query_params[OPEN] = ",".join(others)
        if not others:
            del st.query_params[OPEN]


def asked_of(kind: type[Params]) -> Spelled:
    """What the address says of this kind's fields."""
    return {name: _one(found) for name in kind.knobs() if (found := st.query_params.get_all(name))}


def _allows(kind: type[Params], values: Mapping[str, Any]) -> bool:
    try:
        kind(**values)
    except Refusal:
        return False
    return all(value in knob.grid for name, value in values.items() if (knob := kind.offered()[name]).scale != "linear")


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _name(kind: type[Params]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _log() -> Log:
    return st.session_state.setdefault(_LOG, Log())
