import json

import numpy as np
import pytest

from core.figures import regime_map as drawn
from core.figures import regime_map_curves as followed
from core.problems.regime_map import View, cell_number, half_times, row
from core.problems.regime_map_run import LiveSnapshot, OwnSweep
from core.training.regime_map import CHECKPOINTS, DELTAS, MEASURES, TAUS, Measures, RegimeMap


@pytest.fixture(scope="module")
def solution():
    rng = np.random.default_rng(0)
    whole = RegimeMap.empty([100, 101, 102], TAUS, DELTAS, CHECKPOINTS)
    for name in MEASURES:
        values = getattr(whole.measures, name)
        values[...] = np.sort(rng.uniform(1e-4, 1, values.shape), axis=-1)
    return whole


def spot(solution, measure, k, i, j, value):
    changed = solution.copy()
    row(changed, measure)[:, i, j, k] = value
    return changed


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
        assert followed.companion(measure) == "flips"
    assert followed.companion("flips") == "test loss"


def test_headline_names_the_extreme_cell(solution):
    learnt = spot(solution, "test loss", CHECKPOINTS.index(1000), 3, 12, 1e-6)
    assert "▲ δ 0.5, τ 0.18" in drawn.figures(View(), learnt)[0].layout["title"]["text"]
    moved = spot(solution, "kernel", -1, 0, 7, 5.0)
    assert "▼ δ −0.125, τ 0.1" in drawn.figures(View(measure="kernel"), moved)[0].layout["title"]["text"]


def test_frames_show_the_map_at_their_checkpoint(solution):
    picture = drawn.figures(View(measure="kernel"), solution)[0]
    for k, frame in enumerate(picture.frames):
        assert np.allclose(frame["data"][0]["z"], row(solution, "kernel").mean(axis=0)[..., k].T, rtol=1e-6)


def test_colour_scale_is_one_for_all_times(solution):
    heat = drawn.figures(View(measure="kernel"), solution)[0].data[0]
    assert heat["zmax"] == pytest.approx(row(solution, "kernel").mean(axis=0).max())
    assert heat["zmin"] == 0


def test_marks_sit_on_the_cells(solution):
    view = View(tau=2.0, delta=-1.0, pin1=cell_number(0.1, 1.0), pin2=0, pin3=0)
    mark = drawn.figures(view, solution)[0].data[-1]
    assert mark["x"] == pytest.approx([np.log10(TAUS[-1]), -1.0])
    assert mark["y"].tolist() == [-1.0, 1.0]


def test_half_time_is_the_first_checkpoint_past_half(solution):
    slow = solution.copy()
    slow.measures.hamming_distance[:, 0, 0] = np.linspace(0, 10, len(CHECKPOINTS))
    times = half_times(slow)
    assert times[0, 0] == CHECKPOINTS[5]


def test_unfinished_sweeps_draw_what_there_is(solution):
    own = OwnSweep()
    empty = RegimeMap.empty(solution.seed, TAUS, DELTAS, CHECKPOINTS)
    begun = empty.copy()
    for name in MEASURES:
        getattr(begun.measures, name)[0, 0, 0] = 1.0
    for state in (empty, begun):
        for picture in drawn.own_maps(own, state):
            picture.figure()
            assert "NaN" not in json.dumps(picture.layout["title"])


def test_live_run_says_how_far_it_is_from_the_stored_one(solution):
    view = View()
    i, j = view.place
    stored = {name: getattr(solution.measures, name)[0, i, j] for name in MEASURES}
    close = Measures(**{name: 1.01 * curve for name, curve in stored.items()})
    near = LiveSnapshot(len(CHECKPOINTS), len(CHECKPOINTS), np.array(CHECKPOINTS), close, 0.4)
    assert followed.disagreement(view, solution, near) == pytest.approx(0.01, rel=1e-3)
    assert "within 1.0%" in followed.live(view, solution, near).layout["title"]["text"]
    begun = Measures(**{name: curve[:1] for name, curve in stored.items()})
    first = LiveSnapshot(1, 9, np.array([13]), begun, 0.1)
    assert followed.disagreement(view, solution, first) is None
    followed.live(view, solution, first).figure()
