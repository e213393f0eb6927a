"""The turnstile before the pages: only a few reruns compute at once, the others stand in line, first come first served.

Threads that compete for one interpreter all finish late, and switching between them costs as much again; one after the
other the first ones finish early and the last ones no later. What a clock asks can wait for what a hand asks, but not for
ever: it stands in line as if it had come PATIENCE_S later.
"""

import asyncio
import heapq
import itertools

PATIENCE_S = 1.0


class Place:
    """Leave to run. It is given back by leave(), or by itself after `longest` seconds: who takes so long is waiting for
    something rather than computing, or is slow enough for the others to go past."""

    def __init__(self, turnstile: "Turnstile") -> None:
        self.turnstile, self.left = turnstile, False
        self.timer = asyncio.get_running_loop().call_later(turnstile.longest, self.leave)

    def leave(self) -> None:
        if not self.left:
            self.left = True
            self.timer.cancel()
            self.turnstile.free += 1
            self.turnstile.admit()


class Turnstile:
    """`places` at once, for `longest` seconds each at most."""

    def __init__(self, places: int, longest: float) -> None:
        self.free, self.longest = places, longest
        self.line: list[tuple[float, int, asyncio.Future[Place]]] = []
        self.count = itertools.count()

    def enter(self, patient: bool = False) -> "asyncio.Future[Place]":
        """Stand in line; the future brings the Place. Whoever goes away cancels it, or leaves the place it has brought."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Place] = loop.create_future()
        heapq.heappush(self.line, (loop.time() + PATIENCE_S * patient, next(self.count), turn))
        self.admit()
        return turn

    def admit(self) -> None:
        while self.free and self.line:
            *_, turn = heapq.heappop(self.line)
            if not turn.cancelled():
                self.free -= 1
                turn.set_result(Place(self))
