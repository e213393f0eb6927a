"""A room full of people without browsers: students who move sliders and vote, and the teacher's projector. They come back by
themselves when their server is gone, as browsers do."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import websockets

from core.errors import Refusal
from pages.classes.kept.codes import fingerprint, new_secret
from pages.classes.kept.records import Class
from pages.classes.kept.store import Store
from tests.benchmarks.serving import Server
from tests.benchmarks.session import Session

PAGE, CHOICES, WITHIN_S, AGAIN_S, LATE_S = "geometry", "ABC", 5.0, 2.0, 60.0
COUNT = re.compile(r"<b>(\d+) of (\d+)</b>")
GONE = (ConnectionError, OSError, websockets.WebSocketException)


class Vote:
    """One round of a question: what each student will choose, and when; `at`: when they first pressed."""

    def __init__(self, question: int, turn: int, students: int) -> None:
        choice = random.Random(f"{question} {turn}")
        self.question, self.turn = question, turn
        self.chosen = [choice.randrange(len(CHOICES)) for _ in range(students)]
        began = time.time()
        self.due = [began + choice.random() * WITHIN_S for _ in range(students)]
        self.at: dict[int, float] = {}


@dataclass
class Room:
    """The servers, their common store, the class, and the vote that is open."""

    servers: list[Server]
    kept: Store
    code: str = ""
    secret: str = ""
    vote: Vote | None = None

    def open(self) -> None:
        """Another class begins, the one before is over."""
        if self.code:
            self.kept.end(self.code)
        self.code, self.secret = self.kept.start()

    @property
    def klass(self) -> Class:
        found = self.kept.find(self.code)
        assert found is not None, "the class is over"
        return found

    def port(self, number: int) -> int:
        """A server that lives, for the number-th visitor; the proxy would choose so."""
        alive = [server for server in self.servers if server.child.poll() is None] or self.servers
        return alive[number % len(alive)].port

    def cpu_seconds(self) -> float:
        """What the servers that live have computed."""
        return sum(server.cpu_seconds() for server in self.servers if server.child.poll() is None)


async def side_by_side(*parts: Coroutine[Any, Any, None]) -> None:
    """Until one of them ends or fails; the others end with it, and a failure is raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Visitor:
    """Somebody who is there until cancelled; a connection that breaks is opened again."""

    room: Room
    number: int = 0
    returns: int = 0
    errors: list[str] = field(default_factory=list)
    now: Session | None = None

    async def live(self, after: float) -> None:
        await asyncio.sleep(after)
        while True:
            try:
                async with self.session() as self.now:
                    await self.now.open(LATE_S)
                    try:
                        await self.act(self.now)
                    finally:
                        self.errors += self.now.errors
            except TimeoutError:
                self.errors.append(f"a run without an end in {LATE_S:g} s")
                self.returns += 1
            except (*GONE, Refusal):
                self.returns += 1
                await asyncio.sleep(0.5 + random.random())

    def session(self) -> Session:
        raise NotImplementedError

    async def act(self, session: Session) -> None:
        raise NotImplementedError


@dataclass
class Student(Visitor):
    """One student: their own cookie, moves with the time at which they were due and the seconds they took."""

    cookie: str = field(default_factory=new_secret)
    moves: list[tuple[float, float]] = field(default_factory=list)

    def session(self) -> Session:
        query = f"class={self.room.code}"
        return Session(self.room.port(self.number), PAGE, query=query, cookies=f"lab_phone={self.cookie}")

    async def act(self, session: Session) -> None:
        await side_by_side(self.slide(session), self.answer(session))

    async def slide(self, session: Session) -> None:
        choice = random.Random(self.number)
        due = time.monotonic() + choice.random()
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            session.move(choice)
            await session.rerun(LATE_S)
            self.moves.append((due, time.monotonic() - due))
            due += 1

    async def answer(self, session: Session) -> None:
        """Once asked and shown the choices: one of them, at a time of one's own; pressed again until it is taken."""
        answered: Vote | None = None
        while True:
            await asyncio.sleep(0.05)
            vote = self.room.vote
            if vote is None or vote is answered or time.time() < vote.due[self.number]:
                continue
            start = f"{CHOICES[vote.chosen[self.number]]} ·"
            if session.button(start) is None:
                continue
            if self.taken(vote):
                answered = vote
                continue
            vote.at.setdefault(self.number, time.time())
            await session.click(start)
            await asyncio.wait({asyncio.create_task(self._see(vote))}, timeout=AGAIN_S)

    async def _see(self, vote: Vote) -> None:
        while not self.taken(vote):
            await asyncio.sleep(0.1)

    def taken(self, vote: Vote) -> bool:
        phone = fingerprint(self.room.code, self.cookie)[:24]
        kept = self.room.kept.choice(self.room.code, phone, vote.question, vote.turn)
        return kept == vote.chosen[self.number]

    def within(self, began: float, ended: float) -> list[float]:
        """The seconds of the moves that were due in this span."""
        return [took for due, took in self.moves if began <= due < ended]

    def where(self) -> str:
        """For a report on who is missing."""
        session = self.now
        if session is None or session.closed:
            return f"{self.number} not connected ({self.returns} returns)"
        asked = "sees the choices" if session.button("A ·") else "sees no choices"
        return f"{self.number} on port {session.port} {asked}, {session.finished} runs, {len(self.moves)} moves"


@dataclass
class Projector(Visitor):
    """The teacher's window: what count it shows, and since when."""

    count: int = 0
    at: float = 0.0

    @property
    def ready(self) -> bool:
        return self.now is not None and self.now.button("Ask the class") is not None

    def session(self) -> Session:
        code = self.room.code
        return Session(self.room.port(0), PAGE, f"class={code}", cookies=f"lab_teacher_{code}={self.room.secret}")

    async def act(self, session: Session) -> None:
        while not session.closed:
            for text in session.written:
                for found in COUNT.finditer(text):
                    self.count, self.at = int(found[1]), time.time()
            session.written.clear()
            await asyncio.sleep(0.05)

    async def press(self, start: str, done: Callable[[], bool]) -> None:
        """Press a button of the strip until what it does is done."""
        while not done():
            session = self.now
            if session is not None and not session.closed and session.button(start) is not None:
                await session.click(start)
            end = time.monotonic() + AGAIN_S
            while not done() and time.monotonic() < end:
                await asyncio.sleep(0.05)
