"""Whatever a GPU does, every run that may be on one ends: one sentence, nothing lost, the rest on the CPU. One row a run."""

import logging

import numpy as np
import pytest
import torch

from core.errors import Unavailable
from core.problems import (
    exact,
    exact_run,
    filters,
    grokking,
    hierarchy,
    implicit_bias,
    implicit_bias_run,
    initialisation,
    initialisation_run,
    kernel_movement,
    regime_map_run,
)
from core.training import device
from core.training.practice import harness
from core.training.regime_map import on_device

EXPERIMENTS = {
    "hierarchy": (hierarchy, hierarchy.Problem(alphas=(1.0,), sizes=(512,), seeds=1, epochs=2, width=8, classes=4)),
    "grokking": (grokking, grokking.Problem(modulus=5, width=8, steps=20, seeds=1, taus=(0.5,), alphas=(1.0,))),
    "kernel movement": (
        kernel_movement,
        kernel_movement.Problem(alphas=(1,), seeds=1, steps=2, probe=4, data="digits"),
    ),
    "filters": (
        filters,
        filters.Problem(alphas=(1,), seeds=1, epochs=1, samples=200, data="patches", controls=("as it is",)),
    ),
}
SWEEP = regime_map_run.OwnSweep(d=4, n=20, width=4, teacher=1, grid="5")
CASE = initialisation.Case(initialisation.Problem(width=8, d=4, hidden=1))

RUNS = {
    "exact curves": (exact_run, "_run", lambda: [exact_run.simulate(exact.Exact(horizon=1.0))]),
    "three directions": (exact_run, "_run", lambda: [exact_run.simulate(exact.Exact(view="directions"))]),
    "implicit bias": (implicit_bias_run, "_run", lambda: [implicit_bias_run.simulate(implicit_bias.Landings())]),
    "in space": (
        implicit_bias_run,
        "gradient_flow",
        lambda: [implicit_bias_run.simulate_space(implicit_bias.spatial(implicit_bias.Landings()))],
    ),
    "one cell": (
        regime_map_run,
        "watch_cell",
        lambda: list(regime_map_run.train_cell(regime_map_run.LiveCell(2.0, 0.0, 100))),
    ),
    "a sweep": (on_device, "trained", lambda: list(regime_map_run.sweep(SWEEP))),
    "the mini-run": (initialisation_run.mini_run, "run", lambda: list(initialisation_run.compare(CASE))),
    **{
        name: (harness, "run", lambda model=model, problem=problem: list(model.run(problem)))
        for name, (model, problem) in EXPERIMENTS.items()
    },
}
ERRORS = {
    "out of memory": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"),
    "a driver that fails": RuntimeError("CUDA error: unspecified launch failure\nCompile with more"),
    "cuBLAS": RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling cublasCreate"),
    "busy": Unavailable("this device cannot be had here", got="cuda", do="Use device='cpu'."),
}


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with one GPU, which the variable asks for; runs keep nothing."""
    monkeypatch.setenv("DEVICE", "cuda")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(device, "gpus", lambda: 1)
    monkeypatch.setattr(device, "describe", lambda name: name)


def failing_on_cuda(monkeypatch, module, name, error, late):
    """The module's function, which on a GPU fails at once, or after its first answer where it gives several."""
    real = getattr(module, name)

    def on_cpu(given, named):
        given = tuple("cpu" if isinstance(one, str) and one == "cuda" else one for one in given)
        return real(*given, **{key: "cpu" if key == "device" else one for key, one in named.items()})

    def late_generator(answers):
        yield next(iter(answers))
        raise error

    def instead(*given, **named):
        asked = named.get("device") == "cuda" or any(isinstance(one, str) and one == "cuda" for one in given)
        if not asked:
            return real(*given, **named)
        if late and hasattr(answers := on_cpu(given, named), "__next__"):
            return late_generator(answers)
        raise error

    monkeypatch.setattr(module, name, instead)


def sentences(caplog):
    return [record.getMessage() for record in caplog.records if record.name == device.log.name]


WAYS = [(kind, False) for kind in ERRORS] + [("a driver that fails", True)]


@pytest.mark.parametrize("kind, late", WAYS, ids=[f"{kind}{', in the middle' * late}" for kind, late in WAYS])
@pytest.mark.parametrize("run", RUNS)
def test_a_gpu_that_fails_costs_one_sentence(machine, monkeypatch, caplog, run, kind, late):
    module, name, go = RUNS[run]
    failing_on_cuda(monkeypatch, module, name, ERRORS[kind], late)
    with caplog.at_level(logging.WARNING):
        found = go()
    told = sentences(caplog)
    count = 3 if run == "three directions" else 1
    assert len(told) == count and all("CPU" in one and "\n" not in one and len(one) < 250 for one in told)
    assert found and finished(found[-1])


def finished(last) -> bool:
    if hasattr(last, "done"):
        return last.done == last.total
    return last.device == "cpu" and bool(np.isfinite(last.largest_error))


@pytest.mark.parametrize("run", [name for name in RUNS if name not in ("one cell", "three directions")])
def test_a_gpu_that_is_gone_costs_one_sentence(machine, monkeypatch, caplog, run):
    monkeypatch.setattr(device, "gpus", lambda: 0)
    found = RUNS[run][2]()
    (told,) = sentences(caplog)
    assert "No GPU answers here" in told and finished(found[-1])
