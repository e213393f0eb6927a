"""The command line of a short run that makes one file: the Problem's fields as options, a bar, provenance. Ours."""

import argparse
import shlex
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.params import Params
from core.training.command_line import Parser, add_knobs, bar, option, problem_from
from core.training.command_line import main as run_command
from core.training.results.files import Arrays, check_output
from core.training.results.result import provenance, write_result
from core.training.threads import one_thread


@dataclass(frozen=True)
class Work:
    """runs(problem): the single runs, count(problem) of them, called `unit`; arrays(problem, runs): what the file holds."""

    problem: Params
    file: str
    unit: str
    count: Callable[[Any], int]
    runs: Callable[[Any], Iterable[Any]]
    arrays: Callable[[Any, Iterator[Any]], Arrays]
    told: Callable[[Arrays], None] = lambda made: None


def main(command: list[str], work: Work, arguments: list[str] | None = None) -> int:
    """Run all and write the file; 0 when it is written, 2 with a sentence when the request is not possible."""
    return run_command(command, partial(parser, command, work), partial(_write, work), arguments)


def parser(command: list[str], work: Work) -> Parser:
    """Options: the Problem's fields, and where to write."""
    build = Parser(prog=shlex.join(command))
    add_knobs(build, work.problem)
    option(build, "--output", Path, Path(work.file), help="file to write (default %(default)s)")
    return build


def _write(work: Work, chosen: argparse.Namespace, words: list[str]) -> None:
    problem, begun = problem_from(work.problem, chosen), time.process_time()
    output = check_output(chosen.output)
    one_thread()

    def watched() -> Iterator[Any]:
        with bar(work.count(problem), work.unit) as progress:
            for one in work.runs(problem):
                progress.update()
                yield one

    made = work.arrays(problem, watched())
    seconds = time.process_time() - begun
    write_result(output, made, provenance(problem, command=shlex.join(words), device="CPU", cpu_seconds=seconds))
    work.told(made)
    print(f"wrote {output} ({output.stat().st_size / 1e6:.2f} MB)")
