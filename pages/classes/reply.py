"""What a press has come to: one sentence that stays for as long as reading it takes, whatever is drawn anew meanwhile."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

KEY = "_class_reply"
READ_S = 8.0


def say(text: str) -> None:
    """Show this from the next drawing on."""
    st.session_state[KEY] = text, None


def show(draw: Callable[[str], Any] = st.caption) -> None:
    """What was said last, until it has stood for READ_S."""
    text, since = st.session_state.get(KEY, ("", None))
    now = time.monotonic()
    if not text or (since is not None and now > since + READ_S):
        st.session_state.pop(KEY, None)
        return
    st.session_state[KEY] = text, now if since is None else since
    with st.container(key="class_reply"):
        draw(text)
