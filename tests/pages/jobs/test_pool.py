"""Jobs run in a process of their own: progress, sharing, cancelling, silence, death and refusals."""

import time

import pytest

from pages.jobs import job as jobs
from pages.jobs import process as processes
from pages.jobs.job import Job
from pages.jobs.pool import Pool


@pytest.fixture(scope="module")
def pool():
    made = Pool([{}])
    yield made
    made.close()


def wait(job: Job, *states: str, seconds: float = 60.0) -> str:
    end = time.monotonic() + seconds
    while job.state not in states and time.monotonic() < end:
        time.sleep(0.02)
    return job.state


def submit(pool: Pool, problem, viewer="one", generate=None) -> Job:
    generate = generate or _named("count_slowly")
    return pool.submit(f"{generate.__qualname__} {problem}", generate, problem, viewer)


def _named(name: str):
    def stand_in():
        """Only its module and name are sent."""

    stand_in.__module__, stand_in.__qualname__ = "tests.pages.shared.slow_jobs", name
    return stand_in


def test_snapshots_arrive_and_the_result_is_kept(pool):
    job = submit(pool, (3, 0.0))
    assert wait(job, "done", "failed") == "done"
    assert job.snapshots == [0, 1, 2]
    assert pool.find(job.ticket) is job
    assert submit(pool, (3, 0.0), viewer="other") is job


def test_a_run_stops_when_its_viewer_leaves_and_the_process_serves_on(pool):
    job = submit(pool, (1000, 0.02))
    while not job.snapshots:
        time.sleep(0.01)
    pool.leave("one")
    assert wait(job, "cancelled", "failed", "done", seconds=5) == "cancelled"
    after = submit(pool, (2, 0.0))
    assert wait(after, "done", "failed") == "done"


def test_a_second_request_of_the_same_viewer_ends_the_first(pool):
    first, second = submit(pool, (1000, 0.02)), submit(pool, (4, 0.0))
    assert wait(first, "cancelled", "done", seconds=5) == "cancelled"
    assert wait(second, "done", "failed") == "done"


def test_a_shared_run_goes_on_while_one_viewer_is_left(pool):
    job = submit(pool, (30, 0.02), viewer="one")
    assert submit(pool, (30, 0.02), viewer="two") is job
    pool.leave("one")
    assert wait(job, "done", "cancelled") == "done"


def test_silence_cancels(pool, monkeypatch):
    monkeypatch.setattr(jobs, "SILENCE_S", 0.3)
    job = submit(pool, (1000, 0.02), viewer="closed tab")
    assert wait(job, "cancelled", "done", "failed", seconds=10) == "cancelled"


def test_a_killed_process_is_said_and_replaced(pool):
    job = submit(pool, (1000, 0.02))
    while not job.snapshots:
        time.sleep(0.01)
    pool.processes[0].child.kill()
    assert wait(job, "failed", seconds=10) == "failed"
    assert "Run it again" in job.error
    again = submit(pool, (2, 0.001))
    assert wait(again, "done", "failed") == "done"


def test_expected_errors_are_told_and_unexpected_ones_are_not(pool):
    refused = submit(pool, "refuse", generate=_named("refuse"))
    assert wait(refused, "failed", "done") == "failed" and "too large" in refused.error
    broken = submit(pool, "break", generate=_named("break_down"))
    assert wait(broken, "failed", "done") == "failed" and "secret" not in broken.error


def test_a_deaf_run_is_ended_by_force(pool, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE_S", 0.3)
    job = submit(pool, (1, 60.0))
    wait(job, "running")
    time.sleep(0.2)
    pool.leave("one")
    assert wait(job, "cancelled", "failed", seconds=10) == "cancelled"


def test_the_queue_has_places_and_an_end(pool, monkeypatch):
    running = submit(pool, (1000, 0.02), viewer="a")
    wait(running, "running")
    second, third = submit(pool, (5, 0.0), viewer="b"), submit(pool, (6, 0.0), viewer="c")
    assert [pool.place(second), pool.place(third)] == [0, 1]
    monkeypatch.setattr(pool, "longest", 2)
    assert submit(pool, (7, 0.0), viewer="d").state == "failed"
    pool.leave("a")
    assert wait(third, "done") == "done"
