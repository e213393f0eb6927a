"""Controls that do nothing now, as a page's IDLE table tells (core/problems/<stem>.py): they rest, and say why."""

from collections.abc import Mapping
from typing import Any

from core.figures.style import minus
from core.params import Knob

Idle = Mapping[str, tuple[Any, ...]]
"""Of one control: others, and those of their values at which, all together, it does nothing."""


def resting(idle: Mapping[str, Idle], knobs: Mapping[str, Knob], values: Mapping[str, Any]) -> dict[str, str]:
    """The controls that do nothing at these values, each with a sentence that says what holds it."""
    return {
        name: f"**Rests** while {' and '.join(_stands(knobs[other].label, held) for other, held in others.items())}."
        for name, others in idle.items()
        if all(values[other] in held for other, held in others.items())
    }


def named(key: Any) -> str:
    """An option's key as it is read."""
    return minus(str(key)).replace("_", " ")


def _stands(label: str, values: tuple[Any, ...]) -> str:
    words = " or ".join(f"“{named(value)}”" for value in values)
    return f"“{label}” is {words}"
