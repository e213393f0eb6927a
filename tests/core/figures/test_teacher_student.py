"""Figure 1a: marks where |a|w is, the function as the network computes it, captions that follow from the numbers."""

from dataclasses import replace

import numpy as np
import pytest

from core.figures import teacher_student as picture
from core.problems import teacher_student as panel
from core.problems.teacher_student import PRESETS, Problem

PROBLEM = Problem()
SOLUTION = panel.solve(PROBLEM)
NEURONS, FUNCTION, PROGRESS = picture.figures(PROBLEM, SOLUTION)


def test_marks_are_the_neurons_by_sign():
    run = SOLUTION.run
    for k in (0, 50, -1):
        plus, minus = NEURONS.frames[k]["data"]
        np.testing.assert_allclose(np.stack([plus["x"], plus["y"]], 1), run.beta[k][run.a[0] > 0], rtol=1e-5)
        np.testing.assert_allclose(np.stack([minus["x"], minus["y"]], 1), run.beta[k][run.a[0] < 0], rtol=1e-5)


def test_the_function_is_the_network_and_ends_on_the_data():
    run = SOLUTION.run
    angle = np.deg2rad(picture.ANGLES)
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    f = np.maximum(x @ run.W[-1].T, 0) @ run.a[-1]
    np.testing.assert_allclose(FUNCTION.frames[-1]["data"][0]["y"], f, atol=1e-6)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_draw_with_as_many_frames_as_snapshots(name):
    solution = panel.solve(PRESETS[name])
    for one in picture.figures(PRESETS[name], solution):
        one.figure()
        assert len(one.frames) == len(solution.run.time)


def test_titles_follow_from_the_run():
    assert "Rich" in picture.verdict(SOLUTION)
    assert "Lazy" in picture.verdict(panel.solve(PRESETS["lazy: downstream"]))
    assert "Not learnt" in picture.verdict(panel.solve(Problem(delta=0.0, tau=0.02, end=1.0)))
    assert picture.order(SOLUTION)[0] == "First it flips, then it fits"
    assert picture.order(panel.solve(PRESETS["lazy: large"]))[0] == "It fits without flipping"


def test_the_four_panels_say_which_they_are():
    four = picture.four_panels(PROBLEM, panel.papers_four(replace(PROBLEM, end=10.0)))
    titles = [one.layout["title"]["text"] for one in four]
    assert ["Lazy" in title for title in titles] == [False, False, True, True]
    assert "τ = 2" in titles[3] and "δ = −1" in titles[2]
    assert all(one.layout["meta"]["delta"] == PROBLEM.delta for one in four)


def test_alt_names_delta_and_the_end():
    assert "delta = 1" in NEURONS.layout["meta"]["alt"] and "train loss" in NEURONS.layout["meta"]["alt"]


def test_data_that_the_teacher_does_not_see_leave_nothing_to_learn():
    problem = Problem(tau=0.3, seed=57, samples=1, width=134, end=3.0)
    solution = panel.solve(problem)
    assert solution.run.loss.max() < 1e-30
    progress = picture.figures(problem, solution)[2]
    assert max(np.nanmax(trace["y"]) for trace in progress.data) < 2


def test_rays_and_the_first_datum_can_be_taken_where_they_are_drawn():
    problem = Problem(end=1.0, turn1=40.0, shift=-15.0)
    solution = panel.solve(problem)
    drawn = picture.figures(problem, solution)
    for handle, direction in zip(drawn[0].handles, solution.teacher.directions, strict=True):
        turn = np.radians(handle["angle"]["offset"] + handle["values"][handle["angle"]["field"]])
        np.testing.assert_allclose([np.cos(turn), np.sin(turn)], direction, atol=1e-12)
    datum, others = drawn[1].handles
    assert others["indices"] == list(range(1, problem.samples))
    angles = np.degrees(np.arctan2(*solution.X[1:, ::-1].T)) % 360
    np.testing.assert_allclose(others["homes"], np.column_stack([angles, solution.y[1:]]), atol=1e-3)
    at = np.degrees(np.arctan2(*solution.X[0, ::-1])) % 360
    assert datum["values"]["shift"] + datum["offset"] == pytest.approx(at)
    assert datum["at"] == pytest.approx(solution.y[0]) and datum["knob"]["step"] == 1
    assert all(handle["fields"] in (["turn1"], ["turn2"], ["turn3"]) for handle in drawn[0].handles)


@pytest.mark.parametrize(
    "tau, delta, word",
    [(0.1, 0.2, "Rich"), (0.1, -0.1, "Between"), (0.1, -0.2, "Between"), (0.1, -1.0, "Lazy"), (0.5, 1.0, "Between")],
)
def test_the_verdict_is_computed_from_turning_and_alignment(tau, delta, word):
    solution = panel.solve(Problem(tau=tau, delta=delta))
    turned, aligned = np.degrees(solution.phases.turned), solution.alignment[-1]
    assert picture.verdict(solution).startswith(word)
    assert (turned > 30 and aligned > 0.9) == (word == "Rich") and (turned < 5) == (word == "Lazy")
    if word == "Between":
        assert f"turn by {turned:.0f}°" in picture.verdict(solution)
