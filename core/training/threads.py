"""One BLAS and torch thread per process: on small networks many threads are up to a hundred times slower than one."""

import os

import threadpoolctl
import torch


def one_thread() -> None:
    """Limit this process, whatever its environment said when numpy was loaded."""
    threadpoolctl.threadpool_limits(1)
    torch.set_num_threads(1)


def cores() -> int:
    """How many cores this process may use; those of the machine where the system does not say (macOS)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
