"""One look for all commands: options that answer in one sentence, the estimate first, a bar, and what Ctrl-C leaves.

A list of numbers is written 0.1,0.5,2 or as a range: 0.1:2:9 are nine values evenly spaced, 0.1:2:log9 evenly in the
logarithm. A command returns 0 when its work is done, 2 with a sentence when it is not possible, 130 when it is stopped.
"""

import argparse
import math
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from tqdm import tqdm

from core.errors import OutsideTheory, Refusal
from core.params import Knob, Params
from core.training.results.parts import Parts

MOST_VALUES = 1000
START_S = 3.0
"""CPU seconds that a worker spends before it works: libraries, data, compiled kernels from their cache."""
RANGE = re.compile(r"([^:]+):([^:]+):(log)?(\d+)")
LISTS = "Write a list (0.1,0.5,2) or a range (0.1:2:9, 0.1:2:log9)."


class Parser(argparse.ArgumentParser):
    """argparse, but a bad option is answered with one sentence, and values may begin with a minus sign."""

    def error(self, message: str) -> NoReturn:
        self.exit(
            2, f"{message.removeprefix('argument ')}{'' if message.endswith('.') else '; --help lists the options.'}\n"
        )

    def read(self, arguments: list[str]) -> argparse.Namespace:
        """The options; `--delta -1:1:5` is read as `--delta=-1:1:5`, not as two options."""
        joined: list[str] = []
        for word in arguments:
            after_option = joined and joined[-1].startswith("--") and "=" not in joined[-1]
            if after_option and re.match(r"-[\d.]", word):
                joined[-1] += f"={word}"
            else:
                joined.append(word)
        return self.parse_args(joined)


def option(build: Any, name: str, convert: Callable[[str], Any], default: Any = None, **more: Any) -> None:
    """An option of a parser or a group, whose text `convert` reads; it raises a Refusal for what it cannot read."""

    def typed(text: str) -> Any:
        try:
            return convert(text)
        except Refusal as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    build.add_argument(name, type=typed, default=default, **more)


def main(command: list[str], build: Callable[[], Parser], work: Callable, arguments: list[str] | None) -> int:
    """Read the options and run `work(chosen, words)`, words the command as typed."""
    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = build().read(arguments)
    try:
        work(chosen, [*command, *arguments])
    except Refusal as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What is finished is kept where this command said; the same command goes on from there.")
        return 130
    return 0


@dataclass(frozen=True)
class Plan:
    """What a command is about to do: `kept` of `total` units are there already, the others take cpu_seconds in all."""

    command: str
    where: str
    unit: str
    total: int
    kept: int
    cpu_seconds: float
    parts: Parts
    output: Path | None
    workers: int = 1

    def announce(self) -> None:
        """The estimate, and where things are kept and written."""
        minutes = (START_S * self.workers * (self.kept < self.total) + self.cpu_seconds) / 60
        wall = f", {_brief(minutes / self.workers)} minutes on {self.workers} workers" if self.workers > 1 else ""
        kept = f", {self.kept} of {self.total} are kept" if self.kept else ""
        print(self.command)
        print(
            f"on {self.where}: at most about {_brief(minutes)} CPU-minutes{wall} for {self.total - self.kept} {self.unit}{kept}"
        )
        if self.parts.folder is None:
            print(f"Finished {self.unit} are not kept; when stopped, the command begins anew.")
        else:
            print(f"Finished {self.unit} are kept in {self.parts.folder}")
        if self.output is not None:
            print(f"The result goes to {self.output}", flush=True)


def _brief(minutes: float) -> str:
    return f"{minutes:.1f}" if minutes >= 1 else f"{minutes:.1g}"


def bar(total: int, unit: str) -> tqdm:
    """A progress bar on the error stream: lively on a terminal, a line every ten seconds in a log."""
    pause = 0.2 if sys.stderr.isatty() else 10.0
    return tqdm(total=total, unit=f" {unit}", mininterval=pause, dynamic_ncols=True, file=sys.stderr)


def whole(low: int, high: int = 10**9) -> Callable[[str], int]:
    """Reads a whole number from low to high; 1e3 is 1000."""

    def convert(text: str) -> int:
        value = number(text)
        if isinstance(value, str) or not math.isfinite(value) or value != int(value) or not low <= value <= high:
            raise OutsideTheory("this must be a whole number", got=text, do=f"Choose one from {low} to {high:,}.")
        return int(value)

    return convert


def number(text: str) -> float | str:
    """The text as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def numbers(text: str) -> tuple[float, ...]:
    """A list of numbers or a range of them."""
    found = RANGE.fullmatch(text.strip())
    values = _range(text, *found.groups()) if found else tuple(number(one) for one in text.split(","))
    if not values or not all(isinstance(value, float) and math.isfinite(value) for value in values):
        raise OutsideTheory("these must be numbers", got=text, do=LISTS)
    return tuple(float(value) for value in values)


def axis(low: float, high: float) -> Callable[[str], np.ndarray]:
    """Reads the values of an axis from low to high, each once, in rising order."""

    def convert(text: str) -> np.ndarray:
        values = np.unique(numbers(text))
        if values[0] < low or values[-1] > high:
            raise OutsideTheory("a value is out of its range", got=text, do=f"Choose values from {low:g} to {high:g}.")
        return values

    return convert


def _range(text: str, first: str, last: str, log: str | None, count: str) -> tuple[float, ...]:
    many, ends = int(count), [end for end in map(number, (first, last)) if isinstance(end, float)]
    sound = len(ends) == 2 and all(math.isfinite(end) and (end > 0 or not log) for end in ends)
    if not sound or not 1 <= many <= MOST_VALUES:
        positive = " between positive ends" if log else ""
        raise OutsideTheory(f"a range holds 1 to {MOST_VALUES} numbers{positive}", got=text, do=LISTS)
    space = np.geomspace if log else np.linspace
    return tuple(float(f"{value:.12g}") for value in space(ends[0], ends[1], many))


def add_knobs(parser: Parser, default: Params) -> None:
    """One option for each field of the Problem, by its knob."""
    for name, knob in type(default).knobs().items():
        text = f"{knob.label} (default {as_text(getattr(default, name))})"
        option(parser, f"--{name}", partial(as_value, knob), help=text.replace("%", "%%"))


def problem_from(default: Params, chosen: argparse.Namespace) -> Any:
    """The default Problem with the options given on the command line in place."""
    given = {name: value for name in type(default).knobs() if (value := getattr(chosen, name)) is not None}
    return type(default)(**{**{name: getattr(default, name) for name in type(default).knobs()}, **given})


def as_value(knob: Knob, text: str) -> Any:
    """A command-line text as the knob's value: a choice, several choices, or a number."""
    if knob.options is None:
        return number(text)
    by_text = {as_text(key): key for key in knob.options}
    if not knob.many:
        return by_text.get(text, text)
    if not all(isinstance(key, int | float) for key in knob.options):
        return tuple(by_text.get(one.strip(), one) for one in text.split(","))
    values: Iterable[float] = numbers(text)
    if all(isinstance(key, int) for key in knob.options):
        values = dict.fromkeys(round(value) if ":" in text or value.is_integer() else value for value in values)
    return tuple(by_text.get(as_text(value), value) for value in values)


def as_text(value: Any) -> str:
    """A knob's value as it is typed."""
    if isinstance(value, tuple):
        return ",".join(as_text(one) for one in value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)
