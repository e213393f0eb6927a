"""Geometry's pictures: sound for every preset, named after δ, and what moves ends where the solution does."""

import numpy as np
import pytest

from core.figures.geometry import figures
from core.problems.geometry import PRESETS, Geometry, solve


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
