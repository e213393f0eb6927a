"""Params: a frozen set of checked parameters. knob(): what a parameter is, written once for the check and the widget.

A model's `Problem` subclasses `Params`; each field is a `knob`. Its name is the control's key and the URL parameter.
"""

import dataclasses
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core import entries
from core.errors import OutsideTheory

Curves = tuple[np.ndarray, dict[str, np.ndarray]]
"""A cursor's values [T], and by name what is measured at them [T]."""

NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True)
class Knob:
    """One parameter's meaning: what it is called, what it may be, and how a control should space it.

    scale "linear" is a slider from low to high by step; "log" and "asinh" are sliders over `grid`, which holds round
    numbers only, so that a link can be typed by hand. `options` (value → what it means) makes it a choice whose keys are
    the labels and the URL text; with `many` the value is a tuple of them. With `entries` the value is a word: places of so
    many numbers, each from low to high, for some of many things (core.entries). `here` gives the part of it that pages offer
    on this machine (core.training.offers): not `drawn` where nothing is to choose, `otherwise` why a link is not followed.
    """

    label: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    scale: str = "linear"
    smallest: float = 0.1
    unit: str = ""
    help: str = ""
    options: Mapping[Any, str] | None = None
    many: bool = False
    entries: int = 0
    here: "Callable[[Knob], Knob] | None" = None
    drawn: bool = True
    otherwise: str = ""

    @cached_property
    def grid(self) -> tuple[float, ...]:
        """The values a log or asinh slider offers; asinh goes through 0 and starts at ±smallest."""
        if self.low is None or self.high is None:
            raise TypeError(f"knob {self.label!r} has no range")
        if self.scale == "log":
            return _nice(self.low, self.high)
        ends = _nice(self.smallest, max(abs(self.low), abs(self.high)))
        both = (*(-v for v in reversed(ends)), 0.0, *ends)
        return tuple(v for v in both if self.low <= v <= self.high)

    def check(self, name: str, value: Any) -> Any:
        """The value in the field's own type, or OutsideTheory with a sentence about what is allowed."""
        if self.options is not None:
            return self._check_option(name, value)
        if self.entries:
            return self._check_entries(name, value)
        if isinstance(value, str) or (not isinstance(value, bool | int | float) and not hasattr(value, "__float__")):
            raise OutsideTheory(f"{self.label} ({name}) must be a number", got=repr(value), do=self._advice())
        number = float(value)
        if not math.isfinite(number):
            raise OutsideTheory(f"{self.label} ({name}) must be finite", got=number, do=self._advice())
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise OutsideTheory(f"{self.label} ({name}) is out of its range", got=f"{number:g}", do=self._advice())
        return number

    def _check_option(self, name: str, value: Any) -> Any:
        assert self.options is not None
        chosen = (value,)
        if self.many:
            if not isinstance(value, list | tuple | set | frozenset):
                raise OutsideTheory(f"{self.label} ({name}) must be a tuple", got=repr(value), do=self._advice())
            chosen = tuple(value)
        for one in chosen:
            if not isinstance(one, Hashable) or one not in self.options:
                raise OutsideTheory(f"{self.label} ({name}) has no such choice", got=repr(one), do=self._advice())
        return chosen if self.many else value

    def _check_entries(self, name: str, value: Any) -> str:
        assert self.low is not None and self.high is not None
        try:
            found = entries.read(value, self.entries)
        except (TypeError, ValueError):
            do = f"Write it like {entries.write({7: (self.high,) * self.entries})}."
            raise OutsideTheory(f"{self.label} ({name}) cannot be read", got=repr(value)[:60], do=do) from None
        if found != entries.inside(found, self.low, self.high):
            raise OutsideTheory(f"{self.label} ({name}) is out of its range", got=value[:60], do=self._advice())
        return entries.write(found)

    def _advice(self) -> str:
        if self.options is not None:
            return "Choose one of " + ", ".join(str(key) for key in self.options) + "."
        if self.low is None or self.high is None:
            return "Give a finite number."
        return f"Choose a value from {self.low:g} to {self.high:g}."


def _nice(low: float, high: float) -> tuple[float, ...]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = {float(f"{m}e{e}") for e in decades for m in NICE}
    inside = sorted(v for v in values if low * (1 - 1e-12) <= v <= high * (1 + 1e-12))
    return tuple(inside)


def knob(default: Any, label: str, **meaning: Any) -> Any:
    """A dataclass field with its default and its Knob; see Knob for what `meaning` can hold."""
    return dataclasses.field(default=default, metadata={"knob": Knob(label, **meaning)})


def _as(kind: type, number: float, name: str) -> Any:
    if kind is int and number != int(number):
        raise OutsideTheory(
            f"{name} must be a whole number", got=f"{number:g}", do="Choose a number without a fraction."
        )
    if kind is bool and number not in (0, 1):
        raise OutsideTheory(f"{name} must be true or false", got=f"{number:g}", do="Choose one of 0 and 1.")
    return kind(number)


@dataclass(frozen=True)
class Params:
    """Base of every Problem: frozen, hashable, each field checked against its knob when made.

    Cross-field rules extend `__post_init__` and call this one first.
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            meaning: Knob = field.metadata["knob"]
            value = meaning.check(field.name, getattr(self, field.name))
            if meaning.options is None and not meaning.entries:
                value = _as(type(field.default), value, f"{meaning.label} ({field.name})")
            object.__setattr__(self, field.name, value)

    @classmethod
    def knobs(cls) -> dict[str, Knob]:
        """Field name → Knob, in the order of the class."""
        return {field.name: field.metadata["knob"] for field in dataclasses.fields(cls)}

    @classmethod
    def offered(cls) -> dict[str, Knob]:
        """The knobs as pages offer them on this machine. A Problem may lie beyond: it then takes longer, or another device."""
        return {name: knob.here(knob) if knob.here else knob for name, knob in cls.knobs().items()}

    def changed(self) -> dict[str, Any]:
        """The fields that differ from the class's defaults: what a link to this problem must carry."""
        fields = dataclasses.fields(self)
        return {f.name: getattr(self, f.name) for f in fields if getattr(self, f.name) != f.default}
