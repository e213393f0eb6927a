"""How many students one machine carries: sessions that each move a slider once a second, timed until the page is complete.

    python -m tests.benchmarks.load                          30 and 60 sessions on the exact pages, and the plain page
    python -m tests.benchmarks.load --pages exact --sessions 30 --seconds 30
    python -m tests.benchmarks.load --replicas 2             the sessions shared out over two servers, as a proxy does
    python -m tests.benchmarks.load --class --sessions 60    a class that votes meanwhile (tests/benchmarks/load_class.py)

Each session moves at its own fixed times; a move is timed from when it was due, so a late server cannot hide behind
moves never made. Values are drawn anew for every move: shared answers help only as in a real class. Loopback only, at
most 200 sessions and 120 s. Times depend on the machine's other work (the load average is printed); the ratio to a
plain Streamlit page, run in the same minute, and CPU per move depend on it less.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.serving import Server, serving
from tests.benchmarks.session import Session

PLAIN = Path(__file__).with_name("load_baseline.py")
EXACT = ("geometry", "exact", "implicit_bias", "wide", "deep")


@dataclass
class Result:
    """moves: seconds each; cpu: server's seconds for each move; each: megabytes a session adds."""

    page: str
    sessions: int
    moves: list[float]
    cpu: float
    each: float
    total: float
    kilobytes: float
    errors: Counter[str]

    def row(self) -> str:
        ordered = sorted(self.moves)
        p95 = ordered[int(0.95 * (len(ordered) - 1))]
        return (
            f"{self.page:<16}{self.sessions:>4}{len(ordered):>7}{1e3 * statistics.median(ordered):>8.0f}{1e3 * p95:>8.0f}"
            f"{1e3 * ordered[-1]:>8.0f}{1e3 * self.cpu:>9.1f}{0.7 / self.cpu:>10.0f}{self.kilobytes:>8.0f}"
            f"{self.total:>8.0f}{self.each:>8.2f}{self.errors.total():>7}"
            + "".join(f"\n  {count} × {error}" for error, count in self.errors.items())
        )


HEAD = (
    f"{'page':<16}{'n':>4}{'moves':>7}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}{'CPU ms':>9}{'per core':>10}{'kB':>8}"
    f"{'MB':>8}{'MB each':>8}{'errors':>7}"
)


class Replicas:
    """Several servers as one: whoever comes is sent to the next, and stays there."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers

    def port(self, number: int) -> int:
        return self.servers[number % len(self.servers)].port

    def megabytes(self) -> float:
        return sum(server.megabytes() for server in self.servers)

    def cpu_seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self.servers)


@contextmanager
def replicas(count: int, script: Path | str = "app.py") -> Iterator[Replicas]:
    with ExitStack() as stack:
        yield Replicas([stack.enter_context(serving(script)) for _ in range(count)])


async def visit(servers: Replicas, page: str, number: int, began: float, seconds: float, moves: list[float]) -> Session:
    """One student: opens the page, then moves every second from an own offset on."""
    choice = random.Random(number)
    async with Session(servers.port(number), page) as session:
        await session.open(120)
        due = began + choice.random()
        while due < began + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            session.move(choice)
            await session.rerun(120)
            moves.append(time.monotonic() - due)
            due += 1
    return session


async def measure(servers: Replicas, page: str, sessions: int, seconds: float) -> Result:
    for server in servers.servers:
        async with Session(server.port, page) as first:
            await first.open(120)
    before = servers.megabytes()
    arrival = 2 + sessions / 10
    began = time.monotonic() + arrival
    moves: list[float] = []

    async def arrive(number: int) -> Session:
        await asyncio.sleep(arrival * number / sessions / 2)
        return await visit(servers, page, number, began, seconds, moves)

    tasks = [asyncio.create_task(arrive(number)) for number in range(sessions)]
    await asyncio.sleep(began - time.monotonic())
    cpu, growth = servers.cpu_seconds(), servers.megabytes()
    done = await asyncio.gather(*tasks)
    spent = (servers.cpu_seconds() - cpu) / max(1, len(moves))
    kilobytes = sum(s.received for s in done) / sum(s.finished for s in done) / 1e3
    errors = Counter(error[:200] for session in done for error in session.errors)
    return Result(
        page or "plain", sessions, moves, spent, (growth - before) / sessions, servers.megabytes(), kilobytes, errors
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", nargs="+", default=None)
    options.add_argument("--sessions", nargs="+", type=int, default=[30, 60])
    options.add_argument("--replicas", type=int, default=1)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--class", action="store_true", dest="live")
    asked = options.parse_args()
    if max(asked.sessions) > 200 or min(asked.sessions) < 1 or not 1 <= asked.seconds <= 120:
        options.error("1 to 200 sessions, 1 to 120 seconds")
    if not 1 <= asked.replicas <= 8:
        options.error("1 to 8 replicas")
    from pages import BY_STEM
    from tests.benchmarks import load_class

    if asked.live:
        load_class.report(asked.sessions, asked.replicas, asked.seconds)
        return
    pages = asked.pages or [page for page in EXACT if page in BY_STEM]
    print(
        f"{os.cpu_count()} cores, load average {' '.join(f'{x:.1f}' for x in os.getloadavg())}, {asked.seconds:g} s each"
    )
    print("per core: students moving once a second that fill 70 % of one core")
    print(HEAD)
    for sessions in asked.sessions:
        for page in pages:
            with replicas(asked.replicas) as servers:
                print(asyncio.run(measure(servers, page, sessions, asked.seconds)).row(), flush=True)
        with replicas(1, PLAIN) as servers:
            print(asyncio.run(measure(servers, "", sessions, asked.seconds)).row(), flush=True)
    print(f"load average at the end {' '.join(f'{x:.1f}' for x in os.getloadavg())}")


if __name__ == "__main__":
    main()
