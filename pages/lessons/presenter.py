"""For a projector (present=true) or inside another page (embed=true): one picture, large, and little else."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared.explain.symbols import templates
from pages.shared.plot import ASSETS
from pages.shared.script import FRAME_URL
from pages.shared.stage import Stage, on_phone

PRESENTING = "_presenting"

_script = st.components.v2.component(
    "lab_frame",
    html=f"<span class='lab-frame'></span>{templates()}",
    js=(ASSETS / "load_frame.js").read_text().replace("«address»", FRAME_URL),
    isolate_styles=False,
)


def keep() -> None:
    """Presenting goes on when the page changes, although the new page's address does not say so yet."""
    if st.query_params.get("present") is not None:
        st.session_state[PRESENTING] = st.query_params["present"].lower() in ("true", "1")
    elif st.session_state.get(PRESENTING):
        st.query_params["present"] = "true"


def frame_script() -> None:
    """Draw the script of the frame: keys, terms, the history of the address."""
    _script(key="frame")


def dress(scene: Stage) -> None:
    """The style sheets and the way out; always as many elements, so that what follows keeps its place and its state."""
    sheets = {"embed": st.context.is_embedded, "curtain": scene.curtain, "presenter": scene.link.present}
    sheets["story"] = scene.act == "story"
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
    st.query_params["present"] = "true"


def leave() -> None:
    st.session_state[PRESENTING] = False
    st.query_params.pop("present", None)
