"""The row of settings that a visitor has tried on a page, to return to or to compare with; the browser alone keeps it."""

import json
from collections.abc import Mapping

import streamlit as st

from core.params import Params
from pages.lessons import compare
from pages.lessons.lessons import LESSONS
from pages.shared.controls import set_problem
from pages.shared.plot import ASSETS
from pages.shared.stage import stage

KEY = "tried"
FOLDER = ASSETS / "tried"

_row = st.components.v2.component(
    "lab_tried",
    html=(FOLDER / "tried.html").read_text(),
    css=(FOLDER / "tried.css").read_text(),
    js=(FOLDER / "tried.js").read_text(),
    isolate_styles=False,
)


def row(stem: str, kind: type[Params]) -> None:
    """Draw it, unless a comparison stands there; `kind` says which words of the address are settings."""
    labels = {name: knob.label for name, knob in kind.knobs().items()}
    data = {"stem": stem, "labels": labels, "compares": stem in LESSONS and stage().pinned is None}
    _row(data=json.dumps(data, ensure_ascii=False).encode(), key=KEY, on_go_change=_go, on_compare_change=_compare)


def _told(word: str) -> str | None:
    told = getattr(st.session_state.get(KEY), word, None)
    state = told.get("state") if isinstance(told, Mapping) else None
    return state if isinstance(state, str) and len(state) < 2000 else None


def _go() -> None:
    """Put the settings of a link into the controls, before they are drawn; what makes no sense changes nothing."""
    state, kind = _told("go"), _kind()
    if state is None or kind is None:
        return
    problem, _ = compare.unspell(kind, state)
    if problem is not None:
        set_problem(problem)


def _compare() -> None:
    state, kind = _told("compare"), _kind()
    if state is None or kind is None:
        return
    problem, _ = compare.unspell(kind, state)
    if problem is not None:
        compare.pin(problem)


def _kind() -> type[Params] | None:
    """The kind of the page's own problem."""
    shown = stage().shown
    return type(shown.problem) if shown is not None else None
