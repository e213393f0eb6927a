"""The survey: exact shares agree with draws, its data have the slope they claim, a small table has its columns."""

import numpy as np
import pytest

from core.problems.initialisation import Problem, drawn
from core.problems.initialisation_claim import read, words
from core.training.initialisation import survey as default_survey
from core.training.initialisation.layers import imbalance
from core.training.initialisation.slope import estimate_slope
from core.training.initialisation.survey import rows, shares_below, teacher_split


def test_shares_are_those_of_draws():
    shares = shares_below()
    for width, d in ((1, 1), (2, 3), (8, 5)):
        sample = np.concatenate([imbalance(drawn(Problem(width=width, d=d), seed))[0] for seed in range(4000 // width)])
        assert np.mean(sample < 0) == pytest.approx(shares[width, d], abs=0.03)
    assert min(share for (m, d), share in shares.items() if m >= 8 and d >= 5) > 0.99


@pytest.mark.parametrize("outputs", [1, 3])
def test_data_have_the_slope_they_claim(outputs):
    part = teacher_split(10, 2.5, 3, outputs=outputs)
    assert part.y.shape == (default_survey.SAMPLES, outputs)
    assert estimate_slope(part.X_test, part.y_test).value == pytest.approx(2.5)


@pytest.mark.parametrize(
    "place", range(len(default_survey.SLOPES)), ids=lambda place: f"slope {default_survey.SLOPES[place]:g}"
)
def test_the_committed_table_is_what_the_code_makes(place):
    stored, seeds = read()
    (row,) = rows(default_survey.WIDTHS[:1], default_survey.SLOPES[place : place + 1], seeds=seeds)
    assert stored["width"].tolist() == list(default_survey.WIDTHS) and seeds == default_survey.SEEDS
    assert row.median == pytest.approx(stored["median"][0, place], rel=1e-3)
    for name in ("ratio", "kernel", "flips"):
        np.testing.assert_allclose(getattr(row, name), stored[name][0, place], rtol=0.02, err_msg=name)
    assert np.abs(np.subtract(row.wins, stored["wins"][0, place])).max() <= 1


def test_the_committed_shares_are_those_of_the_law():
    stored, _ = read()
    shares = shares_below()
    for i, j in ((0, 0), (3, 2), (4, 3)):
        assert stored["below"][i, j] == pytest.approx(shares[stored["size"][i], stored["inputs"][j]])


def test_the_command_writes_the_table_it_prints(tmp_path, capsys):
    path = tmp_path / "survey.npz"
    options = ["--widths=16", "--slopes=1", "--seeds=2", f"--store={tmp_path / 'kept'}", f"--output={path}"]
    assert default_survey.main(options) == 0
    stored, seeds = read(path)
    assert (
        seeds == 2 and stored["ratio"].shape == (1, 1, 2) and f"{stored['median'][0, 0]:.3f}" in capsys.readouterr().out
    )


def test_the_claim_has_a_line_for_each_slope():
    said = words(*read())
    lines = said["rows"].splitlines()
    assert [float(line.split("|")[1]) for line in lines] == list(default_survey.SLOPES)
    assert all(line.count("|") == 5 and "nan" not in line for line in lines)
    assert said["least"].endswith("%") and float(said["least"].rstrip("%")) >= 99
