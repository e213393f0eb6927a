"""The survey: exact shares agree with draws, its data have the slope they claim, a small table has its columns."""

import re
from pathlib import Path

import numpy as np
import pytest

from core.problems.initialisation import Problem, drawn
from core.training.initialisation import survey as default_survey
from core.training.initialisation.layers import imbalance
from core.training.initialisation.slope import estimate_slope
from core.training.initialisation.survey import rows, shares_below, teacher_split
from tests.core.training.initialisation.survey_table import ROWS

PROSE = Path(__file__).parents[4] / "assets" / "prose" / "initialisation.md"


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


@pytest.mark.parametrize("known", [row for row in ROWS if row.width == 16], ids=lambda row: f"slope {row.slope:g}")
def test_the_table_is_what_the_code_makes(known):
    (row,) = rows((known.width,), (known.slope,))
    assert row.median == pytest.approx(known.median, rel=1e-3)
    for name in ("ratio", "kernel", "flips"):
        assert getattr(row, name) == pytest.approx(getattr(known, name), rel=0.02), name
    assert np.abs(np.subtract(row.wins, known.wins)).max() <= 1


def test_the_page_quotes_the_table():
    """| slope | median δ̂, from … to … | ratios after 30 steps by width (wins) | after 300 steps (wins) |"""
    lines = [line for line in PROSE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    quoted = {float(line.split("|")[1]): line.split("|")[2:-1] for line in lines if line[2].isdigit()}
    assert quoted.keys() == set(default_survey.SLOPES)
    for slope, (median, *late) in quoted.items():
        known = [row for row in ROWS if row.slope == slope]
        medians = [round(row.median, places(median)) for row in known]
        assert sorted(numbers(median)) == sorted({min(medians), max(medians)})
        for place, cell in enumerate(late):
            ratios, wins = (part for part in cell.split("("))
            assert numbers(ratios) == [round(row.ratio[place], 2) for row in known]
            assert numbers(wins)[:3] == [row.wins[place] for row in known]


def numbers(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+\.?\d*", text)]


def places(text: str) -> int:
    return len(re.findall(r"\.(\d+)", text)[0])
