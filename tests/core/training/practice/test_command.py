"""The command line: estimate first, options as in the Problem, a folder that cannot be written."""

import pytest

from core.training.practice import command, grokking
from core.training.practice import harness as ground

QUICK = ["--alphas", "1,10", "--taus", "1", "--seeds", "1", "--steps", "10", "--modulus", "5", "--width", "8"]


@pytest.fixture
def out(tmp_path):
    return ["--output", str(tmp_path / "result.npz"), "--device", "cpu"]


def test_run_prints_its_estimate_first_and_writes_the_result(tmp_path, out, capsys):
    assert command.main(grokking.EXPERIMENT, [*QUICK, *out, "--store", str(tmp_path / "parts")]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith("python -m core.training.practice.grokking --alphas 1,10") and "CPU-minutes" in lines[1]
    assert "100/100" in said.err
    result = ground.read(grokking.EXPERIMENT, tmp_path / "result.npz")
    assert result.problem == grokking.Problem(alphas=(1.0, 10.0), taus=(1.0,), seeds=1, steps=10, modulus=5, width=8)
    assert result.made["command"] == lines[0]


def test_store_that_is_not_writable_is_said_and_done_without(tmp_path, out, capsys, caplog):
    (tmp_path / "file").write_text("in the way")
    assert command.main(grokking.EXPERIMENT, [*QUICK, *out, "--store", str(tmp_path / "file" / "parts")]) == 0
    assert "not writable" in caplog.text and "are not kept" in capsys.readouterr().out
