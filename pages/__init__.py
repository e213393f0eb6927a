"""PAGES: the table of contents. A page is registered by one row here; its URL path is its file's stem.

`question` is the page's heading, `title` its short name in the navigation, `model` the module of core that holds its
PRESETS, `papers` the keys in core.papers it cites.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path

from core.params import Params

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Page:
    """One row of the table of contents."""

    file: str
    title: str
    section: str
    question: str
    model: str
    papers: tuple[str, ...] = ("kunin2024",)

    @property
    def stem(self) -> str:
        return Path(self.file).stem

    @property
    def path(self) -> Path:
        return ROOT / self.file

    def presets(self) -> dict[str, Params]:
        """The page's presets by name, from its model's PRESETS."""
        return importlib.import_module(self.model).PRESETS if self.model else {}


MINIMAL = "The minimal model"
LINEAR = "Linear networks"
RELU = "ReLU networks"
PRACTICE = "In practice"
TOOLS = "Tools"

PAGES = (
    Page(
        "pages/start.py",
        "Start",
        MINIMAL,
        "Same function, same loss: does the split between layers matter?",
        "core.problems.start",
    ),
    Page(
        "pages/geometry.py",
        "Geometry",
        MINIMAL,
        "Where may gradient flow go?",
        "core.problems.geometry",
    ),
    Page(
        "pages/exact.py",
        "Exact solutions",
        MINIMAL,
        "Does the formula match?",
        "core.problems.exact",
    ),
    Page(
        "pages/implicit_bias.py",
        "Implicit bias",
        MINIMAL,
        "Which of infinitely many zero-loss solutions?",
        "core.problems.implicit_bias",
    ),
    Page(
        "pages/relu.py",
        "ReLU picture",
        RELU,
        "What does feature learning look like?",
        "core.problems.relu",
    ),
    Page(
        "pages/teacher_student.py",
        "Teacher–student",
        RELU,
        "How do neurons find the teacher?",
        "core.problems.teacher_student",
    ),
    Page(
        "pages/regime_map.py",
        "Regime map",
        RELU,
        "Rich, lazy or delayed: where, and how fast?",
        "core.problems.regime_map",
    ),
    Page(
        "pages/landscape.py",
        "Landscape",
        RELU,
        "What does the loss look like from where the weights are?",
        "core.problems.landscape",
    ),
    Page(
        "pages/wide.py",
        "Wide networks",
        LINEAR,
        "What does the shape of a linear network decide?",
        "core.problems.wide",
        ("kunin2024", "saxe2014", "domine2024"),
    ),
    Page(
        "pages/deep.py",
        "Deep networks",
        LINEAR,
        "What does depth do to the bias and to the wait?",
        "core.problems.deep",
        ("kunin2024", "saxe2014"),
    ),
    Page(
        "pages/kernel_movement.py",
        "Kernel movement",
        PRACTICE,
        "Does the kernel move because activations flip or because parameters move?",
        "core.problems.kernel_movement",
    ),
    Page(
        "pages/filters.py",
        "Filters",
        PRACTICE,
        "What does the first layer of a convolutional network become?",
        "core.problems.filters",
    ),
    Page(
        "pages/hierarchy.py",
        "Hierarchy",
        PRACTICE,
        "How many samples does hierarchical data need?",
        "core.problems.hierarchy",
        ("kunin2024", "cagnetta2024"),
    ),
    Page(
        "pages/grokking.py",
        "Grokking",
        PRACTICE,
        "When does a transformer understand what it has learnt by heart?",
        "core.problems.grokking",
        ("kunin2024", "power2022"),
    ),
    Page(
        "pages/initialisation.py",
        "Initialisation",
        TOOLS,
        "Which layer will your network train first?",
        "core.problems.initialisation",
    ),
    Page(
        "pages/limits.py",
        "Limits",
        TOOLS,
        "Where does the theory end?",
        "core.problems.limits",
    ),
    Page(
        "pages/learn.py",
        "Learn and teach",
        TOOLS,
        "What does it all mean?",
        "",
    ),
)

BY_STEM = {page.stem: page for page in PAGES}
