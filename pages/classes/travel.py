"""Going where the class is: a phone arrives with the teacher's page, settings, cursor and locks."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages import BY_STEM, Page
from pages.classes.member import Member
from pages.classes.records import Class, Query
from pages.classes.scene import WORDS, known, place, problem_of

AT, LUGGAGE = "_class_at", "_class_luggage"


def arrived(klass: Class) -> int:
    """The last of the class's pictures to which this browser has gone."""
    code, scene = st.session_state.get(AT, ("", 0))
    return scene if code == klass.code else 0


def waiting(klass: Class) -> bool:
    """Whether the class is somewhere where this browser has not gone."""
    return klass.stem in BY_STEM and arrived(klass) < klass.scene


def go(klass: Class, entries: Mapping[str, Any]) -> None:
    """To the class's picture."""
    st.session_state[AT] = klass.code, klass.scene
    to(klass.code, klass.stem, klass.query, entries)


def to(code: str, stem: str, query: Query, entries: Mapping[str, Any]) -> None:
    """To a picture that somebody has sent. The address carries its words; its settings are put down on arrival, since
    the controls of the page that is left may still own those parameters."""
    clean = known(BY_STEM[stem], query)
    st.session_state[LUGGAGE] = stem, clean
    words = {word: clean[word] for word in WORDS if word in clean}
    st.switch_page(entries[stem], query_params={**words, "class": code})


def arrive(page: Page, me: Member) -> None:
    """Before the page runs: put what was carried here into its controls."""
    stem, query = st.session_state.pop(LUGGAGE, ("", {}))
    problem = problem_of(page, query) if stem == page.stem else None
    if problem is not None:
        place(page, problem, query)
