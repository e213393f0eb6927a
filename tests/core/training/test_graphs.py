"""Captured work: what the trial runs change is put back, and where nothing can be captured the work is done as written."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch

from core.training import graphs
from core.training.graphs import Step, captured, upload


class Sum:
    """Adds its inputs to one tensor, in place."""

    def __init__(self):
        self.total = torch.zeros(3, requires_grad=True)

    def __call__(self, one, factor):
        with torch.no_grad():
            self.total.add_(one * factor)


@pytest.fixture
def pretended(monkeypatch):
    """A capture on the CPU; returns how often something was captured."""
    made = []
    monkeypatch.setattr(graphs, "_captures", lambda state: True)
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    monkeypatch.setattr(graphs, "_trial", lambda go: [go() for _ in range(graphs.WARM)])
    monkeypatch.setattr(graphs, "_graph", lambda go, pool: (made.append(go), SimpleNamespace(replay=go))[1])
    return made


def three_steps():
    work = Sum()
    step = Step(work, [work.total])
    for k in range(3):
        step(torch.full((3,), float(k)), 2.0)
    step(torch.ones(1), 0.5)
    return work.total.tolist()


def test_a_step_is_captured_once_and_another_shape_is_done_as_written(pretended):
    assert three_steps() == [6.5] * 3
    assert len(pretended) == 1


def test_on_a_cpu_nothing_is_captured(monkeypatch):
    monkeypatch.setattr(graphs, "captured", None)
    assert three_steps() == [6.5] * 3


@pytest.mark.parametrize("where", ["_trial", "_graph"])
def test_a_refused_capture_is_told_and_the_step_done_as_written(pretended, monkeypatch, caplog, where):
    def refusing(*given):
        given[0]()
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(graphs, where, refusing)
    assert three_steps() == [6.5] * 3
    assert "no CUDA graph: CUDA error" in caplog.text and "more" not in caplog.text


def test_too_little_memory_is_left_to_who_can_take_less(pretended, monkeypatch):
    def failing(*given):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(graphs, "_graph", failing)
    total = torch.zeros(2)
    with pytest.raises(torch.OutOfMemoryError):
        captured(lambda: total.add_(1), total.device, [total])
    assert total.tolist() == [0, 0]


def test_on_the_cpu_nothing_is_sent():
    tensor = torch.arange(3)
    assert upload(tensor, "cpu") is tensor
