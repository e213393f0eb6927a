"""A training and what may happen to it: its process dies, its visitor leaves or goes silent, the server is told to end."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.serving import ROOT, Server, free_port
from tests.benchmarks.session import Session

PAGE = "tests/faults/jobs_page.py"


@pytest.fixture(scope="module")
def slow():
    made = Server(PAGE, TRAIN_WORKERS="1", PYTHONPATH=str(ROOT))
    yield made
    made.end()


def counted(session: Session) -> int:
    """How far the newest progress text says the run is."""
    told = [int(text.split(" of ")[0]) for text in session.texts if " of " in text]
    return told[-1] if told else 0


async def running(session: Session) -> None:
    await session.open()
    await session.click("Run")
    await session.until(lambda: counted(session) > 2, 60)


def test_a_killed_worker_is_told_and_the_run_can_be_repeated(slow):
    async def visit():
        async with Session(slow.port) as session:
            await running(session)
            for worker in slow.workers():
                os.kill(worker, signal.SIGKILL)
            await session.until(lambda: any("Run it again" in text for text in session.texts), 30)
            session.texts.clear()
            await session.click("Run")
            await session.until(lambda: counted(session) > 2, 60)

    asyncio.run(visit())


def test_the_queue_is_told_and_a_closed_tab_makes_room(slow):
    async def visits():
        async with Session(slow.port) as second:
            async with Session(slow.port) as first:
                await running(first)
                slider = second_value(await opened(second))
                second.values[slider] = ("double_array_value", [2.0])
                await second.click("Run")
                await second.until(lambda: any("Starting" in t or "before you" in t for t in second.texts), 30)
                left = time.monotonic()
            await second.until(lambda: counted(second) > 2, 60)
            return time.monotonic() - left

    assert asyncio.run(visits()) < 20


async def opened(session: Session) -> Session:
    await session.open()
    return session


def second_value(session: Session) -> str:
    return session.sliders()[0].id


def test_a_moved_slider_cancels(slow):
    async def visit():
        async with Session(slow.port) as session:
            await running(session)
            session.values[second_value(session)] = ("double_array_value", [9.0])
            session.texts.clear()
            await session.rerun()
            await asyncio.sleep(1)
            assert not session.texts, "nothing runs after the move"
            await session.click("Run")
            await session.until(lambda: counted(session) > 2, 30)

    asyncio.run(visit())


def test_details_of_an_error_are_for_the_log(slow):
    async def visit():
        async with Session(slow.port, query="break=1") as session:
            await session.open()
            return session.errors

    errors = asyncio.run(visit())
    assert errors and "secret" not in " ".join(errors)
    assert "secret detail" in slow.log


def test_sigterm_during_a_training_ends_in_time_with_zero_and_leaves_nobody():
    server = Server(PAGE, TRAIN_WORKERS="1", PYTHONPATH=str(ROOT))

    async def visit():
        async with Session(server.port) as session:
            await running(session)
            workers = server.workers()
            began = time.monotonic()
            code = await asyncio.to_thread(server.end)
            return code, time.monotonic() - began, workers

    code, seconds, workers = asyncio.run(visit())
    assert code == 0 and seconds < 10
    time.sleep(0.5)
    assert workers and not [pid for pid in workers if psutil.pid_exists(pid)]


def test_make_run_reports_no_error_when_its_server_is_told_to_end():
    port = free_port()
    make = subprocess.Popen(["make", "run", f"PORT={port}"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    server = Server.__new__(Server)
    server.port, server.url, server.child = port, f"http://127.0.0.1:{port}", make
    server.log_file = Path(os.devnull)
    try:
        server.wait_healthy()
        (child,) = server.workers()
        began = time.monotonic()
        os.kill(child, signal.SIGTERM)
        assert make.wait(15) == 0 and time.monotonic() - began < 10
    finally:
        make.kill()
