"""The experiments' command line: `python -m core.training.practice.<experiment>` with the Problem's fields as options.

It prints an estimate first, then progress; finished parts are kept in a folder and not trained again.
"""

import argparse
import dataclasses
import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.errors import Refusal
from core.params import Knob, Params
from core.training.device import choose_device, describe
from core.training.practice import harness as ground


def main(experiment: ground.Experiment, arguments: list[str] | None = None) -> int:
    """Run the experiment as asked; 0 when the result is written, 2 with a sentence when the request is not possible."""
    import torch

    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = parser(experiment).parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    try:
        problem, note = experiment.resolve_data(problem_from(experiment, chosen))
        device = choose_device(chosen.device)
    except Refusal as error:
        print(error, file=sys.stderr)
        return 2
    store = usable_folder(Path(chosen.store))
    command = shlex.join(["python", "-m", f"core.training.practice.{experiment.name}", *arguments])
    print(f"{command}\non {describe(device)}: at most about {experiment.seconds(problem) / 60:.1f} CPU-minutes")
    if note:
        print(note)
    if store is None:
        print(f"{chosen.store} is not writable: running without keeping finished parts.")
    said = -1
    for snapshot in ground.run(experiment, problem, device=device, store=store):
        if snapshot.done > said:
            said = snapshot.done
            print(f"{said} %, {snapshot.cpu_seconds:.0f} CPU s", flush=True)
    output = Path(chosen.output)
    ground.write(output, experiment, problem, snapshot, command, device)
    print(f"wrote {output} ({output.stat().st_size / 1e6:.2f} MB)")
    return 0


def parser(experiment: ground.Experiment) -> argparse.ArgumentParser:
    """Options: one for each field of the Problem (lists with commas), and where to keep and write results."""
    build = argparse.ArgumentParser(prog=f"python -m core.training.practice.{experiment.name}")
    for name, meaning in type(experiment.committed).knobs().items():
        default = getattr(experiment.committed, name)
        build.add_argument(f"--{name}", default=None, help=f"{meaning.label} (default {_text(default)})")
    build.add_argument("--store", default=str(default_store()), help="folder of finished parts (default %(default)s)")
    build.add_argument("--output", default=str(ground.PRECOMPUTED / f"{experiment.name}.npz"), help="file to write")
    build.add_argument("--device", default=None, help="cpu or cuda (default: DEVICE, else cuda when present)")
    build.add_argument("--threads", type=int, default=1, help="CPU threads (default 1)")
    return build


def problem_from(experiment: ground.Experiment, chosen: argparse.Namespace) -> Params:
    """The committed Problem with the options given on the command line in place."""
    knobs = type(experiment.committed).knobs()
    given = {n: parse(k, getattr(chosen, n)) for n, k in knobs.items() if getattr(chosen, n) is not None}
    return dataclasses.replace(experiment.committed, **given)


def parse(meaning: Knob, text: str) -> Any:
    """A command-line text as the knob's value: a choice, several choices separated by commas, or a number."""
    if meaning.options is None:
        try:
            return float(text)
        except ValueError:
            return text
    by_text = {_text(key): key for key in meaning.options}
    if meaning.many:
        return tuple(by_text.get(one.strip(), one) for one in text.split(","))
    return by_text.get(text, text)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(_text(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def default_store() -> Path:
    """The user's cache folder for finished parts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "lazy-rich-lab" / "experiments"


def usable_folder(folder: Path) -> Path | None:
    """The folder, made if need be; None when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None
