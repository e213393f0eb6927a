"""One BLAS and torch thread per process: on small networks many threads are up to a hundred times slower than one."""

import os

import threadpoolctl
import torch


def one_thread() -> None:
    """Limit this process, whatever its environment said when numpy was loaded."""
    threadpoolctl.threadpool_limits(1)
    torch.set_num_threads(1)


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
