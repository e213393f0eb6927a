"""Phases in pictures: every time axis of a page with a run has them, and they are the solution's."""

import importlib

import numpy as np
import pytest

from core.figures import phases, style
from core.figures.picture import Picture
from core.problems import exact, geometry, implicit_bias, wide_run
from core.theory.phases import measured, spans

TIME_AXES = {
    "start": (1, 2),
    "geometry": (2,),
    "exact": (0, 1, 2, 4),
    "implicit_bias": (2,),
    "relu": (5,),
    "teacher_student": (2,),
    "landscape": (1,),
    "deep": (1,),
    "wide": (0, 1),
}
"""Page → the places of its pictures that show or name phases."""
PROBLEMS = {"geometry": geometry.Geometry(delta=2.0), "implicit_bias": implicit_bias.Landings(moves="time")}


@pytest.mark.parametrize("stem", TIME_AXES)
def test_every_time_axis_is_shaded_with_the_solutions_phases(stem):
    problems = importlib.import_module(f"core.problems.{stem}")
    problem = PROBLEMS.get(stem, next(iter(problems.PRESETS.values())))
    solution = getattr(problems, "solve", wide_run.solve)(problem)
    known = solution.phases if isinstance(solution.phases, tuple) else (solution.phases,)
    pictures = importlib.import_module(f"core.figures.{stem}").figures(problem, solution)
    assert tuple(k for k, picture in enumerate(pictures) if picture.phases.get("runs")) == TIME_AXES[stem]
    for place in TIME_AXES[stem]:
        told = [run["spans"] for run in pictures[place].phases["runs"]]
        assert told == [list(map(list, spans(one))) for one in known]
        assert '"phases": {"axis"' in pictures[place].json()


def run():
    times = np.geomspace(0.01, 100, 200)
    return measured(times, 1 - np.exp(-times), np.exp(-times / 10))


def test_one_run_takes_the_texts_colour_and_several_their_own():
    one, two = (
        phases.shade(Picture(), [("●", style.BALANCED, run()), ("▲", style.UPSTREAM, run())][:n]).phases["runs"]
        for n in (1, 2)
    )
    assert [(row["mark"], row["colour"]) for row in one] == [("", style.INK)]
    assert [row["mark"] for row in two] == ["●", "▲"] and two[0]["colour"] != two[1]["colour"]


def test_a_figure_outside_the_chart_has_the_shapes():
    picture = style.figure(exact.Exact(), short="x", title="t", alt="a").lay(xaxis=style.log_axis(0.1, 100))
    shaded = phases.shade(picture, [("", "", run())]).figure().layout.shapes
    assert [shape.x0 >= 0.1 for shape in shaded] == [True] * len(shaded) and len(shaded) == 3


@pytest.mark.parametrize(
    "turned, fitted, order",
    [(1, 2, "turn, fit"), (2, 1, "fit, turn"), (np.nan, 1, "fit"), (1, np.nan, "turn"), (np.nan, np.nan, "neither")],
)
def test_the_order_is_told_from_the_half_times(turned, fitted, order):
    found = run().__class__(*(np.empty((0, 2)),) * 2, turned, fitted, 1.0, 1.0, 1.0)
    assert phases.words(found)["order"] == order
