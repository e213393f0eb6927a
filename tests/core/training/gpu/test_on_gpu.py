"""What a GPU must do, on a real one (`make gpu`) and, in small sizes, on one played by the CPU.

Without a GPU the real rows are skipped, and say so.
"""

import dataclasses

import numpy as np
import pytest
import torch

from core.datasets import teacher_student
from core.problems import teacher_student as teacher_student_plane
from core.training import graphs, linear_network, regime_map, single_neuron
from core.training.device import describe
from core.training.practice import harness as ground
from core.training.relu import capture
from core.training.relu_flow import Accuracy, integrate
from tests.core.training.gpu.conftest import REAL, SMALL, WITHOUT

MEANS = ("kernel_distance", "hamming_distance", "parameter_distance", "test_loss")


def networks():
    data = teacher_student.draw(d=3, n=25, width=8, seed=1, tests=10)
    W, a = (
        np.stack(v)
        for v in zip(*(data.student.scaled(*start) for start in ((0.2, 0.1), (0.8, -0.3), (0.4, 0.0))), strict=True)
    )
    return W, a, data.X, data.y


def test_it_has_a_name(gpu):
    assert describe("cuda") == torch.cuda.get_device_name("cuda")


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_the_captured_rounds_are_the_compiled_method(gpu, slope):
    settings = {"rate": 0.02, "checkpoints": gpu.steps, "accuracy": Accuracy(tolerance=1e-3), "slope": slope}
    one = list(integrate(*networks(), method="chebyshev", **settings))
    other = list(integrate(*networks(), device="cuda", **settings))
    for here, there in zip(one, other, strict=True):
        assert np.allclose(there.W, here.W, rtol=0, atol=0.02 * np.abs(here.W).max())
        assert np.allclose(there.loss, here.loss, rtol=0.05)


def test_descent_on_the_device_is_descent_to_rounding(gpu):
    settings = {"rate": 0.02, "checkpoints": [10, gpu.steps[-1]], "method": "descent"}
    one, other = (list(integrate(*networks(), device=where, **settings)) for where in ("cpu", "cuda"))
    assert all(np.allclose(a.W, b.W, rtol=0, atol=1e-9) for a, b in zip(one, other, strict=True))


def test_a_second_call_finds_its_captured_rounds_again(gpu):
    capture.forget()
    held = []
    for _ in range(2):
        list(integrate(*networks(), rate=0.02, checkpoints=[20], device="cuda"))
        held.append(set(capture._kept))
    assert held[0] and held[0] == held[1]


def test_rounds_are_captured_and_none_is_refused(gpu, captures):
    capture.forget()
    list(integrate(*networks(), rate=0.02, checkpoints=[20], device="cuda"))
    list(regime_map.run_cells(gpu.cells, problem=gpu.sweep, store=False, device="cuda"))
    assert len(captures) >= 2 and all(isinstance(one, graphs.Replay) for one in captures)


def test_planar_runs_and_their_kernels_are_the_cpus(gpu):
    there, here = (teacher_student_plane.solve(dataclasses.replace(gpu.plane, device=name)) for name in ("cuda", "cpu"))
    assert there.device == describe("cuda") and there.seconds > 0
    for name in ("loss", "distance", "kernel_distance", "flipped"):
        one, other = getattr(there.run, name), getattr(here.run, name)
        assert np.abs(one - other).mean() < 0.05 * np.abs(other).max(), name


def swept(cells, problem, device):
    found = regime_map.run_cells(cells, problem=problem, store=False, device=device)
    return {(cell.tau, cell.delta, cell.seed): cell for cell in found}


def test_a_sweeps_cells_are_the_cpus_while_no_chance_can_grow(gpu):
    problem = dataclasses.replace(gpu.sweep, checkpoints=gpu.sweep.checkpoints[:1])
    here, there = (swept(gpu.cells, problem, where) for where in ("cpu", "cuda"))
    assert set(here) == set(there)
    for cell, name in ((cell, name) for cell in here for name in MEANS):
        one, other = (getattr(found[cell], name) for found in (here, there))
        assert other == pytest.approx(one, rel=0.05, abs=0.01 * np.abs(one).max()), (cell, name)


@pytest.mark.gpu
@WITHOUT
def test_a_sweeps_means_over_seeds_are_the_cpus():
    cells = regime_map.grid((0.1, 0.5, 2.0), (-0.5, 0.0, 0.5), range(100, 104))
    here, there = (swept(cells, REAL.sweep, where) for where in ("cpu", "cuda"))
    for tau, delta in {cell[:2] for cell in cells}:
        for name in MEANS:
            one, other = (
                np.mean([getattr(found[tau, delta, seed], name) for seed in range(100, 104)], axis=0)
                for found in (here, there)
            )
            assert other == pytest.approx(one, rel=0.05), (tau, delta, name)


@pytest.mark.gpu
@WITHOUT
def test_a_sweep_in_little_memory_is_finished_all_the_same():
    torch.cuda.set_per_process_memory_fraction(0.02)
    try:
        found = swept(regime_map.grid(seeds=[100]), REAL.sweep, "cuda")
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert len(found) == 289 and all(np.isfinite(cell.test_loss).all() for cell in found.values())


def test_the_flows_of_the_linear_models_are_the_cpus(gpu):
    rng = np.random.default_rng(0)
    a, w, X, y = np.array([0.5, 1.0]), rng.normal(size=(2, 3)), rng.normal(size=(5, 3)), rng.normal(size=5)
    one, other = (list(single_neuron.gradient_flow(a, w, X, y, [0.1, 0.2], device=where)) for where in ("cpu", "cuda"))
    assert all(np.allclose(p.w, q.w, atol=1e-12) for p, q in zip(one, other, strict=True))
    weights, Y = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))], rng.normal(size=(5, 2))
    one, other = (
        list(linear_network.gradient_flow(weights, X, Y, [0.1, 0.2], device=where)) for where in ("cpu", "cuda")
    )
    assert all(np.allclose(p.beta, q.beta, atol=1e-12) for p, q in zip(one, other, strict=True))


@pytest.mark.parametrize("name", SMALL.experiments)
def test_an_experiment_gives_on_the_device_what_it_gives_on_the_cpu(gpu, captures, name):
    experiment, problem = gpu.experiments[name]
    one, other = (list(ground.run(experiment, problem, device=where))[-1].solution for where in ("cpu", "cuda"))
    for field in dataclasses.fields(one):
        here, there = getattr(one, field.name), getattr(other, field.name)
        assert np.shape(here) == np.shape(there)
        if field.name == "train_loss":
            assert np.nanmean(there) == pytest.approx(np.nanmean(here), rel=0.1)
    assert captures and all(isinstance(one, graphs.Replay) for one in captures)
