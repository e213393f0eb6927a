"""Pictures of the deep page: sound for every preset and odd corner, frames with time, touching level set."""

import numpy as np
import pytest

from core.figures.deep import comparison, figures, loss_halved
from core.figures.deep_waits import half_time, waits, waits_from
from core.problems.deep import PRESETS, DeepChain, solve
from core.problems.deep_run import compare

CASES = {
    "default": DeepChain(),
    "one layer": DeepChain(depth=1),
    "behind": DeepChain(y=-1.0),
    "across": DeepChain(angle=155.0),
    "saddle": DeepChain(depth=4, imbalance=-3.0, y=-1.0),
    "fitted by half at the start": DeepChain(norm=2.0),
    "all that is large": DeepChain(depth=8, imbalance=3.0, norm=2.0, datum=90.0, y=2.0, eta=10.0, horizon=1e5),
    "all that is small": DeepChain(
        depth=1, imbalance=-3.0, norm=0.01, angle=0.0, datum=0.0, y=-2.0, eta=0.1, horizon=1.0
    ),
    **PRESETS,
}


@pytest.mark.parametrize("problem", CASES.values(), ids=CASES)
def test_pictures_are_sound_and_move_with_time(problem):
    solution = solve(problem)
    for picture in figures(problem, solution):
        picture.figure()
        assert len(picture.frames) == len(solution.times)
        assert f"imbalance {problem.imbalance:g}" in picture.layout["meta"]["alt"]
    assert waits(problem)[0].figure().layout.title.text


def test_the_level_set_touches_the_line_at_the_landing():
    problem = DeepChain(depth=4, imbalance=0.5, c3=1.0)
    solution = solve(problem)
    plane = figures(problem, solution)[0]
    field, touching = plane.data[0]["z"], plane.data[1]["contours"]["start"]
    x, grid = problem.X[0], np.stack(np.meshgrid(plane.data[0]["x"], plane.data[0]["y"]), axis=-1)
    near = np.abs(grid @ x - problem.y) < 0.03
    assert np.all(field[near] > touching - 0.05) and field.min() < touching


def test_the_comparison_is_sound():
    problem = DeepChain(depth=2)
    for picture in comparison(problem, compare(problem)):
        assert picture.figure().layout.title.text


@pytest.mark.parametrize("angle, inside", [(5.0, True), (-20.0, False), (145.0, False)])
def test_an_end_outside_the_frame_is_pointed_at(angle, inside):
    problem = DeepChain(angle=angle)
    solution = solve(problem)
    plane = figures(problem, solution)[0]
    far = plane.layout["xaxis"]["range"][1]
    arrows = [note for note in plane.layout["annotations"] if note["showarrow"]]
    assert (np.abs(solution.along).max() < far) == inside == (not arrows)
    assert all(max(abs(note["x"]), abs(note["y"])) < far for note in arrows)


def test_both_half_times_are_named_and_differ():
    problem = DeepChain()
    solution = solve(problem)
    above, here = loss_halved(solution), half_time(problem, problem.depth, problem.imbalance)
    k = np.searchsorted(solution.times, above)
    assert solution.loss[k] <= solution.loss[0] / 2 < solution.loss[k - 1] and 0 < here < above
    assert "f = y/2" in waits(problem)[0].layout["yaxis"]["title"]["text"]


def test_a_start_that_fits_has_no_loss_and_no_noise_of_it():
    problem = DeepChain(norm=2.0)  # 2 cos 60° = y
    solution = solve(problem)
    assert not solution.loss.any() and not solution.loss_by_depth.any() and not len(solution.phases.fits)
    assert "Fits from the start" in figures(problem, solution)[1].layout["title"]["text"]


LARGE = [{"norm": 2.0}, {"norm": 2.0, "imbalance": 3.0}, {"norm": 0.05, "y": 0.1}, {"norm": 0.4, "y": -0.8}]


@pytest.mark.parametrize("start", LARGE, ids=str)
def test_a_start_without_a_wait_shows_that_of_a_small_one(start):
    problem = DeepChain(**start)
    [picture] = waits(problem)
    size = waits_from(problem)
    assert size < problem.norm and f"from {size:g}" in picture.layout["title"]["text"]
    assert all(np.min(trace["y"]) > 1e-9 for trace in picture.data) and "this depth" not in str(picture.data)
