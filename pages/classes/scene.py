"""A picture as it is sent from one browser to others: a page, and parameters that the page knows, with allowed values."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from core.params import Knob, Params
from pages import BY_STEM, Page
from pages.classes.kept.records import Query
from pages.lessons.compare import spell, unspell
from pages.lessons.lessons import LESSONS
from pages.shared.address import VIEW
from pages.shared.controls import set_problem
from pages.shared.link import parse_goal, read
from pages.shared.link_values import nearest
from pages.shared.plot import read_camera
from pages.shared.stage import Stage, set_stage

WORDS = ("step", "hide", "lock", "goal", "predict", "A", *VIEW)


def here() -> dict[str, list[str]]:
    """What this browser's address asks of its page."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def known(page: Page, query: Mapping[str, str | Iterable[str]]) -> dict[str, str | list[str]]:
    """The part of a query that this page understands, each value replaced by the nearest allowed one."""
    kind = kind_of(page)
    if kind is None:
        return {}
    said = {key: [value] if isinstance(value, str) else list(value) for key, value in query.items()}
    out: dict[str, str | list[str]] = {}
    for name, knob in kind.offered().items():
        if raw := said.get(name):
            default = kind.__dataclass_fields__[name].default
            value = nearest(knob, raw if knob.many else raw[0], default)[0]
            out |= {name: _text(value)} if value != default else {}
    words = {word: said[word][0][:300] for word in WORDS if said.get(word)}
    return {**out, **{word: clean for word, text in words.items() if (clean := _clean(page, kind, word, text))}}


def problem_of(page: Page, query: Query) -> Params | None:
    """The problem that a known query asks for; None where the page has none or its theory refuses."""
    kind = kind_of(page)
    if kind is None:
        return None
    knobs = kind.offered()
    values = {name: _value(kind, name, knobs[name], raw) for name, raw in query.items() if name in knobs}
    try:
        return kind(**values)
    except ValueError:
        return None


def place(page: Page, problem: Params, query: Query) -> None:
    """Before the page runs: its controls hold this problem, and its picture opens anew where the query's cursor is."""
    link, _ = read({word: str(query[word]) for word in WORDS if word in query}, 0)
    set_stage(Stage(page.stem, link))
    set_problem(problem)
    for word in VIEW:
        if word in query:
            st.query_params[word] = query[word]


def kind_of(page: Page) -> type[Params] | None:
    presets = page.presets()
    return type(next(iter(presets.values()))) if presets else None


def _value(kind: type[Params], name: str, knob: Knob, raw: str | list[str]) -> Any:
    default = kind.__dataclass_fields__[name].default
    words = [raw] if isinstance(raw, str) else raw
    return nearest(knob, words if knob.many else words[0], default)[0]


def _text(value: Any) -> str | list[str]:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _clean(page: Page, kind: type[Params], word: str, text: str) -> str:
    """A lesson's word as this page understands it; "" where it means nothing here."""
    if word in ("hide", "lock"):
        return ",".join(name for name in text.split(",") if name in kind.knobs())
    if word == "goal":
        return str(parse_goal(text) or "")
    if word == "predict":
        return "true" if text in ("true", "1") and page.stem in LESSONS else ""
    if word == "A":
        pinned = unspell(kind, text)[0] if page.stem in LESSONS else None
        return spell(pinned) if pinned is not None else ""
    return _place_in(page, word, text)


def _place_in(page: Page, word: str, text: str) -> str:
    if word == "step":
        last = len(LESSONS[page.stem].steps) if page.stem in LESSONS else 0
        return text if text.isascii() and text.isdigit() and 1 <= int(text) <= last else ""
    if word == "cam":
        return text if read_camera(text) else ""
    try:
        return text if math.isfinite(float(text)) and len(text) < 30 else ""
    except ValueError:
        return ""


def title(stem: str) -> str:
    """A page's short name."""
    return BY_STEM[stem].title if stem in BY_STEM else stem
