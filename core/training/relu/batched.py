"""Independent networks trained together on one device, where nobody waits for the slowest.

A fixed number of slots holds networks, each with its own clock and next checkpoint (core.training.relu.slots). Every few
ticks the host looks (core.training.relu.fleet): networks that have arrived hand over their weights and go on, those that have
converged or are done leave at once, the next of the queue take their places, and when the queue is empty the batch
shrinks. Networks whose loss nears the rounding of float32 products end in a second batch with float64 ones.

The method is that of core.training.relu.chebyshev after an exact opening, so a run differs from the compiled one by
rounding, and where λ is followed less often. Works on any device of torch; only a GPU makes it worth while.

Ours.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from core.training.device import tell
from core.training.relu.arguments import Arguments
from core.training.relu.capture import forget
from core.training.relu.fleet import FEWEST, Entry, Event, Fleet, Refused
from core.training.relu.run import SMALL, Accuracy
from core.training.relu.task import Task

SLOTS = 1152
"""Slots of a batch: 72 networks of each of the paper's 16 seeds."""
TICKS = 8
"""Gradients between two looks of the host; λ is followed once in as many."""
CLOSE = Accuracy(tolerance=1e-3, stop=1e-12)
"""The accuracy of a small problem, where time is no concern."""


def accuracy_of(cost: float) -> Accuracy:
    """The accuracy of networks of cost n·m·d where none is asked for."""
    return CLOSE if cost <= SMALL else Accuracy()


def train(task: Task, *, device: str, most: int = SLOTS, ticks: int = TICKS) -> Iterator[Event]:
    """Train every run of the task, yielding arrivals as they are seen, and refusals of runs that diverge.

    Where the device's memory does not suffice, the runs that are not done begin again in half as many slots, and their
    arrivals come again. Raises torch.OutOfMemoryError where 16 slots are too many.
    """
    left = list(range(len(task.theta)))
    while left:
        done: set[int] = set()
        try:
            for event in _trained(task, left, device, most, ticks):
                done.update(_finished(event, len(task.goals)))
                yield event
        except torch.OutOfMemoryError:
            forget()
            if most <= FEWEST:
                raise
            most //= 2
            tell(f"The device ran out of memory; going on with at most {most} networks at a time.")
        left = [run for run in left if run not in done]


def _finished(event: Event, goals: int) -> list[int]:
    return [event.run] if isinstance(event, Refused) else event.run[event.last == goals].tolist()


def _trained(task: Task, runs: list[int], device: str, most: int, ticks: int) -> Iterator[Event]:
    sets = sorted({int(task.learns[run]) for run in runs})
    rounded: list[Entry] = []
    for first in range(0, len(sets), most):
        these = set(sets[first : first + most])
        entries = [Entry(run) for run in runs if int(task.learns[run]) in these]
        fleet = Fleet(task, entries, torch.float32 if task.single else torch.float64, device, most, ticks)
        yield from fleet.run()
        rounded += fleet.rounded
    for first in range(0, len(rounded), most // 2):
        yield from Fleet(task, rounded[first : first + most // 2], torch.float64, device, most // 2, ticks).run()


def snapshots(
    given: Arguments, steps: list[int], *, method: str, accuracy: Accuracy | None, device: str, ticks: int = TICKS
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(step, W[run, m, d], a[run, m]) in the order of `steps`, each as soon as all runs have come there."""
    task = _task(given, steps, method, accuracy)
    kept = np.empty((len(steps), *task.theta.shape))
    seen = np.zeros((len(steps), len(task.theta)), bool)
    said = 0
    for event in train(task, device=device, ticks=ticks):
        if isinstance(event, Refused):
            raise event.why
        theta = event.theta.cpu().numpy()
        for run, first, last, now in zip(event.run, event.first, event.last, theta, strict=True):
            kept[first:last, run], seen[first:last, run] = now, True
        while said < len(steps) and seen[said].all():
            yield steps[said], kept[said, :, :-1].swapaxes(1, 2).copy(), kept[said, :, -1].copy()
            said += 1


def _task(given: Arguments, steps: list[int], method: str, accuracy: Accuracy | None) -> Task:
    axes = len(given.shape)
    W, a, X, y = (v.reshape(-1, *v.shape[axes:]) for v in (given.W, given.a, given.X, given.y))
    theta = np.concatenate([np.swapaxes(W, 1, 2), a[:, None]], axis=1)
    small = X[0].size * a.shape[1] <= SMALL
    accuracy = accuracy or accuracy_of(X[0].size * a.shape[1])
    if method == "descent":
        accuracy = replace(accuracy, opening=steps[-1] + 1, stop=0.0)
    learns = np.zeros(len(theta), int) if given.shared_inputs else np.arange(len(theta))
    X = X[:1] if given.shared_inputs else X
    return Task(theta, X, y, given.rate.ravel(), learns, tuple(steps), given.layers, accuracy, single=not small)
