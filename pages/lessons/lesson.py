"""Lesson: what a page teaches: guided steps, a prediction, an exercise, and what two runs are compared by."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.params import Params
from pages import Page
from pages.shared.link import Goal

UNNAMED = ""
STATES_DELTA = ("δ", math.nan)


@dataclass(frozen=True)
class Step:
    """One guided step: `state` is a preset's name or the fields that differ from the defaults; `trace` the name (or
    the beginning of the name) of the trace to look at, "" for all; `panels` the one or two that a projector shows; `beside`:
    its words stand beside them there, since the one picture is as high as it is wide."""

    name: str
    state: str | Mapping[str, Any]
    trace: str = ""
    panels: tuple[int, ...] = (0,)
    beside: bool = False


@dataclass(frozen=True)
class Sketch:
    """What a visitor may draw into a veiled picture: `trace`, by the beginning of its name, in the picture whose short name
    begins with `picture`. Its words: "## sketch" and "## sketched" of the page."""

    picture: str
    trace: str


@dataclass(frozen=True)
class Prediction:
    """A question before the picture moves. veil: beginnings of the names of traces that would give the answer away,
    UNNAMED for lines without a name; panels, beside: as a step's; sketch: what may be drawn instead of chosen; decides: the
    run that decides, by its δ or α; STATES_DELTA: the one with the state's δ; None: it is not one run."""

    state: str | Mapping[str, Any]
    veil: tuple[str, ...] = ()
    panels: tuple[int, ...] = (0,)
    sketch: Sketch | None = None
    decides: tuple[str, float] | None = STATES_DELTA
    beside: bool = False


@dataclass(frozen=True)
class Exercise:
    """A ready-made task for a class: where it begins, the controls left free, the goal."""

    state: str | Mapping[str, Any]
    free: tuple[str, ...]
    goal: Goal


@dataclass(frozen=True)
class Lesson:
    """What a page teaches. curves(problem, solution): the cursor's values and, by the names in measures, what A and B are
    compared by and goals speak of; pictures: which of the page's pictures stand side by side in a comparison;
    story: the steps are told in pictures of their own (pages/lessons/story.py)."""

    steps: tuple[Step, ...]
    prediction: Prediction
    measures: tuple[str, ...]
    pictures: tuple[int, ...] = (0,)
    story: bool = False
    exercise: Exercise | None = None


def state(page: Page, wanted: str | Mapping[str, Any]) -> Params:
    """The problem that a step's or prediction's state names."""
    presets = page.presets()
    if isinstance(wanted, str):
        return presets[wanted]
    kind = type(next(iter(presets.values())))
    return kind(**wanted)
