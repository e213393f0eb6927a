"""The kind of a target, told from all its cells, and its values: numbers for regression, labels for classification.

Nearly all numbers is regression, and the cell that is none is named; words alone are classes. What the network gives decides
where the target leaves it open: three whole numbers are no three classes for a network with one output.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.table.cells import clean, missing, number

MAX_CLASSES = 100
FEW = 10
NEARLY = 0.8


@dataclass(frozen=True)
class Target:
    """values: float [n, c] for regression, text labels [n] for classification; note says how the kind was told."""

    task: str
    values: np.ndarray
    note: str


@dataclass(frozen=True)
class Cells:
    """A target column as text, with its name, the decimal sign, and the line of the file that each cell stands in."""

    cells: Sequence[str]
    lines: Sequence[int]
    name: str = "y"
    decimal: str = "."

    def place(self, at: int) -> str:
        return f"{clean(self.cells[at])!r} in row {self.lines[at]}, column {self.name}"


def target_of_cells(column: Cells, task: str, outputs: int | None) -> Target:
    """The target in a column of text."""
    gaps = np.array([missing(cell) for cell in column.cells])
    values = np.array([number(cell, column.decimal) for cell in column.cells])
    found = task
    if task == "auto":
        share = float((~np.isnan(values)).sum() / max(1, (~gaps).sum()))
        found = "numbers" if share >= NEARLY else "classification" if share <= 1 - NEARLY else "mixed"
    if found == "mixed":
        raise OutsideTheory(
            "A target is numbers or classes; this one mixes both",
            got=column.place(int(np.argmax(np.isnan(values)))),
            do="Mend the cells, or say --task classification.",
        )
    bad = gaps if found == "classification" else np.isnan(values)
    if bad.any():
        what = (
            "Every row needs a class" if found == "classification" else "A target of numbers must have one in every row"
        )
        more = f" and {int(bad.sum()) - 1} more" if bad.sum() > 1 else ""
        raise OutsideTheory(
            what,
            got=column.place(int(np.argmax(bad))) + more,
            do="Fill or drop the row"
            + ("." if found == "classification" else "; say --task classification for classes."),
        )
    if found == "classification":
        return Target(found, np.array([clean(cell) for cell in column.cells]), _note(found, task, "words"))
    return target_of_numbers(values[:, None], "regression" if task == "regression" else "auto", outputs)


def target_of_numbers(values: np.ndarray, task: str, outputs: int | None) -> Target:
    """The target in numbers [n, c]: classes if whole and few, and if the network has an output for each."""
    _check_finite(values)
    why = "numbers"
    if task == "auto":
        task, why = _kind(values, outputs)
        return Target(task, _labels(values) if task == "classification" else values, _note(task, "auto", why))
    return Target(task, _labels(values) if task == "classification" else values, "")


def _kind(values: np.ndarray, outputs: int | None) -> tuple[str, str]:
    if values.shape[1] > 1:
        return "regression", "several columns"
    different = np.unique(values)
    whole = bool((different == np.round(different)).all())
    classes = whole and len(different) <= FEW and 2 * len(different) <= len(values)
    if classes and outputs == 1 and len(different) > 2:
        return "regression", f"{len(different)} whole numbers, but the network has one output"
    if whole and outputs is not None and outputs > 2 and outputs == len(different):
        return "classification", f"{len(different)} whole numbers, and the network has as many outputs"
    if classes:
        return "classification", f"{len(different)} different whole numbers"
    return "regression", "numbers"


def _note(task: str, asked: str, why: str) -> str:
    return f"Read as {task}: the target holds {why} (--task)." if asked == "auto" else ""


def _labels(values: np.ndarray) -> np.ndarray:
    if values.shape[1] > 1:
        raise OutsideTheory(
            f"Classes must number 2 to {MAX_CLASSES}, one label per row",
            got=f"labels of shape {list(values.shape)}",
            do="Choose regression, or give one label per row.",
        )
    return np.array([f"{value:.12g}" for value in values[:, 0]])


def _check_finite(values: np.ndarray) -> None:
    if not np.isfinite(values).all():
        row = int(np.argmax(~np.isfinite(values).all(1))) + 1
        raise OutsideTheory(
            "Targets must be finite", got=f"NaN or infinity in data row {row}", do="Fill or drop the row."
        )


def encode_classes(labels: np.ndarray, outputs: int | None = None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels [n] as targets [n, c] for the squared loss, and the class names: two classes ±1, more centred one-hot.

    Two classes are one-hot too where the network has two outputs. Labels that are numbers are named in their order.
    """
    names, index = np.unique(np.ravel(labels), return_inverse=True)
    if not 2 <= len(names) <= MAX_CLASSES:
        raise OutsideTheory(
            f"Classes must number 2 to {MAX_CLASSES}, one label per row",
            got=f"{len(names)} classes",
            do="Choose regression, or give one label per row.",
        )
    values = [number(str(name)) for name in names]
    if not np.isnan(values).any():
        rank = np.argsort(np.argsort(values))
        names, index = names[np.argsort(values)], rank[index]
    if len(names) == 2 and outputs != 2:
        return 2.0 * index[:, None] - 1, tuple(map(str, names))
    return np.eye(len(names))[index] - 1 / len(names), tuple(map(str, names))
