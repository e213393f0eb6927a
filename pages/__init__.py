"""PAGES: the table of contents. A page is registered by one row here; its stem is its URL path and names its room on every
floor: pages/<stem>.py, core/problems/<stem>.py, core/figures/<stem>.py, assets/prose/<stem>.md.

`question` is the page's heading, `title` its short name in the navigation, `papers` the keys in core.papers it cites.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path

from core.params import Params

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Page:
    """One row of the table of contents; `has_problem`: whether core.problems holds a Problem with PRESETS for it."""

    stem: str
    title: str
    section: str
    question: str
    papers: tuple[str, ...] = ("kunin2024",)
    has_problem: bool = True

    @property
    def file(self) -> str:
        return f"pages/{self.stem}.py"

    @property
    def path(self) -> Path:
        return ROOT / self.file

    @property
    def model(self) -> str:
        """The module of core with the page's Problem, solve and PRESETS; "" where it has none."""
        return f"core.problems.{self.stem}" if self.has_problem else ""

    def presets(self) -> dict[str, Params]:
        """The page's presets by name, from its model's PRESETS."""
        return importlib.import_module(self.model).PRESETS if self.model else {}


BEGIN = "Begin"
MINIMAL = "The minimal model"
LINEAR = "Linear networks"
RELU = "ReLU networks"
PRACTICE = "In practice"
TOOLS = "Tools"

PAGES = (
    Page(
        "start",
        "Start",
        BEGIN,
        "Same function, same loss: does the split between layers matter?",
        ("kunin2024", "chizat2019"),
    ),
    Page(
        "learn",
        "Learn and teach",
        BEGIN,
        "What does it all mean?",
        has_problem=False,
    ),
    Page(
        "geometry",
        "Geometry",
        MINIMAL,
        "Where may gradient flow go?",
    ),
    Page(
        "exact",
        "Exact solutions",
        MINIMAL,
        "Does the formula match?",
    ),
    Page(
        "implicit_bias",
        "Implicit bias",
        MINIMAL,
        "Which of infinitely many zero-loss solutions?",
        ("kunin2024", "azulay2021", "woodworth2020"),
    ),
    Page(
        "relu",
        "ReLU picture",
        RELU,
        "What does feature learning look like?",
    ),
    Page(
        "teacher_student",
        "Teacher–student",
        RELU,
        "How do neurons find the teacher?",
    ),
    Page(
        "regime_map",
        "Regime map",
        RELU,
        "Rich, lazy or delayed: where, and how fast?",
        ("kunin2024", "chizat2019", "luo2021"),
    ),
    Page(
        "landscape",
        "Landscape",
        RELU,
        "What does the loss look like from where the weights are?",
    ),
    Page(
        "wide",
        "Wide networks",
        LINEAR,
        "What does the shape of a linear network decide?",
        ("kunin2024", "saxe2014", "braun2022", "domine2024", "woodworth2020", "tu2024"),
    ),
    Page(
        "deep",
        "Deep networks",
        LINEAR,
        "What does depth do to the bias and to the wait?",
        ("kunin2024", "saxe2014"),
    ),
    Page(
        "kernel_movement",
        "Kernel movement",
        PRACTICE,
        "Does the kernel move because activations flip or because parameters move?",
        ("kunin2024", "fort2020", "chizat2019"),
    ),
    Page(
        "filters",
        "Filters",
        PRACTICE,
        "What does the first layer of a convolutional network become?",
    ),
    Page(
        "hierarchy",
        "Hierarchy",
        PRACTICE,
        "How many samples does hierarchical data need?",
        ("kunin2024", "cagnetta2024"),
    ),
    Page(
        "grokking",
        "Grokking",
        PRACTICE,
        "When does a transformer understand what it has learnt by heart?",
        ("kunin2024", "power2022", "kumar2023", "nanda2023"),
    ),
    Page(
        "initialisation",
        "Initialisation",
        TOOLS,
        "Which layer will your network train first?",
    ),
    Page(
        "limits",
        "Limits",
        TOOLS,
        "Where does the theory end?",
    ),
)

BY_STEM = {page.stem: page for page in PAGES}
