from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory, Unavailable
from core.training import device
from core.training.measures import MEASURES
from core.training.regime_map import on_device, run_cells, sweep
from core.training.regime_map.sweep import Problem
from core.training.relu_flow import fastest

SMALL = Problem(d=6, n=40, width=8, teacher=2, rate=0, checkpoints=(10, 100, 400))
CELLS = [(0.1, 0.5, 100), (2.0, 0.0, 101), (0.5, -1.0, 100), (0.3, 0.2, 103)]


@pytest.fixture
def pretended(monkeypatch):
    """A GPU that is the CPU: the batched engine and its measures run there."""
    monkeypatch.setattr(device, "gpus", lambda: 1)
    monkeypatch.setattr(on_device, "trained", lambda *given: ON_CPU(*given[:-1]))


ON_CPU = partial(on_device.trained, device="cpu")


def by_place(cells):
    return {(cell.tau, cell.delta, cell.seed): cell for cell in cells}


def test_a_devices_cells_and_measures_are_the_cpus(pretended):
    here = by_place(run_cells(CELLS, problem=SMALL, store=False))
    there = by_place(run_cells(CELLS, problem=SMALL, store=False, device="cuda"))
    assert here.keys() == there.keys() == set(CELLS)
    for place, cell in here.items():
        for name in MEASURES:
            floor = 1e-11 if name == "kernel_distance" else 1e-9
            assert getattr(there[place], name) == pytest.approx(getattr(cell, name), rel=0.05, abs=floor), (place, name)
            assert getattr(there[place], name)[0] == pytest.approx(getattr(cell, name)[0], rel=1e-4, abs=floor)


def test_a_cell_that_diverges_is_told_as_on_the_cpu(pretended):
    fast = Problem(d=6, n=40, width=8, teacher=2, rate=9, checkpoints=(10, 50_000))
    cells = [(2.0, 0.0, 100), (0.1, 0.5, 100)]
    here, there = (by_place(run_cells(cells, problem=fast, store=False, device=name)) for name in ("cpu", "cuda"))
    for place in cells:
        assert bool(here[place].refused) == bool(there[place].refused)
        assert np.isnan(there[place].test_loss).all() == bool(there[place].refused)


def test_a_cell_without_a_rate_is_told_and_does_not_end_the_others():
    def rate_of(problem, cell, sharpness):
        if cell == CELLS[1]:
            raise OutsideTheory("no neuron is active", got=cell, do="Choose another seed.")
        return 0.01

    found = dict(ON_CPU(SMALL, CELLS, sweep.drawn, rate_of))
    assert found.keys() == set(CELLS) and isinstance(found.pop(CELLS[1]), OutsideTheory)
    assert all(np.isfinite(measures.test_loss).all() for measures in found.values())
    (refused,) = ON_CPU(SMALL, CELLS[1:2], sweep.drawn, rate_of)
    assert isinstance(refused[1], OutsideTheory)


def test_a_devices_automatic_rates_are_the_cpus():
    found = {}

    def rate_of(problem, cell, sharpness):
        found[cell] = fastest(sharpness)
        return sweep.cell_rate(problem, cell, sharpness)

    list(ON_CPU(replace(SMALL, checkpoints=(1,)), CELLS, sweep.drawn, rate_of))
    assert found == pytest.approx({cell: sweep._automatic(SMALL, cell) for cell in CELLS}, rel=1e-9)


@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA error: unspecified launch failure\nmore"), Unavailable("x", got="busy", do="y")]
)
def test_a_gpu_that_fails_in_the_middle_loses_nothing(pretended, monkeypatch, caplog, tmp_path, error):
    def failing(problem, cells, *rest):
        yield next(iter(ON_CPU(problem, cells, *rest[:-1])))
        raise error

    monkeypatch.setattr(on_device, "trained", failing)
    told = by_place(run_cells(CELLS, problem=SMALL, store=tmp_path, device="cuda"))
    assert told.keys() == set(CELLS)
    assert "The GPU failed" in caplog.text and "3 cells go on on the CPU" in caplog.text and "more" not in caplog.text
    monkeypatch.setattr(on_device, "trained", None)  # everything is kept: nobody is asked again
    assert by_place(run_cells(CELLS, problem=SMALL, store=tmp_path, device="cuda")).keys() == set(CELLS)


def test_measures_in_too_little_memory_are_taken_in_smaller_blocks(pretended, monkeypatch):
    rows, sizes = on_device._Ruler._rows, []

    def failing(self, runs, theta):
        sizes.append(len(runs))
        if len(runs) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return rows(self, runs, theta)

    monkeypatch.setattr(on_device._Ruler, "_rows", failing)
    found = list(run_cells(CELLS, problem=SMALL, store=False, device="cuda"))
    assert len(found) == len(CELLS) and all(np.isfinite(cell.test_loss).all() for cell in found)
    assert max(sizes) > 1


def test_an_absent_device_is_refused_before_anything_is_done():
    if device.gpus():
        pytest.skip("this machine has a GPU")
    with pytest.raises(Unavailable, match="device"):
        run_cells(CELLS, problem=SMALL, store=False, device="cuda")


@pytest.mark.parametrize(
    "core_seconds, processes, gpus, best",
    [
        (0.4, 1, 1, "cpu"),
        (289 * 0.41, 2, 1, "cuda"),
        (289 * 0.41, 16, 1, "cuda"),
        (17 * 0.41, 4, 1, "cpu"),
        (4624 * 0.41, 16, 1, "cuda"),
        (4624 * 0.41, 2, 0, "cpu"),
    ],
)
def test_auto_takes_a_gpu_where_it_is_expected_to_be_sooner(monkeypatch, core_seconds, processes, gpus, best):
    monkeypatch.delenv("DEVICE", raising=False)
    monkeypatch.setattr(device, "gpus", lambda: gpus)
    assert on_device.chosen("auto", core_seconds, processes) == best


def test_the_variable_decides_where_nothing_is_asked_for(monkeypatch):
    monkeypatch.setenv("DEVICE", "cpu")
    monkeypatch.setattr(device, "gpus", lambda: 1)
    assert on_device.chosen("auto", 1e4, 1) == "cpu"
    assert on_device.chosen("cuda", 1e4, 1) == "cuda"
