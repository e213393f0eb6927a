"""The part of a class that runs in the browser: it tells where the chart's cursor stands when a button is pressed, opens the
teacher's secret link, and keeps who a phone is where no cookie does."""

from typing import Any

import streamlit as st

from pages.shared.plot import ASSETS

KEY, DOOR = "class_cursor", "class_door"

_script = st.components.v2.component(
    "lab_class",
    html="<span class='lab-class'></span>",
    js=(ASSETS / "class.js").read_text(),
    isolate_styles=False,
)


def place_keeper(leads: bool = False, word: str = "") -> None:
    """Draw the script that notices where the cursor stands; the teacher's (leads) tells the step of a story, too. The tab keeps
    the word, and tells the one that it has kept before."""
    said = {"leads": leads, "word": word}
    _script(key=KEY, data=said, on_t_change=_nothing, on_step_change=_nothing, on_word_change=_nothing)


def told_step() -> str:
    """The step that the browser has turned to; empty where it has told none."""
    return _told("step")


def told_word() -> str:
    """The word that the tab has kept from before a reload; empty where it has told none."""
    return _told("word")


def cursor() -> dict[str, str]:
    """The cursor's place as a link's t; empty where the picture has none."""
    state: Any = st.session_state.get(KEY)
    found = state.get("t") if state is not None else None
    return {"t": f"{float(found):.4g}"} if isinstance(found, int | float) else {}


def _told(what: str) -> str:
    state: Any = st.session_state.get(KEY)
    return str(state.get(what) or "") if state is not None else ""


def open_link(link: str) -> None:
    """Let the browser go to this address of ours."""
    _script(key=DOOR, data={"go": link}, on_t_change=_nothing)


def _nothing() -> None:
    """A listener must exist for a state to be kept."""
