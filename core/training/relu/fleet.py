"""The host's side of a batch: who is in which slot, who has arrived, who comes next, and when the batch shrinks."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from core.errors import OutsideTheory
from core.training.relu.capture import BLOCK, borrow, give_back, turned
from core.training.relu.growing import CONVERGED, DIVERGED, ROUNDED
from core.training.relu.run import FIRST_LEAP, GROWN, STABLE, STIFF, TURNS, divergence
from core.training.relu.slots import CLOCK
from core.training.relu.task import Task, measure_starts

FEWEST = 16
"""Slots below which a batch shrinks no further."""
KEPT = (
    "theta",
    "way",
    "probe",
    "opened",
    *(name for name in CLOCK if name not in ("goal", "floor", "move", "settling")),
)
"""What a network takes along into a batch of float64 products."""


@dataclass(frozen=True)
class Entry:
    """A network that waits for a slot: its run, its next checkpoint, and its state where it comes from another batch."""

    run: int
    mark: int = 0
    state: dict[str, torch.Tensor] | None = None


@dataclass(frozen=True)
class Arrivals:
    """theta[k, d + 1, m], on the device, of networks that have come to checkpoints first[k] … last[k] − 1 unchanged."""

    run: np.ndarray
    first: np.ndarray
    last: np.ndarray
    theta: torch.Tensor = field(repr=False)


@dataclass(frozen=True)
class Refused:
    """A run that diverges: it has left, and this is why."""

    run: int
    why: OutsideTheory


Event = Arrivals | Refused


class Fleet:
    """Some runs of a task in products of one kind; `rounded` fills with those that need float64."""

    def __init__(self, task: Task, entries: Sequence[Entry], kind: torch.dtype, device: str, most: int, ticks: int):
        self.task, self.kind, self.device, self.ticks = task, kind, device, ticks
        self.sets = sorted({int(task.learns[entry.run]) for entry in entries})
        self.queues: list[deque[Entry]] = [deque() for _ in self.sets]
        for entry in entries:
            self.queues[self.sets.index(int(task.learns[entry.run]))].append(entry)
        self.rounded: list[Entry] = []
        self.starts = measure_starts(task, [entry.run for entry in entries if entry.state is None], kind, device, most)
        longest = max(len(queue) for queue in self.queues)
        self._board(len(self.sets), min(max(1, most // len(self.sets)), longest))

    def run(self) -> Iterator[Event]:
        """Train until every network has left."""
        try:
            yield from self._fill()
            while (self.who >= 0).any():
                self.engine.go()
                yield from self._look()
                yield from self._fill()
                self._shrink()
        finally:
            give_back(self.engine)

    def _board(self, groups: int, members: int) -> None:
        """Empty slots of this shape, their inputs in place."""
        n, d = self.task.X.shape[1:]
        shape = (groups, members, n, d, self.task.theta.shape[2])
        tolerance = self.task.accuracy.tolerance
        self.engine = borrow(shape, self.kind, self.device, self.task.layers, tolerance, self.ticks)
        self.slots = self.engine.slots
        self.slots.products.X[: len(self.sets)].copy_(torch.as_tensor(self.task.X[self.sets]))
        self.who, self.mark = np.full(groups * members, -1), np.zeros(groups * members, int)

    def _fill(self) -> Iterator[Refused]:
        """Put the next of each queue into the free slots of its group, until none is free or nobody waits."""
        members = self.slots.products.members
        while True:
            free = [slot for slot in np.flatnonzero(self.who < 0) if slot // members < len(self.queues)]
            new = [(slot, self.queues[slot // members].popleft()) for slot in free if self.queues[slot // members]]
            if not new:
                return
            for first in range(0, len(new), BLOCK):
                at, entries = zip(*new[first : first + BLOCK], strict=True)
                yield from self._load(np.array(at), entries)

    def _load(self, at: np.ndarray, entries: Sequence[Entry]) -> Iterator[Refused]:
        runs = np.array([entry.run for entry in entries])
        self.who[at], self.mark[at] = runs, [entry.mark for entry in entries]
        place = self._tensor(at)
        y = self._tensor(self.task.y[runs])
        members = self.slots.products.members
        self.slots.products.y[place // members, :, place % members] = y.to(self.kind)
        carried = [entry.state for entry in entries if entry.state is not None]
        if carried:
            values = {name: torch.stack([state[name] for state in carried]) for name in KEPT}
        else:
            values = self._start(runs, y)
        values["goal"] = self._tensor(np.array(self.task.goals, float)[self.mark[at]])
        for name, tensor in self.slots.state.items():
            tensor[place] = values[name].to(tensor.dtype) if name in values else torch.zeros_like(tensor[place])
        unstable = (values["rate"] * values["sharpness"] > STABLE) & torch.isfinite(values["opening"])
        if not carried:
            yield from self._refuse(at[unstable.cpu().numpy()])

    def _refuse(self, at: np.ndarray) -> Iterator[Refused]:
        for slot in at:
            why = divergence(float(self.slots.rate[slot]), float(self.slots.sharpness[slot]))
            yield Refused(int(self.who[slot]), why)
        self._release(at)

    def _start(self, runs: np.ndarray, y: torch.Tensor) -> dict[str, torch.Tensor]:
        """What a run begins with, λ at the start among it."""
        task, accuracy, starts = self.task, self.task.accuracy, self.starts
        given = (task.theta, starts.probe, task.rate, starts.sharpness, starts.loss, starts.rounding)
        theta, probe, rate, sharpness, loss, rounding = (self._tensor(values[runs]) for values in given)
        power = y.square().mean(1)
        power = torch.where(power > 0, power, 1.0)
        return {
            **{"theta": theta, "probe": probe, "rate": rate, "sharpness": sharpness},
            "opening": accuracy.opening * torch.where(rate * sharpness > STIFF, 3.0, 1.0).double(),
            "stop": accuracy.stop * power,
            "floor": 1e3 * rounding if self.kind == torch.float32 else torch.zeros_like(rate),
            "ceiling": GROWN * torch.maximum(loss, power),
        }

    def _look(self) -> Iterator[Event]:
        """Who has arrived, converged, diverged or met float32's rounding since the last look."""
        slots = self.slots
        arrived, verdict = torch.stack([(slots.step >= slots.goal).long(), slots.verdict()]).cpu().numpy()
        here = self.who >= 0
        arrived = here & (arrived > 0)
        found = np.where(here & ~arrived, verdict, 0)
        yield from self._refuse(np.flatnonzero(found == DIVERGED))
        ends = np.flatnonzero(arrived | (found == CONVERGED))
        if len(ends):
            last = np.where(arrived[ends], self.mark[ends] + 1, len(self.task.goals))
            yield Arrivals(self.who[ends], self.mark[ends], last, slots.theta[self._tensor(ends)])
            self.mark[ends] = last
        self._release(ends[self.mark[ends] == len(self.task.goals)])
        self._set_aside(np.flatnonzero(found == ROUNDED))
        self._send_on(ends[self.who[ends] >= 0])

    def _release(self, at: np.ndarray) -> None:
        self.who[at] = -1
        place = self._tensor(at)
        self.slots.goal[place] = 0.0
        self.slots.step[place] = 0.0

    def _set_aside(self, at: np.ndarray) -> None:
        for slot in at:
            state = {name: self.slots.state[name][slot].clone() for name in KEPT}
            self.rounded.append(Entry(int(self.who[slot]), int(self.mark[slot]), state))
        self._release(at)

    def _send_on(self, at: np.ndarray) -> None:
        """Give arrived networks their next goals, and measure λ anew for those whose exact opening is over."""
        slots = self.slots
        if len(at):
            slots.goal[self._tensor(at)] = self._tensor(np.array(self.task.goals, float)[self.mark[at]])
        opens = (self.who >= 0) & slots.unopened().cpu().numpy()
        for first in range(0, int(opens.sum()), BLOCK):
            self._open(np.flatnonzero(opens)[first : first + BLOCK])
        starting = opens.copy()
        starting[at] = True
        if starting.any():
            slots.begin(self._tensor(starting) & (slots.stages > 0))

    def _open(self, at: np.ndarray) -> None:
        """Measure λ of these slots anew."""
        place, data = self._tensor(at), self.slots.products
        theta, X = self.slots.theta[place], data.X[place // data.members]
        sharpness, probe = turned(data, theta, self.slots.probe[place], X)
        self.slots.sharpness[place], self.slots.probe[place] = sharpness, probe
        self.slots.gradients[place] += TURNS
        self.slots.wanted[place] = FIRST_LEAP
        self.slots.opened[place] = True

    def _shrink(self) -> None:
        """Move into fewer slots once at most half are needed and nobody waits."""
        groups, members = self.slots.products.groups, self.slots.products.members
        if any(self.queues) or groups * members <= FEWEST or not (self.who >= 0).any():
            return
        there = (self.who >= 0).reshape(groups, members).sum(1)
        alive = np.flatnonzero(there)
        fewer_groups = _halved(groups, len(alive))
        fewer = _halved(members, int(there.max()))
        if fewer_groups * fewer > groups * members // 2:
            return
        old, who, mark = self.engine, self.who, self.mark
        self.sets = [self.sets[group] for group in alive]
        self.queues = [deque() for _ in alive]
        self._board(fewer_groups, fewer)
        from_: list[int] = []
        to: list[int] = []
        for new, group in enumerate(alive):
            inside = group * members + np.flatnonzero(who.reshape(groups, members)[group] >= 0)
            from_.extend(inside)
            to.extend(new * fewer + np.arange(len(inside)))
        self._move(old.slots, np.array(from_), np.array(to))
        give_back(old)
        self.who[to], self.mark[to] = who[from_], mark[from_]

    def _move(self, old, from_: np.ndarray, to: np.ndarray) -> None:
        source, place = self._tensor(from_), self._tensor(to)
        for name, tensor in self.slots.state.items():
            tensor[place] = old.state[name][source]
        here, there = self.slots.products, old.products
        y = there.y[source // there.members, :, source % there.members]
        here.y[place // here.members, :, place % here.members] = y

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(np.ascontiguousarray(array), device=self.device)


def _halved(size: int, needed: int) -> int:
    """`size` halved as often as leaves room for `needed`: few shapes, so that captured ones are found again."""
    while size > 1 and (size + 1) // 2 >= needed:
        size = (size + 1) // 2
    return size
