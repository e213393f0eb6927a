"""Work that is done over and over on tensors that stay where they are: on a GPU captured once as a CUDA graph.

A graph starts hundreds of small kernels at once, which one by one would keep the host busier than the device. Where nothing
can be captured (a CPU, a driver that refuses), the work is done as it is written.

Ours.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import torch

log = logging.getLogger(__name__)

WARM = 2
"""Runs before a capture, in which libraries choose their kernels and take their memory."""


def upload(tensor: torch.Tensor, device: str | torch.device) -> torch.Tensor:
    """The tensor on the device; from pinned memory, so that the host does not wait for what the device still has to do."""
    if torch.device(device).type == "cpu":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)


def captured(
    run: Callable[[], None], device: torch.device, state: Sequence[torch.Tensor] = (), pool: Any = None
) -> Callable[[], None]:
    """A replay of run(), which reads and writes tensors of the device in place and looks at none on the host; `run` itself
    where a capture fails. What the trial runs change of `state` is put back. pool: of another live graph, for its memory.
    """
    kept = [tensor.detach().clone() for tensor in state]
    try:
        with torch.cuda.device(device):
            _trial(run)
            return Replay(_graph(run, pool), device)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        log.warning("no CUDA graph: %s", (str(error).splitlines() or [""])[0])
        return run
    finally:
        with torch.no_grad():
            for tensor, before in zip(state, kept, strict=True):
                tensor.copy_(before)


def _trial(run: Callable[[], None]) -> None:
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM):
            run()
    torch.cuda.current_stream().wait_stream(side)


def _graph(run: Callable[[], None], pool: Any) -> Any:
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool):
        run()
    return graph


class Replay:
    """A captured graph on its device; holds on to its memory."""

    def __init__(self, graph: Any, device: torch.device):
        self.graph, self.device = graph, device

    def __call__(self) -> None:
        with torch.cuda.device(self.device):
            self.graph.replay()


class Step:
    """One step of training, `step(*inputs)`, which changes `state` in place: on a GPU captured at its first call.

    Inputs are tensors (indices, say), always of one shape for the capture to serve, and numbers, used in arithmetic with
    tensors only: on a CPU they come as they are, else as tensors on the device.
    """

    def __init__(self, step: Callable[..., None], state: Sequence[torch.Tensor]):
        self.step, self.state = step, state
        self.go: Callable[[], None] | None = None
        self.held: list[torch.Tensor] = []

    def __call__(self, *inputs: torch.Tensor | float) -> None:
        if not _captures(self.state):
            self.step(*inputs)
            return
        if self.go is None:
            self.held = [self._on_device(one).clone() for one in inputs]
            self.go = captured(lambda: self.step(*self.held), self.state[0].device, self.state)
        if any(
            isinstance(one, torch.Tensor) and one.shape != kept.shape
            for one, kept in zip(inputs, self.held, strict=True)
        ):
            self.step(*map(self._on_device, inputs))
            return
        for kept, one in zip(self.held, inputs, strict=True):
            kept.copy_(one) if isinstance(one, torch.Tensor) else kept.fill_(float(one))
        self.go()

    def _on_device(self, one: torch.Tensor | float) -> torch.Tensor:
        return one if isinstance(one, torch.Tensor) else self.state[0].new_full((), float(one))


def _captures(state: Sequence[torch.Tensor]) -> bool:
    return state[0].is_cuda
