"""All commands in one look: a new command is one row of COMMANDS, a new kind of bad option one row of BAD or of its own."""

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.training import command_line
from core.training.command_line import as_text, as_value, axis, numbers, whole
from core.training.practice import filters
from core.training.regime_map.sweep import PAPER
from core.training.relu import compiled

ROOT = Path(__file__).parents[3]

MAP = ["--d=5", "--n=20", "--width=6", "--teacher=2", "--seeds=100", "--tau=0.1,2", "--delta=-1:1:2", "--processes=1"]
GROKKING = ["--alphas=1,10", "--taus=1", "--seeds=1", "--steps=10", "--modulus=5", "--width=8", "--device=cpu"]
MOVEMENT = ["--alphas=1", "--seeds=1", "--steps=1", "--probe=4", "--batch=8", "--device=cpu", "--data=digits"]
FILTERS = ["--alphas=1", "--seeds=1", "--epochs=1", "--samples=200", "--device=cpu", "--data=patches"]
HIERARCHY = ["--alphas=1", "--seeds=1", "--sizes=512", "--epochs=2", "--device=cpu"]


@dataclass(frozen=True)
class Command:
    """A module, options that make its work small, and bad options of its own; unit names what it keeps ("": nothing)."""

    module: str
    small: list[str]
    bad: list[list[str]]
    unit: str = "parts"
    writes: str = ""

    def run(self, arguments: list[str]) -> int:
        """The exit status, however it is given."""
        module = importlib.import_module(f"core.training.{self.module}")
        experiment = getattr(module, "EXPERIMENT", None)
        try:
            return module.main(arguments) if experiment is None else module.main(experiment, arguments)
        except SystemExit as ended:
            return int(ended.code or 0)


OUTPUT = [
    ["--output", "/dev/null/none/result.npz"],
    ["--output", "/"],
    ["--output", "/dev/null/result.npz"],
    ["--output", "/dev/null"],
]
LIST = [
    ["--alphas", bad]
    for bad in ("", "0", "-1", "nan", "x", "1,,2", "0.1:2", "0.1:2:0", "-1:2:log3", "1e9", "0.1:2:9999")
]
PRACTICE = [["--threads", bad] for bad in ("0", "-1", "1.5", "x", "inf")] + [
    ["--seeds", "0"],
    ["--seeds", "1.5"],
    *LIST,
    *OUTPUT,
]
PRACTICE += [["--device", "abacus"], ["--device", "cuda:99"]]

COMMANDS = (
    Command(
        "regime_map.command",
        [*MAP, "--checkpoints=10,1e2"],
        [["--every", bad] for bad in ("0", "-1", "1.5", "x", "nan")]
        + [["--processes", bad] for bad in ("0", "-2", "x", "1e9")]
        + [["--checkpoints", bad] for bad in ("", "0.5", "-1", "x", "1e99", "nan", "1:10", "1:10:0")]
        + [["--tau", bad] for bad in ("0", "-1", "x", "0.1:2", "0:2:log3", "0.1:2:1e3", "nan", "")]
        + [["--delta", bad] for bad in ("x", "inf", "1:2", "-1:1:log3", "--")]
        + [["--seeds", bad] for bad in ("x", "", "-5", "5-1", "1.5", "0-1e9")]
        + [["--d", "1"], ["--width", "7"], ["--n", "1e9"], ["--rate", "-1"], ["--teacher", "9"], ["--d", "2.5"]]
        + [["--device", "abacus"], ["--device", "cuda:99"]]
        + [["--cluster", "tcp://127.0.0.1:1"], ["--cluster", "x", "--processes", "1"], *OUTPUT],
        unit="cells",
        writes="regime_map.npz",
    ),
    Command("practice.grokking", GROKKING, [*PRACTICE, ["--modulus", "nan"], ["--width", "9"]], writes="grokking.npz"),
    Command("practice.filters", FILTERS, [*PRACTICE, ["--data", "cats"]], writes="filters.npz"),
    Command("practice.hierarchy", HIERARCHY, [*PRACTICE, ["--sizes", "3"]], writes="hierarchy.npz"),
    Command("practice.kernel_movement", MOVEMENT, [*PRACTICE, ["--rate", "fast"]], writes="kernel_movement.npz"),
    Command(
        "regime_map.insets",
        ["--side=2", "--moments=3", "--samples=5", "--width=4", "--end=1"],
        [["--side", bad] for bad in ("1", "x", "2.5")] + [["--width", "5"], ["--moments", "1"], *OUTPUT],
        unit="",
    ),
    Command(
        "regime_map.accuracy",
        ["--seeds=1", "--last=100"],
        [["--seeds", bad] for bad in ("0", "17", "x")] + [["--last", bad] for bad in ("99", "1.5", "nan")] + OUTPUT,
        unit="",
    ),
    Command(
        "races",
        ["--seeds=2", "--samples=5", "--width=4", "--end=1"],
        [["--seeds", "0"], ["--width", "5"], ["--tau", "x"], ["--delta", "-1"], *OUTPUT],
        unit="",
    ),
    Command(
        "initialisation.survey",
        ["--widths=16", "--slopes=1", "--seeds=1"],
        [["--widths", bad] for bad in ("0", "1.5", "x", "", "-1")]
        + [["--slopes", bad] for bad in ("0", "x", "1:2", "nan")]
        + [["--seeds", bad] for bad in ("0", "x", "2.5")]
        + OUTPUT,
        unit="rows",
        writes="survey.npz",
    ),
    Command(
        "diagnose",
        ["weights.npz"],
        [
            ["--slope", "x"],
            ["--aim", ""],
            ["--rates", "fast"],
            ["--rates"],
            ["--layout", "diagonal"],
            ["--task", "guess"],
        ]
        + [["--header", "x"], ["--separator", "x"], ["--decimal", "x"], ["--format", "xml"]]
        + [["--before", "none.npz"], ["--data", "none.csv"], []],
        unit="",
    ),
)
KEEP = [command for command in COMMANDS if command.unit]
EVERY = [["--nonsense"], ["stray"]]
BAD = [(command, bad) for command in COMMANDS for bad in (*EVERY, *command.bad)]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if compiled.FOLDER is not None:
        monkeypatch.setenv("NUMBA_CACHE_DIR", str(compiled.FOLDER.parent))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def no_work(monkeypatch):
    def worked(*_, **__):
        raise AssertionError("began to work")

    monkeypatch.setattr("core.training.regime_map.sweep.run_cells", worked)
    monkeypatch.setattr("core.training.practice.harness.run", worked)
    monkeypatch.setattr("core.training.races.race", worked)
    monkeypatch.setattr("core.training.regime_map.accuracy.compared", worked)
    monkeypatch.setattr("core.training.initialisation.survey.rows", worked)
    monkeypatch.setattr("core.training.initialisation.survey.shares_below", worked)


@pytest.mark.parametrize("command, bad", BAD, ids=[f"{c.module} {' '.join(bad)}" for c, bad in BAD])
def test_a_bad_option_is_one_sentence_before_any_work(command, bad, no_work, capsys):
    assert command.run([*command.small, *bad]) == 2
    said = capsys.readouterr()
    assert len(said.err.strip().splitlines()) == 1 and len(said.err) > 20 and "Traceback" not in said.err
    assert not said.out and not list(Path().iterdir())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.module)
def test_help_computes_nothing(command, no_work, capsys):
    assert command.run(["--help"]) == 0
    assert ("--store" in capsys.readouterr().out) == bool(command.unit) and not list(Path().iterdir())


@pytest.mark.parametrize("command", KEEP, ids=lambda command: command.module)
def test_estimate_first_then_the_work_and_the_second_time_it_is_kept(command, capsys):
    assert command.run(command.small) == 0
    first = capsys.readouterr()
    lines = first.out.splitlines()
    assert lines[0].startswith("python -m core.training.") and lines[0].endswith(command.small[-1])
    assert "CPU-minutes" in lines[1] and command.unit in lines[1] and "kept in" in lines[2]
    assert "100%" in first.err
    assert [path.name for path in Path().iterdir()] == ([command.writes] if command.writes else [])
    if command.writes:
        made = json.loads(str(np.load(command.writes, allow_pickle=False)["made"]))
        assert {"command", "date", "machine", "device", "cpu_seconds", "problem", "versions"} <= set(made)
        assert made["command"] == lines[0]
    assert command.run(command.small) == 0
    again = capsys.readouterr().out.splitlines()
    assert "for 0 " in again[1] and "are kept" in again[1]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.writes], ids=lambda command: command.module)
def test_no_command_names_the_assets_of_the_app(command, capsys):
    command.run(["--help"])
    assert "assets" not in capsys.readouterr().out


def test_ctrl_c_ends_with_a_sentence_and_the_next_run_goes_on(tmp_path):
    arguments = [*MAP, "--checkpoints=10,1e6", "--n=2000", "--d=100", "--width=50", "--tau=0.1:2:9"]
    words = [sys.executable, "-m", "core.training.regime_map", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen(words, env=environment, preexec_fn=heard, **streams)
    try:
        until = time.monotonic() + 300
        while not list((tmp_path / "cache").rglob("regime_map/*/*.npz")) and time.monotonic() < until:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 130 and "Stopped." in out and "Traceback" not in err
    assert list((tmp_path / "cache").rglob("regime_map/*/*.npz")) and not list(Path().iterdir())


@pytest.mark.parametrize(
    "text, values",
    [
        ("0.1,0.5,2", (0.1, 0.5, 2)),
        ("1e3", (1000,)),
        ("-1:1:5", (-1, -0.5, 0, 0.5, 1)),
        ("0.1:10:log3", (0.1, 1, 10)),
        ("2:2:1", (2,)),
    ],
)
def test_lists_and_ranges(text, values):
    assert numbers(text) == pytest.approx(values)


def test_an_axis_rises_and_holds_each_value_once():
    assert axis(0, 10)("2,1,2").tolist() == [1, 2]


def test_values_are_read_by_their_knob():
    steps, alphas, data = PAPER.knobs()["checkpoints"], *(filters.Problem.knobs()[name] for name in ("alphas", "data"))
    assert as_value(steps, "1e3,10") == (1000, 10) and all(isinstance(step, int) for step in as_value(steps, "1e3,10"))
    assert as_value(steps, "10:1e6:log6") == (10, 100, 1000, 10_000, 100_000, 1_000_000)
    assert as_value(alphas, "0.5,2") == (0.5, 2) and filters.Problem(alphas=(0.5, 2)).alphas == (0.5, 2)
    assert as_value(data, "patches") == "patches"
    assert as_value(filters.Problem.knobs()["rate"], "0.1") == 0.1
    assert as_text((0.1, 1, 10)) == "0.1,1,10"


def test_whole_numbers_are_not_rounded():
    assert whole(1)("1e3") == 1000
    with pytest.raises(OutsideTheory, match=r"whole number; got 1\.5"):
        whole(1)("1.5")


def test_a_value_may_begin_with_a_minus_sign():
    parser = command_line.Parser()
    command_line.option(parser, "--delta", numbers)
    assert parser.read(["--delta", "-1:1:3"]).delta == (-1, 0, 1)
    assert parser.read(["--delta", "-.5"]).delta == (-0.5,)
