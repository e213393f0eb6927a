"""What a hand in the picture may move: the page's controls, as far as a lesson's link leaves them free."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.link import nearest
from pages.shared.stage import MOVED, stage


def free_fields() -> set[str]:
    """The controls that handles may move now: none behind the curtain or in a comparison."""
    scene = stage()
    if scene.curtain or scene.pinned is not None:
        return set()
    return scene.kinds.keys() - {*scene.link.hide, *scene.link.lock}


def run_the_page_if_moved() -> None:
    """A chart inside a fragment of its own hears the hand without the controls being drawn: run the page again."""
    if st.session_state.get(MOVED):
        st.session_state[MOVED] = False
        st.rerun()


def put_values(values: Mapping[str, Any]) -> None:
    """The nearest allowed value of each named control; whatever is no free control of the page is left alone."""
    kinds, free = stage().kinds, free_fields()
    for name, value in values.items():
        if name not in free or not isinstance(value, int | float | str):
            continue
        knob, default = kinds[name].offered()[name], kinds[name].__dataclass_fields__[name].default
        if not knob.many:
            st.session_state[MOVED] = True
            st.session_state[name] = nearest(knob, str(value), default)[0]
