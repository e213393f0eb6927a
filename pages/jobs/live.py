"""Live work on a page: a button, then progress, cancel and the newest picture while a worker process runs.

    work("cell", problem, run_cell, label="Run this cell", show=draw, total=100)

`run_cell(problem)` is a generator in core that yields frozen snapshots (with `done` and `total` where it knows them);
`show(snapshots)` draws what there is so far. Moving a slider changes the problem and thereby cancels the run.
"""

import atexit
import functools
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.training.device import leave_to_others
from pages.jobs.devices import choice, cpu_environment, gpu_environments, on_gpu, wanted_by
from pages.jobs.job import Job
from pages.jobs.pool import Pool, pool_size
from pages.shared.agreement import ran
from pages.shared.cache import key_of
from pages.shared.streamlit_internals import is_connected, session_id

POLL_S = 0.4
SHORTEST_REST_S, REST_S, LONGEST_REST_S = 0.4, 0.05, 2.0
_open = False


@functools.cache
def pool() -> Pool:
    """The one pool of this server on the CPU."""
    return _made(Pool([cpu_environment()] * pool_size(), connected))


@functools.cache
def gpu_pool() -> Pool:
    """One process for each GPU; none where there is none."""
    return _made(Pool(gpu_environments(), connected))


@functools.cache
def quick_pool() -> Pool:
    """One process for the short simulations beside theory, so that a long training never delays them."""
    return _made(Pool([cpu_environment()], connected, longest=400))


def _made(pool: Pool) -> Pool:
    atexit.register(pool.close)
    return pool


def open_pools() -> None:
    """Start the processes; from now on simulations beside theory run in theirs."""
    global _open
    _open = True
    leave_to_others()
    pool().warm()
    quick_pool().warm()


def close_pools() -> None:
    for every in (pool(), quick_pool(), gpu_pool()):
        every.close()


def rest() -> float:
    """Seconds that a visitor's sliders must rest before a simulation starts: the longer, the more is moved in the room."""
    return min(LONGEST_REST_S, SHORTEST_REST_S + REST_S * quick_pool().pace()) if _open else 0.0


def quickly(name: str, problem: Any, compute: Callable, wait: float = 0.0, *, pays: bool = False) -> Job | None:
    """compute(problem) in the quick process, begun after `wait` seconds unless the visitor asks for something else before;
    in a GPU's process where the problem's `device` says so, or leaves it open and the GPU pays.

    The job, shared by all who ask; None where no server has opened the pools.
    """
    if not _open:
        return None
    ticket = key_of(compute, problem)
    session = _session()
    quick = gpu_pool() if on_gpu(wanted_by(problem), pays=pays) else quick_pool()
    job = quick.find(ticket) or _still(session.held.get(f"quick {name}"), ticket)
    if job is None or job.alive:
        job = quick.submit(ticket, compute, problem, f"{session.viewer}:{name}", wait)
    session.held[f"quick {name}"] = job
    return job


def connected(viewer: str) -> bool:
    """Whether this session's browser is there; outside a server everybody is."""
    return is_connected(viewer.split(":")[0])


def leave_other_pages(stem: str) -> None:
    """Whoever turns to another page gives up what runs on the last one."""
    session = _session()
    if session.page not in ("", stem):
        session.held.clear()
        _leave(session.viewer)
    session.page = stem


def _leave(viewer: str) -> None:
    for every in (pool(), gpu_pool()):
        every.leave(viewer)


def work(
    name: str,
    problem: Any,
    generate: Callable,
    *,
    label: str,
    show: Callable[[list], None],
    total: int | None = None,
    core_seconds: float = 0.0,
) -> Job | None:
    """Draw the button and whatever has come of it; returns the job for this problem, if there is one.

    A finished run is kept and shown at once, to everybody who asks for the same. core_seconds: what it is expected to
    take on one core, by which "auto" chooses the device.
    """
    where = gpu_pool() if on_gpu(choice(name), core_seconds) else pool()
    ticket = (key_of(generate, problem), where is gpu_pool())
    session = _session()
    viewer, held = session.viewer, session.held
    job = where.find(ticket) or _still(held.get(name), ticket)
    if name in held and held[name].ticket != ticket:
        held.pop(name).viewers.pop(viewer, None)
    if st.button(label, key=f"run_{name}"):
        _leave(viewer)
        job = where.submit(ticket, generate, problem, viewer)
    if job is not None and (job.state == "done" or viewer in job.viewers or held.get(name) is job):
        held[name] = job
        st.fragment(_panel, run_every=POLL_S if job.alive else None)(name, viewer, job, where, show, total)
    return held.get(name)


def _still(job: Job | None, ticket: Hashable) -> Job | None:
    return job if job is not None and job.ticket == ticket else None


def _panel(name: str, viewer: str, job: Job, where: Pool, show: Callable[[list], None], total: int | None) -> None:
    was_alive = job.alive
    with st.container(horizontal=True, vertical_alignment="center", key=f"job_{name}"):
        _state(name, viewer, job, where, total)
    for note in list(job.notes):
        st.warning(note, icon=":material/memory:")
    if job.snapshots:
        show(list(job.snapshots))
    if not was_alive and st.session_state.pop(f"_alive_{name}", False):
        st.rerun()
    st.session_state[f"_alive_{name}"] = was_alive


def _state(name: str, viewer: str, job: Job, where: Pool, total: int | None) -> None:
    """How far it is, or how it ended, in one row that keeps its height: nothing below moves when a run ends."""
    if job.alive and viewer in job.viewers:
        job.viewers[viewer] = time.monotonic()
        _progress(name, viewer, job, where, total)
    elif job.state == "failed":
        st.error(job.error, icon=":material/error:")
    elif job.state == "cancelled":
        st.info("Cancelled. What had come by then is shown; run it again for the rest.", icon=":material/cancel:")
    elif job.where:
        st.caption(f"Ran {ran(job.took, job.where)}.")


def _progress(name: str, viewer: str, job: Job, where: Pool, total: int | None) -> None:
    if job.state == "queued":
        st.progress(0.0, text=place_of(job, where))
    else:
        done, of = _counts(job, total)
        st.progress(min(1.0, done / max(of, 1)), text=f"{done} of {of}{_time_left(job, done, of)}")
    if st.button("Cancel", key=f"cancel_{name}"):
        job.viewers.pop(viewer, None)


def place_of(job: Job, where: Pool) -> str:
    """A queued job's place in words, "" for one that runs."""
    if job.state != "queued":
        return ""
    ahead = where.place(job)
    return f"Waiting: {ahead} before you" if ahead else "Starting …"


def _counts(job: Job, total: int | None) -> tuple[int, int]:
    newest = job.snapshots[-1] if job.snapshots else None
    done = getattr(newest, "done", len(job.snapshots))
    return int(done), int(getattr(newest, "total", total or 100))


def _time_left(job: Job, done: int, of: int) -> str:
    if done == 0 or done >= of:
        return ""
    seconds = (time.monotonic() - job.began) * (of - done) / done
    return f", about {seconds:.0f} s left" if seconds >= 1.5 else ""


@dataclass
class _Session:
    """Who looks, and what they have started, by name."""

    viewer: str
    page: str = ""
    held: dict[str, Job] = field(default_factory=dict)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda session: _leave(session.viewer))
def _session() -> _Session:
    return _Session(session_id() or "nobody")
