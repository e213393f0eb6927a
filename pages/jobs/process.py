"""One worker process: started when first needed, spoken to over its streams, replaced when it dies or will not stop."""

import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

from pages.jobs.job import Job

LOG = logging.getLogger("lab.jobs")

PATIENCE_S = 3.0
ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Process:
    """`environment` is what its variables differ by from the server's: which device it may see."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.environment = environment or {}
        self.child: subprocess.Popen | None = None
        self.speaking = threading.Lock()

    def start(self) -> subprocess.Popen:
        if self.child is None or self.child.poll() is not None:
            command = [sys.executable, "-m", "pages.jobs.worker"]
            env = {**os.environ, **ONE_THREAD, **self.environment}
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
        if job.notes:  # a device that failed once is not trusted again by the same process
            self.stop()

    def _take(self, job: Job, message: tuple) -> None:
        kind, *rest = message
        job.took = time.monotonic() - job.began
        if kind == "snapshot":
            job.snapshots.append(rest[0])
            job.size += len(pickle.dumps(rest[0]))
        elif kind == "where":
            job.where = rest[0]
        elif kind == "note":
            LOG.warning("job %s: %s", job.request[:2], rest[0])
            job.notes.extend(note for note in rest if note not in job.notes)
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
