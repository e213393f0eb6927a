"""A real server on a free loopback port for load, fault and security tests, and what the system says of its process."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        self.log_file = Path(os.environ.get("TMPDIR", "/tmp")) / f"lab-server-{self.port}.log"
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
        return memory(self.child.pid)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def workers(self) -> list[int]:
        """The process ids of its job workers."""
        return sorted({pid for task in Path(f"/proc/{self.child.pid}/task").iterdir() for pid in _children(task)})

    def end(self, seconds: float = 15) -> int:
        """SIGTERM; its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        finally:
            self.child.kill()
            self.log_file.unlink(missing_ok=True)


def _children(task: Path) -> list[int]:
    try:
        return [int(pid) for pid in (task / "children").read_text().split()]
    except OSError:
        return []


def memory(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving(script: Path | str = "app.py", **env: str) -> Iterator[Server]:
    server = Server(script, **env)
    try:
        yield server
    finally:
        server.end()
