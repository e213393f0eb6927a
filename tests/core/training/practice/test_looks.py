"""On a GPU a look makes the host and the device wait for each other: how often an experiment looks, and that rarer looks
change nothing. Shown on the CPU, with what makes a host wait counted."""

import dataclasses

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.training import graphs
from core.training.practice import filters, grokking, harness, hierarchy, kernel_movement

HIERARCHY = hierarchy.Problem(alphas=(0.3, 3.0), sizes=(512,), seeds=1, epochs=8, width=16, classes=4)
GROKKING = grokking.Problem(modulus=11, width=8, steps=120, seeds=1, taus=(0.5,), rows=("all but embeddings",))
MOVEMENT = kernel_movement.Problem(alphas=(0.5, 2), seeds=1, steps=9, probe=4, data="digits")
FILTERS = filters.Problem(alphas=(1,), seeds=1, epochs=3, samples=200, data="patches", controls=("as it is",))
CASES = [
    (hierarchy, HIERARCHY, {"epochs": 16}),
    (grokking, GROKKING, {"steps": 240}),
    (kernel_movement, MOVEMENT, {"steps": 15}),  # as many recorded steps as with 9
    (filters, FILTERS, {"epochs": 4}),  # likewise
]


class Waits(TorchDispatchMode):
    """Counts the operations whose result the host needs."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += func.overloadpacket.__name__ in ("_local_scalar_dense", "nonzero", "masked_select", "equal")
        return func(*args, **(kwargs or {}))


def run(experiment, problem):
    part = experiment.EXPERIMENT.parts(problem)[0]
    return list(experiment.EXPERIMENT.train(problem, part, "cpu"))


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    begin = harness.Looks.__init__
    monkeypatch.setattr(harness.Looks, "__init__", lambda self, device: begin(self, "cuda"))


@pytest.mark.parametrize("experiment, problem, longer", CASES)
def test_between_two_looks_nothing_waits_for_the_device(monkeypatch, experiment, problem, longer):
    monkeypatch.setattr(harness.Looks, "due", lambda self, step: False)  # the end alone is looked at
    monkeypatch.setattr(hierarchy, "LEARNT", 0.0)
    counts, cpu = [], torch.Tensor.cpu
    for todo in (problem, dataclasses.replace(problem, **longer)):
        with Waits() as waits, monkeypatch.context() as patch:
            patch.setattr(
                torch.Tensor, "cpu", lambda tensor, w=waits: (setattr(w, "count", w.count + 1), cpu(tensor))[1]
            )
            assert len(run(experiment, todo)) == 1
        counts.append(waits.count)
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("experiment, problem", [case[:2] for case in CASES])
def test_rarer_looks_change_nothing(request, monkeypatch, experiment, problem):
    monkeypatch.setattr(hierarchy, "LEARNT", 0.6)  # some runs leave
    *_, (_, _, often) = run(experiment, problem)
    request.getfixturevalue("as_on_a_gpu")
    *_, (_, _, seldom) = run(experiment, problem)
    assert often.keys() == seldom.keys()
    assert all(np.array_equal(often[name], seldom[name], equal_nan=True) for name in often)


@pytest.mark.parametrize("experiment, problem, longer", CASES)
def test_what_a_step_needs_is_sent_without_waiting(monkeypatch, experiment, problem, longer):
    """Each batch's or epoch's indices go through `upload`; nothing else that is drawn on the host enters a step."""
    sent, steps = [], []
    monkeypatch.setattr(experiment, "upload", lambda tensor, device: (sent.append(tensor), tensor)[1], raising=False)
    call = graphs.Step.__call__
    monkeypatch.setattr(graphs.Step, "__call__", lambda self, *inputs: (steps.append(inputs), call(self, *inputs))[1])
    run(experiment, dataclasses.replace(problem, **longer))
    storages = {tensor.untyped_storage().data_ptr() for tensor in sent}
    for inputs in steps:
        for one in inputs:
            assert isinstance(one, float) or one.untyped_storage().data_ptr() in storages
    assert len(steps) > 5


def test_looks_are_fifty_steps_apart_on_a_gpu_and_free_on_the_cpu():
    gpu, cpu = harness.Looks("cuda"), harness.Looks("cpu")
    assert [step for step in range(200) if gpu.due(step)] == [0, 50, 100, 150]
    assert all(cpu.due(step) for step in range(5))
