"""`python -m core.training.regime_map`: compute the map, resumable after a kill, and write it as one file.

core.training.regime_map.map_file says what is in it. τ and δ are the paper's axes, or those of --tau and --delta.
"""

import argparse
import os
import platform
import resource
import shlex
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from core.errors import OutsideTheory
from core.training.command_line import Parser, Plan, add_knobs, axis, bar, option, problem_from, whole
from core.training.command_line import main as run_command
from core.training.device import describe, told
from core.training.regime_map import on_device, sweep
from core.training.regime_map.cells import DELTAS, TAUS, Cell, grid
from core.training.regime_map.map_file import RegimeMap, write_map
from core.training.regime_map.sweep import FinishedCell, Problem
from core.training.results.files import check_output
from core.training.results.parts import Parts
from core.training.results.result import provenance
from core.training.threads import cores

COMMAND = ["python", "-m", "core.training.regime_map"]
METHOD = "exact gradient descent, then the Chebyshev flow of core.training.relu_flow, float32 products"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
MOST_CELLS = 1_000_000


def main(arguments: list[str] | None = None) -> int:
    """Compute what is missing, write the file; 0 when written, 2 with a sentence when the request is not possible."""
    return run_command(COMMAND, parser, _work, arguments)


def parser() -> Parser:
    """Options: the Problem's fields, the map's axes, where cells are kept and where they are computed."""
    build = Parser(prog=" ".join(COMMAND), description="Compute the regime map.")
    add_knobs(build, sweep.PAPER)
    option(build, "--tau", axis(1e-6, 1e6), TAUS, help="values of τ (default: the paper's 17 from 0.1 to 2)")
    option(build, "--delta", axis(-1e6, 1e6), DELTAS, help="values of δ (default: the paper's -1:1:17)")
    option(build, "--every", whole(1), 1, help="keep each k-th τ and δ (default 1: all)")
    option(build, "--seeds", seeds, seeds("100-115"), help="first-last, or numbers by commas (default 100-115)")
    option(build, "--store", str, help="folder of finished cells (default: the user's cache)")
    option(build, "--output", Path, Path("regime_map.npz"), help="file to write (default %(default)s)")
    where = build.add_mutually_exclusive_group()
    option(where, "--processes", whole(1, 4096), help="worker processes (default: one for each core)")
    option(build, "--device", str, "auto", help="cpu, cuda or auto: DEVICE, else a GPU where it pays (default auto)")
    where.add_argument("--cluster", help="address of a Dask scheduler, tcp://host:8786, to use its workers instead")
    return build


def seeds(text: str) -> list[int]:
    """100-115 or 100,103,107 as whole numbers of 0 or more, each once."""
    first, dash, last = text.partition("-")
    read = whole(0, 2**31 - 1)
    try:
        found = range(read(first), read(last) + 1) if dash else [read(one) for one in text.split(",")]
    except OutsideTheory:
        found = []
    if not found or len(found) > 10_000:
        raise OutsideTheory("the seeds cannot be read", got=text, do="Write 100-115 or 100,103,107.")
    return sorted(set(found))


def _work(chosen: argparse.Namespace, words: list[str]) -> None:
    problem = problem_from(sweep.PAPER, chosen)
    taus, deltas = chosen.tau[:: chosen.every], chosen.delta[:: chosen.every]
    cells = _cells(taus, deltas, chosen.seeds)
    output = check_output(chosen.output)
    parts = sweep.kept_cells(chosen.store, problem)
    count = 1 if chosen.cluster else chosen.processes or cores()
    device = _device(chosen, problem, sum(not parts.has(cell) for cell in cells), count)
    plan = _plan(chosen, words, cells, problem, parts, count, device)
    with _executor(chosen) as executor, told(partial(tqdm.write, file=sys.stderr)) as sentences:
        plan.announce()
        whole_map = RegimeMap.empty(chosen.seeds, taus, deltas, problem.checkpoints)
        refused = []
        with closing(
            sweep.run_cells(cells, problem=problem, store=parts, executor=executor, device=device)
        ) as finished:
            for cell in _with_bar(finished, len(cells)):
                whole_map.put(cell)
                refused += [cell] if cell.refused else []
    made = provenance(
        problem,
        command=plan.command,
        device=plan.where,
        cpu_seconds=_spent(),
        method=METHOD,
        told=sentences,
        refused=[{"tau": cell.tau, "delta": cell.delta, "seed": cell.seed, "why": cell.refused} for cell in refused],
    )
    write_map(output, whole_map, made)
    for cell in refused:
        print(f"τ = {cell.tau:g}, δ = {cell.delta:g}, seed {cell.seed} is NaN: {cell.refused}")
    print(f"wrote {output} ({output.stat().st_size / 1e6:.2f} MB)")


def _cells(taus: np.ndarray, deltas: np.ndarray, seeds: list[int]) -> list[Cell]:
    count = len(taus) * len(deltas) * len(seeds)
    if count > MOST_CELLS:
        raise OutsideTheory(f"a sweep may hold {MOST_CELLS:,} cells", got=f"{count:,}", do="Take fewer τ, δ or seeds.")
    return grid(taus, deltas, seeds)


def _device(chosen, problem: Problem, missing: int, workers: int) -> str:
    seconds = sweep.expected_seconds(problem, missing)
    return "cpu" if chosen.cluster else on_device.chosen(chosen.device, seconds, workers)


def _plan(
    chosen, words: list[str], cells: list[Cell], problem: Problem, parts: Parts, workers: int, device: str
) -> Plan:
    kept = sum(parts.has(cell) for cell in cells)
    seconds, where = (
        sweep.expected_seconds(problem, len(cells) - kept),
        f"CPU, processes: {workers}, {platform.machine()}",
    )
    if device != "cpu":
        seconds, where, workers = on_device.expected_seconds(seconds), describe(device), 1
    return Plan(
        shlex.join(words),
        f"the cluster {chosen.cluster}" if chosen.cluster else where,
        "cells",
        len(cells),
        kept,
        seconds,
        parts,
        chosen.output,
        workers,
    )


def _with_bar(cells: Iterator[FinishedCell], total: int) -> Iterator[FinishedCell]:
    with bar(total, "cells") as progress:
        for cell in cells:
            progress.update()
            yield cell


def _spent() -> float:
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in usage)


def _executor(chosen) -> Executor:
    if chosen.cluster:
        from core.training.regime_map.cluster import cluster_executor

        return cluster_executor(chosen.cluster)
    for name in ONE_THREAD:
        os.environ[name] = "1"
    count = chosen.processes or cores()
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
