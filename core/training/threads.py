"""One BLAS and torch thread per process: on small networks many threads are up to a hundred times slower than one."""

import threadpoolctl
import torch


def one_thread() -> None:
    """Limit this process, whatever its environment said when numpy was loaded."""
    threadpoolctl.threadpool_limits(1)
    torch.set_num_threads(1)
