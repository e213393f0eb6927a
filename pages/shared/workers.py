"""Jobs and the processes that run them: a bounded pool, a queue with visible places, shared results, nothing orphaned.

A job belongs to its viewers (sessions). It is cancelled when the last one leaves, whether by moving a slider, closing the
tab or falling silent. Identical requests share one job while it runs and one result afterwards.
"""

import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOG = logging.getLogger("lab.jobs")

SILENCE_S = 15.0
PATIENCE_S = 3.0
KEPT_BYTES = 200e6
LONGEST_QUEUE = 40
ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass
class Job:
    """One request on its way: state is queued, running, done, cancelled or failed; snapshots grow while it runs."""

    ticket: str
    request: tuple[str, str, Any]
    state: str = "queued"
    snapshots: list = field(default_factory=list)
    error: str = ""
    size: int = 0
    viewers: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @property
    def alive(self) -> bool:
        return self.state in ("queued", "running")

    def watched(self) -> bool:
        """Whether any viewer has looked lately."""
        now = time.monotonic()
        return any(now - seen < SILENCE_S for seen in list(self.viewers.values()))


class Process:
    """One worker process; started when first needed, replaced when it dies or will not stop."""

    def __init__(self) -> None:
        self.child: subprocess.Popen | None = None
        self.speaking = threading.Lock()

    def start(self) -> subprocess.Popen:
        if self.child is None or self.child.poll() is not None:
            command = [sys.executable, "-m", "core.training.worker"]
            env = {**os.environ, **ONE_THREAD}
            self.child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self.child

    def run(self, job: Job) -> None:
        """Run one job to its end; leaves its state done, cancelled or failed."""
        child = self.start()
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
            if job.state == "running":
                job.state = "failed" if job.watched() else "cancelled"
                job.error = "The process that ran this was ended before it finished. Run it again."
            self.stop()

    def _take(self, job: Job, message: tuple) -> None:
        kind, *rest = message
        if kind == "snapshot":
            job.snapshots.append(rest[0])
            job.size += len(pickle.dumps(rest[0]))
        elif kind == "error":
            job.error = rest[0] if rest[1] else "This run failed; the operator's log says why."
            LOG.warning("job %s: %s", job.request[:2], rest[0])
            job.state = "failed"
        else:
            job.state = kind

    def _guard(self, job: Job, child: subprocess.Popen) -> None:
        """Ask the run to stop once nobody watches; end the process where it does not listen."""
        while job.state == "running" and job.watched():
            time.sleep(0.05)
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
        if self.child is not None:
            self.child.kill()
            self.child.communicate()
            self.child = None


class Pool:
    """`size` processes, one queue, and the finished results of late, bounded in bytes."""

    def __init__(self, size: int) -> None:
        self.processes = [Process() for _ in range(size)]
        self.waiting: deque[Job] = deque()
        self.jobs: dict[str, Job] = {}
        self.results: OrderedDict[str, Job] = OrderedDict()
        self.changed = threading.Condition()
        for process in self.processes:
            threading.Thread(target=self._serve, args=(process,), daemon=True).start()

    def find(self, ticket: str) -> Job | None:
        """The job or finished result for a ticket."""
        with self.changed:
            if ticket in self.results:
                self.results.move_to_end(ticket)
                return self.results[ticket]
            return self.jobs.get(ticket)

    def submit(self, ticket: str, generate: Callable, problem: Any, viewer: str) -> Job:
        """Queue a request, or join the one that is already there; the viewer's other jobs are left."""
        self.leave(viewer, but=ticket)
        with self.changed:
            job = self.results.get(ticket) or self.jobs.get(ticket)
            if job is None or job.state in ("cancelled", "failed"):
                job = Job(ticket, (generate.__module__, generate.__qualname__, problem))
                if len(self.waiting) >= LONGEST_QUEUE:
                    job.state, job.error = "failed", "Too many runs are waiting already. Try again in a minute."
                    return job
                self.jobs[ticket] = job
                self.waiting.append(job)
                self.changed.notify()
            job.viewers[viewer] = time.monotonic()
            return job

    def leave(self, viewer: str, but: str = "") -> None:
        """A viewer turns away from all jobs but one; those without a viewer stop."""
        for job in list(self.jobs.values()):
            if job.ticket != but:
                job.viewers.pop(viewer, None)

    def place(self, job: Job) -> int:
        """How many wait before this one."""
        with self.changed:
            return self.waiting.index(job) if job in self.waiting else 0

    def warm(self) -> None:
        for process in self.processes:
            process.start()

    def close(self) -> None:
        """End every process."""
        for process in self.processes:
            process.stop()

    def _serve(self, process: Process) -> None:
        while True:
            with self.changed:
                while not self.waiting:
                    self.changed.wait()
                job = self.waiting.popleft()
                job.state = "running" if job.watched() else "cancelled"
            if job.state == "running":
                process.run(job)
            self._file(job)

    def _file(self, job: Job) -> None:
        with self.changed:
            self.jobs.pop(job.ticket, None)
            if job.state == "done":
                self.results[job.ticket] = job
                while len(self.results) > 1 and sum(kept.size for kept in self.results.values()) > KEPT_BYTES:
                    self.results.popitem(last=False)


def pool_size() -> int:
    """TRAIN_WORKERS, else one less than the cores, so that pages stay quick while something trains."""
    return max(1, int(os.environ.get("TRAIN_WORKERS", 0)) or (os.cpu_count() or 2) - 1)
