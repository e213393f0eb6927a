"""What a Problem offers on a machine with a GPU and not without one: the choice of the device, and larger sizes.

Links mean the same everywhere; what is not offered here is replaced by the nearest that is, in one sentence.

Ours.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.params import Knob, knob
from core.training.device import present

NO_GPU = "there is no GPU here, so its run is on the CPU"


def device_knob(meaning: str) -> Any:
    """The field `device` of a Problem: "auto", which is as `meaning` says, "cpu" or "cuda"; a control where a GPU is."""
    return knob("auto", "simulate on", options={"auto": meaning, "cpu": "", "cuda": "a GPU"}, here=_device_here)


def up_to(core: float) -> Callable[[Knob], Knob]:
    """For `here` of a knob that a GPU alone takes to its end: without one it is offered up to `core`."""
    return lambda knob: knob if present() else replace(knob, high=core)


def _device_here(knob: Knob) -> Knob:
    if present():
        return knob
    options = {name: text for name, text in (knob.options or {}).items() if name != "cuda"}
    return replace(knob, options=options, drawn=False, otherwise=NO_GPU)
