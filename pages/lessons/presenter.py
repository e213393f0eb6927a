"""For a projector (present=true) or inside another page (embed=true): one picture, large, and little else."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.lessons.lessons import spoken_of
from pages.shared.explain.symbols import templates
from pages.shared.plot import ASSETS
from pages.shared.script import FRAME_URL
from pages.shared.stage import Stage, on_phone
from pages.shared.streamlit_internals import where

PRESENTING, LEFT = "_presenting", "_present_left"

_script = st.components.v2.component(
    "lab_frame",
    html=f"<span class='lab-frame'></span>{templates()}",
    js=(ASSETS / "load_frame.js").read_text().replace("«address»", FRAME_URL),
    isolate_styles=False,
)


def keep() -> None:
    """Presenting goes on when the page changes, although the new page's address does not say so yet; and it is over when it
    has been left, although what the browser asked before it heard of that still says so."""
    if _left_before_the_address():
        st.query_params.pop("present", None)
    if st.query_params.get("present") is not None:
        st.session_state[PRESENTING] = st.query_params["present"].lower() in ("true", "1")
    elif st.session_state.get(PRESENTING):
        st.query_params["present"] = "true"


def _left_before_the_address() -> bool:
    """Whether the projector was left by a press of which the browser has not heard: until it asks without the word, but for
    the run of that press itself. Who goes Back means what the address says."""
    if where()[1]:
        st.session_state.pop(LEFT, None)
    elif st.session_state.get(LEFT) == "now":
        st.session_state[LEFT] = "heard of next"
    elif "present" not in st.query_params:
        st.session_state.pop(LEFT, None)
    return LEFT in st.session_state


def frame_script() -> None:
    """Draw the script of the frame: keys, terms, the history of the address."""
    _script(key="frame")


def dress(scene: Stage) -> None:
    """The style sheets and the way out; always as many elements, so that what follows keeps its place and its state."""
    sheets = {"embed": st.context.is_embedded, "curtain": scene.curtain, "presenter": scene.link.present}
    sheets |= {"asked": scene.curtain and scene.link.present, "story": scene.act == "story"}
    of = spoken_of(scene.stem, scene.link) if scene.link.present else None
    sheets["beside"] = of is not None and of.beside
    style = "\n".join((ASSETS / f"{name}.css").read_text() for name, on in sheets.items() if on)
    st.html(f"<style>{style}</style>")
    with st.container():
        if scene.link.present:
            st.button("Leave the projector", key="present_leave", type="tertiary", on_click=leave, shortcut="Escape")


def entrance() -> None:
    """The projector, and beside it the window for the speaker's own screen, which a phone does not have."""
    st.button("Projector", key="present_begin", icon=":material/present_to_all:", on_click=begin)
    if not on_phone():
        st.link_button("Speaker’s window", _speaker(), icon=":material/speaker_notes:")


def _speaker() -> str:
    return f"learn?{urlencode({'part': 'speaker', **_class()})}"


def _class() -> dict[str, str]:
    return {"class": st.query_params["class"]} if "class" in st.query_params else {}


def lead_to_speaker(entries: Mapping[str, Any]) -> None:
    """speaker=true on any page opens the speaker's window, which follows whatever step another window shows."""
    if st.query_params.get("speaker", "").lower() in ("true", "1"):
        st.switch_page(entries["learn"], query_params={"part": "speaker", **_class()})


def begin() -> None:
    st.session_state[PRESENTING] = True
    st.session_state.pop(LEFT, None)
    st.query_params["present"] = "true"


def leave() -> None:
    st.session_state[PRESENTING], st.session_state[LEFT] = False, "now"
    st.query_params.pop("present", None)
