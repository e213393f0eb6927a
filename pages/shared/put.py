"""What is put into the page's controls: by a preset or a step, however busy the browser is, and by a hand in the picture as far
as a lesson's link leaves them free."""

import math
import time
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from pages.shared.link_values import nearest
from pages.shared.stage import MOVED, stage

SET, AGAIN_S = "_set", 2.0


def put(values: Mapping[str, Any]) -> None:
    """Put these values, by the controls' names; before the controls are drawn."""
    for name, value in values.items():
        st.session_state[name] = value
    st.session_state[SET] = time.monotonic(), dict(values)


def put_again(names: Iterable[str]) -> None:
    """Before these controls are drawn. A browser under load is given only the last of two runs, and with it no longer what
    the first one has put into a control: what has just been put, and not moved since, is put once more."""
    at, values = st.session_state.get(SET, (-math.inf, {}))
    if time.monotonic() - at > AGAIN_S:
        return
    for name in {*names} & {*values}:
        if name in st.session_state and st.session_state[name] == values[name]:
            st.session_state[name] = values[name]


def keep(names: Iterable[str]) -> None:
    """These controls are not drawn now, and what they were moved to stays: Streamlit forgets what it does not draw."""
    for name in {*names} & {*map(str, st.session_state)}:
        st.session_state[name] = st.session_state[name]


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
