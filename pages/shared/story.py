"""Presets and what to look for: a preset is a Problem instance, its words are a piece of the page's prose."""

from collections.abc import Mapping

import streamlit as st

from core.params import Params
from pages.shared.controls import set_problem
from pages.shared.prose import pieces, prose


def presets(stem: str, known: Mapping[str, Params], problem: Params) -> None:
    """One button a preset; the address bar then holds its link. Words for the chosen one: "## preset: name"."""
    chosen = next((name for name, preset in known.items() if preset == problem), None)
    with st.container(horizontal=True, gap="small"):
        for name, preset in known.items():
            icon = ":material/check:" if name == chosen else None
            st.button(name, key=f"preset_{name}", on_click=set_problem, args=(preset,), icon=icon)
    if chosen and f"preset: {chosen}" in pieces(stem):
        prose(stem, f"preset: {chosen}")
