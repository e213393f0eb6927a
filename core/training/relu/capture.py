"""What a GPU needs to be fast: a round of ticks captured once as a CUDA graph, and the elementwise pass fused.

Both are left out where they cannot be had: on a CPU, or without a compiler for torch.compile.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from typing import Any

import torch

from core.training.relu import products
from core.training.relu.products import Products
from core.training.relu.slots import Slots

log = logging.getLogger(__name__)

KEPT = 8
"""Captured shapes that are kept for the next call."""

Round = Callable[[], None]
_kept: OrderedDict[tuple, tuple[Slots, Round]] = OrderedDict()


def slots_and_round(shape: tuple, kind: torch.dtype, device: str, layers: dict, tolerance: float, ticks: int):
    """(Slots, round) for (groups, members, n, d, m): one call of `round` takes `ticks` ticks of all slots.

    On a GPU both are kept, and the next call with the same settings gets them back with nobody in any slot.
    """
    key = (shape, kind, device, *layers.values(), tolerance, ticks)
    if key in _kept:
        _kept.move_to_end(key)
        slots, go = _kept[key]
        slots.vacate()
        return slots, go
    slots = _empty(shape, kind, device, layers, tolerance)
    if not device.startswith("cuda"):
        return slots, lambda: slots.round(ticks)
    go = _captured(slots, ticks)
    _kept[key] = slots, go
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return slots, go


def forget() -> None:
    """Give back what captured shapes hold of the device's memory."""
    _kept.clear()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _empty(shape: tuple, kind: torch.dtype, device: str, layers: dict, tolerance: float) -> Slots:
    groups, members, n, d, m = shape
    X = torch.zeros(groups, n, d, dtype=kind, device=device)
    y = torch.zeros(groups, n, members, dtype=kind, device=device)
    made = Products(X, y, m, **layers)
    if device.startswith("cuda"):
        made.signals = _fused()
    return Slots(made, tolerance)


def _captured(slots: Slots, ticks: int) -> Round:
    """The round as a CUDA graph over the slots' own tensors. Nobody is in a slot yet, so the trial runs change nothing."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2):
            slots.round(ticks)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        slots.round(ticks)
    return graph.replay


@cache
def _fused() -> Callable[..., Any]:
    """products.signals compiled into few passes over the pre-activations, tried once; itself where that fails."""
    compiled = torch.compile(products.signals, dynamic=True)
    Z, a, y = (torch.ones(size, device="cuda") for size in ((2, 3, 4, 5), (2, 1, 4, 5), (2, 3, 4)))
    try:
        compiled(Z, a, y, 0.0)
    except Exception as error:  # whatever a missing or broken compiler raises
        log.info("torch.compile is not used: %s", type(error).__name__)
        return products.signals
    return compiled
