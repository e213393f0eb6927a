"""A class under load: students who move a slider once a second are asked, and all vote within five seconds.

    python -m tests.benchmarks.load --class --sessions 60 [--replicas 2]

Measured: what listening costs; then, in turn and with the same students, windows without and with a vote (asked, counted,
revealed, put away): seconds from the last vote to the projector's full count, votes lost or doubled, the sliders' p95 with
votes beside that without; then a server killed in mid-vote (and started again where it is the only one), with the
students coming back by themselves, as browsers do. Nothing waits longer than PATIENCE_S: what is missing then is named.
"""

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pages.classes.kept.database import Database
from pages.classes.kept.store import Store
from tests.benchmarks.classroom import CHOICES, PAGE, WITHIN_S, Projector, Room, Student, Vote
from tests.benchmarks.serving import Server

PATIENCE_S, TURNS = 120.0, 2


@dataclass
class Found:
    """What one window with a vote has shown. missing: who was not counted in time, and where they are."""

    shown: float = float("nan")
    whole: float = float("nan")
    exact: bool = False
    at_kill: int | None = None
    missing: list[str] = field(default_factory=list)


@dataclass
class Span:
    """A window of time; cpu: what the servers computed in it, in seconds."""

    began: float
    ended: float = 0.0
    cpu: float = 0.0

    @classmethod
    @contextlib.contextmanager
    def of(cls, room: Room, spans: list["Span"]) -> Iterator[None]:
        span, before = cls(time.monotonic()), room.cpu_seconds()
        yield
        span.ended, span.cpu = time.monotonic(), room.cpu_seconds() - before
        spans.append(span)


async def until(holds: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
    """Whether this came to hold in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.05)
    return True


async def listening(room: Room, sessions: int, seconds: float) -> float:
    """CPU-seconds of the servers for each second of a phone that only listens to its class."""
    students = [Student(room, number) for number in range(sessions)]
    async with contextlib.AsyncExitStack() as stack:
        for student in students:
            await (await stack.enter_async_context(student.session())).open(PATIENCE_S)
        await asyncio.sleep(3)
        before, began = room.cpu_seconds(), time.monotonic()
        await asyncio.sleep(seconds)
        return (room.cpu_seconds() - before) / (time.monotonic() - began) / sessions


async def one_vote(room: Room, students: list[Student], projector: Projector, seconds: float, kill: bool) -> Found:
    """Ask, wait for the projector's full count, reveal, put away; not shorter than `seconds`."""
    found, began = Found(), time.time()
    await projector.press("Ask the class", lambda: bool(room.klass.asked))
    projector.count = 0
    vote = room.vote = Vote(room.klass.question, room.klass.round, len(students))
    asked = time.time()
    if kill:
        found.at_kill = await _kill(room)
    if await until(lambda: projector.count >= len(students)):
        found.shown, found.whole = projector.at - max(vote.at.values()), projector.at - asked
    else:
        found.missing = [student.where() for student in students if not student.taken(vote)]
    rounds = room.kept.tally(room.klass, len(CHOICES)).rounds
    found.exact = rounds == (tuple(vote.chosen.count(k) for k in range(len(CHOICES))),)
    room.vote = None
    await projector.press("Reveal", lambda: room.klass.revealed)
    await asyncio.sleep(max(2.0, began + seconds - time.time()))
    await projector.press("Close", lambda: not room.klass.asked)
    return found


async def _kill(room: Room) -> int:
    """SIGKILL in mid-vote; how many votes were there. The only server is started again on its port."""
    await asyncio.sleep(WITHIN_S / 2)
    victim = room.servers[-1]
    victim.child.send_signal(signal.SIGKILL)
    victim.child.wait()
    votes = sum(room.kept.tally(room.klass, len(CHOICES)).rounds[-1])
    if len(room.servers) == 1:
        room.servers[0] = await asyncio.to_thread(Server, port=victim.port, CLASSES_DB=room.kept.database.file)
    return votes


async def lesson(room: Room, sessions: int, seconds: float) -> None:
    """Windows without and with votes in turn, then one with a kill; a row for each."""
    students = [Student(room, number) for number in range(sessions)]
    projector = Projector(room)
    tasks = [asyncio.create_task(one.live(2 + one.number / 10)) for one in [*students, projector]]
    ready = await until(lambda: all(student.moves for student in students) and projector.ready)
    if not ready:
        _say(sessions, "arriving", f"not all came: {[s.where() for s in students if not s.moves]}")
    await asyncio.sleep(5)
    spans: dict[str, list[Span]] = {"no vote": [], "a vote": [], "a server killed": []}
    founds: list[Found] = []
    for kill in (*[False] * TURNS, True):
        if not kill:
            with Span.of(room, spans["no vote"]):
                await asyncio.sleep(seconds)
        with Span.of(room, spans["a server killed" if kill else "a vote"]):
            founds.append(await one_vote(room, students, projector, seconds, kill))
        await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    times = {
        what: [s for one in students for span in found for s in one.within(span.began, span.ended)]
        for what, found in spans.items()
    }
    plain = times["no vote"]
    _say(sessions, "no vote", f"{_sliders(plain, None)}; {_cpu(spans['no vote'])}")
    for turn, found in enumerate(founds):
        killed = found.at_kill is not None
        what = "a server killed" if killed else f"a vote ({turn + 1} of {TURNS})"
        _say(sessions, what, _votes(found))
        if killed:
            back = sum(student.returns > 0 for student in students)
            _say(sessions, "", f"{found.at_kill} votes at the kill, {back} of {sessions} had to come back and did")
    _say(sessions, "votes together", f"{_sliders(times['a vote'], plain)}; {_cpu(spans['a vote'])}")
    _say(sessions, "a server killed", _sliders(times["a server killed"], plain))
    errors = [error for student in students for error in student.errors]
    errors += [repr(end) for end in ended if isinstance(end, Exception)]
    _say(sessions, "errors", f"{len(errors)}" + "".join(f"\n    {error[:200]}" for error in sorted(set(errors))))


def p95(moves: list[float]) -> float:
    return sorted(moves)[int(0.95 * (len(moves) - 1))] if moves else float("nan")


def report(sizes: list[int], replicas: int, seconds: float) -> None:
    """For each size: what listening costs, then votes beside windows without, then a killed server."""
    print(f"{os.cpu_count()} cores, {replicas} process(es), page {PAGE}, windows of {seconds:g} s")
    for sessions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "classes.db")
            room = Room([Server(CLASSES_DB=file) for _ in range(replicas)], Store(Database(file)))
            try:
                asyncio.run(_measure(room, sessions, seconds))
            finally:
                for server in room.servers:
                    server.end()


async def _measure(room: Room, sessions: int, seconds: float) -> None:
    room.open()
    cost = await listening(room, sessions, min(seconds, 10))
    _say(sessions, "listening", f"{1e3 * cost:.1f} CPU-ms a second for each phone")
    room.open()
    await lesson(room, sessions, seconds)


def _sliders(moves: list[float], plain: list[float] | None) -> str:
    beside = "" if plain is None else f", {p95(moves) / p95(plain):.2f} of that without a vote"
    return f"{len(moves)} moves, p95 {1e3 * p95(moves):.0f} ms{beside}"


def _cpu(spans: list[Span]) -> str:
    spent = sum(span.cpu for span in spans) / sum(span.ended - span.began for span in spans)
    return f"{spent:.2f} CPU-s a second"


def _votes(found: Found) -> str:
    if found.missing:
        return f"not complete after {PATIENCE_S:g} s, missing: " + "; ".join(found.missing)
    exact = "none lost, none doubled" if found.exact else "VOTES LOST OR DOUBLED"
    return f"all shown {found.shown:.2f} s after the last vote, {found.whole:.1f} s after the question; {exact}"


def _say(sessions: int, what: str, words: str) -> None:
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{sessions:>4}  {what:<16} {words}  [{load}]", flush=True)
