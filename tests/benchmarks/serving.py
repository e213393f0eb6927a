"""A real server on a free loopback port for load, fault and security tests, and what the system says of its process."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`streamlit run script` on a loopback port; log is what it printed."""

    def __init__(self, script: Path | str = "app.py", port: int = 0, cwd: Path = ROOT, **env: str) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = Path(tempfile.gettempdir()) / f"lab-server-{self.port}.log"
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(self.port)]
        command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false"]
        with self.log_file.open("w") as log:
            self.child = subprocess.Popen(
                command, cwd=cwd, env={**os.environ, **THREADS, **env}, stdout=log, stderr=log
            )
        self.wait_healthy()

    def wait_healthy(self, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child.poll() is not None:
                raise RuntimeError(f"the server ended with {self.child.returncode}:\n{self.log[-2000:]}")
            try:
                self.health(timeout=2)
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the server did not become healthy:\n{self.log[-2000:]}")

    def health(self, timeout: float = 30) -> float:
        """Seconds until the health check is answered."""
        began = time.monotonic()
        urllib.request.urlopen(self.url + "/_stcore/health", timeout=timeout).read()
        return time.monotonic() - began

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def megabytes(self) -> float:
        """Resident memory of the server process alone."""
        return psutil.Process(self.child.pid).memory_info().rss / 1e6

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.child.pid)

    def workers(self) -> list[int]:
        """The process ids of its job workers."""
        return sorted(child.pid for child in psutil.Process(self.child.pid).children())

    def end(self, seconds: float = 15) -> int:
        """SIGTERM; its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        finally:
            self.child.kill()
            self.log_file.unlink(missing_ok=True)


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@contextmanager
def serving(script: Path | str = "app.py", **env: str) -> Iterator[Server]:
    server = Server(script, **env)
    try:
        yield server
    finally:
        server.end()
