"""Going where the class is: a phone arrives with the teacher's page, settings, cursor and locks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from pages import BY_STEM, Page
from pages.classes import whereabouts
from pages.classes.kept.records import Class, Query
from pages.classes.scene import WORDS, known, place, problem_of

LUGGAGE = "_class_luggage"


def waiting(klass: Class) -> bool:
    """Whether the class is somewhere where this browser has not gone."""
    return klass.stem in BY_STEM and whereabouts.now(klass).scene < klass.scene


def go(klass: Class, entries: Mapping[str, Any]) -> None:
    """To the class's picture; without its question where that has been put away before this phone came."""
    whereabouts.remember(replace(whereabouts.now(klass), scene=klass.scene, returned=False))
    query = {word: said for word, said in klass.query.items() if klass.asked or word != "predict"}
    to(klass, klass.stem, query, entries)


def to(klass: Class, stem: str, query: Query, entries: Mapping[str, Any]) -> None:
    """To a picture that somebody has sent. The address carries its words; its settings are put down on arrival, since
    the controls of the page that is left may still own those parameters."""
    clean = known(BY_STEM[stem], query)
    st.session_state[LUGGAGE] = stem, clean
    said = {**whereabouts.spelled(whereabouts.now(klass)), whereabouts.AT: st.query_params.get(whereabouts.AT, "0")}
    words = {word: clean[word] for word in WORDS if word in clean}
    st.switch_page(entries[stem], query_params={**words, "class": klass.code, **said})


def led(page: Page) -> bool:
    """Whether this browser is just being sent to this page."""
    return bool(st.session_state.get(LUGGAGE, ("",))[0] == page.stem)


def arrive(page: Page) -> None:
    """Before the page runs: put what was carried here into its controls."""
    stem, query = st.session_state.pop(LUGGAGE, ("", {}))
    problem = problem_of(page, query) if stem == page.stem else None
    if problem is not None:
        place(page, problem, query)
