"""A class under load: students who move a slider once a second are asked, and all vote within five seconds.

    python -m tests.benchmarks.load --class --sessions 60 [--replicas 2]

Measured: what listening costs; seconds from the last vote to the projector's full count; votes lost or doubled; the
sliders' p95 beside that of the same students without a class; then a server killed in mid-vote (and started again where
it is the only one), with the students coming back by themselves, as browsers do.
"""

import asyncio
import contextlib
import os
import random
import re
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import websockets

from pages.classes.codes import fingerprint, new_secret
from pages.classes.database import Database
from pages.classes.store import Store
from tests.benchmarks.serving import Server
from tests.benchmarks.session import Session

PAGE, CHOICES, WITHIN_S, PATIENCE_S = "geometry", "ABC", 5.0, 300.0
COUNT = re.compile(r"<b>(\d+) of (\d+)</b>")


@dataclass
class Room:
    """The servers, their common store, and who is where."""

    servers: list[Server]
    kept: Store
    code: str = ""
    secret: str = ""

    def port(self, number: int) -> int:
        """A server that lives, for the number-th visitor; the proxy would choose so."""
        alive = [server for server in self.servers if server.child.poll() is None] or self.servers
        return alive[number % len(alive)].port


@dataclass
class Student:
    """One student: their own cookie, moves timed from when they were due, one vote."""

    room: Room
    number: int
    cookie: str = field(default_factory=new_secret)
    moves: list[float] = field(default_factory=list)
    chosen: int = -1
    voted_at: float = 0.0
    returns: int = 0
    errors: list[str] = field(default_factory=list)

    def session(self) -> Session:
        query = f"class={self.room.code}" if self.room.code else ""
        return Session(self.room.port(self.number), PAGE, query=query, cookies=f"lab_phone={self.cookie}")

    async def live(self, end: asyncio.Event, asked: asyncio.Event) -> None:
        """Until the end; a connection that breaks is opened again, as a browser does."""
        choice = random.Random(self.number)
        while not end.is_set():
            try:
                async with self.session() as session:
                    await session.open(PATIENCE_S)
                    voting = asyncio.create_task(self.vote(session, asked, choice))
                    try:
                        await self.slide(session, end, choice)
                    finally:
                        voting.cancel()
                    self.errors += session.errors
            except (ConnectionError, OSError, websockets.WebSocketException):
                self.returns += 1
                await asyncio.sleep(0.5 + choice.random())

    async def slide(self, session: Session, end: asyncio.Event, choice: random.Random) -> None:
        due = time.monotonic() + choice.random()
        while not end.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            session.move(choice)
            await session.rerun(PATIENCE_S)
            self.moves.append(time.monotonic() - due)
            due += 1

    async def vote(self, session: Session, asked: asyncio.Event, choice: random.Random) -> None:
        """Once asked and shown the choices: one of them, at a time of one's own; pressed again until it is taken."""
        await asked.wait()
        if self.chosen < 0:
            self.chosen = choice.randrange(len(CHOICES))
            await asyncio.sleep(choice.random() * WITHIN_S)
        start = f"{CHOICES[self.chosen]} ·"
        while session.button(start) is None:
            await asyncio.sleep(0.05)
        while not self.taken():
            self.voted_at = self.voted_at or time.time()
            await session.click(start)
            await asyncio.sleep(2)

    def taken(self) -> bool:
        kept, code = self.room.kept, self.room.code
        return kept.choice(code, fingerprint(code, self.cookie)[:24], 1, 1) == self.chosen


async def projector(room: Room, full: asyncio.Event, sessions: int, seen: list[tuple[float, int]]) -> None:
    """The teacher's window: what count it shows, and when."""
    while not full.is_set():
        try:
            teacher = Session(
                room.port(0), PAGE, f"class={room.code}", cookies=f"lab_teacher_{room.code}={room.secret}"
            )
            async with teacher as session:
                await session.open(PATIENCE_S)
                if not room.kept.find(room.code).asked:
                    await session.click("Ask the class")
                while not full.is_set() and not session.closed:
                    for text in session.written:
                        seen += [(time.time(), int(found[1])) for found in COUNT.finditer(text)]
                    session.written.clear()
                    if seen and seen[-1][1] >= sessions:
                        full.set()
                    await asyncio.sleep(0.05)
        except (ConnectionError, OSError, websockets.WebSocketException):
            await asyncio.sleep(0.5)


async def listening(room: Room, sessions: int, seconds: float) -> float:
    """CPU-seconds of the servers for each second of a phone that only listens to its class."""
    room.code, _ = room.kept.start()
    students = [Student(room, number) for number in range(sessions)]
    async with contextlib.AsyncExitStack() as stack:
        for student in students:
            await (await stack.enter_async_context(student.session())).open(PATIENCE_S)
        await asyncio.sleep(3)
        before, began = sum(server.cpu_seconds() for server in room.servers), time.monotonic()
        await asyncio.sleep(seconds)
        spent = sum(server.cpu_seconds() for server in room.servers) - before
        passed = time.monotonic() - began
    room.kept.end(room.code)
    room.code = ""
    return spent / passed / sessions


async def without(room: Room, sessions: int, seconds: float) -> list[float]:
    """The same students without a class: their moves' times."""
    end, asked = asyncio.Event(), asyncio.Event()
    students = [Student(room, number) for number in range(sessions)]
    tasks = [asyncio.create_task(student.live(end, asked)) for student in students]
    await asyncio.sleep(5 + sessions / 10)
    for student in students:
        student.moves.clear()
    await asyncio.sleep(seconds)
    end.set()
    await asyncio.gather(*tasks)
    return [move for student in students for move in student.moves]


async def voting(room: Room, sessions: int, seconds: float, kill: bool) -> dict[str, object]:
    """A class that is asked; with `kill`, a server dies 2.5 s into the vote."""
    room.code, room.secret = room.kept.start()
    end, asked, full = asyncio.Event(), asyncio.Event(), asyncio.Event()
    students = [Student(room, number) for number in range(sessions)]
    tasks = [asyncio.create_task(student.live(end, asked)) for student in students]
    await asyncio.sleep(5 + sessions / 10)
    for student in students:
        student.moves.clear()
    seen: list[tuple[float, int]] = []
    watch = asyncio.create_task(projector(room, full, sessions, seen))
    while not room.kept.find(room.code).asked:
        await asyncio.sleep(0.05)
    asked.set()
    began = time.time()
    at_kill = await _kill(room) if kill else -1
    await asyncio.wait_for(full.wait(), PATIENCE_S)
    shown_after = seen[-1][0] - max(student.voted_at for student in students)
    await asyncio.sleep(max(0.0, began + seconds - time.time()))
    end.set()
    await asyncio.gather(*tasks, watch)
    tally = room.kept.tally(room.kept.find(room.code), len(CHOICES))
    wanted = tuple(sum(student.chosen == k for student in students) for k in range(len(CHOICES)))
    moves = [move for student in students for move in student.moves]
    return {
        "shown": shown_after,
        "whole": seen[-1][0] - began,
        "exact": tally.rounds == (wanted,),
        "at_kill": at_kill,
        "back": sum(student.returns > 0 for student in students),
        "moves": moves,
        "errors": [error for student in students for error in student.errors],
    }


async def _kill(room: Room) -> int:
    """SIGKILL in mid-vote; how many votes were there. The only server is started again on its port."""
    await asyncio.sleep(WITHIN_S / 2)
    victim = room.servers[-1]
    victim.child.send_signal(signal.SIGKILL)
    victim.child.wait()
    votes = room.kept.counts()["votes"]
    if len(room.servers) == 1:
        room.servers[0] = await asyncio.to_thread(Server, port=victim.port, CLASSES_DB=room.kept.database.file)
    return votes


def p95(moves: list[float]) -> float:
    return sorted(moves)[int(0.95 * (len(moves) - 1))] if moves else float("nan")


def report(sizes: list[int], replicas: int, seconds: float) -> None:
    """Print a row for each size: without a class, a vote, a vote with a killed server."""
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{os.cpu_count()} cores, load average {load}, {replicas} process(es), page {PAGE}, {seconds:g} s each")
    for sessions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "classes.db")
            room = Room([Server(CLASSES_DB=file) for _ in range(replicas)], Store(Database(file)))
            try:
                cost = asyncio.run(listening(room, sessions, seconds))
                print(f"{sessions:>4}  listening        {1e3 * cost:.1f} CPU-ms a second for each phone", flush=True)
                plain = asyncio.run(without(room, sessions, seconds))
                _row(sessions, "without a class", plain, None, None)
                for kill in (False, True):
                    found = asyncio.run(voting(room, sessions, seconds, kill))
                    _row(sessions, "a server killed" if kill else "a vote", found["moves"], plain, found)
                    room.kept.end(room.code)
            finally:
                for server in room.servers:
                    server.end()


def _row(sessions: int, what: str, moves: list[float], plain: list[float] | None, found: dict | None) -> None:
    line = f"{sessions:>4}  {what:<16} moves {len(moves):>5}, p95 {1e3 * p95(moves):>6.0f} ms"
    if plain is not None:
        line += f" ({p95(moves) / p95(plain):.2f} of that without)"
    if found is not None:
        line += f"; all shown {found['shown']:.2f} s after the last vote, {found['whole']:.1f} s after the question; "
        line += "none lost, none doubled" if found["exact"] else "VOTES LOST OR DOUBLED"
        line += f"; {found['at_kill']} votes at the kill, {found['back']} came back" if found["at_kill"] >= 0 else ""
        line += f"; errors shown: {len(found['errors'])}"
    print(line, flush=True)
