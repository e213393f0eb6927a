"""What is computed once and shared by all visitors: answers by their problem, figures by what they show.

One budget in bytes for all of it (CACHE_MB, default 256); what was not asked for longest goes first. Who asks for
something that is being computed waits for that instead of computing it again.
"""

import dataclasses
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np

from core.figures.picture import Picture

S = TypeVar("S")


class Shelf:
    """Values by key, `limit` bytes of them at most; a single larger value is handed out but not kept."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.size = 0
        self.kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.underway: dict[Hashable, threading.Event] = {}
        self.lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], S]) -> S:
        """The value kept under the key, or make() from now on. What make raises is not kept."""
        while True:
            with self.lock:
                if key in self.kept:
                    self.kept.move_to_end(key)
                    return self.kept[key][0]
                others = self.underway.get(key)
                if others is None:
                    mine = self.underway[key] = threading.Event()
                    break
            others.wait()
        try:
            value = make()
            self._keep(key, value, measure(value))
            return value
        finally:
            with self.lock:
                del self.underway[key]
            mine.set()

    def _keep(self, key: Hashable, value: Any, size: int) -> None:
        if size > self.limit:
            return
        with self.lock:
            self.kept[key] = (value, size)
            self.size += size
            while self.size > self.limit:
                _, (_, gone) = self.kept.popitem(last=False)
                self.size -= gone


def measure(value: Any, seen: set[int] | None = None) -> int:
    """About how many bytes a value holds: arrays and texts by their length, whatever contains them by its parts."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, Picture) and value.sealed:
        return 2 * len(value.sealed)
    if isinstance(value, np.ndarray):
        return 120 + (value.nbytes if value.base is None else measure(value.base, seen) or value.nbytes)
    if isinstance(value, (str, bytes)):
        return 50 + len(value)
    if isinstance(value, dict):
        return 100 + sum(measure(k, seen) + measure(v, seen) for k, v in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return 60 + sum(measure(part, seen) for part in value)
    if dataclasses.is_dataclass(value):
        return 60 + sum(measure(getattr(value, field.name), seen) for field in dataclasses.fields(value))
    return 32


SHELF = Shelf(float(os.environ.get("CACHE_MB") or 256) * 1e6)


def remember(solve: Callable[[Any], S]) -> Callable[[Any], S]:
    """solve, its answers kept by the (frozen) problem. They are shared: nobody may write into them; pictures are sealed."""
    return lambda problem: SHELF.get((name(solve), repr(problem)), lambda: sealed(solve(problem)))


def painted(draw: Callable[[Any, Any], S], problem: Any, solution: Any) -> S:
    """draw(problem, solution), kept by the problem; its pictures are sealed."""
    return SHELF.get((name(draw), repr(problem)), lambda: sealed(draw(problem, solution)))


def sealed(drawn: S) -> S:
    """The same, each picture with its text written once for everybody."""
    for picture in drawn if isinstance(drawn, (list, tuple)) else (drawn,):
        if isinstance(picture, Picture):
            picture.seal()
    return drawn


def name(function: Callable) -> str:
    return f"{function.__module__}.{function.__qualname__}"
