"""Landscapes as drawn: contours on their level set and at their loss, slices with their shares, frames for each time."""

import numpy as np
import pytest

from core.figures import landscape as picture
from core.problems import landscape as model
from core.problems.landscape import PRESETS, Problem

SOLUTION = model.solve(Problem())
DRAWN = picture.figures(Problem(), SOLUTION)
SLICES = picture.slices(Problem(), SOLUTION)


def contours_of(drawn):
    return [trace for trace in drawn.data if trace.get("name", "").startswith("loss ")]


def test_contours_in_space_stay_on_the_level_set_at_their_loss():
    for trace in contours_of(DRAWN[0]):
        w1, w2, a = (np.asarray(trace[key], float) for key in "xyz")
        inside = np.isfinite(a)
        np.testing.assert_allclose((a**2 - w1**2 - w2**2)[inside], -1.0, atol=1e-4)
        loss = 0.5 * ((a * w1) ** 2 + (a * w2 - 1) ** 2)
        np.testing.assert_allclose(loss[inside], float(trace["name"][5:]), rtol=1e-3, atol=1e-5)


def test_contours_on_the_chart_never_jump_across_it():
    for trace in contours_of(DRAWN[1]):
        steps = np.abs(np.diff(np.asarray(trace["x"], float)))
        assert np.nanmax(steps) <= 180


@pytest.mark.parametrize("name", PRESETS)
def test_presets_draw_and_move(name):
    solution = model.solve(PRESETS[name])
    for one in picture.figures(PRESETS[name], solution):
        one.figure()
        assert len(one.frames) == len(solution.neuron.time)
    for one in picture.slices(PRESETS[name], solution):
        one.figure()
        assert len(one.frames) == len(solution.student.run.time)


def test_titles_tell_the_end():
    ends = {name: picture.figures(problem, model.solve(problem))[1] for name, problem in PRESETS.items()}
    titles = {name: drawn.layout["title"]["text"] for name, drawn in ends.items()}
    assert titles["two sheets"] == "No way from one valley to the other"
    assert titles["two valleys, one ridge"] == "It changes the sign of a"


def test_slices_print_how_much_of_the_path_they_hold():
    _, own, random = SLICES
    assert f"{100 * SOLUTION.components.explained.sum():.3g}%" in own.layout["title"]["text"]
    assert "component 1" in own.layout["xaxis"]["title"]["text"]
    assert "%" in random.layout["title"]["text"]


def test_the_path_lies_on_the_hill():
    hill = SLICES[0]
    z = np.asarray(next(trace for trace in hill.data if trace.get("name") == "path")["z"], float)
    surface = np.asarray(hill.data[0]["z"], float)
    assert surface.min() <= z.min() and z.max() <= surface.max() + 0.1
