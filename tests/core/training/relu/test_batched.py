from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.datasets import teacher_student
from core.errors import OutsideTheory
from core.training.relu import batched, capture
from core.training.relu import task as module
from core.training.relu.fleet import Arrivals, Fleet, Refused
from core.training.relu.run import Accuracy
from core.training.relu.slots import Slots
from core.training.relu.task import Task
from core.training.relu_flow import integrate

STARTS = ((0.2, 0.1), (0.8, -0.3), (0.4, 0.0), (0.3, 0.5), (0.6, -0.1))
LAYERS = {"eta_a": 0.7, "eta_w": 1.4, "slope": 0.1}


def task(goals=(0, 50, 100, 700), seeds=(1,), single=False, rate=0.02, **accuracy) -> Task:
    """STARTS of each seed, one data set a seed."""
    drawn = [teacher_student.draw(d=3, n=25, width=8, seed=seed, tests=10) for seed in seeds]
    networks = [data.student.scaled(*start) for data in drawn for start in STARTS]
    learns = np.repeat(np.arange(len(seeds)), len(STARTS))
    return Task(
        theta=np.stack([np.concatenate([W.T, a[None]]) for W, a in networks]),
        X=np.stack([data.X for data in drawn]),
        y=np.stack([drawn[k].y for k in learns]),
        rate=np.linspace(rate, 2 * rate, len(networks)),
        learns=learns,
        goals=tuple(goals),
        layers=LAYERS,
        accuracy=Accuracy(**{"stop": 1e-12, **accuracy}),
        single=single,
    )


def ends(todo: Task, **options) -> np.ndarray:
    """theta[run, goal, d + 1, m] from the arrivals."""
    found = np.full((len(todo.theta), len(todo.goals), *todo.theta.shape[1:]), np.nan)
    for event in batched.train(todo, device="cpu", **options):
        assert isinstance(event, Arrivals)
        for run, first, last, theta in zip(event.run, event.first, event.last, event.theta.numpy(), strict=True):
            found[run, first:last] = theta
    return found


def compiled(todo: Task) -> np.ndarray:
    """The same by the compiled kernels."""
    found = []
    for theta, y, rate, learns in zip(todo.theta, todo.y, todo.rate, todo.learns, strict=True):
        run = integrate(
            theta[:-1].T, theta[-1], todo.X[learns], y, rate=rate, checkpoints=todo.goals, method="chebyshev",
            accuracy=todo.accuracy, **todo.layers,
        )  # fmt: skip
        found.append([np.concatenate([snap.W.T, snap.a[None]]) for snap in run])
    return np.array(found)


def test_it_is_the_compiled_method():
    todo = task(seeds=(1, 2))
    assert np.abs(ends(todo, ticks=1) - compiled(todo)).max() < 1e-6


def test_rarer_looks_change_little():
    todo = task(goals=(700,))
    theta, reference = ends(todo), compiled(todo)
    assert np.abs(theta - reference).max() < 0.02 * np.abs(reference).max()


@pytest.mark.parametrize("most", [2, 3, 64])
def test_a_queue_and_other_shapes_change_nothing(most):
    todo = task(goals=(20, 150), seeds=(1, 2, 3))
    assert np.allclose(ends(todo, most=most), ends(todo), rtol=0, atol=1e-9)


def test_the_batch_shrinks_and_goes_on(monkeypatch):
    monkeypatch.setattr("core.training.relu.fleet.FEWEST", 1)
    shapes, board = [], Fleet._board
    monkeypatch.setattr(Fleet, "_board", lambda self, *shape: (shapes.append(shape), board(self, *shape))[1])
    todo = task(goals=(400,), seeds=(1, 2))
    late = replace(todo, accuracy=replace(todo.accuracy, stop=0.25))  # most converge at once
    assert np.isfinite(ends(late)).all() and len(shapes) > 1 and shapes == sorted(shapes, reverse=True)
    monkeypatch.undo()
    assert np.allclose(ends(late), ends(late, most=64), atol=1e-9)


def test_who_has_converged_leaves_at_once_and_stays():
    todo = task(goals=(10, 1000, 10**6), stop=0.2)
    events = list(batched.train(todo, device="cpu"))
    leaving = [event for event in events if (event.last - event.first > 1).any()]
    assert leaving and all((event.last[event.last - event.first > 1] == 3).all() for event in leaving)
    theta = ends(todo)
    assert np.isfinite(theta).all() and (theta[:, 1] == theta[:, 2]).all(axis=(1, 2)).any()


def test_single_precision_hands_over_to_double_near_its_rounding(monkeypatch):
    kinds, begin = [], Fleet.__init__
    monkeypatch.setattr(Fleet, "__init__", lambda self, *given: (kinds.append(given[2]), begin(self, *given))[1])
    todo = task(goals=(100, 100_000), single=True, tolerance=1e-3, stop=1e-16)
    few = replace(todo, X=todo.X[:, :4], y=todo.y[:, :4])  # fewer data than it could learn: the loss falls to 0
    theta = ends(few)
    assert kinds == [torch.float32, torch.float64]
    Z = few.X[0] @ theta[:, 1, :-1]
    outputs = np.einsum("rni,ri->rn", np.where(Z > 0, Z, 0.1 * Z), theta[:, 1, -1])
    assert np.mean((outputs - few.y) ** 2, axis=1).max() < 1e-13


def test_a_diverging_run_leaves_with_a_sentence_and_the_others_arrive():
    todo = task(goals=(30,))
    todo.rate[2] = 1e3
    events = list(batched.train(todo, device="cpu"))
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert refused.run == 2 and isinstance(refused.why, OutsideTheory) and "diverges" in str(refused.why)
    assert sorted(np.concatenate([e.run for e in events if isinstance(e, Arrivals)])) == [0, 1, 3, 4]


def test_starts_in_too_little_memory_are_measured_fewer_at_a_time(monkeypatch):
    todo, measure, sizes = task(seeds=(1, 2, 3)), module._measure, []

    def failing(task, queues, *rest):
        sizes.append(sum(map(len, queues.values())))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        measure(task, queues, *rest)

    def starts(most):
        return module.measure_starts(todo, range(len(todo.theta)), torch.float64, "cpu", most)

    whole = starts(64)
    monkeypatch.setattr(module, "_measure", failing)
    few = starts(64)
    assert max(sizes) > 2
    for name in ("sharpness", "probe", "loss", "rounding"):
        assert getattr(few, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-12)
    with pytest.raises(torch.OutOfMemoryError):
        monkeypatch.setattr(module, "_measure", lambda *given: failing(todo, {0: [0] * 3}, *given[2:]))
        starts(64)


def test_too_little_memory_is_told_and_smaller_batches_finish(monkeypatch, caplog):
    calls, full = [], Slots.round

    def failing(self, ticks):
        calls.append(self.products.slots)
        if self.products.slots > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        full(self, ticks)

    todo = task(goals=(20, 60))
    expected = ends(todo)
    monkeypatch.setattr(batched, "FEWEST", 1)
    monkeypatch.setattr(Slots, "round", failing)
    assert np.allclose(ends(todo, most=8), expected, atol=1e-9)
    assert "ran out of memory" in caplog.text and max(calls) > 2
    monkeypatch.setattr(batched, "FEWEST", 8)
    with pytest.raises(torch.OutOfMemoryError):
        ends(todo, most=8)


class NoLook(TorchDispatchMode):
    """Refuses what makes the host wait for the device, or a captured graph impossible."""

    FORBIDDEN = ("_local_scalar_dense", "nonzero", "masked_select", "lift_fresh", "set_", "resize_")

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        assert func.overloadpacket.__name__ not in self.FORBIDDEN, func
        return func(*args, **(kwargs or {}))


def test_a_round_can_be_captured():
    """It never looks at a value, and finds and leaves its whole state in the same places."""
    fleet = Fleet(task(goals=(50,)), [batched.Entry(run) for run in range(5)], torch.float64, "cpu", 8, 3)
    assert not list(fleet._fill())
    held = [*fleet.slots.state.values(), fleet.slots.gradient, fleet.slots.products.flat]
    places = [tensor.data_ptr() for tensor in held]
    before = fleet.slots.state["step"].clone()
    with NoLook():
        fleet.slots.round(3)
    now = [*fleet.slots.state.values(), fleet.slots.gradient, fleet.slots.products.flat]
    assert [tensor.data_ptr() for tensor in now] == places
    assert not torch.equal(fleet.slots.state["step"], before)


def test_an_empty_slot_stays_empty():
    fleet = Fleet(task(), [batched.Entry(0)], torch.float64, "cpu", 8, 3)
    fleet.slots.round(3)
    assert all((tensor == 0).all() for name, tensor in fleet.slots.state.items() if name != "probe")


def test_two_batches_of_one_shape_never_share_their_slots_and_kept_ones_come_back_empty(monkeypatch):
    todo = task(goals=(20, 60))
    expected = ends(todo)
    monkeypatch.setattr(capture, "_captures", lambda slots: True)
    monkeypatch.setattr(capture, "captured", lambda go, device, pool: go)
    monkeypatch.setattr(capture, "_kept", OrderedDict())
    assert np.array_equal(ends(todo), expected)
    assert len(capture._kept) > 0
    one, other = (batched.train(todo, device="cpu") for _ in range(2))
    found = np.full_like(expected, np.nan)
    for event, _ in zip(one, other, strict=True):
        for run, first, last, theta in zip(event.run, event.first, event.last, event.theta.numpy(), strict=True):
            found[run, first:last] = theta
    assert np.array_equal(found, expected)
