"""What a GPU needs to be fast: a round of ticks, and the turns that find λ, each captured once as a CUDA graph.

Left out where it cannot be had, as on a CPU. torch.compile is not used: fusing the pass over the pre-activations saves a
third of a tick, 2 s in the whole map, and takes 20 s and a compiler before the first one.

Ours.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from core.training.graphs import Replay, captured
from core.training.relu.products import Products
from core.training.relu.run import TURNS
from core.training.relu.slots import Slots

KEPT = 8
"""Captured shapes that are kept for the next call."""
BLOCK = 32
"""Networks whose λ is found anew at a time."""


@dataclass(frozen=True)
class Engine:
    """Slots, and `go`, one call of which takes `ticks` ticks of all of them; `key` is what both were made for."""

    key: tuple
    slots: Slots
    go: Callable[[], None]


_kept: OrderedDict[tuple, Engine] = OrderedDict()
_turns: dict[tuple, "Turns"] = {}


def borrow(shape: tuple, kind: torch.dtype, device: str, layers: dict, tolerance: float, ticks: int) -> Engine:
    """An engine for (groups, members, n, d, m) with nobody in any slot: one that was given back before, or a new one."""
    key = (shape, kind, device, *layers.values(), tolerance, ticks)
    engine = _kept.pop(key, None)
    if engine is not None:
        engine.slots.vacate()
        return engine
    slots = _empty(shape, kind, device, layers, tolerance)
    go = partial(slots.round, ticks)
    return Engine(key, slots, captured(go, slots.theta.device, pool=_pool()) if _captures(slots) else go)


def _pool() -> Any:
    """The memory of a graph that is kept: rounds never run at once, and leave nothing in it."""
    graphs = (engine.go.graph for engine in _kept.values() if isinstance(engine.go, Replay))
    return next((graph.pool() for graph in graphs), None)


def give_back(engine: Engine) -> None:
    """Keep a captured engine for the next call that needs its like."""
    if not _captures(engine.slots):
        return
    _kept[engine.key] = engine
    while len(_kept) > KEPT:
        _kept.popitem(last=False)


def _captures(slots: Slots) -> bool:
    return slots.theta.is_cuda


class Turns:
    """λ of a block of networks, each with inputs of its own, by power iterations that are captured like the rounds."""

    def __init__(self, data: Products):
        self.X = data.X.new_zeros(BLOCK, data.n, data.d)
        self.products = _apart(data, self.X)
        self.theta = data.X.new_zeros(BLOCK, data.d + 1, data.m, dtype=torch.float64)
        self.probe = data.X.new_ones(BLOCK, data.n, dtype=torch.float64)
        self.sharpness = self.probe.new_zeros(BLOCK)
        self.go = captured(self._turn, self.X.device, pool=_pool())

    def _turn(self) -> None:
        sharpness, probe = self.products.power(self.theta, self.probe, TURNS)
        self.sharpness.copy_(sharpness)
        self.probe.copy_(probe)

    def measure(self, theta: torch.Tensor, probe: torch.Tensor, X: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(λ [k], probe [k, n]) of at most BLOCK networks theta[k, d + 1, m] on X[k, n, d], from probe[k, n]."""
        count = len(theta)
        for held, given in ((self.theta, theta), (self.probe, probe), (self.X, X)):
            held[:count] = given
        self.go()
        return self.sharpness[:count].clone(), self.probe[:count].clone()


def turned(
    data: Products, theta: torch.Tensor, probe: torch.Tensor, X: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(λ [k], probe [k, n]) found anew for at most BLOCK networks like those of `data`, on inputs of their own X[k, n, d]."""
    if not X.is_cuda:
        return _apart(data, X).power(theta, probe, TURNS)
    key = (data.n, data.d, data.m, data.eta_a, data.eta_w, data.slope, data.X.dtype, data.X.device)
    if key not in _turns:
        while len(_turns) >= KEPT:
            _turns.popitem()
        _turns[key] = Turns(data)
    return _turns[key].measure(theta, probe, X)


def _apart(data: Products, X: torch.Tensor) -> Products:
    """Products for networks like those of `data`, each on inputs of its own; no labels."""
    layers = {"eta_a": data.eta_a, "eta_w": data.eta_w, "slope": data.slope}
    return Products(X, X.new_zeros(*X.shape[:2], 1), m=data.m, **layers)


def forget() -> None:
    """Give back what captured shapes hold of the device's memory."""
    _kept.clear()
    _turns.clear()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _empty(shape: tuple, kind: torch.dtype, device: str, layers: dict, tolerance: float) -> Slots:
    groups, members, n, d, m = shape
    X = torch.zeros(groups, n, d, dtype=kind, device=device)
    y = torch.zeros(groups, n, members, dtype=kind, device=device)
    return Slots(Products(X, y, m, **layers), tolerance)
