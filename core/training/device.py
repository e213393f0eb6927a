"""Which device torch uses: chosen, checked and described in one place, and what is said when one fails.

DEVICE ↔ cpu, cuda or cuda:k ↔ what is used unless something else is asked for
"""

import logging
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from core.errors import Unavailable

log = logging.getLogger(__name__)

S = TypeVar("S")


def tell(sentence: str) -> None:
    """Say that work goes on otherwise than asked: a warning of this module's logger, which pages and commands show."""
    log.warning(sentence)


@contextmanager
def told(also: Callable[[str], Any] = lambda sentence: None) -> Iterator[list[str]]:
    """The sentences told inside the `with`, as they come; each is given to `also` at once."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())
            also(heard[-1])

    handler = Ear()
    log.addHandler(handler)
    try:
        yield heard
    finally:
        log.removeHandler(handler)


@cache
def gpus() -> int:
    """How many GPUs torch can use here; 0 where CUDA is absent or its driver fails."""
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def present() -> int:
    """How many GPUs this program may use: those of the machine, none where DEVICE is cpu."""
    return 0 if os.environ.get("DEVICE") == "cpu" else gpus()


def describe(device: str) -> str:
    """The device in words, for the record."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"CPU, threads: {torch.get_num_threads()}, {platform.machine()}"


def choose_device(wanted: str | None = None) -> str:
    """`wanted`, else the DEVICE variable, else cuda when present, else cpu. Raises Unavailable for an absent one."""
    device = wanted or os.environ.get("DEVICE") or ("cuda" if gpus() else "cpu")
    there = {"cpu", *(["cuda"] if gpus() else []), *(f"cuda:{k}" for k in range(gpus()))}
    if device not in there:
        raise Unavailable("The device must be cpu, or cuda on a machine that has it", got=device, do="Choose cpu.")
    return device


_left_to_others = False


def leave_to_others() -> None:
    """From now on device_for is the CPU in this process: its GPUs belong to processes that it has started."""
    global _left_to_others
    _left_to_others = True


def device_for(wanted: str, *, pays: bool = False) -> str:
    """The device wanted; for "auto" the DEVICE variable, else a GPU where one is present and `pays`, else the CPU."""
    if _left_to_others:
        return "cpu"
    if wanted != "auto":
        return choose_device(wanted)
    return choose_device(os.environ.get("DEVICE") or ("cuda" if pays and gpus() else "cpu"))


def own_device(wanted: str = "auto") -> str:
    """device_for(wanted), by default that of the DEVICE variable or the CPU; the CPU, after a sentence, where it is absent."""
    try:
        return device_for(wanted)
    except Unavailable:
        asked = os.environ.get("DEVICE") if wanted == "auto" else wanted
        tell(f"No GPU answers here ({asked} was asked for); this run is on the CPU.")
        return "cpu"


def usable(device: str) -> str:
    """The device, after a first byte on it. Raises Unavailable where it is absent, or busy and takes nobody else."""
    import torch

    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):
        raise Unavailable("this device cannot be had here", got=device, do="Use device='cpu'.") from None
    return device


def falling_back(run: Callable[[str], Iterator[Any]], device: str) -> Iterator[Any]:
    """run(device), and where a GPU fails run("cpu") from the start, after a sentence."""
    try:
        yield from run(device)
        return
    except (RuntimeError, Unavailable) as error:
        if device == "cpu":
            raise
        tell(f"The GPU failed ({reason(error)}); this run began again on the CPU.")
    yield from run("cpu")


def timed(run: Callable[[str], S], wanted: str = "auto") -> tuple[S, str, float]:
    """(run(device), the device in words, seconds); on the CPU, after a sentence, where the one wanted is absent or fails."""
    begun, tried = time.perf_counter(), []

    def once(device: str) -> Iterator[S]:
        tried.append(device)
        yield run(device)

    found = next(falling_back(once, own_device(wanted)))
    return found, describe(tried[-1]), time.perf_counter() - begun


def reason(error: Exception) -> str:
    """Why a device failed, in a few words: torch's first line."""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        return "out of memory"
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")[:100]
