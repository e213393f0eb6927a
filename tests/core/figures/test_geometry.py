"""Geometry's pictures: sound for every preset, named after δ, and what moves ends where the solution does."""

import numpy as np
import pytest

from core.figures.geometry import figures
from core.problems.geometry import FIGURE_7, PRESETS, Geometry, solve


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_draws_three_sound_pictures(name):
    problem = PRESETS[name]
    pictures = figures(problem, solve(problem))
    steps = {len(picture.frames) for picture in pictures if picture.frames}
    assert len(pictures) == 3 and len(steps) == 1
    for picture in pictures:
        picture.figure()
        assert len(picture.layout["meta"]["alt"]) > 20


def test_the_path_in_the_plane_ends_where_the_flow_does():
    problem = Geometry(delta=-1.0)
    solution = solve(problem)
    plane = figures(problem, solution)[1]
    ends = solution.paths[0].beta[0][-1]
    moved = [np.array([trace["x"][-1], trace["y"][-1]]) for trace in plane.frames[-1]["data"] if len(trace["x"])]
    assert min(np.abs(point - ends).max() for point in moved) < 1e-6


def test_three_surfaces_share_start_clock_and_cube():
    problem = Geometry(delta=3.0, surfaces="three")
    solution = solve(problem)
    pictures = figures(problem, solution)
    assert [path.delta for path in solution.beside] == [-3.0, 0.0, 3.0]
    assert [picture.layout["meta"]["short"] for picture in pictures] == ["▼ δ = −3", "● δ = 0", "▲ δ = 3"]
    assert len({str(picture.layout["scene"]) for picture in pictures}) == 1
    assert len({len(picture.frames) for picture in pictures}) == 1
    assert np.ptp([path.beta[0, 0] for path in solution.beside], axis=0) == pytest.approx([0, 0], abs=1e-12)
    for picture, word in zip(pictures, solution.words, strict=True):
        assert word.word in picture.layout["title"]["text"]
    assert sum(len(picture.json()) for picture in pictures) < 300_000


def test_three_surfaces_never_fall_together():
    problem = Geometry(delta=0.0, surfaces="three")
    shorts = {picture.layout["meta"]["short"] for picture in figures(problem, solve(problem))}
    assert shorts == {"▼ δ = −0.01", "● δ = 0", "▲ δ = 0.01"}


SIDES = {
    "a pair": ({"start": "pair", **FIGURE_7}, "then part"),
    "above": ({"delta": -2.0}, "ends above a = 0"),
    "below": ({"delta": -2.0, "angle": -70.0}, "ends below a = 0"),
    "upstream": ({"delta": 2.0}, "a stays above 0"),
    "upstream below": ({"delta": 2.0, "sign": -1}, "a stays below 0"),
    "on it": ({"delta": 0.0, "angle": -90.0}, "ends at a saddle"),
}


@pytest.mark.parametrize("values, said", SIDES.values(), ids=SIDES)
def test_the_separating_surface_says_on_which_side_the_start_is(values, said):
    problem = Geometry(surfaces="basins", **values)
    solution = solve(problem)
    pictures = figures(problem, solution)
    assert said in pictures[0].layout["title"]["text"]
    assert len(pictures[0].layout["meta"]["alt"]) > 20 and len(pictures[0].json()) < 300_000
    for picture in pictures:
        picture.figure()


@pytest.mark.parametrize(
    "problem, said",
    [(PRESETS["same weights, other rates"], "δ = −3.75 (0 at equal rates)"), (Geometry(delta=-1.0), "δ = −1")],
)
def test_a_title_tells_the_controls_delta_where_rates_have_made_another_of_it(problem, said):
    title = figures(problem, solve(problem))[0].layout["title"]["text"]
    assert f"{said}, downstream" in title
