"""The Implicit bias page's pictures: sound for plotly, a frame per cursor value, level sets that touch."""

import numpy as np
import pytest

from core.figures.implicit_bias import figures, landing_rows
from core.figures.implicit_bias_space import in_space
from core.problems.implicit_bias import PRESETS, SWEEP, Landings, solve, space
from core.problems.implicit_bias_run import simulate, simulate_space
from core.theory.implicit_bias import RULES


@pytest.mark.parametrize("name", PRESETS)
def test_pictures_of_every_preset(name):
    problem = PRESETS[name]
    solution = solve(problem)
    steps = solution.times.size if problem.moves == "time" else SWEEP.size
    for drawn in (figures(problem, solution), figures(problem, solution, simulate(problem))):
        assert len(drawn) == 4
        for picture in drawn:
            picture.figure()
            assert len(picture.frames) == steps
            assert picture.layout["meta"]["delta"] == problem.delta
            assert picture.layout["xaxis"]["title"]["text"] and picture.layout["yaxis"]["title"]["text"]
            assert len(picture.json()) < 1_000_000


@pytest.mark.parametrize("null", [1, 2])
def test_the_example_in_space(null):
    problem = Landings(null=null)
    example, run = space(problem), simulate_space(problem)
    (still,), (moving,) = in_space(problem, example), in_space(problem, example, run)
    still.figure(), moving.figure()
    assert not still.frames and len(moving.frames) == run.times.size
    assert "All seven land" in moving.layout["title"]["text"]


def test_level_sets_can_be_left_out():
    kinds = [
        [trace["type"] for trace in figures(problem, solve(problem))[0].data]
        for problem in (Landings(), Landings(levels=False))
    ]
    assert kinds[0].count("contour") == 2 and "contour" not in kinds[1]


def test_delta_moves_what_is_shown_at_rest():
    ends = [figures(problem, solve(problem))[0].data[-1]["x"] for problem in (Landings(), Landings(delta=3.0))]
    assert not np.array_equal(*ends)


def test_the_table_says_where_theorem_3_1_needs_its_sign_changed():
    rows = landing_rows(solve(PRESETS["β passes through 0"]), RULES)
    words = [row["theorem 3.1"] for row in rows]
    assert words[0].startswith("sign changed") and words[-1] == "applies"
    assert all(row["sign of a(∞) decided by"] in RULES.values() for row in rows)
