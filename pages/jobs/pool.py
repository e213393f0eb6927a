"""Jobs and the processes that run them: a bounded pool, a queue with visible places, shared results, nothing orphaned.

A job belongs to its viewers (sessions). It is cancelled when the last one leaves, whether by moving a slider, closing the
tab or falling silent. Identical requests share one job while it runs and one result afterwards.

TRAIN_WORKERS  processes that run jobs on the CPU (default: one less than the cores, at least one)
"""

import logging
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from pages.jobs.job import KEPT_BYTES, Job
from pages.jobs.process import Process

LOG = logging.getLogger("lab.jobs")

PACE_S = 2.0
LONGEST_QUEUE = 40


class Pool:
    """Processes, one for each environment, one queue, and the finished results of late, bounded in bytes.

    present(viewer) says whether a viewer is still connected.
    """

    def __init__(
        self,
        environments: Sequence[Mapping[str, str]],
        present: Callable[[str], bool] = lambda viewer: True,
        longest: int = LONGEST_QUEUE,
    ) -> None:
        self.present, self.longest = present, longest
        self.closed = False
        self.processes = [Process(environment) for environment in environments]
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
