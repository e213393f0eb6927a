"""`python -m core.training.regime_map`: compute the map, resumable after a kill, and write it as one file.

kernel_distance … test_loss ↔ [seed, tau, delta, checkpoint] ↔ float32     seed, tau, delta, checkpoint ↔ the axes
made ↔ unicode, JSON: command, date, machine, CPU seconds, settings, versions
"""

import argparse
import json
import os
import platform
import resource
import shlex
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import OutsideTheory, Refusal
from core.training.regime_map import sweep as regime_map
from core.training.regime_map.store import default_folder
from core.training.threads import cores

OUTPUT = Path(__file__).parents[3] / "assets" / "precomputed" / "regime_map.npz"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def main(arguments: list[str] | None = None) -> int:
    """Compute what is missing, write the file; 0 when written, 2 with a sentence when the request is not possible."""
    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = parser().parse_args(arguments)
    try:
        problem = replace(regime_map.PAPER, **{k: v for k in KNOBS if (v := getattr(chosen, k)) is not None})
        seeds = _seeds(chosen.seeds)
        taus, deltas = regime_map.TAUS[:: chosen.every], regime_map.DELTAS[:: chosen.every]
        with _executor(chosen) as executor:
            cells = regime_map.grid(taus, deltas, seeds)
            sweep = regime_map.run_cells(cells, problem=problem, store=chosen.store, executor=executor)
            with closing(sweep):
                finished = dict(_with_progress(sweep, len(cells)))
    except Refusal as error:
        print(error, file=sys.stderr)
        return 2
    made = provenance(problem, ["python", "-m", "core.training.regime_map", *arguments], chosen)
    write(Path(chosen.output), finished, taus, deltas, seeds, problem, made)
    print(f"wrote {chosen.output} ({os.path.getsize(chosen.output) / 1e6:.2f} MB)")
    return 0


KNOBS = ("d", "n", "width", "teacher", "rate", "checkpoints")


def parser() -> argparse.ArgumentParser:
    """Options: the Problem's fields, which part of the map, where cells are kept and where they are computed."""
    build = argparse.ArgumentParser(prog="python -m core.training.regime_map", description="Compute the regime map.")
    for name in ("d", "n", "width", "teacher"):
        build.add_argument(f"--{name}", type=int, help=f"default {getattr(regime_map.PAPER, name)}")
    build.add_argument("--rate", type=float, help="rate times τ²; 0 is automatic (default 0.005)")
    build.add_argument(
        "--checkpoints", type=lambda text: tuple(int(k) for k in text.split(",")), help="steps, by commas"
    )
    build.add_argument("--seeds", default="100-115", help="first-last, or numbers by commas (default %(default)s)")
    build.add_argument("--every", type=int, default=1, help="keep each k-th τ and δ of the 17 (default 1: all)")
    build.add_argument("--store", default=str(default_folder()), help="folder of finished cells (default %(default)s)")
    build.add_argument("--output", default=str(OUTPUT), help="file to write (default %(default)s)")
    where = build.add_mutually_exclusive_group()
    where.add_argument("--processes", type=int, default=None, help="worker processes (default: one for each core)")
    where.add_argument("--cluster", help="address of a Dask scheduler, tcp://host:8786, to use its workers instead")
    return build


def write(path: Path, finished: dict, taus, deltas, seeds, problem, made: str) -> None:
    """Arrange cells as [seed, tau, delta, checkpoint] and write the file whole or not at all."""
    arrays = {
        name: np.array(
            [[[getattr(finished[float(t), float(d), int(s)], name) for d in deltas] for t in taus] for s in seeds],
            dtype=np.float32,
        )
        for name in regime_map.MEASURES
    }
    axes = {"seed": np.array(seeds), "tau": taus, "delta": deltas, "checkpoint": np.array(problem.checkpoints)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        content: dict[str, Any] = {**arrays, **axes, "made": np.array(made)}
        np.savez_compressed(part, **content)
    os.chmod(part.name, 0o644)
    os.replace(part.name, path)


def provenance(problem, command: list[str], chosen) -> str:
    """JSON text: how and when the numbers were made."""
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return json.dumps(
        {
            "command": shlex.join(command),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
            "where": chosen.cluster or "processes of one machine",
            "cpu_seconds_of_this_run": round(sum(u.ru_utime + u.ru_stime for u in usage)),
            "problem": asdict(problem),
            "method": "exact gradient descent, then the Chebyshev flow of core.training.relu_flow, float32 products",
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("numpy", "scipy", "numba", "torch")},
            },
        }
    )


def _with_progress(cells: Iterable, total: int):
    """((tau, delta, seed), cell) pairs; a line on the terminal every few seconds with the time left."""
    begun = time.monotonic()
    said, fresh_from = 0.0, None
    for done, cell in enumerate(cells, start=1):
        now = time.monotonic()
        if fresh_from is None and now - begun > 1.0:
            fresh_from = (done, now)
        if now - said > 5.0 or done == total:
            said = now
            print(f"{done}/{total} cells{_left(done, total, now, fresh_from)}", flush=True)
        yield (cell.tau, cell.delta, cell.seed), cell


def _left(done: int, total: int, now: float, fresh_from) -> str:
    if fresh_from is None or done <= fresh_from[0]:
        return ""
    pace = (now - fresh_from[1]) / (done - fresh_from[0])
    return f", {pace:.2f} s a cell, {pace * (total - done) / 60:.1f} min left"


def _executor(chosen) -> Executor:
    if chosen.cluster:
        from core.training.regime_map.cluster import cluster_executor

        return cluster_executor(chosen.cluster)
    for name in ONE_THREAD:
        os.environ[name] = "1"
    count = chosen.processes or cores()
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


def _seeds(text: str) -> list[int]:
    try:
        if "-" in text:
            first, last = (int(part) for part in text.split("-"))
            seeds = list(range(first, last + 1))
        else:
            seeds = [int(part) for part in text.split(",")]
    except ValueError:
        seeds = []
    if not seeds:
        raise OutsideTheory("the seeds cannot be read", got=text, do="Write 100-115 or 100,103,107.")
    return seeds
