"""The experiments' command line: `python -m core.training.practice.<experiment>` with the Problem's fields as options.

It prints an estimate first, then progress; finished parts are kept in a folder and not trained again.
"""

import argparse
import shlex
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tqdm import tqdm

from core.training.command_line import Parser, Plan, add_knobs, bar, option, problem_from, whole
from core.training.command_line import main as run_command
from core.training.device import choose_device, describe, falling_back, told
from core.training.practice import harness as ground
from core.training.results.files import check_output


def main(experiment: ground.Experiment, arguments: list[str] | None = None) -> int:
    """Run the experiment as asked; 0 when the result is written, 2 with a sentence when the request is not possible."""
    command = ["python", "-m", f"core.training.practice.{experiment.name}"]
    return run_command(command, partial(parser, experiment), partial(_work, experiment), arguments)


def parser(experiment: ground.Experiment) -> Parser:
    """Options: one for each field of the Problem (lists with commas), and where to keep and write results."""
    build = Parser(prog=f"python -m core.training.practice.{experiment.name}")
    add_knobs(build, experiment.committed)
    option(build, "--store", str, help="folder of finished parts (default: the user's cache)")
    option(build, "--output", Path, Path(f"{experiment.name}.npz"), help="file to write (default %(default)s)")
    option(build, "--device", str, help="cpu or cuda (default: DEVICE, else cuda when present)")
    option(build, "--threads", whole(1, 1024), 1, help="CPU threads (default 1)")
    return build


def _work(experiment: ground.Experiment, chosen: argparse.Namespace, words: list[str]) -> None:
    import torch

    torch.set_num_threads(chosen.threads)
    problem, note = experiment.resolve_data(problem_from(experiment.committed, chosen))
    device = choose_device(chosen.device)
    output = check_output(chosen.output)
    parts, all_parts = ground.kept_parts(experiment, problem, chosen.store), experiment.parts(problem)
    kept = sum(parts.has(part) for part in all_parts)
    seconds = experiment.seconds(problem) * (1 - kept / len(all_parts))
    plan = Plan(shlex.join(words), describe(device), "parts", len(all_parts), kept, seconds, parts, output)
    plan.announce()
    if note:
        print(note)
    tried = []

    def run(where: str) -> Iterator[ground.Snapshot]:
        tried.append(where)
        yield from ground.run(experiment, problem, device=where, store=parts)

    with bar(100, "%") as progress, told(partial(tqdm.write, file=sys.stderr)):
        for snapshot in falling_back(run, device):
            progress.update(snapshot.done - progress.n)
    ground.write(output, experiment, problem, snapshot, plan.command, tried[-1])
    print(f"wrote {output} ({output.stat().st_size / 1e6:.2f} MB)")
