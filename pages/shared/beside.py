"""A simulation beside theory: the exact curves are painted at once, the run follows a moment later and is kept.

    beside("exact", problem, simulate, show)

`show(None)` draws the theory; `show(simulation)` draws both. The run never delays a slider: it starts from a fragment
after the page has been painted, in a process of its own, and its answer is shared by all visitors.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import OutsideTheory
from pages.shared.cache import remember
from pages.shared.live import quickly
from pages.shared.workers import Job

AFTER_S = 0.5


def beside(name: str, problem: Any, simulate: Callable[[Any], Any], show: Callable[[Any], None]) -> None:
    """Draw theory now, and theory with the run from the next look on. A refused run is told in one sentence."""
    state, ticket = f"_beside_{name}", repr(problem)
    done = st.session_state.get(state) == ("done", ticket)
    st.fragment(_panel, run_every=None if done else AFTER_S)(state, ticket, problem, simulate, show)


def _panel(state: str, ticket: str, problem: Any, simulate: Callable[[Any], Any], show: Callable[[Any], None]) -> None:
    stage, at = st.session_state.get(state, ("", ""))
    if at != ticket:
        st.session_state[state] = ("painted", ticket)
        show(None)
        return
    job = quickly(state, problem, simulate)
    if job is not None and job.alive:
        show(None)
        return
    run, refusal = _here(simulate, problem) if job is None else _from(job)
    show(run)
    if refusal:
        st.warning(refusal, icon=":material/warning:")
    st.session_state[state] = ("done", ticket)
    if stage == "painted":
        st.rerun()


def _here(simulate: Callable[[Any], Any], problem: Any) -> tuple[Any, str]:
    try:
        return remember(simulate)(problem), ""
    except OutsideTheory as error:
        return None, str(error)


def _from(job: Job) -> tuple[Any, str]:
    if job.state == "done":
        return job.snapshots[0], ""
    return None, job.error or "The simulation was stopped. Move a slider to run it again."
