"""The counts over seeds: of the page's own race, whose runs the stored ends belong to, and each of its own criterion."""

import numpy as np
import pytest

from core.errors import Unavailable
from core.problems.start import Relu, Start, solve
from core.problems.start_seeds import read, words
from core.training.races import Problem


def test_the_stored_ends_are_those_of_the_pages_race():
    found, problem = read()
    start = Start(network="relu", seed=7)
    assert problem.deltas == tuple(start.deltas) and found["seed"].size == problem.seeds == 60
    run = solve(start)
    assert isinstance(run, Relu)
    for name, end in (("flipped", run.flipped), ("distance", run.distance), ("kernel_distance", run.kernel_distance)):
        np.testing.assert_allclose(found[name][7], end[:, -1], rtol=0.03, atol=1e-4, err_msg=name)
    np.testing.assert_allclose(found["reached"][7], run.reached, rtol=0.03)


def test_each_count_is_of_its_own_criterion():
    flipped = np.array([[0.0, 0.1, 0.3], [0.2, 0.1, 0.3], [0.0, 0.4, 0.3]])
    reached = np.array([[2.0, np.nan, 1.0], [1.0, 2.0, np.nan], [np.nan] * 3])
    found = {"seed": np.arange(3), "reached": reached, "flipped": flipped, "distance": flipped[:, ::-1]}
    said = words(found, Problem(seeds=3, delta=0.5))
    assert [said[name] for name in ("up_first", "up_flips", "up_both", "up_least", "down_fewest")] == [*"12122"]
    assert said["seeds"] == "3" and said["last_seed"] == "2" and said["of_delta"] == "0.5"


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(Unavailable, match=r"core\.training\.races"):
        read(tmp_path / "none.npz")
