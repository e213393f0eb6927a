"""Jobs and the processes that run them: a bounded pool, a queue with visible places, shared results, nothing orphaned.

A job belongs to its viewers (sessions). It is cancelled when the last one leaves, whether by moving a slider, closing the
tab or falling silent. Identical requests share one job while it runs and one result afterwards.

TRAIN_WORKERS  processes that run jobs (default: one less than the cores, at least one)
JOB_SECONDS    the longest a job may run (default 1800)
RESULTS_MB     what finished jobs may hold together, and one running job alone (default 200)
"""

import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

LOG = logging.getLogger("lab.jobs")

SILENCE_S = 75.0  # a hidden tab's timers fire once a minute
ABSENCE_S = 2.0
PATIENCE_S = 3.0
PACE_S = 2.0
KEPT_BYTES = float(os.environ.get("RESULTS_MB") or 200) * 1e6
LONGEST_S = float(os.environ.get("JOB_SECONDS") or 1800)
LONGEST_QUEUE = 40
ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass
class Job:
    """One request on its way: state is queued, running, done, cancelled or failed; snapshots grow while it runs. It does
    not begin before `due` (of time.monotonic)."""

    ticket: Hashable
    request: tuple[str, str, Any]
    state: str = "queued"
    stopping: bool = False
    snapshots: list = field(default_factory=list)
    error: str = ""
    size: int = 0
    viewers: dict[str, float] = field(default_factory=dict)
    present: Callable[[str], bool] = lambda viewer: True
    began: float = field(default_factory=time.monotonic)
    due: float = 0.0

    @property
    def alive(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def wanted(self) -> bool:
        """Whether one more viewer may join: it is done, or on its way and not being stopped."""
        return self.state == "done" or (self.alive and not self.stopping)

    def watched(self) -> bool:
        """Whether any viewer has looked lately; one whose connection is gone is missed sooner."""
        now = time.monotonic()
        viewers = list(self.viewers.items())
        return any(now - seen < (SILENCE_S if self.present(viewer) else ABSENCE_S) for viewer, seen in viewers)

    def excess(self) -> str:
        """What this run has too much of, as a sentence, or nothing."""
        if time.monotonic() - self.began > LONGEST_S:
            return f"This run was stopped after {LONGEST_S:g} s. Ask for fewer steps or a smaller network."
        if self.size > KEPT_BYTES:
            return f"This run was stopped at {KEPT_BYTES / 1e6:g} MB of snapshots. Ask for fewer or smaller ones."
        return ""

    def fail(self, sentence: str) -> None:
        self.error, self.state = sentence, "failed"


class Process:
    """One worker process; started when first needed, replaced when it dies or will not stop."""

    def __init__(self) -> None:
        self.child: subprocess.Popen | None = None
        self.speaking = threading.Lock()

    def start(self) -> subprocess.Popen:
        if self.child is None or self.child.poll() is not None:
            command = [sys.executable, "-m", "pages.jobs.worker"]
            env = {**os.environ, **ONE_THREAD}
            self.child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self.child

    def run(self, job: Job) -> None:
        """Run one job to its end; leaves its state done, cancelled or failed."""
        try:
            child = self.start()
        except OSError as error:
            LOG.error("no process for job %s: %s", job.request[:2], error)
            job.fail("The server cannot start another process now. Try again in a minute.")
            return
        assert child.stdin is not None and child.stdout is not None
        guard = threading.Thread(target=self._guard, args=(job, child), daemon=True)
        try:
            request = pickle.dumps(job.request)
            with self.speaking:
                child.stdin.write(b"r" + len(request).to_bytes(8, "big") + request)
                child.stdin.flush()
            guard.start()
            while job.state == "running":
                self._take(job, pickle.load(child.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            if job.state == "running" and job.stopping:
                job.state = "cancelled"
            elif job.state == "running":
                LOG.warning("job %s: its process ended with %s", job.request[:2], child.poll())
                job.fail("The process that ran this was ended before it finished. Run it again.")
            self.stop()

    def _take(self, job: Job, message: tuple) -> None:
        kind, *rest = message
        if kind == "snapshot":
            job.snapshots.append(rest[0])
            job.size += len(pickle.dumps(rest[0]))
        elif kind == "error":
            LOG.warning("job %s: %s", job.request[:2], rest[0])
            job.fail(rest[0] if rest[1] else "This run failed; the operator's log says why.")
        else:
            job.state = kind

    def _guard(self, job: Job, child: subprocess.Popen) -> None:
        """Ask the run to stop once nobody watches or it exceeds its bounds; end the process where it does not listen."""
        while job.state == "running" and job.watched() and not job.excess():
            time.sleep(0.05)
        job.stopping = True
        if job.state == "running" and (sentence := job.excess()):
            job.fail(sentence)
            child.kill()
            return
        with self.speaking:
            if job.state == "running" and not self._ask_to_stop(child):
                return
        deadline = time.monotonic() + PATIENCE_S
        while job.state == "running" and time.monotonic() < deadline:
            time.sleep(0.05)
        if job.state == "running":
            child.kill()

    def _ask_to_stop(self, child: subprocess.Popen) -> bool:
        assert child.stdin is not None
        try:
            child.stdin.write(b"c")
            child.stdin.flush()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    cast(BinaryIO, stream).close()


class Pool:
    """`size` processes, one queue, and the finished results of late, bounded in bytes.

    present(viewer) says whether a viewer is still connected.
    """

    def __init__(
        self, size: int, present: Callable[[str], bool] = lambda viewer: True, longest: int = LONGEST_QUEUE
    ) -> None:
        self.present, self.longest = present, longest
        self.closed = False
        self.processes = [Process() for _ in range(size)]
        self.waiting: deque[Job] = deque()
        self.jobs: dict[Hashable, Job] = {}
        self.results: OrderedDict[Hashable, Job] = OrderedDict()
        self.asked: deque[float] = deque(maxlen=200)
        self.changed = threading.Condition()
        for process in self.processes:
            threading.Thread(target=self._serve, args=(process,), daemon=True).start()

    def find(self, ticket: Hashable) -> Job | None:
        """The job or finished result for a ticket."""
        with self.changed:
            if ticket in self.results:
                self.results.move_to_end(ticket)
                return self.results[ticket]
            return self.jobs.get(ticket)

    def submit(self, ticket: Hashable, generate: Callable, problem: Any, viewer: str, wait: float = 0.0) -> Job:
        """Queue a request, or join the one that is already there; the viewer's other jobs are left. A new one begins
        after `wait` seconds at the earliest."""
        self.leave(viewer, but=ticket)
        with self.changed:
            job = self.results.get(ticket) or self.jobs.get(ticket)
            if job is None or not job.wanted:
                job = Job(ticket, (generate.__module__, generate.__qualname__, problem), present=self.present)
                if len(self.waiting) >= self.longest:
                    job.fail("Too many runs are waiting already. Try again in a minute.")
                    return job
                job.due = time.monotonic() + wait
                self.asked.append(time.monotonic())
                self.jobs[ticket] = job
                self.waiting.append(job)
                self.changed.notify()
            if job.alive:
                job.viewers[viewer] = time.monotonic()
            return job

    def leave(self, viewer: str, but: Hashable = None) -> None:
        """A viewer turns away from all jobs but one; those without a viewer stop."""
        for job in list(self.jobs.values()):
            if job.ticket != but:
                job.viewers.pop(viewer, None)

    def place(self, job: Job) -> int:
        """How many wait before this one."""
        with self.changed:
            return self.waiting.index(job) if job in self.waiting else 0

    def pace(self) -> float:
        """New requests a second, over the last two seconds."""
        since = time.monotonic() - PACE_S
        return sum(at > since for at in list(self.asked)) / PACE_S

    def warm(self) -> None:
        for process in self.processes:
            process.start()

    def close(self) -> None:
        """End every process, for good."""
        self.closed = True
        for process in self.processes:
            process.stop()

    def _serve(self, process: Process) -> None:
        while True:
            with self.changed:
                while (job := self._next()) is None:
                    self.changed.wait(self._pause())
                job.state = "running" if job.watched() else "cancelled"
                job.began = time.monotonic()
            if self.closed:
                return
            if job.state == "running":
                self._run(process, job)
            self._file(job)

    def _next(self) -> Job | None:
        """The first that may begin, or that nobody waits for any more."""
        now = time.monotonic()
        job = next((job for job in self.waiting if job.due <= now or not job.viewers), None)
        if job is not None:
            self.waiting.remove(job)
        return job

    def _pause(self) -> float | None:
        """Seconds until the next one may begin; None where none waits."""
        return max(0.001, min(job.due for job in self.waiting) - time.monotonic()) if self.waiting else None

    def _run(self, process: Process, job: Job) -> None:
        """Whatever goes wrong, the thread that serves this process lives on."""
        try:
            process.run(job)
        except Exception:
            LOG.exception("job %s", job.request[:2])
            job.fail("This run failed; the operator's log says why.")
            process.stop()

    def _file(self, job: Job) -> None:
        with self.changed:
            if self.jobs.get(job.ticket) is job:
                del self.jobs[job.ticket]
            if job.state == "done":
                self.results[job.ticket] = job
                while len(self.results) > 1 and sum(kept.size for kept in self.results.values()) > KEPT_BYTES:
                    self.results.popitem(last=False)


def pool_size() -> int:
    """TRAIN_WORKERS, else one less than the cores, so that pages stay quick while something trains."""
    return max(1, int(os.environ.get("TRAIN_WORKERS") or 0) or (os.cpu_count() or 2) - 1)
