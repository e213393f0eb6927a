import os
from dataclasses import replace

import numpy as np
import pytest

from core.errors import OutsideTheory, Unavailable
from core.problems import regime_map as regime_map_view
from core.problems.regime_map import LiveCell, OwnSweep, View, cell_number, cell_of, load, sweep, train_cell
from core.training.regime_map import DELTAS, MEASURES, TAUS, run_cells

TINY = OwnSweep(d=3, n=20, width=4, teacher=2, grid="5")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_cell_numbers_go_through_the_map_once():
    numbers = [cell_number(float(tau), float(delta)) for tau in TAUS for delta in DELTAS]
    assert numbers == list(range(1, 290))
    assert all(cell_number(TAUS[i], DELTAS[j]) == n for n in numbers for i, j in [cell_of(n)])


def test_pins_are_listed_once_and_never_repeat_the_cell_in_question():
    here = cell_number(0.1, 1.0)
    assert View(pin1=here, pin2=7, pin3=7).pins == [7]
    assert View(pin1=0, pin2=0, pin3=0).pins == []


def test_sweep_fills_the_map_and_equals_its_cells():
    snapshots = list(sweep(TINY))
    assert [s.done for s in snapshots] == sorted(s.done for s in snapshots)
    last = snapshots[-1]
    assert last.done == last.total == 25
    assert np.isfinite(last.map.values).all()
    (cell,) = run_cells([(float(TAUS[4]), float(DELTAS[8]), 100)], problem=TINY.problem, store=False)
    for row, name in enumerate(MEASURES):
        assert last.map.values[row, 0, 1, 2] == pytest.approx(getattr(cell, name), rel=1e-6)


def test_cancelled_sweep_goes_on_where_it_stopped(monkeypatch):
    running = sweep(TINY)
    first = next(running)
    running.close()
    assert np.isnan(first.map.values).any() and np.isfinite(first.map.values).any()
    monkeypatch.setattr(regime_map_view, "REFRESH_S", 0.0)
    resumed = list(sweep(TINY))
    assert resumed[-1].done == 25


def test_own_rate_that_diverges_ends_with_the_rate_to_use():
    with pytest.raises(OutsideTheory, match=r"η·λ_max = .* > 2.*Use η ≤"):
        list(sweep(replace(TINY, rate=10.0)))


def test_live_cell_reports_every_snapshot(monkeypatch):
    monkeypatch.setattr(regime_map_view, "LIVE_STEPS", (10, 30))
    snapshots = list(train_cell(LiveCell(0.1, 1.0, 100)))
    assert [s.done for s in snapshots] == [1, 2] and snapshots[-1].values.shape == (5, 2)
    assert snapshots[-1].seconds > 0


def test_too_long_a_sweep_is_refused_with_limit_and_reason():
    with pytest.raises(OutsideTheory, match="at most 15 minutes"):
        OwnSweep(d=100, n=1000, width=100, grid="17", seeds=16)


def test_more_teachers_than_neurons_are_refused():
    with pytest.raises(OutsideTheory):
        replace(TINY, teacher=5)


@pytest.mark.parametrize("spoil", ["missing", "damaged", "shape"])
def test_a_bad_file_is_named_and_the_cure_given(tmp_path, spoil):
    path = tmp_path / "regime_map.npz"
    if spoil == "damaged":
        path.write_bytes(b"PK\x03\x04 broken")
    if spoil == "shape":
        content: dict = {name: np.arange(2) for name in ("seed", "tau", "delta", "checkpoint")}
        content |= {name: np.zeros((1, 1, 1, 1)) for name in MEASURES}
        np.savez(path, allow_pickle=False, made=np.array(""), **content)
    with pytest.raises(Unavailable, match=r"regime_map\.npz.*python -m core\.training\.regime_map"):
        load(path)


def test_committed_map_is_whole_small_and_shows_the_papers_lesson():
    whole = load(regime_map_view.ASSET)
    assert whole.values.shape == (5, 16, 17, 17, 11) and np.isfinite(whole.values).all()
    assert os.path.getsize(regime_map_view.ASSET) < 5e6
    mean = {name: whole.row(name).mean(axis=0) for name in regime_map_view.ROW}
    rapid, late, lazy = (0, 16), (0, 0), (16, 8)
    early = whole.checkpoint.tolist().index(100)
    assert mean["flips"][rapid][early] > 15 > 1 > mean["flips"][late][early]
    assert mean["distance"][rapid][-1] < 1 < 2.5 < mean["distance"][late][-1]
    assert mean["kernel"][16].max() < 2e-3
    assert np.unravel_index(mean["test loss"][..., early].argmin(), (17, 17)) == rapid
    assert mean["test loss"][lazy][-1] > 4 * mean["test loss"][rapid][-1]
    top = np.unravel_index(mean["kernel"][..., -1].argmax(), (17, 17))
    assert top[0] == 0 and -0.3 < whole.delta[top[1]] < 0
