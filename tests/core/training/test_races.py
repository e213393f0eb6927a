"""The races over seeds: who is where at the end of each, and the committed file is what the command makes."""

import numpy as np
import pytest

from core.problems.start_seeds import read
from core.training import plane
from core.training.races import Problem, arrays, fitted, main, race
from core.training.results.result import read_problem, read_result

TINY = ["--seeds=2", "--samples=5", "--width=4", "--end=1"]
AGAIN = (0, 58)


def test_the_command_writes_what_it_says(tmp_path):
    path = tmp_path / "races.npz"
    assert main([*TINY, f"--output={path}"]) == 0
    found, made = read_result(path, "")
    problem = read_problem(Problem, made)
    assert problem == Problem(seeds=2, samples=5, width=4, end=1.0) and made["versions"]
    ends = [[run.distance[-1] for run in race(problem, seed)] for seed in range(2)]
    np.testing.assert_array_equal(found["distance"], ends)
    assert found["delta"].tolist() == [-1, 0, 1] and found["seed"].tolist() == [0, 1]


def test_fitted_is_the_first_moment_with_a_hundredth_left():
    time = np.arange(4.0)
    rest = dict.fromkeys(("W", "a", "hamming", "distance", "kernel_distance", "drift", "rate"), 0.0)
    assert fitted(plane.Run(time=time, loss=np.array([2.0, 1.0, 0.02, 0.01]), **rest)) == 2.0
    assert np.isnan(fitted(plane.Run(time=time, loss=np.array([2.0, 1.0, 0.5, 0.03]), **rest)))


@pytest.mark.parametrize("seed", AGAIN)
def test_the_committed_races_are_run_again(seed):
    found, problem = read()
    again = arrays(Problem(seeds=1), [race(problem, seed)])
    for name in ("reached", "flipped", "distance", "kernel_distance"):
        np.testing.assert_allclose(found[name][seed], again[name][0], rtol=0.03, atol=1e-4, err_msg=name)
