"""What a GPU needs to be fast: a round of ticks captured once as a CUDA graph, and the elementwise pass fused.

Both are left out where they cannot be had: on a CPU, or without a compiler for torch.compile.

Ours.
"""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch

from core.training.graphs import Replay, captured
from core.training.relu import products
from core.training.relu.products import Products
from core.training.relu.run import TURNS
from core.training.relu.slots import Slots

log = logging.getLogger(__name__)

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
        layers = {"eta_a": data.eta_a, "eta_w": data.eta_w, "slope": data.slope}
        self.products = Products(self.X, data.X.new_zeros(BLOCK, data.n, 1), m=data.m, **layers)
        self.theta = data.X.new_zeros(BLOCK, data.d + 1, data.m, dtype=torch.float64)
        self.probe = data.X.new_ones(BLOCK, data.n, dtype=torch.float64)
        self.sharpness = self.probe.new_zeros(BLOCK)
        self.go = captured(self._turn, self.X.device, pool=_pool()) if self.X.is_cuda else self._turn

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


def turns(data: Products) -> Turns:
    """The block for networks like those of these products: the one that was made before, or a new one."""
    key = (data.n, data.d, data.m, data.eta_a, data.eta_w, data.slope, data.X.dtype, data.X.device)
    if key not in _turns:
        _turns.clear()
        _turns[key] = Turns(data)
    return _turns[key]


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
    made = Products(X, y, m, **layers)
    if device.startswith("cuda") and made.slope == 0:  # each other slope would be compiled anew, for seconds
        made.signals = _fused()
    return Slots(made, tolerance)


@cache
def _fused() -> Callable[..., Any]:
    """products.signals compiled into few passes over the pre-activations, tried once; itself where that fails."""
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # not a pool of compiling processes for one kernel
    compiled = torch.compile(products.signals, dynamic=True)
    Z, a, y = (torch.ones(size, device="cuda") for size in ((2, 3, 4, 5), (2, 1, 4, 5), (2, 3, 4)))
    try:
        compiled(Z, a, y, 0.0)
    except Exception as error:  # whatever a missing or broken compiler raises
        log.info("torch.compile is not used: %s", type(error).__name__)
        return products.signals
    return compiled
