"""The shared ground: parts resume, results assemble with gaps, files say how they came to be, bad files are refused."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

from core.errors import Unavailable
from core.params import Params, knob
from core.training.device import choose_device
from core.training.practice import harness as ground
from core.training.results.result import provenance, write_result


@dataclass(frozen=True)
class Problem(Params):
    seeds: int = knob(2, "Seeds", low=1, high=5, step=1)
    seed: int = knob(0, "First seed", low=0, high=9, step=1)
    scale: float = knob(1.0, "Scale", low=0.1, high=10)


@dataclass(frozen=True)
class Solution:
    seed: np.ndarray
    size: np.ndarray
    score: np.ndarray


TRAINED = []


def train(problem, part, device):
    TRAINED.append(part)
    for step in range(3):
        yield step, 2, {"score": np.array([part[0] + step, problem.scale])}


def toy(name="toy"):
    return ground.Experiment(
        name=name,
        committed=Problem(),
        solution=Solution,
        axes=lambda p: {"seed": np.arange(p.seeds), "size": np.arange(3)},
        parts=lambda p: tuple((s, k) for s in range(p.seeds) for k in range(3)),
        train=train,
        seconds=lambda p: 1.0,
    )


def test_parts_fill_the_result_one_by_one():
    snapshots = list(ground.run(toy(), Problem()))
    assert [s.done for s in snapshots] == sorted(s.done for s in snapshots)
    assert snapshots[-1].done == snapshots[-1].total
    assert np.isnan(snapshots[0].solution.score[1]).all()
    np.testing.assert_array_equal(snapshots[-1].solution.score[1, 2], [3, 1])


def test_finished_parts_are_not_trained_again(tmp_path):
    first = list(ground.run(toy(), Problem(), store=tmp_path))[-1]
    TRAINED.clear()
    again = list(ground.run(toy(), Problem(seeds=3), store=tmp_path))[-1]
    assert TRAINED == [(2, 0), (2, 1), (2, 2)]
    np.testing.assert_array_equal(again.solution.score[:2], first.solution.score)
    list(ground.run(toy(), Problem(scale=2.0), store=tmp_path))
    assert len(TRAINED) == 3 + 6


def test_an_interrupted_run_resumes_where_it_was(tmp_path):
    run = ground.run(toy(), Problem(), store=tmp_path)
    while next(run).done < 50:
        pass
    run.close()
    TRAINED.clear()
    list(ground.run(toy(), Problem(), store=tmp_path))
    assert TRAINED[0] == (1, 0) and len(TRAINED) == 3


def test_a_broken_part_is_trained_again(tmp_path):
    list(ground.run(toy(), Problem(seeds=1), store=tmp_path))
    next(tmp_path.rglob("*.npz")).write_bytes(b"PK broken")
    TRAINED.clear()
    list(ground.run(toy(), Problem(seeds=1), store=tmp_path))
    assert len(TRAINED) == 1


def test_a_written_result_reads_back_with_its_provenance(tmp_path):
    last = list(ground.run(toy(), Problem()))[-1]
    path = tmp_path / "toy.npz"
    ground.write(path, toy(), Problem(), last, "python -m core.training.toy", "cpu")
    result = ground.read(toy(), path)
    assert result.problem == Problem() and result.made["command"].endswith("toy")
    assert {"date", "device", "cpu_seconds", "versions"} <= set(result.made)
    for field in dataclasses.fields(Solution):
        np.testing.assert_array_equal(getattr(result.solution, field.name), getattr(last.solution, field.name))


@pytest.mark.parametrize("content", [None, b"", b"PK nothing", b"PK\x03\x04 broken", b"text"])
def test_absent_or_broken_results_name_the_command_that_makes_them(tmp_path, content):
    path = tmp_path / "toy.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unavailable, match=r"toy\.npz .* python -m core\.training\.practice\.toy"):
        ground.read(toy(), path)


def toy_file(path, problem=None, **changed):
    problem = problem or Problem()
    last = list(ground.run(toy(), problem))[-1]
    made = provenance(problem, command="c", device="d", cpu_seconds=1)
    arrays = {field.name: getattr(last.solution, field.name) for field in dataclasses.fields(Solution)}
    write_result(path, {**arrays, **changed}, made)


OTHERS = {
    "another problem": lambda path: toy_file(path, Problem(scale=2.0)),
    "another axis": lambda path: toy_file(path, seed=np.array([3, 4])),
    "a longer axis": lambda path: toy_file(path, seed=np.arange(3)),
    "one array more": lambda path: toy_file(path, more=np.zeros(3)),
}


@pytest.mark.parametrize("other", OTHERS)
def test_no_other_result_passes_for_the_committed_one(tmp_path, monkeypatch, other):
    monkeypatch.setattr(ground, "PRECOMPUTED", tmp_path)
    toy_file(tmp_path / "toy.npz")
    assert ground.read(toy()).problem == Problem()
    OTHERS[other](tmp_path / "toy.npz")
    with pytest.raises(Unavailable, match=r"toy\.npz must .*--output assets/precomputed/toy\.npz"):
        ground.read(toy())


def test_a_result_of_ones_own_may_have_any_settings(tmp_path):
    toy_file(tmp_path / "mine.npz", Problem(scale=2.0))
    assert ground.read(toy(), tmp_path / "mine.npz").problem == Problem(scale=2.0)


def test_an_absent_device_is_refused(monkeypatch):
    monkeypatch.setenv("DEVICE", "abacus")
    with pytest.raises(Unavailable, match="abacus"):
        choose_device()
    assert choose_device("cpu") == "cpu"
