"""How far this browser has gone with its class: the last of the class's pictures it was at, and whether it follows.

The address carries both (`at`, `follow`), like all else that a visitor's page is: a browser that comes back to another
process, or is reloaded, goes on where it was and keeps what it has explored. A class's link has neither.
"""

from dataclasses import dataclass, replace

import streamlit as st

from pages.classes.kept.records import Class
from pages.shared.streamlit_internals import where

AT, FOLLOW = "at", "follow"
NO, LEFT = "no", "left"
_KEPT = "_class_whereabouts"


@dataclass(frozen=True)
class Whereabouts:
    """scene: the class's last picture at which this browser was; follows: whether it goes to the next by itself; out:
    whether it has left; returned: whether the address, not this process, knew the scene."""

    code: str
    scene: int = 0
    follows: bool = True
    out: bool = False
    returned: bool = False


def settle(klass: Class, led: bool = False) -> None:
    """Once for each whole page: what is known, else what the address says. led: this browser is just being sent here, and
    its address will say so when the page has been drawn (`arrived`). Any other address that is behind tells of a browser
    that never saw where it was sent, since its connection was cut: it goes again. (After Back it means nothing.)"""
    said = _said(klass)
    kept = _kept(klass.code) or said
    if led:
        remember(kept)
        return
    if AT in st.query_params and said.scene < kept.scene and not where()[1]:
        kept = replace(kept, scene=said.scene)
    change(kept)


def arrived(klass: Class) -> None:
    """The page has been drawn. What the address says from now on reaches a browser behind the whole picture."""
    change(now(klass))


def now(klass: Class) -> Whereabouts:
    """Where this browser is."""
    return _kept(klass.code) or Whereabouts(klass.code)


def remember(kept: Whereabouts) -> None:
    """From now on this holds; somebody else writes the address."""
    st.session_state[_KEPT] = kept


def change(kept: Whereabouts) -> None:
    """From now on this holds, and the address says so."""
    remember(kept)
    wanted = spelled(kept)
    for word in (AT, FOLLOW):
        if word not in wanted:
            st.query_params.pop(word, None)
        elif st.query_params.get(word) != wanted[word]:
            st.query_params[word] = wanted[word]


def spelled(kept: Whereabouts) -> dict[str, str]:
    """The address's words."""
    follow = LEFT if kept.out else "" if kept.follows else NO
    return {word: text for word, text in ((AT, str(kept.scene)), (FOLLOW, follow)) if text}


def forget() -> None:
    """No class, no whereabouts."""
    st.session_state.pop(_KEPT, None)
    for word in (AT, FOLLOW):
        st.query_params.pop(word, None)


def _kept(code: str) -> Whereabouts | None:
    kept: Whereabouts | None = st.session_state.get(_KEPT)
    return kept if kept is not None and kept.code == code else None


def _said(klass: Class) -> Whereabouts:
    text, follow = st.query_params.get(AT, ""), st.query_params.get(FOLLOW, "")
    scene = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    scene = scene if scene <= klass.scene else 0
    return Whereabouts(klass.code, scene, follow not in (NO, LEFT), follow == LEFT, scene > 0)
