"""LESSONS: guided steps, a prediction and the compared curves of each page; a page gains them by one entry here.

The words stand in assets/prose/<stem>.md: "## step: <name>" for each step; "## predict" holds the question, three
choices as "- [ ] …", the right one as "- [x] …", and then the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.params import Params
from pages import BY_STEM, Page

Curves = tuple[np.ndarray, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Step:
    """One guided step: `state` is a preset's name or the fields that differ from the defaults; `trace` the name (or
    the beginning of the name) of the trace to look at, "" for all."""

    name: str
    state: str | Mapping[str, Any]
    trace: str = ""


@dataclass(frozen=True)
class Prediction:
    """A question before the picture moves. veil: beginnings of the names of traces that would give the answer away."""

    state: str | Mapping[str, Any]
    veil: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """What a page teaches. curves(solution): the cursor's values and, by the names in measures, what A and B are
    compared by and goals speak of; pictures: which of the page's pictures stand side by side in a comparison."""

    steps: tuple[Step, ...]
    prediction: Prediction
    measures: tuple[str, ...]
    curves: Callable[[Any], Curves]
    pictures: tuple[int, ...] = (0,)


def state(page: Page, wanted: str | Mapping[str, Any]) -> Params:
    """The problem that a step's or prediction's state names."""
    presets = page.presets()
    if isinstance(wanted, str):
        return presets[wanted]
    kind = type(next(iter(presets.values())))
    return kind(**wanted)


def _geometry(solution: Any) -> Curves:
    if len(solution.paths) > 1:
        ends = {"loss": [p.loss[0, -1] for p in solution.paths]}
        ends["kernel_distance"] = [p.kernel_distance[0, -1] for p in solution.paths]
        return solution.deltas, {name: np.array(values) for name, values in ends.items()}
    path = solution.paths[0]
    return solution.times, {"loss": path.loss[0], "kernel_distance": path.kernel_distance[0]}


_ALL = {
    "geometry": Lesson(
        steps=(
            Step("one surface", {}, "gradient flow"),
            Step("zero loss", {}, "zero loss"),
            Step("same function", {"delta": 2.0}, "same function"),
            Step("pinch", "pinch"),
            Step("the rates alone", "same weights, other rates", "gradient flow"),
        ),
        prediction=Prediction({"delta": 4.0}, ("gradient flow", "end", "β", "loss left", "kernel distance")),
        measures=("loss", "kernel_distance"),
        curves=_geometry,
        pictures=(1,),
    ),
}

LESSONS = {stem: lesson for stem, lesson in _ALL.items() if stem in BY_STEM}
