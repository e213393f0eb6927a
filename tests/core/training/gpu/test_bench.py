"""`make gpu` ends with a benchmark that nobody can try out before: its every line runs here in small sizes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_the_benchmark_has_no_error_on_any_line():
    command = [sys.executable, "tests/benchmarks/bench_gpu.py", "--tiny"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for said in ("device:", "descent, largest", "own sizes", "test_loss: median", "a tick of", "filters, as written"):
        assert said in done.stdout
