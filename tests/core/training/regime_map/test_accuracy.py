"""The engine against plain descent: the committed comparison is run again in part, and errors are of means over seeds."""

from pathlib import Path

import numpy as np
import pytest

from core.problems.regime_map_accuracy import read, words
from core.training.measures import MEASURES
from core.training.regime_map.accuracy import CELLS, Problem, arrays, compared, errors
from core.training.regime_map.cells import SEEDS

EARLY = [100, 300]


def test_the_committed_comparison_is_of_the_default_problem():
    found, problem = read(), Problem()
    assert found["exact"].shape == found["fast"].shape == (len(CELLS), problem.seeds, len(problem.steps), len(MEASURES))
    assert found["step"].tolist() == problem.steps and found["seed"].tolist() == SEEDS[: problem.seeds].tolist()


@pytest.mark.parametrize("place", [0, 3, 5])
def test_its_first_steps_are_made_again(place):
    found = read()
    tau, delta = CELLS[place]
    exact, fast = compared((tau, delta, 100), EARLY)
    for name, again in (("exact", exact), ("fast", fast)):
        np.testing.assert_allclose(found[name][place, 0, : len(EARLY)], again, rtol=0.02, atol=1e-9, err_msg=name)


def test_errors_are_of_means_over_seeds_and_faint_losses_have_none():
    exact = np.ones((1, 2, 1, len(MEASURES)))
    fast = exact.copy()
    fast[0, :, 0, 0] = 1.3, 0.9
    exact[..., MEASURES.index("train_loss")] = 1e-9
    apart = errors({"exact": exact, "fast": fast})
    assert apart[MEASURES[0]].item() == pytest.approx(0.1) and apart[MEASURES[1]].item() == 0
    assert np.isnan(apart["train_loss"]).all()


def test_arrays_keep_cells_and_seeds_apart():
    problem = Problem(seeds=2, last=100)
    rows = [(np.full((1, 5), float(k)), np.full((1, 5), -float(k))) for k in range(len(CELLS) * 2)]
    made = arrays(problem, iter(rows))
    assert made["exact"][1, 0, 0, 0] == 2 and made["fast"][0, 1, 0, 0] == -1


def test_what_the_page_says_is_rounded_up():
    said = words(read())
    for name, apart in errors(read()).items():
        quoted = float(said[f"{name}_error"].removesuffix("%"))
        assert 0 <= quoted - 100 * np.nanmax(apart) < 0.1
    assert said["last"] == "10⁴" and said["faint"] == "10⁻⁷"


def test_the_readme_quotes_the_same():
    said, text = words(read()), (Path(__file__).parents[4] / "README.md").read_text(encoding="utf-8")
    quoted = {"kernel": "kernel_distance", "flips": "hamming_distance", "distance": "parameter_distance"}
    for word, name in (quoted | {"test loss": "test_loss"}).items():
        assert f"{word} {said[f'{name}_error']}" in text
