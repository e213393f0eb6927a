"""How near a simulation is to theory: the numbers, amber with the reason where theory ends, and where it ran."""

from collections.abc import Mapping

import streamlit as st

from core.figures.style import number


def agreement(error: float | None, others: Mapping[str, float | None], *, verdict: str = "", device: str = "") -> None:
    """The largest relative error and other numbers side by side; None stands for a run that is still to come.

    verdict: why theory and simulation differ, empty while they agree; device: in words.
    """
    columns = st.columns([2] * (1 + len(others)) + [3])
    shown = {"largest relative error": error, **others}
    for column, (name, value) in zip(columns, shown.items(), strict=False):
        column.metric(name, "…" if value is None else number(value))
    with columns[-1]:
        if error is None:
            st.caption("simulating …")
            return
        st.badge(f"simulated on {device}", icon=":material/memory:", color="gray")
        if verdict:
            st.markdown(f":orange[:material/warning: **{number(error)}:** {verdict}.]")
        else:
            st.markdown(":green[:material/check: theory and simulation agree.]")
