"""When runs turn and when they fit, in numbers, with the definition a tap away."""

import streamlit as st

from core.figures.phases import words
from core.theory.phases import Phases
from pages.shared.prose import hovering, said


def phases_told(phases: Phases, name: str = "") -> None:
    """One line on a run: which phase comes first, and both half-times."""
    found = words(phases)
    st.caption(name + hovering(said("phases", found["order"], **found)), help=said("phases", "definition"))
