"""The insets' runs: one per cell, each the students' own, small, and the committed file is of the map's grid."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import teacher_student
from core.errors import OutsideTheory
from core.training import plane
from core.training.regime_map import DELTAS, TAUS
from core.training.regime_map.insets import Problem, arrays, main, runs
from core.training.results.result import read_problem, read_result

FILE = Path(__file__).parents[4] / "assets" / "precomputed" / "neurons.npz"
TINY = Problem(side=2, moments=4, samples=5, width=4, end=1.0)


def test_each_cell_is_the_students_run():
    made = arrays(TINY, runs(TINY))
    task = teacher_student.draw(d=2, n=5, width=4, seed=58, tests=1)
    W_0, a_0 = task.student.scaled(float(TAUS[-1]), float(DELTAS[0]))
    beta = plane.follow(W_0, a_0, task.X, task.y, end=1.0, snapshots=3).beta
    np.testing.assert_allclose(
        made["neurons"][1, 0] * made["scale"][1, 0] / 127, beta, atol=0.51 * np.abs(beta).max() / 127
    )
    assert made["tau"].tolist() == [TAUS[0], TAUS[-1]] and made["time"][0] == 0


def test_the_command_writes_what_it_says(tmp_path):
    path = tmp_path / "neurons.npz"
    options = ["--side=2", "--moments=4", "--samples=5", "--width=4", "--end=1", f"--output={path}"]
    assert main(options) == 0
    found, made = read_result(path, "")
    assert read_problem(Problem, made) == TINY and found["neurons"].shape == (2, 2, 4, 4, 2)


@pytest.mark.parametrize("wrong", [{"side": 1}, {"width": 5}, {"moments": 1}])
def test_bad_grids_are_a_sentence(wrong):
    with pytest.raises(OutsideTheory):
        replace(TINY, **wrong)


def test_the_committed_file_is_the_default_problems_and_turns_where_the_map_says():
    found, made = read_result(FILE, "")
    assert read_problem(Problem, json.loads(json.dumps(made))) == Problem() and FILE.stat().st_size < 300_000
    beta = found["neurons"].astype(float)
    lengths = np.maximum(np.linalg.norm(beta, axis=-1), 1e-9)
    cosine = (beta[:, :, 0] * beta[:, :, -1]).sum(-1) / lengths[:, :, 0] / lengths[:, :, -1]
    rapid, late, lazy = cosine[0, -1].mean(), cosine[0, 0].mean(), cosine[-1, 4].mean()
    assert rapid < 0.8 < min(late, lazy)
