import json

import numpy as np
import pytest

from core.figures import regime_map as drawn
from core.problems.regime_map import LiveSnapshot, OwnSweep, RegimeMap, View, cell_number
from core.training.regime_map import CHECKPOINTS, DELTAS, TAUS


@pytest.fixture(scope="module")
def solution():
    rng = np.random.default_rng(0)
    values = np.sort(rng.uniform(1e-4, 1, (5, 3, 17, 17, len(CHECKPOINTS))), axis=-1).astype(np.float32)
    return RegimeMap(np.array([100, 101, 102]), TAUS, DELTAS, np.array(CHECKPOINTS), values, "made up")


def spot(solution, measure, k, i, j, value):
    values = solution.values.copy()
    row = {"kernel": 0, "flips": 1, "distance": 2, "train loss": 3, "test loss": 4}[measure]
    values[row, :, i, j, k] = value
    return RegimeMap(solution.seed, solution.tau, solution.delta, solution.checkpoint, values, "made up")


@pytest.mark.parametrize("measure", ["test loss", "flips", "kernel", "distance", "train loss", "time"])
@pytest.mark.parametrize("over", ["mean", "spread", "seed"])
def test_every_measure_gives_sound_pictures(solution, measure, over):
    view = View(measure=measure, over=over, pin3=17)
    pictures = drawn.figures(view, solution)
    for picture in pictures:
        picture.figure()
        assert len(picture.frames) == len(CHECKPOINTS)
        assert picture.layout["meta"]["measure"] == measure
        assert len(picture.layout["meta"]["alt"]) > 40
        assert picture.layout["title"]["text"]
        assert len(picture.json()) < 400_000


def test_kernel_and_losses_never_stand_without_flips():
    for measure in ("kernel", "distance", "test loss", "train loss"):
        assert drawn.companion(measure) == "flips"
    assert drawn.companion("flips") == "test loss"


def test_headline_names_the_extreme_cell(solution):
    learnt = spot(solution, "test loss", CHECKPOINTS.index(1000), 3, 12, 1e-6)
    assert "▲ δ 0.5, τ 0.18" in drawn.figures(View(), learnt)[0].layout["title"]["text"]
    moved = spot(solution, "kernel", -1, 0, 7, 5.0)
    assert "▼ δ −0.125, τ 0.1" in drawn.figures(View(measure="kernel"), moved)[0].layout["title"]["text"]


def test_frames_show_the_map_at_their_checkpoint(solution):
    picture = drawn.figures(View(measure="kernel"), solution)[0]
    for k, frame in enumerate(picture.frames):
        assert np.allclose(frame["data"][0]["z"], solution.row("kernel").mean(axis=0)[..., k].T, rtol=1e-6)


def test_colour_scale_is_one_for_all_times(solution):
    heat = drawn.figures(View(measure="kernel"), solution)[0].data[0]
    assert heat["zmax"] == pytest.approx(solution.row("kernel").mean(axis=0).max())
    assert heat["zmin"] == 0


def test_marks_sit_on_the_cells(solution):
    view = View(tau=2.0, delta=-1.0, pin1=cell_number(0.1, 1.0), pin2=0, pin3=0)
    mark = drawn.figures(view, solution)[0].data[1]
    assert mark["x"] == pytest.approx([np.log10(TAUS[-1]), -1.0])
    assert mark["y"].tolist() == [-1.0, 1.0]


def test_half_time_is_the_first_checkpoint_past_half(solution):
    values = solution.values.copy()
    values[1, :, 0, 0] = np.linspace(0, 10, len(CHECKPOINTS))
    times = drawn.half_times(RegimeMap(solution.seed, TAUS, DELTAS, solution.checkpoint, values, ""))
    assert times[0, 0] == CHECKPOINTS[5]


def test_unfinished_sweeps_draw_what_there_is(solution):
    own = OwnSweep()
    values = np.full_like(solution.values, np.nan)
    empty = RegimeMap(solution.seed, TAUS, DELTAS, solution.checkpoint, values.copy(), "")
    values[:, 0, 0, 0] = 1.0
    for state in (empty, RegimeMap(solution.seed, TAUS, DELTAS, solution.checkpoint, values, "")):
        for picture in drawn.own_maps(own, state):
            picture.figure()
            assert "NaN" not in json.dumps(picture.layout["title"])


def test_live_run_says_how_far_it_is_from_the_stored_one(solution):
    view = View()
    i, j = view.place
    stored = solution.values[:, 0, i, j]
    near = LiveSnapshot(len(CHECKPOINTS), len(CHECKPOINTS), np.array(CHECKPOINTS), stored * 1.01, 0.4)
    assert drawn.disagreement(view, solution, near) == pytest.approx(0.01, rel=1e-3)
    assert "within 1.0 %" in drawn.live(view, solution, near).layout["title"]["text"]
    first = LiveSnapshot(1, 9, np.array([13]), stored[:, :1], 0.1)
    assert drawn.disagreement(view, solution, first) is None
    drawn.live(view, solution, first).figure()
