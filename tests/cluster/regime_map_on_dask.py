"""A real scheduler and two real workers on loopback. Run with `make cluster`; not part of `make test`."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from core.training.regime_map import DELTAS, PAPER, TAUS, grid, run_cells
from core.training.regime_map.cluster import cluster_executor

pytest.importorskip("distributed")

ROOT = Path(__file__).parents[2]
SMALL = replace(PAPER, d=30, n=300, width=30, checkpoints=(100, 1000, 10_000))
CELLS = grid(TAUS[::4], DELTAS[::4], [100, 101])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two single-thread workers, each under a nanny."""
    address = f"tcp://127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2",
    }
    dask = [sys.executable, "-m", "dask"]
    log = open(tmp_path / "cluster.log", "wb")  # noqa: SIM115
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1], "--no-dashboard"]
    workers = [*dask, "worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
    workers += ["--host", "127.0.0.1", "--local-directory", str(tmp_path)]
    processes = [
        subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
        for command in (scheduler, workers)
    ]
    try:
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()


def test_results_are_those_of_one_process_and_a_killed_worker_loses_nothing(cluster, tmp_path):
    here = {(c.tau, c.delta, c.seed): c for c in run_cells(CELLS, problem=SMALL, store=False)}
    with cluster_executor(cluster, patience=60) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        there = []
        with closing(run_cells(CELLS, problem=SMALL, store=tmp_path / "cells", executor=executor)) as sweep:
            for cell in sweep:
                there.append(cell)
                if len(there) == 5:
                    victim = executor.client.run(os.getpid).popitem()[1]
                    os.kill(victim, signal.SIGKILL)
    assert len(there) == len(here) == len(CELLS)
    for cell in there:
        twin = here[cell.tau, cell.delta, cell.seed]
        assert all(np.array_equal(getattr(cell, f.name), getattr(twin, f.name)) for f in fields(cell))
    assert len(list((tmp_path / "cells").rglob("*.npz"))) == len(CELLS)


def test_cancel_frees_the_cluster(cluster):
    with cluster_executor(cluster, patience=60) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        sweep = run_cells(grid(seeds=range(20)), problem=SMALL, store=False, executor=executor)
        next(sweep)
        sweep.close()
        deadline = time.monotonic() + 30
        while sum(map(len, executor.client.processing().values())) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not sum(map(len, executor.client.processing().values()))
        tasks = executor.client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
        assert tasks <= 2
        assert executor.submit(sum, (1, 2)).result(timeout=10) == 3


def test_no_scheduler_is_a_sentence():
    with pytest.raises(Unavailable, match="no Dask scheduler answers"):
        cluster_executor(f"tcp://127.0.0.1:{free_port()}", patience=1)
