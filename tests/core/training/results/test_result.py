"""A result in a file: arrays and how they came to be come back; anything else is one sentence."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from core.errors import Unavailable
from core.params import Params, knob
from core.training.results import result
from core.training.results.result import provenance, read_problem, read_result, write_result


@dataclass(frozen=True)
class Problem(Params):
    size: int = knob(2, "Size", low=1, high=5)
    many: tuple = knob((1, 2), "Many", options={1: "", 2: ""}, many=True)


def written(path, problem):
    write_result(path, {"x": np.arange(2)}, provenance(problem, command="c", device="d", cpu_seconds=1.6, more="yes"))


def test_arrays_and_provenance_come_back(tmp_path):
    written(tmp_path / "r.npz", Problem(size=3))
    arrays, made = read_result(tmp_path / "r.npz", "Do.")
    assert arrays.keys() == {"x"} and read_problem(Problem, made) == Problem(size=3)
    assert (made["command"], made["device"], made["cpu_seconds"], made["more"]) == ("c", "d", 2, "yes")
    assert {"date", "machine"} <= set(made) and {"python", "torch", "numpy", "scipy", "numba"} == set(made["versions"])


@pytest.mark.parametrize("made", [{}, {"problem": 3}, {"problem": {"size": 9}}, {"problem": {"other": 1}}])
def test_what_is_no_problem_of_this_kind_is_none(made):
    assert read_problem(Problem, made) is None


@pytest.mark.parametrize("made", ["", "[]", "{", None])
def test_a_file_without_provenance_is_refused(tmp_path, made):
    arrays = {} if made is None else {"made": np.array(made)}
    np.savez(tmp_path / "r.npz", x=np.zeros(1), **arrays)
    with pytest.raises(Unavailable, match=r"r\.npz must be a result .*damaged.*Do\."):
        read_result(tmp_path / "r.npz", "Do.")


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(Unavailable, match="no such file"):
        read_result(tmp_path / "r.npz", "Do.")


def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(result, "write_arrays", full)
    with pytest.raises(Unavailable, match=r"cannot be written; got No space left.*kept parts"):
        written(tmp_path / "r.npz", Problem())


def test_provenance_is_json():
    assert json.loads(json.dumps(provenance(Problem(), command="c", device="d", cpu_seconds=0)))["problem"]["many"] == [
        1,
        2,
    ]
