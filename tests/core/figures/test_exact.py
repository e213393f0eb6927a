"""The Exact page's pictures: sound for plotly, with as many frames as moments, named axes, and honest titles."""

import json

import pytest

from core.figures.exact import figures
from core.figures.exact_axes import colour_of
from core.figures.exact_scales import scales
from core.problems.exact import CHIPS, PRESETS, Exact, moments, solve, time_scales
from core.problems.exact_run import simulate


@pytest.mark.parametrize("name", [None, *PRESETS])
def test_pictures_of_every_preset(name):
    problem = PRESETS[name] if name else Exact()
    solution = solve(problem)
    for drawn in (figures(problem, solution), figures(problem, solution, simulate(problem))):
        assert len(drawn) == 5
        for picture in drawn:
            picture.figure()
            assert len(picture.frames) == moments(problem).size
            assert picture.layout["xaxis"]["title"]["text"]
            assert picture.layout["yaxis"]["title"]["text"] or problem.view == "directions"
            assert picture.layout["meta"]["angle"] == problem.angle and picture.layout["uirevision"]
        assert sum(len(picture.json()) for picture in drawn) < 300_000


def test_theory_is_dashed_on_a_thick_pale_simulation():
    problem = Exact(deltas=(-1, 1))
    solution, run = solve(problem), simulate(problem)
    size = figures(problem, solution, run)[0]
    widths = [(trace["line"]["width"], trace["line"]["dash"]) for trace in size.data if trace["mode"] == "lines"]
    assert widths == [(9, "solid"), (2.5, "dash")] * 2


def test_the_error_strip_says_whether_theory_holds():
    problem = Exact(solver="descent", rate=0.5)
    solution = solve(problem)
    titles = [figures(problem, solution, run)[-1].layout["title"]["text"] for run in (None, simulate(problem))]
    assert titles[0].startswith("Simulating") and titles[1].startswith("Theory ends")
    good = figures(Exact(), solve(Exact()), simulate(Exact()))[-1]
    assert good.layout["title"]["text"].startswith("Formula holds")


def test_a_diverged_run_is_drawn_up_to_where_it_is_lost():
    problem = Exact(solver="descent", rate=3.0, norm=3.0, target_norm=3.0, horizon=100.0)
    for picture in figures(problem, solve(problem), simulate(problem)):
        picture.figure()
        json.loads(picture.json())


def test_scales_draw_exact_times_and_asymptotes():
    (picture,) = scales(Exact(), time_scales(Exact()))
    picture.figure()
    names = [trace.get("name", "") for trace in picture.data]
    assert {"alignment, exact", "alignment, δ → ±∞", "kernel movement", "loss"} <= set(names)
    assert "delta = 100" in picture.layout["meta"]["alt"]


def test_each_chip_has_a_colour_of_its_own():
    assert len({colour_of(delta) for delta in CHIPS}) == len(CHIPS)


@pytest.mark.parametrize("clock", ["log", "linear"])
def test_three_directions_have_a_row_each_with_formula_run_and_error(clock):
    problem = Exact(view="directions", angle=-45.0, target_angle=45.0, deltas=(-1, 0.02, 1), clock=clock)
    solution, run = solve(problem), simulate(problem)
    *quantities, errors = figures(problem, solution, run)
    assert [picture.layout["meta"]["short"] for picture in quantities] == ["ν", "a", "w₁", "w₂"]
    for picture in (*quantities, errors):
        said = [note["text"] for note in picture.layout["annotations"]]
        assert said == ["β₀ at −90°", "β₀ at −45°", "β₀ at 45°"]
        assert {trace["yaxis"] for trace in picture.data} == {"y", "y2", "y3"}
    for row, axis in enumerate(("y", "y2", "y3")):
        lines = [t for t in quantities[1].data if t["yaxis"] == axis and t["mode"] == "lines"]
        assert [(t["line"]["width"], t["line"]["dash"]) for t in lines] == [(6, "solid"), (2, "dash")] * 3
        for pale, thin, a in zip(lines[::2], lines[1::2], solution.directions[row].a, strict=True):
            assert pale["y"] == pytest.approx(thin["y"], abs=1e-6) and thin["y"][-1] == pytest.approx(a[-1], abs=1e-6)
    assert errors.layout["title"]["text"].startswith("Formula holds")
    assert run.largest_error == max(one.largest_error for one in run.directions) < 1e-7


def test_three_directions_before_their_run_and_after_its_loss():
    problem = Exact(view="directions", solver="descent", rate=3.0, norm=3.0, target_norm=3.0, horizon=100.0)
    for run in (None, simulate(problem)):
        for picture in figures(problem, solve(problem), run):
            picture.figure()
            json.loads(picture.json())
