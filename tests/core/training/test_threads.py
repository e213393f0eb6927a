"""One thread per process, even where the environment asks for more."""

import subprocess
import sys

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
