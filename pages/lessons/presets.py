"""Presets and what to look for: a preset is a Problem instance, its words are a piece of the page's prose."""

from collections.abc import Mapping

import streamlit as st

from core.params import Params
from pages import BY_STEM
from pages.lessons import compare, guide, handout, presenter, tried
from pages.lessons.lessons import LESSONS
from pages.shared.controls import set_problem
from pages.shared.prose import hovering, pieces, said
from pages.shared.registry import Shown
from pages.shared.stage import stage


def presets(page: Shown, known: Mapping[str, Params], sentence: str = "sentence", **numbers: object) -> None:
    """One button a preset; the address bar then holds its link. Words for the chosen one: "## preset: name", for any other
    setting "## sentence", with «name» replaced by the numbers given; they stand above the picture.

    Below them the classroom's tools. A link that hides or locks controls leaves both out.
    """
    scene, stem, problem = stage(), page.stem, page.problem
    chosen = next((name for name, preset in known.items() if preset == problem), None)
    if not scene.bound_to_lesson:
        with st.container(horizontal=True, gap="small", key="presets"):
            for name, preset in known.items():
                icon = ":material/check:" if name == chosen else None
                st.button(name, key=f"preset_{name}", on_click=set_problem, args=(preset,), icon=icon)
        _tools(stem, problem)
    known_words = [name for name in (f"preset: {chosen}", sentence) if name in pieces(stem)]
    if not known_words:
        return
    scene.sentence = said(stem, known_words[0], **{**page.words, **numbers})
    if not scene.link.step and not scene.link.predict:
        with scene.says or st.container():
            st.markdown(hovering(scene.sentence))


def _tools(stem: str, problem: Params) -> None:
    page = BY_STEM[stem]
    with st.container(horizontal=True, gap="small", key="tools"):
        if stem in LESSONS:
            guide.entrances(page)
            compare.entrance(page, stage(), problem)
        handout.entrance()
        presenter.entrance()
    tried.row(stem, type(problem))
