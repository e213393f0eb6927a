"""What a page shows is computed in the page itself, unless a GPU does it sooner: then a job on the GPU, and the page follows.

    solution = solved(STEM, problem, solve, pays=pays(problem))

While the job waits or runs, its place in the queue is drawn and the answer is None; the page runs again when it is done.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import Refusal
from pages.jobs.devices import on_gpu, wanted_by
from pages.jobs.job import Job
from pages.jobs.live import POLL_S, gpu_pool, place_of, quickly
from pages.shared.cache import KEPT, key_of, remember, sealed

Ask = Callable[[], Job | None]


class Failed(Refusal):
    """A job that came to nothing, with its sentence."""

    def __init__(self, sentence: str):
        Exception.__init__(self, sentence)

    def __reduce__(self):
        return Failed, (str(self),)


def solved(name: str, problem: Any, solve: Callable[[Any], Any], *, pays: bool) -> Any:
    """solve(problem), whose `device` is "auto", "cpu" or "cuda"; None while a GPU is at it.

    pays: whether "auto" means a GPU where there is one. Raises what solve raises, and Failed for a job that failed.
    """

    def ask() -> Job | None:
        return quickly(name, problem, solve, pays=pays)

    job = ask() if on_gpu(wanted_by(problem), pays=pays) else None
    if job is None:
        return remember(solve)(problem)
    if job.alive:
        st.fragment(_waiting, run_every=POLL_S)(ask)
        return None
    for note in job.notes:
        st.warning(note, icon=":material/memory:")
    if job.state != "done":
        raise Failed(job.error or "The run was stopped. Move a slider to run it again.")
    return KEPT(key_of(solve, problem), lambda: sealed(job.snapshots[0]))


def _waiting(ask: Ask) -> None:
    job = ask()
    if job is None or not job.alive:
        st.rerun()
    else:
        st.progress(0.0, text=place_of(job, gpu_pool()) or f"Training on {job.where or 'the GPU'} …")
