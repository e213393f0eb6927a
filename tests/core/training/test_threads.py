"""One thread per process, even where the environment asks for more; cores are counted on every system."""

import os
import subprocess
import sys

from core.training.threads import cores

CODE = """
import os
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "4"
import numpy, torch, threadpoolctl
from core.training.threads import one_thread
one_thread()
assert torch.get_num_threads() == 1
assert all(pool["num_threads"] == 1 for pool in threadpoolctl.threadpool_info())
"""


def test_one_thread():
    subprocess.run([sys.executable, "-c", CODE], check=True)


def test_cores_are_counted_where_the_system_knows_no_affinity(monkeypatch):
    assert 1 <= cores() <= os.cpu_count()
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1
