"""What is computed once and shared by all visitors: answers by the problem, pictures by all that they are drawn from.

One budget in bytes for all of it (CACHE_MB, default 256); what was not asked for longest goes first. Who asks for
something that is being computed waits for that instead of computing it again.
"""

import dataclasses
import functools
import hashlib
import os
import pickle
import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import numpy as np
from cachetools import LRUCache, cached

from core.figures.picture import Picture

S = TypeVar("S")
Kept = Callable[[Hashable, Callable[[], Any]], Any]


def measure(value: Any, seen: set[int] | None = None) -> int:
    """About how many bytes a value holds: arrays and texts by their length, whatever contains them by its parts."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, Picture) and value.sealed:
        return 2 * value.sealed.size
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


def kept_within(size: float) -> Kept:
    """A function kept(key, make): the value under the key, or make() from now on; `size` bytes of values at most.

    A single larger value is handed out but not kept, and neither is what make raises.
    """

    @cached(LRUCache(size, getsizeof=measure), key=lambda key, make: key, condition=threading.Condition())
    def kept(key: Hashable, make: Callable[[], Any]) -> Any:
        return make()

    return kept


KEPT = kept_within(float(os.environ.get("CACHE_MB") or 256) * 1e6)


def remember(solve: Callable[..., S]) -> Callable[..., S]:
    """solve, its answers kept by its frozen inputs. They are shared: nobody may write into them; pictures are sealed."""
    return lambda *inputs: KEPT(key_of(solve, *inputs), lambda: sealed(solve(*inputs)))


def painted(draw: Callable[..., S], *inputs: Any) -> S:
    """draw(*inputs), kept by the problem, the solution and whatever else it is drawn from; its pictures are sealed."""
    return remember(draw)(*inputs)


def key_of(function: Callable, *inputs: Any) -> tuple[Hashable, ...]:
    """The function's name and its inputs: themselves where they can be hashed, else by their content."""
    return (f"{function.__module__}.{function.__qualname__}", *map(frozen, inputs))


def frozen(value: Any) -> Hashable:
    """What stands for a value in a key: equal for equal contents."""
    try:
        hash(value)
    except TypeError:
        return _digests.get(id(value)) or _digest(value)
    return value


_digests: dict[int, str] = {}


def _digest(value: Any) -> str:
    """Found once for each object, forgotten with it."""
    digest = _digests[id(value)] = hashlib.blake2b(pickle.dumps(value), digest_size=20).hexdigest()
    try:
        weakref.finalize(value, functools.partial(_digests.pop, id(value), None)).atexit = False
    except TypeError:
        del _digests[id(value)]
    return digest


def sealed(drawn: S) -> S:
    """The same, each picture with its text written once for everybody."""
    for picture in drawn if isinstance(drawn, (list, tuple)) else (drawn,):
        if isinstance(picture, Picture):
            picture.seal()
    return drawn
