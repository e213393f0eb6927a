"""Start's race of ReLU networks over many seeds: who fits first, who flips most, who moves least.

paper     name              shape        unit
δ         delta             [3]          downstream, balanced, upstream
–         seed              [seed]       draws teacher, student and data
–         reached           [seed, 3]    flow time at which a hundredth of the loss is left, NaN where that is not by the end
–         flipped           [seed, 3]    share of activations that differ from the start's at the end
‖θ−θ₀‖    distance          [seed, 3]    at the end
S         kernel_distance   [seed, 3]    at the end

The task is that of the paper's figure 1a. `python -m core.training.races` writes the arrays to a file with its provenance.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets import teacher_student
from core.params import Params, knob
from core.training import plane
from core.training.command_line import Parser, add_knobs, bar, option, problem_from
from core.training.command_line import main as run_command
from core.training.results.files import Arrays, check_output
from core.training.results.result import provenance, write_result
from core.training.threads import one_thread

FITTED = 0.01
COMMAND = ["python", "-m", "core.training.races"]


@dataclass(frozen=True)
class Problem(Params):
    """The three networks' scales, the task's sizes, and how many seeds, from 0 on."""

    seeds: int = knob(60, "seeds", low=1, high=1000, step=1)
    delta: float = knob(1.0, "±δ", low=0.01, high=10)
    tau: float = knob(0.1, "overall scale τ", low=0.02, high=4)
    samples: int = knob(20, "samples", low=1, high=200, step=1)
    width: int = knob(50, "neurons", low=2, high=200, step=2)
    end: float = knob(100.0, "until t", low=0.01, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        plane.check_even(self.width)

    @property
    def deltas(self) -> tuple[float, float, float]:
        return -self.delta, 0.0, self.delta


def race(problem: Problem, seed: int) -> tuple[plane.Run, ...]:
    """The three runs of one seed, in the order of `deltas`."""
    task = teacher_student.draw(d=2, n=problem.samples, width=problem.width, seed=seed, tests=1)
    starts = (task.student.scaled(problem.tau, delta) for delta in problem.deltas)
    return tuple(plane.follow(W_0, a_0, task.X, task.y, end=problem.end) for W_0, a_0 in starts)


def fitted(run: plane.Run) -> float:
    """The first moment at which a hundredth of the start's loss is left; NaN where there is none."""
    there = run.loss <= FITTED * run.loss[0]
    return float(run.time[int(there.argmax())]) if there.any() else float("nan")


def arrays(problem: Problem, races: Iterable[tuple[plane.Run, ...]]) -> Arrays:
    """What the file holds, from the races of all seeds."""
    rows = [[(fitted(run), run.flipped[-1], run.distance[-1], run.kernel_distance[-1]) for run in one] for one in races]
    reached, flipped, distance, kernel = np.moveaxis(np.array(rows), -1, 0)
    ends = {"reached": reached, "flipped": flipped, "distance": distance, "kernel_distance": kernel}
    return {"seed": np.arange(problem.seeds), "delta": np.array(problem.deltas), **ends}


def main(arguments: list[str] | None = None) -> int:
    """Run all races and write the file; 0 when it is written, 2 with a sentence when the request is not possible."""
    return run_command(COMMAND, parser, _work, arguments)


def parser() -> Parser:
    """Options: the Problem's fields, and where to write."""
    build = Parser(prog=shlex.join(COMMAND))
    add_knobs(build, Problem())
    option(build, "--output", Path, Path("races.npz"), help="file to write (default %(default)s)")
    return build


def _work(chosen: argparse.Namespace, words: list[str]) -> None:
    problem, begun = problem_from(Problem(), chosen), time.process_time()
    output = check_output(chosen.output)
    one_thread()

    def watched() -> Iterator[tuple[plane.Run, ...]]:
        with bar(problem.seeds, "races") as progress:
            for seed in range(problem.seeds):
                yield race(problem, seed)
                progress.update()

    made = arrays(problem, watched())
    seconds = time.process_time() - begun
    write_result(output, made, provenance(problem, command=shlex.join(words), device="CPU", cpu_seconds=seconds))
    print(f"wrote {output}")


if __name__ == "__main__":
    sys.exit(main())
