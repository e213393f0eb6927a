import os
from dataclasses import replace

import numpy as np
import pytest

from core.errors import OutsideTheory, Unavailable
from core.problems import regime_map as regime_map_view
from core.problems import regime_map_run
from core.problems.regime_map import PRESETS, View, cell_number, cell_of, load, row
from core.problems.regime_map_run import LiveCell, OwnSweep, sweep, train_cell
from core.training.regime_map import DELTAS, MEASURES, PAPER, SEEDS, TAUS, RegimeMap, run_cells
from core.training.regime_map.map_file import write_map
from core.training.results.result import provenance

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


@pytest.mark.parametrize("view", PRESETS.values(), ids=PRESETS)
def test_a_presets_pins_are_all_drawn(view):
    assert view.pins == [pin for pin in (view.pin1, view.pin2, view.pin3) if pin]


def test_sweep_fills_the_map_and_equals_its_cells():
    snapshots = list(sweep(TINY))
    assert [s.done for s in snapshots] == sorted(s.done for s in snapshots)
    last = snapshots[-1]
    assert last.done == last.total == 25
    assert all(np.isfinite(values).all() for values in last.map.measures.arrays().values())
    (cell,) = run_cells([(float(TAUS[4]), float(DELTAS[8]), 100)], problem=TINY.problem, store=False)
    for name in MEASURES:
        assert getattr(last.map.measures, name)[0, 1, 2] == pytest.approx(getattr(cell, name), rel=1e-6)


def test_cancelled_sweep_goes_on_where_it_stopped(monkeypatch):
    running = sweep(TINY)
    first = next(running)
    running.close()
    values = first.map.measures.test_loss
    assert np.isnan(values).any() and np.isfinite(values).any()
    monkeypatch.setattr(regime_map_run, "REFRESH_S", 0.0)
    resumed = list(sweep(TINY))
    assert resumed[-1].done == 25


def test_cells_that_diverge_stay_blank_and_are_said():
    last = list(sweep(replace(TINY, rate=0.05)))[-1]
    blank = np.isnan(last.map.measures.test_loss).all(axis=-1)
    assert 0 < len(last.refused) == blank.sum() < last.total
    assert (
        last.refused[0].startswith("τ = 0.1, δ = ") and "η·λ_max = " in last.refused[0] and "Use η ≤" in last.refused[0]
    )


def test_a_sweep_without_any_run_is_refused():
    with pytest.raises(OutsideTheory, match=r"every cell diverges.*Use η ≤"):
        list(sweep(replace(TINY, rate=10.0)))


def test_live_cell_reports_every_snapshot(monkeypatch):
    monkeypatch.setattr(regime_map_run, "LIVE_STEPS", (10, 30))
    snapshots = list(train_cell(LiveCell(0.1, 1.0, 100)))
    assert [s.done for s in snapshots] == [1, 2] and snapshots[-1].measures.test_loss.shape == (2,)
    assert snapshots[-1].seconds > 0


def test_too_long_a_sweep_is_refused_with_limit_and_reason():
    with pytest.raises(OutsideTheory, match="at most 15 minutes"):
        OwnSweep(d=100, n=1000, width=100, grid="17", seeds=16)


def test_more_teachers_than_neurons_are_refused():
    with pytest.raises(OutsideTheory):
        replace(TINY, teacher=5)


def other_map(path):
    problem = replace(PAPER, d=5, n=20, width=6, checkpoints=(10, 100))
    whole = RegimeMap.empty([100], [0.1, 1.0], [0.0], problem.checkpoints)
    write_map(path, whole, provenance(problem, command="c", device="d", cpu_seconds=1))


def other_problem(path):
    whole = RegimeMap.empty(SEEDS, TAUS, DELTAS, PAPER.checkpoints)
    write_map(path, whole, provenance(replace(PAPER, d=99), command="c", device="d", cpu_seconds=1))


SPOILT = {
    "missing": lambda path: None,
    "no npz": lambda path: path.write_bytes(b"PK\x03\x04 broken"),
    "cut": lambda path: path.write_bytes(regime_map_view.ASSET.read_bytes()[:9000]),
    "arrays alone": lambda path: np.savez(path, **{name: np.zeros((1, 1, 1, 1)) for name in MEASURES}),
    "another map": other_map,
    "another problem on the paper's axes": other_problem,
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_bad_file_is_named_and_the_cure_given(tmp_path, spoil):
    path = tmp_path / "regime_map.npz"
    SPOILT[spoil](path)
    with pytest.raises(Unavailable, match=r"regime_map\.npz.*python -m core\.training\.regime_map --output assets"):
        load(path)


def test_committed_map_is_whole_small_and_shows_the_papers_lesson():
    whole = load(regime_map_view.ASSET)
    for values in whole.measures.arrays().values():
        assert values.shape == (16, 17, 17, 11) and np.isfinite(values).all()
    assert os.path.getsize(regime_map_view.ASSET) < 5e6
    mean = {name: row(whole, name).mean(axis=0) for name in regime_map_view.FIELDS}
    rapid, late, lazy = (0, 16), (0, 0), (16, 8)
    early = whole.checkpoint.tolist().index(100)
    assert mean["flips"][rapid][early] > 15 > 1 > mean["flips"][late][early]
    assert mean["distance"][rapid][-1] < 1 < 2.5 < mean["distance"][late][-1]
    assert mean["kernel"][16].max() < 2e-3
    assert np.unravel_index(mean["test loss"][..., early].argmin(), (17, 17)) == rapid
    assert mean["test loss"][lazy][-1] > 4 * mean["test loss"][rapid][-1]
    top = np.unravel_index(mean["kernel"][..., -1].argmax(), (17, 17))
    assert top[0] == 0 and -0.3 < whole.delta[top[1]] < 0
    assert 1.8 < mean["flips"][rapid][-1] / mean["flips"][top][-1] < 2.5


def read(text: str) -> float:
    digits, _, power = text.partition("×10")
    return float(digits) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def test_a_mean_is_not_told_for_its_seeds():
    """The balanced start's mean test loss is the lower one at last, its median the higher one."""
    said = regime_map_view.lesson(load(regime_map_view.ASSET))
    assert read(said["balanced_test"]) < read(said["upstream_test"])
    assert read(said["balanced_median"]) > read(said["upstream_median"])
    assert int(said["balanced_seeds"]) < int(said["seeds"]) / 2
