"""Cells of a regime map trained and measured together on one device, a GPU as a rule.

θ ↔ theta ↔ [k, d + 1, m] ↔ rows 0…d−1 are Wᵀ and row d is a      values ↔ [5, checkpoint] ↔ MEASURES of a cell
X, y ↔ [k, n, d], [k, n]     X_test, y_test ↔ [tests, d], [k, tests] ↔ float32, as on the CPU

Networks are measured as they arrive at a checkpoint, in blocks. Losses on the training data and flips are in float64; kernels
in float32, normalised before they are compared, so that the smallest distances keep their digits.

Ours.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from core.errors import OutsideTheory
from core.training.device import device_for, usable
from core.training.measures import MEASURES, Measures
from core.training.relu.batched import SLOTS, accuracy_of, train
from core.training.relu.fleet import Refused
from core.training.relu.ruler import Blocks, direction, half_square
from core.training.relu.run import SMALL
from core.training.relu.task import Task, measure_starts

START_S, SPEED = 3.0, 100.0
"""Seconds that a batch takes on a GPU beside its share of the work, and how many cores it is worth: on an H200 17 cells took
0.8 s, 289 took 3 s and 4,624 took 16 to 20 s, captures included, where a core takes 0.4 s for each."""


def expected_seconds(core_seconds: float) -> float:
    """Seconds on a GPU of what takes so many on one core."""
    return START_S + core_seconds / SPEED


def chosen(wanted: str, core_seconds: float, processes: int) -> str:
    """The device of so much work: the one wanted, or for "auto" a GPU that is expected to be done before the processes."""
    return device_for(wanted, pays=core_seconds / processes > expected_seconds(core_seconds))


def trained(
    problem: Any, cells: Sequence[tuple], drawn: Callable, rate_of: Callable, device: str
) -> Iterator[tuple[tuple, Measures | OutsideTheory]]:
    """(cell, measures [checkpoint], or why it has none) of each cell (tau, delta, seed) as it is finished.

    drawn(problem, seed) → (TeacherStudent, X_test), rate_of(problem, cell, sharpness) → flow time per step; sharpness: λ at
    the start, None for a problem of given rate. Raises what torch raises where the device fails.
    """
    usable(device)
    cells = sorted(cells, key=lambda cell: cell[2])
    seeds = sorted({cell[2] for cell in cells})
    data = {seed: drawn(problem, seed) for seed in seeds}
    task, rates = _task(problem, cells, data, seeds), {}
    for cell, sharpness in zip(cells, _sharpness(problem, task, device), strict=True):
        try:
            rates[cell] = rate_of(problem, cell, sharpness)
        except OutsideTheory as why:
            yield cell, why
    if not rates:
        return
    task = _some(task, [cell in rates for cell in cells], np.array(list(rates.values())))
    cells = list(rates)
    ruler = _Ruler(task, np.stack([data[seed][0].y_test for seed in seeds]), data[seeds[0]][1], device)
    values = np.full((len(cells), len(MEASURES), len(task.goals)), np.nan)
    for event in train(task, device=device):
        if isinstance(event, Refused):
            yield cells[event.run], event.why
            continue
        rows = ruler.measure(event.run, event.theta)
        for run, first, last, row in zip(event.run, event.first, event.last, rows, strict=True):
            values[run, :, first:last] = row[:, None]
            if last == len(task.goals):
                yield cells[run], Measures(*values[run].copy())


def _sharpness(problem: Any, task: Task, device: str) -> Sequence[float | None]:
    if problem.rate > 0:
        return [None] * len(task.theta)
    return measure_starts(task, range(len(task.theta)), torch.float64, device, SLOTS).sharpness.tolist()


def _task(problem, cells, data, seeds) -> Task:
    starts = [data[seed][0].student.scaled(tau, delta) for tau, delta, seed in cells]
    place = {seed: k for k, seed in enumerate(seeds)}
    return Task(
        theta=np.stack([np.concatenate([W.T, a[None]]) for W, a in starts]),
        X=np.stack([data[seed][0].X for seed in seeds]),
        y=np.stack([data[seed][0].y for _, _, seed in cells]),
        rate=np.full(len(cells), np.nan),
        learns=np.array([place[seed] for _, _, seed in cells]),
        goals=tuple(problem.checkpoints),
        layers={"eta_a": 1.0, "eta_w": 1.0, "slope": 0.0},
        accuracy=accuracy_of(problem.n * problem.d * problem.width),
        single=problem.n * problem.d * problem.width > SMALL,
    )


def _some(task: Task, kept: Sequence[bool], rates: np.ndarray) -> Task:
    """The runs that are kept, and their rates."""
    at = np.flatnonzero(kept)
    return replace(task, theta=task.theta[at], y=task.y[at], learns=task.learns[at], rate=rates)


class _Ruler:
    """The measures of core.training.measures and the kernel distance, for many networks at once."""

    def __init__(self, task: Task, y_test: np.ndarray, X_test: np.ndarray, device: str):
        put = partial(torch.as_tensor, device=device)
        self.learns, self.start, self.y = map(put, (task.learns, task.theta, task.y))
        self.X, self.y_test, self.X_test = map(put, (task.X, y_test, X_test))
        self.gram = torch.bmm(self.X.float(), self.X.float().mT)
        tests, m = X_test.shape[0], task.theta.shape[2]
        self.blocks = Blocks(4 * max(task.X.shape[1] ** 2, tests * m))

    def measure(self, runs: np.ndarray, theta: torch.Tensor) -> np.ndarray:
        """[k, 5] in the order of MEASURES; in smaller blocks where the memory does not suffice."""
        which = torch.as_tensor(runs, device=theta.device)
        return self.blocks.measure(lambda part: self._rows(which[part], theta[part]), len(runs))

    def _rows(self, runs: torch.Tensor, theta: torch.Tensor) -> torch.Tensor:
        of, start = self.learns[runs], self.start[runs]
        X, gram = self.X[of], self.gram[of]
        Z_0, Z = (torch.bmm(X, at[:, :-1]) for at in (start, theta))
        K_0, K = (direction(Z_.float(), at[:, -1].float(), gram) for Z_, at in ((Z_0, start), (Z, theta)))
        single = theta.float()
        return torch.stack(
            [
                half_square(K, K_0),
                (Z.sign() != Z_0.sign()).double().mean(1).sum(-1),
                (theta - start).square().sum((1, 2)).sqrt(),
                _loss(Z, theta[:, -1], self.y[runs]),
                _loss(torch.matmul(self.X_test.float(), single[:, :-1]), single[:, -1], self.y_test[of]),
            ],
            dim=1,
        )


def _loss(Z: torch.Tensor, a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return ((Z.clamp_min(0.0) * a[:, None]).sum(-1) - y).double().square().mean(-1)
