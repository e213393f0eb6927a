"""A picture's computation on a GPU's process: the page waits with its place in the queue, and goes on whatever happens."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.training import device
from pages.jobs import devices, elsewhere, live


class Queue:
    """Stands for a GPU's pool: one job whose state the test sets."""

    def __init__(self, monkeypatch):
        self.asked = []
        self.job = SimpleNamespace(
            state="queued", alive=True, notes=[], error="", snapshots=[], where="", viewers={}, ticket=None
        )
        monkeypatch.setattr(elsewhere, "quickly", self.quickly)
        monkeypatch.setattr(elsewhere, "gpu_pool", lambda: self)
        self.ahead = 0

    def quickly(self, name, problem, solve, *, pays):
        self.asked.append((name, problem, pays))
        return self.job

    def place(self, job):
        return self.ahead

    def becomes(self, state, **fields):
        vars(self.job).update(state=state, alive=state in ("queued", "running"), **fields)


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.delenv("DEVICE", raising=False)
    monkeypatch.setattr(device, "gpus", lambda: 1)
    monkeypatch.setattr(devices, "gpus", lambda: 1)
    return Queue(monkeypatch)


def page():
    import streamlit as st

    from core.errors import Refusal
    from pages.jobs.elsewhere import solved
    from tests.pages.jobs.test_elsewhere import Ask, here

    wanted = st.session_state.get("wanted", "auto")
    try:
        found = solved("try", Ask(wanted, st.session_state.get("n", 1)), here, pays=st.session_state.get("pays", True))
    except Refusal as error:
        st.error(str(error))
        st.stop()
    st.text("waiting" if found is None else f"found {found}")


class Ask:
    def __init__(self, device, n):
        self.device, self.n = device, n

    def __hash__(self):
        return hash((self.device, self.n))

    def __eq__(self, other):
        return vars(self) == vars(other)


def here(problem):
    return f"here {problem.n}"


def shown(**state):
    test = AppTest.from_function(page)
    for name, value in state.items():
        test.session_state[name] = value
    return test.run()


@pytest.mark.parametrize(
    "wanted, pays, goes",
    [("auto", True, True), ("auto", False, False), ("cpu", True, False), ("cuda", False, True)],
)
def test_a_problem_goes_where_it_is_sooner_or_wanted(queue, wanted, pays, goes):
    test = shown(wanted=wanted, pays=pays, n=f"{wanted} {pays}")
    assert bool(queue.asked) == goes
    assert [text.value for text in test.text] == ["waiting" if goes else f"found here {wanted} {pays}"]
    assert not test.exception


@pytest.mark.parametrize("gpus", [0, 1])
def test_without_a_gpu_or_with_device_cpu_everything_is_computed_here(queue, monkeypatch, gpus):
    monkeypatch.setattr(devices, "gpus", lambda: gpus)
    monkeypatch.setattr(device, "gpus", lambda: gpus)
    monkeypatch.setenv("DEVICE", "cpu" if gpus else "cuda")
    assert [text.value for text in shown(wanted="cuda", n=f"none {gpus}").text] == [f"found here none {gpus}"]
    assert not queue.asked


@pytest.mark.parametrize(
    "job, says",
    [
        ({"state": "queued"}, "Starting"),
        ({"state": "queued", "ahead": 3}, "Waiting: 3 before you"),
        ({"state": "running", "where": "a card"}, "Training on a card"),
        ({"state": "running"}, "Training on the GPU"),
    ],
)
def test_a_waiting_page_says_where_it_stands(queue, job, says):
    queue.ahead = job.pop("ahead", 0)
    queue.becomes(**job)
    test = shown(n=says)
    assert says in test.get("progress")[0].proto.text
    assert [text.value for text in test.text] == ["waiting"]


def test_a_job_that_is_done_is_shown_with_its_notes_and_found_by_whoever_solves_the_same(queue):
    from pages.shared.cache import remember

    queue.becomes(
        "done", snapshots=["there"], notes=["The GPU failed (out of memory); this run began again on the CPU."]
    )
    test = shown(n="done")
    assert [text.value for text in test.text] == ["found there"] and "out of memory" in test.warning[0].value
    assert remember(here)(Ask("auto", "done")) == "there"


@pytest.mark.parametrize(
    "state, error, says",
    [
        ("failed", "The process that ran this was ended before it finished. Run it again.", "ended before it finished"),
        ("cancelled", "", "was stopped"),
    ],
)
def test_a_job_that_came_to_nothing_is_one_sentence(queue, state, error, says):
    queue.becomes(state, error=error)
    test = shown(n=state)
    assert says in test.error[0].value and not test.exception


def test_the_server_leaves_gpus_to_its_processes(monkeypatch):
    monkeypatch.setattr(device, "gpus", lambda: 1)
    monkeypatch.setattr(device, "_left_to_others", False)
    assert device.own_device("cuda") == "cuda"
    device.leave_to_others()
    assert device.own_device("cuda") == "cpu"


def test_places_are_told_of_queued_jobs_alone():
    queue = SimpleNamespace(place=lambda job: 2)
    assert live.place_of(SimpleNamespace(state="running"), queue) == ""
