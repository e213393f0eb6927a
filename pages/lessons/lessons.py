"""LESSONS: guided steps, a prediction and the compared curves of each page; a page gains them by one entry here.

The words stand in assets/prose/<stem>.md: "## step: <name>" for each step; "## predict" holds the question, three
choices as "- [ ] …", the right one as "- [x] …", and then the reason. A step without words of its own, whose state is a
preset, uses the preset's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.params import Params
from pages import BY_STEM, Page
from pages.shared.link import Goal

UNNAMED = ""


@dataclass(frozen=True)
class Step:
    """One guided step: `state` is a preset's name or the fields that differ from the defaults; `trace` the name (or
    the beginning of the name) of the trace to look at, "" for all; `panels` the one or two that a projector shows."""

    name: str
    state: str | Mapping[str, Any]
    trace: str = ""
    panels: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Prediction:
    """A question before the picture moves. veil: beginnings of the names of traces that would give the answer away,
    UNNAMED for lines without a name; panels: as a step's."""

    state: str | Mapping[str, Any]
    veil: tuple[str, ...] = ()
    panels: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Exercise:
    """A ready-made task for a class: where it begins, the controls left free, the goal."""

    state: str | Mapping[str, Any]
    free: tuple[str, ...]
    goal: Goal


@dataclass(frozen=True)
class Lesson:
    """What a page teaches. curves(problem, solution): the cursor's values and, by the names in measures, what A and B are
    compared by and goals speak of; pictures: which of the page's pictures stand side by side in a comparison."""

    steps: tuple[Step, ...]
    prediction: Prediction
    measures: tuple[str, ...]
    pictures: tuple[int, ...] = (0,)
    exercise: Exercise | None = None


def state(page: Page, wanted: str | Mapping[str, Any]) -> Params:
    """The problem that a step's or prediction's state names."""
    presets = page.presets()
    if isinstance(wanted, str):
        return presets[wanted]
    kind = type(next(iter(presets.values())))
    return kind(**wanted)


_ALL = {
    "start": Lesson(
        steps=(
            Step("one function, three splits", {}, panels=(0, 1)),
            Step("fast but lazy", {}, "▲", (1, 2)),
            Step("late but rich", {}, "▼", (0, 2)),
            Step("flip to ReLU", "flip to ReLU", "▲", (1, 2)),
        ),
        prediction=Prediction({}, ("▲", "●", "▼"), (0, 2)),
        measures=("loss", "kernel_distance"),
    ),
    "geometry": Lesson(
        steps=(
            Step("one surface", {}, "gradient flow"),
            Step("zero loss", {}, "zero loss"),
            Step("same function", {"delta": 2.0}, "same function", (0, 1)),
            Step("pinch", "pinch"),
            Step("the rates alone", "same weights, other rates", "gradient flow"),
        ),
        prediction=Prediction({"delta": 4.0}, ("gradient flow", "end", "β", "loss left", "kernel distance"), (0, 1)),
        measures=("loss", "kernel_distance"),
        pictures=(1,),
    ),
    "exact": Lesson(
        steps=(
            Step("fast but lazy", "paper, figure 3", "δ = 4", (1, 2)),
            Step("rich at once", "paper, figure 3", "δ = 0", (0, 1)),
            Step("late, then sudden", "paper, figure 3", "δ = -4", (1, 2)),
            Step("the dip", "fast dip", "δ = -4"),
            Step("where theory ends", "raise η until it breaks", panels=(3, 4)),
        ),
        prediction=Prediction("fast dip", ("δ =", "amber", UNNAMED)),
        measures=("loss", "alignment", "kernel_distance"),
        pictures=(0, 1),
    ),
    "relu": Lesson(
        steps=(
            Step("map before fit", "map before fit", "▲", (1, 5)),
            Step("frozen map", "frozen map", "●", (0, 1)),
            Step("delayed", "delayed", "▼", (1, 5)),
            Step("linear", "linear", panels=(0, 5)),
        ),
        prediction=Prediction("map before fit", ("loss left", "flipped", "▲", "●"), (1, 5)),
        measures=("loss", "flips", "kernel_distance", "parameter_distance"),
        pictures=(0,),
    ),
    "teacher_student": Lesson(
        steps=(
            Step("upstream", "rich and rapid: upstream", panels=(0, 2)),
            Step("balanced", "rich: balanced", panels=(0, 2)),
            Step("downstream", "lazy: downstream", panels=(0, 2)),
            Step("large", "lazy: large", panels=(0, 2)),
            Step("the rates alone", "same start, other rates", panels=(0, 2)),
        ),
        prediction=Prediction("lazy: downstream", ("student", "neuron, a", "loss", "test", "train", "flip", UNNAMED)),
        measures=("test_loss", "train_loss", "flips", "kernel_distance"),
        exercise=Exercise("lazy: downstream", ("delta", "tau"), Goal("test_loss", "<", 0.001, 10.0)),
    ),
    "regime_map": Lesson(
        steps=(
            Step("one glance", "one glance", panels=(0, 2)),
            Step("little movement, many flips", "little movement, many flips", panels=(0, 1)),
            Step("kernel misleads", "kernel misleads", panels=(0, 1)),
            Step("lazy everywhere", "lazy everywhere", panels=(0, 2)),
        ),
        prediction=Prediction("kernel misleads", ("test loss,", "flips,", "kernel,", "distance,", UNNAMED), (0, 1)),
        measures=("test_loss", "flips", "kernel_distance"),
        pictures=(0,),
    ),
}

LESSONS = {stem: lesson for stem, lesson in _ALL.items() if stem in BY_STEM}
