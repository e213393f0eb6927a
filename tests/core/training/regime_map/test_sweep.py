import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import OutsideTheory, Unavailable
from core.training.regime_map import MEASURES, PAPER, FinishedCell, RegimeMap, grid, run_cell, run_cells
from core.training.regime_map import command as regime_map_command
from core.training.regime_map import sweep as sweep_module
from core.training.regime_map.map_file import read_map, write_map
from core.training.results.result import provenance

SMALL = replace(PAPER, d=5, n=30, width=8, checkpoints=(0, 10, 1000))
CELLS = [(0.1, 0.5, 100), (2.0, -1.0, 100), (0.1, 0.5, 101)]


def same(one: FinishedCell, other: FinishedCell) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(FinishedCell))


def test_a_cell_carries_its_place_and_measures():
    (cell,) = run_cells(CELLS[:1], problem=SMALL, store=False)
    assert (cell.tau, cell.delta, cell.seed) == CELLS[0]
    assert cell.checkpoint.tolist() == [0, 10, 1000]
    assert cell.kernel_distance[0] == cell.hamming_distance[0] == cell.parameter_distance[0] == 0
    assert np.all(np.diff(cell.train_loss) < 0)
    assert np.all(cell.test_loss > 0)


def test_second_time_comes_from_the_store_and_is_the_same(tmp_path, monkeypatch):
    first = list(run_cells(CELLS, problem=SMALL, store=tmp_path))

    def never(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr(sweep_module, "run_cell", never)
    again = list(run_cells(CELLS, problem=SMALL, store=str(tmp_path)))
    assert all(same(one, other) for one, other in zip(first, again, strict=True))


def test_each_cell_is_kept_on_arrival_so_a_cut_sweep_resumes(tmp_path, monkeypatch):
    sweep = run_cells(CELLS, problem=SMALL, store=tmp_path)
    next(sweep)
    sweep.close()
    trained = []
    monkeypatch.setattr(sweep_module, "run_cell", lambda p, c: trained.append(c) or run_cell(p, c))
    assert len(list(run_cells(CELLS, problem=SMALL, store=tmp_path))) == 3
    assert trained == CELLS[1:]


def test_damaged_file_is_computed_again(tmp_path):
    (good,) = run_cells(CELLS[:1], problem=SMALL, store=tmp_path)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(b"broken")
    (again,) = run_cells(CELLS[:1], problem=SMALL, store=tmp_path)
    assert same(good, again)


def test_another_problem_never_reads_these_cells(tmp_path):
    list(run_cells(CELLS[:1], problem=SMALL, store=tmp_path))
    other = replace(SMALL, n=31)
    (fresh,) = run_cells(CELLS[:1], problem=other, store=tmp_path)
    (here,) = run_cells(CELLS[:1], problem=other, store=False)
    assert same(fresh, here)


def test_unwritable_store_is_said_and_left_out(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with caplog.at_level(logging.WARNING):
        assert len(list(run_cells(CELLS[:1], problem=SMALL, store=blocked))) == 1
    assert "not kept" in caplog.text


def test_an_executor_gives_the_same_cells(tmp_path):
    here = {(c.tau, c.delta, c.seed): c for c in run_cells(CELLS, problem=SMALL, store=False)}
    with ThreadPoolExecutor(2) as pool:
        there = list(run_cells(CELLS, problem=SMALL, store=False, executor=pool))
    assert len(there) == 3
    assert all(same(here[c.tau, c.delta, c.seed], c) for c in there)


def test_closing_the_generator_cancels_what_has_not_begun():
    with ThreadPoolExecutor(1) as pool:
        sweep = run_cells(grid(seeds=[100]), problem=SMALL, store=False, executor=pool)
        next(sweep)
        sweep.close()
        assert pool._work_queue.qsize() <= 289
        assert pool.submit(int).result(timeout=5) == 0


def test_cell_does_not_depend_on_the_checkpoints_before_it():
    coarse = replace(PAPER, d=20, n=200, width=60, checkpoints=(3000,))
    fine = replace(coarse, checkpoints=(10, 100, 300, 1000, 2000, 3000))
    ends = ([curve[-1] for curve in run_cell(p, (0.1, 0.0, 100)).arrays().values()] for p in (coarse, fine))
    one, other = ends
    assert one[:3] == pytest.approx(other[:3], rel=0.02)
    assert one[3:] == pytest.approx(other[3:], rel=0.05)


def test_grid_covers_the_plane_once_for_each_seed_and_spreads_early():
    cells = grid()
    assert len(cells) == len(set(cells)) == 17 * 17 * 16
    assert {seed for *_, seed in cells[:289]} == {100}
    early = np.array([cell[:2] for cell in cells[:16]])
    assert np.ptp(np.log10(early[:, 0])) > 1 and np.ptp(early[:, 1]) > 1


@pytest.mark.parametrize(
    "cell", [(0, 0, 1), (-1, 0, 1), (np.nan, 0, 1), (1, np.inf, 1), (1, 0, -1), (1, 0, 0.5), (1, 0), "cell", None]
)
def test_impossible_cells_are_refused(cell):
    with pytest.raises(OutsideTheory):
        list(run_cells([cell], problem=SMALL, store=False))


@pytest.mark.parametrize(
    "change",
    [
        {"width": 7},
        {"n": 4000, "d": 400, "width": 200},
        {"teacher": 9},
        {"checkpoints": ()},
        {"checkpoints": (0.5,)},
        {"rate": -1},
    ],
)
def test_impossible_problems_are_refused(change):
    with pytest.raises(OutsideTheory):
        replace(SMALL, **change)


def test_automatic_rate_is_the_papers_at_the_papers_size_and_stable_elsewhere():
    assert sweep_module.cell_rate(replace(PAPER, rate=0), (0.1, 1.0, 100)) == pytest.approx(0.5)
    tiny = replace(SMALL, rate=0, d=2)
    assert all(np.isfinite(curve).all() for curve in run_cell(tiny, (0.1, 1.0, 100)).arrays().values())


def test_own_rate_beyond_stability_is_a_sentence():
    with pytest.raises(OutsideTheory, match="diverges"):
        run_cell(replace(SMALL, rate=10, checkpoints=(10_000_000,)), (0.1, 1.0, 100))


def test_command_writes_the_documented_layout_and_resumes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(regime_map_command, "_executor", lambda chosen: ThreadPoolExecutor(1))
    arguments = ["--d=5", "--n=20", "--width=6", "--seeds=100,103", "--every=8", "--checkpoints=0,10,100"]
    arguments += [f"--store={tmp_path / 'cells'}", f"--output={tmp_path / 'map.npz'}"]
    for _ in range(2):
        assert regime_map_command.main(arguments) == 0
    said = capsys.readouterr()
    assert "18/18" in said.err and "18 of 18 are kept" in said.out
    with np.load(tmp_path / "map.npz", allow_pickle=False) as content:
        assert content["seed"].tolist() == [100, 103]
        assert content["tau"] == pytest.approx(np.logspace(-1, 0.3, 17)[::8])
        assert content["delta"].tolist() == [-1, 0, 1]
        for name in MEASURES:
            assert content[name].shape == (2, 3, 3, 3)
        made = json.loads(str(content["made"]))
        problem = replace(PAPER, d=5, n=20, width=6, checkpoints=(0, 10, 100))
        (cell,) = run_cells([(float(content["tau"][1]), -1.0, 103)], problem=problem, store=False)
        assert content["hamming_distance"][1, 1, 0] == pytest.approx(cell.hamming_distance)
    assert "regime_map" in made["command"] and made["problem"]["d"] == 5
    assert {p.name for p in Path(tmp_path).iterdir()} == {"cells", "map.npz"}


def test_a_cell_that_diverges_is_named_and_the_others_go_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(regime_map_command, "_executor", lambda chosen: ThreadPoolExecutor(1))
    arguments = ["--d=5", "--n=30", "--width=8", "--rate=0.05", "--checkpoints=10,1e4", "--seeds=100"]
    arguments += ["--tau", "0.1,2", "--delta", "-1:1:2", f"--store={tmp_path / 'c'}", f"--output={tmp_path / 'm.npz'}"]
    assert regime_map_command.main(arguments) == 0
    assert "τ = 0.1, δ = -1, seed 100 is NaN: " in capsys.readouterr().out
    with np.load(tmp_path / "m.npz") as content:
        refused = json.loads(str(content["made"]))["refused"]
        assert content["tau"].tolist() == [0.1, 2] and content["delta"].tolist() == [-1, 1]
        assert np.isnan(content["test_loss"][0, 0]).all() and np.isfinite(content["test_loss"][0, 1]).all()
    assert {(one["tau"], one["delta"]) for one in refused} == {(0.1, -1), (0.1, 1)}
    assert all("diverges" in one["why"] for one in refused)


def test_a_map_read_back_is_the_one_written_and_no_other_passes_for_it(tmp_path):
    axes = ([100], [0.1, 2.0], [-1.0, 0.5])
    whole = RegimeMap.empty(*axes, SMALL.checkpoints)
    for cell in run_cells(grid(*axes[1:], axes[0]), problem=SMALL, store=False):
        whole.put(cell)
    write_map(tmp_path / "m.npz", whole, provenance(SMALL, command="c", device="d", cpu_seconds=1.4))
    again = read_map(tmp_path / "m.npz", SMALL, axes, "Do.")
    for name in MEASURES:
        np.testing.assert_array_equal(getattr(again.measures, name), getattr(whole.measures, name))
    assert json.loads(again.made)["cpu_seconds"] == 1
    for problem, other in ((replace(SMALL, d=6), axes), (SMALL, ([101], *axes[1:])), (SMALL, ([100], [0.1], axes[2]))):
        with pytest.raises(Unavailable, match=r"m\.npz must be .*Do\."):
            read_map(tmp_path / "m.npz", problem, other, "Do.")


def test_processes_are_told_to_use_one_thread(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    pool = regime_map_command._executor(regime_map_command.parser().read(["--processes", "1"]))
    pool.shutdown()
    assert os.environ["OMP_NUM_THREADS"] == "1"
