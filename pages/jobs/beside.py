"""A simulation beside theory: the exact curves are painted at once, the run follows a moment later and is kept.

    beside("exact", problem, simulate, show)

`show(None)` draws the theory; `show(simulation)` draws both. The run never delays a slider: it is ordered for the moment
when the visitor rests, runs in a process of its own, and its answer is shared by all visitors.
"""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.training.device import told
from pages.jobs.job import Job
from pages.jobs.live import quickly, rest
from pages.shared.cache import frozen, remember
from pages.shared.stage import stage
from pages.shared.streamlit_internals import look_again, runs_alone, stop_looking

LOOK_S = 0.25


def beside(name: str, problem: Any, simulate: Callable[[Any], Any], show: Callable[[Any], None]) -> None:
    """Draw theory now, and theory with the run from the next look on. A refused run is told in one sentence."""
    state, ticket = f"_beside_{name}", frozen(problem)
    come, at, moves = st.session_state.get(state, ("", "", 0))
    wait = rest() + 0.001 * (moves % 2)  # the browser's clock starts anew only for another interval
    every = None if (come, at) == ("done", ticket) else wait + LOOK_S
    st.fragment(_panel, run_every=every)(state, ticket, wait, problem, simulate, show)


def _panel(
    state: str,
    ticket: Hashable,
    wait: float,
    problem: Any,
    simulate: Callable[[Any], Any],
    show: Callable[[Any], None],
) -> None:
    _, at, moves = st.session_state.get(state, ("", "", 0))
    fresh = at != ticket
    job = quickly(state, problem, simulate, wait if fresh else 0.0)
    stage().clocked = runs_alone()
    if fresh if job is None else job.alive:
        st.session_state[state] = ("painted", ticket, moves + fresh)
        show(None)
        stage().clocked = False
        if not fresh:
            look_again(LOOK_S)
        return
    run, refusal, notes = _here(simulate, problem) if job is None else _from(job)
    show(run)
    for note in notes:
        st.warning(note, icon=":material/memory:")
    if refusal:
        st.warning(refusal, icon=":material/warning:")
    st.session_state[state] = ("done", ticket, moves + fresh)
    stage().clocked = False
    stop_looking()


def _here(simulate: Callable[[Any], Any], problem: Any) -> tuple[Any, str, list[str]]:
    with told() as notes:
        try:
            return remember(simulate)(problem), "", notes
        except Refusal as error:
            return None, str(error), notes


def _from(job: Job) -> tuple[Any, str, list[str]]:
    if job.state == "done":
        return job.snapshots[0], "", job.notes
    return None, job.error or "The simulation was stopped. Move a slider to run it again.", job.notes
