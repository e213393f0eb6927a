"""How near a simulation is to theory: in one line, amber with the reason where theory ends."""

from collections.abc import Mapping

import streamlit as st

from core.figures.style import number
from pages.shared.prose import hovering


def ran(seconds: float, device: str) -> str:
    """On what something ran and how long, in words."""
    return f"{seconds:.{1 if seconds >= 1 else 2}f} s on {device}"


def agreement(error: float | None, others: Mapping[str, float | None], *, verdict: str = "", where: str = "") -> None:
    """The largest relative error and other numbers side by side; None stands for a run that is still to come.

    verdict: why theory and simulation differ, empty while they agree; where: in words, on what it ran and how long.
    """
    shown = {"largest relative error": error, **others}
    numbers = "  ·  ".join(f"{name} **{'…' if value is None else number(value)}**" for name, value in shown.items())
    if error is None:
        state = "simulating …"
    elif verdict:
        state = f":orange[:material/warning: {verdict}.]"
    else:
        state = ":green[:material/check: theory and simulation agree.]"
    badge = f"  :gray-badge[:material/memory: {where}]" if where else ""
    st.markdown(f"{state}  {hovering(numbers)}{badge}")
