"""The ReLU picture: what is drawn is the network itself, in triangles and wedges, one frame a snapshot."""

import numpy as np
import pytest

from core.figures import relu
from core.problems import relu as xor_plane
from core.problems.relu import PRESETS, Problem

PROBLEM = Problem(width=20, end=10.0)
SOLUTION = xor_plane.solve(PROBLEM)
PICTURES = relu.figures(PROBLEM, SOLUTION)


def test_six_panels_move_together():
    frames = len(SOLUTION.main.time)
    assert [len(picture.frames) for picture in PICTURES] == [frames] * 6
    for picture in PICTURES:
        picture.figure()


@pytest.mark.parametrize("which, run", [(0, SOLUTION.main), (3, SOLUTION.rival)])
@pytest.mark.parametrize("k", [0, 30, -1])
def test_every_vertex_of_the_surface_is_on_the_network(which, run, k):
    mesh = PICTURES[which].frames[k]["data"][0]
    x = np.stack([mesh["x"], mesh["y"]], axis=1).astype(float)
    f = np.maximum(x @ run.W[k].T, 0) @ run.a[k]
    np.testing.assert_allclose(mesh["z"], f, atol=1e-5)
    assert np.abs(x).max() == pytest.approx(relu.RADIUS, rel=1e-6)


def test_every_triangle_lies_on_one_linear_piece():
    run, mesh = SOLUTION.main, PICTURES[0].frames[-1]["data"][0]
    corners = [np.stack([mesh[c][mesh[v]] for c in "xyz"], axis=1).astype(float) for v in "ijk"]
    middle = sum(corners) / 3
    f = np.maximum(middle[:, :2] @ run.W[-1].T, 0) @ run.a[-1]
    np.testing.assert_allclose(middle[:, 2], f, atol=1e-5)


@pytest.mark.parametrize("which", [0, 3])
@pytest.mark.parametrize("k", [0, 40, -1])
def test_the_wedges_on_the_square_are_the_odd_triangles_of_the_surface(which, k):
    mesh, wedges = PICTURES[which].frames[k]["data"][0], PICTURES[which + 1].frames[k]["data"][0]
    corners = np.stack([np.stack([mesh[c][mesh[v]] for c in "xy"], axis=1) for v in "ijk"], axis=1)
    odd = corners[mesh["intensity"] == 1].reshape(-1, 2)
    np.testing.assert_array_equal(np.stack([wedges["x"], wedges["y"]], axis=1), odd)
    square = PICTURES[which + 1].data[0]
    assert [np.ptp(square[axis]) for axis in "xy"] == pytest.approx([2 * relu.RADIUS] * 2)


def test_neighbouring_triangles_differ_in_tone_across_a_crease():
    tones = PICTURES[0].frames[-1]["data"][0]["intensity"]
    assert set(np.unique(tones)) == {0, 1}
    assert 2 <= np.sum(tones != np.roll(tones, 1)) <= 2 * PROBLEM.width


def test_pairs_count_once_in_the_tones_of_a_large_network():
    tones = PICTURES[3].frames[0]["data"][0]["intensity"]
    assert np.sum(tones != np.roll(tones, 1)) == PROBLEM.width


def test_alt_names_both_starts_and_their_ends():
    for picture in PICTURES:
        alt = picture.layout["meta"]["alt"]
        assert "delta" in alt and "loss" in alt and "flipped" in alt


@pytest.mark.parametrize("name", PRESETS)
def test_presets_draw(name):
    for picture in relu.figures(PRESETS[name], xor_plane.solve(PRESETS[name])):
        picture.figure()


def test_each_cluster_can_be_taken_at_its_middle():
    problem = Problem(end=1.0, right=30.0, far_top=1.3)
    solution = xor_plane.solve(problem)
    for picture in (relu.plane(problem, solution, 0), relu.plane(problem, solution, 1)):
        for handle, centre in zip(picture.handles, problem.centres, strict=False):
            angle, norm = handle["angle"], handle["norm"]
            turn = np.radians(angle["offset"] + handle["values"][angle["field"]])
            size = handle["values"][norm["field"]]
            np.testing.assert_allclose([size * np.cos(turn), size * np.sin(turn)], centre, atol=1e-12)
            assert angle["step"] <= 1 and norm["step"] <= 0.01


def test_or_its_points_one_by_one():
    for picture in PICTURES[1], PICTURES[4]:
        single = [handle for handle in picture.handles if handle["kind"] == "entries"]
        numbers = [k for handle in single for k in handle["indices"]]
        homes = np.array([home for handle in single for home in handle["homes"]])
        assert sorted(numbers) == list(range(len(SOLUTION.X)))
        np.testing.assert_allclose(homes, SOLUTION.X[numbers], atol=1e-3)
