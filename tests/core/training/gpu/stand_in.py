"""A GPU played by the CPU, strict where a GPU is: for what no test on a CPU device can show.

Tensors on it are of a class of their own. As with CUDA, an operation on tensors of both sides is refused, numpy cannot read
a tensor there, and while a graph is captured nothing is executed and the host can neither look at a value nor send one.
A captured graph replays its operations on the memory it was captured with, so what is not written in place is lost; memory
that two graphs share holds NaN after the other has run.

It cannot show rounding, speed, streams or how much memory is there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, ClassVar

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

NAME = "GPU played by the CPU"
NO_CAPTURE = "CUDA error: operation not permitted when stream is capturing"
READS = {
    getattr(torch.Tensor, name)
    for name in ("item", "tolist", "__bool__", "__float__", "__int__", "__index__", "nonzero", "cpu")
}
BRINGS = {torch.Tensor.copy_, torch.Tensor.__setitem__, torch.Tensor.__getitem__, torch.Tensor.to}
"""What takes tensors of both sides."""


PLACES = {torch.Tensor.device.__get__: torch.device("cuda", 0), torch.Tensor.is_cuda.__get__: True}


class There(torch.Tensor):
    """A tensor on the device."""


class Graph:
    """torch.cuda.CUDAGraph: operations, and the memory that they were captured with."""

    of_pool: ClassVar[dict[int, list["Graph"]]] = {}

    def __init__(self) -> None:
        self.done: list[tuple[Callable, tuple, dict, list]] = []

    def share(self, pool: int | None) -> None:
        self.key = id(self) if pool is None else pool
        Graph.of_pool.setdefault(self.key, []).append(self)

    def pool(self) -> int:
        return self.key

    @torch.no_grad()
    def replay(self) -> None:
        for other in Graph.of_pool[self.key]:
            if other is not self:
                other.lose()
        with torch._C.DisableTorchFunction():
            for func, args, kwargs, kept in self.done:
                for old, new in zip(kept, _tensors(func(*args, **kwargs)), strict=True):
                    if old.data_ptr() != new.data_ptr():
                        old.copy_(new)

    def lose(self) -> None:
        """Its own memory is anybody's."""
        given = {one.data_ptr() for _, args, kwargs, _ in self.done for one in _tensors((args, kwargs))}
        with torch._C.DisableTorchFunction():
            for func, _, _, kept in self.done:
                for one in kept if _makes_memory(func) else []:
                    if one.is_floating_point() and one.data_ptr() not in given:
                        one.fill_(torch.nan)


class Recorder(TorchDispatchMode):
    """Notes every operation for a graph, and puts back what it changes of memory that was there before."""

    def __init__(self, graph: Graph):
        super().__init__()
        self.graph = graph
        self.before: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        for one, described in zip(args, func._schema.arguments, strict=False):
            self._keep(one, described)
        for name, one in kwargs.items():
            self._keep(one, next(a for a in func._schema.arguments if a.name == name))
        found = func(*args, **kwargs)
        self.graph.done.append((func, args, kwargs, _tensors(found)))
        return found

    def _keep(self, one: Any, described: Any) -> None:
        if isinstance(one, torch.Tensor) and described.alias_info is not None and described.alias_info.is_write:
            self.before.setdefault(one.data_ptr(), (one, one.detach().clone()))

    @torch.no_grad()
    def put_back(self) -> None:
        with torch._C.DisableTorchFunction():
            for one, before in reversed(self.before.values()):
                one.copy_(before)


class Device(TorchFunctionMode):
    """Takes every call of torch: sees where its tensors are, and where its result goes.

    work: calls that the device was asked for so far; from call `last` on it fails with `error`.
    """

    capturing = False
    work = 0
    last: float = float("inf")
    error: Exception | None = None

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is torch.device:
            return func(*args, **kwargs)
        tensors = _tensors((args, kwargs))
        there = any(isinstance(one, There) for one in tensors)
        if there and func in PLACES:
            return PLACES[func]
        sent = any(_is_cuda(one) for one in (*args, *kwargs.values()))
        self._work(there or sent)
        self._check(func, tensors, there, sent)
        if func is torch.Tensor.numpy and there:
            raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() first.")
        if func is torch.Tensor.pin_memory:
            return args[0].clone()
        args, kwargs = tree_map(_here, (args, kwargs)) if sent else (args, kwargs)
        with torch._C.DisableTorchFunctionSubclass():
            found = func(*args, **kwargs)
        if func is torch.Tensor.cpu or (func is torch.Tensor.to and _names_cpu(args, kwargs) and not sent):
            return found.as_subclass(torch.Tensor) if not there else found.detach().clone().as_subclass(torch.Tensor)
        return tree_map(_there, found) if there or sent else found

    def _work(self, asked: bool) -> None:
        self.work += asked
        if asked and self.work >= self.last and self.error is not None:
            raise self.error

    def _check(self, func: Callable, tensors: list, there: bool, sent: bool) -> None:
        away = [one for one in tensors if not isinstance(one, There)]
        if there and func not in BRINGS and any(one.dim() for one in away):
            raise RuntimeError("Expected all tensors to be on the same device, but found at least two devices")
        looks = there and (func in READS or _indexes_by_mask(func, tensors))
        if self.capturing and (
            looks or (away and (there or sent)) or (sent and func in (torch.tensor, torch.as_tensor))
        ):
            raise RuntimeError(f"{NO_CAPTURE}: {getattr(func, '__name__', func)}")


def _indexes_by_mask(func: Callable, tensors: list) -> bool:
    picks = func in (
        torch.Tensor.__getitem__,
        torch.Tensor.__setitem__,
        torch.masked_select,
        torch.Tensor.masked_select,
    )
    return picks and any(one.dtype == torch.bool for one in tensors[1:2])


def _makes_memory(func: Any) -> bool:
    return all(returned.alias_info is None for returned in func._schema.returns)


def _tensors(values: Any) -> list[torch.Tensor]:
    return [one for one in tree_leaves(values) if isinstance(one, torch.Tensor)]


def _is_cuda(one: Any) -> bool:
    return isinstance(one, str | torch.device) and str(one).startswith("cuda")


def _names_cpu(args: tuple, kwargs: dict) -> bool:
    return any(isinstance(one, str | torch.device) and str(one) == "cpu" for one in (*args[1:], *kwargs.values()))


def _here(one: Any) -> Any:
    return "cpu" if _is_cuda(one) else one


def _there(one: Any) -> Any:
    return one.as_subclass(There) if isinstance(one, torch.Tensor) and not isinstance(one, There) else one


@contextmanager
def played(monkeypatch: Any) -> Iterator[Device]:
    """A machine with one GPU, inside the `with`."""
    device = Device()

    @contextmanager
    def capture(graph: Graph, pool: int | None = None) -> Iterator[None]:
        graph.share(pool)
        recorder = Recorder(graph)
        device.capturing = True
        try:
            with recorder:
                yield
        finally:
            device.capturing = False
            recorder.put_back()
        graph.lose()

    class Stream:
        def wait_stream(self, other: "Stream") -> None:
            pass

    for name, value in {
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "get_device_name": lambda device=None: NAME,
        "device": lambda device: nullcontext(),
        "stream": lambda stream: nullcontext(),
        "Stream": Stream,
        "current_stream": Stream,
        "CUDAGraph": Graph,
        "graph": capture,
        "synchronize": lambda device=None: None,
        "empty_cache": lambda: None,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    Graph.of_pool.clear()
    with device:
        yield device
