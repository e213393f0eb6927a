"""Networks to train together on one device, and what they begin with.

theta[run, d + 1, m] ↔ rows 0…d−1 are Wᵀ, row d is a      X[set, n, d], y[run, n]      λ ↔ sharpness[run]

Ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.training.relu.products import Products
from core.training.relu.run import TURNS, Accuracy


@dataclass(frozen=True)
class Task:
    """Networks to train: theta[run, d + 1, m], y[run, n], rate[run], X[set, n, d] and which set each run learns from.

    goals: step counts in rising order; layers: eta_a, eta_w, slope; single: whether products begin in float32.
    """

    theta: np.ndarray
    X: np.ndarray
    y: np.ndarray
    rate: np.ndarray
    learns: np.ndarray
    goals: tuple[int, ...]
    layers: dict[str, float]
    accuracy: Accuracy
    single: bool


@dataclass(frozen=True)
class Starts:
    """[run] at the start: λ, the probe [run, n] that found it, the loss, and the loss that float32 products cannot tell
    from 0; NaN for a run that was not asked for."""

    sharpness: np.ndarray
    probe: np.ndarray
    loss: np.ndarray
    rounding: np.ndarray


def measure_starts(task: Task, runs: Sequence[int], kind: torch.dtype, device: str, most: int) -> Starts:
    """The starts of some runs in products of one kind, at most so many at once, fewer where the memory does not suffice.

    λ is found as in the compiled engine. Raises torch.OutOfMemoryError where a single run is too much.
    """
    count, n = task.y.shape
    found = Starts(*(np.full(shape, np.nan) for shape in ((count,), (count, n), (count,), (count,))))
    for first in range(0, len(runs), most):
        queues: dict[int, list[int]] = {}
        for run in runs[first : first + most]:
            queues.setdefault(int(task.learns[run]), []).append(run)
        try:
            _measure(task, queues, kind, device, found)
        except torch.OutOfMemoryError:
            if most == 1:
                raise
            return measure_starts(task, runs, kind, device, most // 2)
    return found


def _measure(task: Task, queues: dict[int, list[int]], kind: torch.dtype, device: str, found: Starts) -> None:
    members = max(map(len, queues.values()))
    runs = np.array([queue + queue[:1] * (members - len(queue)) for queue in queues.values()])
    X, y = (torch.as_tensor(part, dtype=kind, device=device) for part in (task.X[list(queues)], task.y[runs]))
    products = Products(X, y.mT, m=task.theta.shape[2], **task.layers)
    theta = torch.as_tensor(task.theta[runs.ravel()], device=device)
    noise = torch.as_tensor(np.random.default_rng(0).standard_normal(task.y.shape[1]), device=device)
    sharpness, probe = products.power(theta, noise.expand(runs.size, -1), TURNS)
    for name, values in zip(
        ("sharpness", "probe", "loss", "rounding"), (sharpness, probe, *products.scales(theta)), strict=True
    ):
        getattr(found, name)[runs.ravel()] = values.cpu().numpy()
