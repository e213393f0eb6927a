"""cluster_executor: a Dask cluster, by the address of its scheduler, as a concurrent.futures executor.

Start one from the checkout, on one machine or several (workers import `core`, so they start where it is importable):

    pip install -r requirements-cluster.txt
    DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=2 dask scheduler --host 127.0.0.1 --port 8786 --no-dashboard
    OMP_NUM_THREADS=1 dask worker tcp://127.0.0.1:8786 --nworkers 2 --nthreads 1 --no-dashboard
    python -m core.training.regime_map --cluster tcp://127.0.0.1:8786

Workers run under nannies, which restart one that dies; its cells go to the others. A cell that was in work on more than
`allowed failures` dying workers ends the sweep with a sentence. Anyone who reaches the scheduler can run code on the
workers: keep it on loopback or a trusted network.

Ours.
"""

from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

from core.errors import Unavailable


class ClusterExecutor(Executor):
    """submit() to the workers of one scheduler; leaving the `with` cancels what is left and closes the connection."""

    def __init__(self, client: Any):
        self.client = client
        self._inner = client.get_executor(pure=False)

    def submit(self, function, /, *args, **kwargs) -> Future:
        """A future whose cancel() also frees the cluster of the task."""
        outer: Future = Future()
        inner = self._inner.submit(function, *args, **kwargs)
        inner.add_done_callback(lambda done: _pass_on(done, outer))
        outer.add_done_callback(lambda done: inner.cancel() if done.cancelled() else None)
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the connection; the scheduler forgets the tasks of a client that is gone."""
        self._inner.shutdown(wait=wait and not cancel_futures)
        self.client.close()


def cluster_executor(address: str, *, patience: float = 10.0) -> ClusterExecutor:
    """Connect to the scheduler at `address` (tcp://host:port), waiting at most `patience` seconds.

    Raises Unavailable when the optional packages are missing or nothing answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise Unavailable(
            "a cluster needs the optional package dask.distributed",
            got="it is not installed",
            do="Run pip install -r requirements-cluster.txt.",
        ) from None
    try:
        return ClusterExecutor(Client(address, timeout=patience, set_as_default=False))
    except (OSError, ValueError):
        raise Unavailable(
            "no Dask scheduler answers", got=address, do="Start one with dask scheduler and give its tcp://host:port."
        ) from None


def _pass_on(inner: Future, outer: Future) -> None:
    if outer.cancelled():
        return
    if inner.cancelled():
        outer.cancel()
        outer.set_running_or_notify_cancel()
        return
    error = inner.exception()
    if error is None:
        outer.set_result(inner.result())
    elif type(error).__name__ == "KilledWorker":
        outer.set_exception(BrokenExecutor("the cell's workers died again and again"))
    else:
        outer.set_exception(error)
