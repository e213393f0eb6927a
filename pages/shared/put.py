"""What a preset or a step puts into the controls reaches the browser, however busy it is."""

import math
import time
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

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
