"""A data set in an NPZ file: which arrays are X and y, and whether their types are numbers or labels."""

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.table.target import Cells, Target, target_of_cells, target_of_numbers

PAIRS = (
    ("x", "y"),
    ("x_train", "y_train"),
    ("inputs", "targets"),
    ("features", "labels"),
    ("features", "target"),
    ("data", "target"),
    ("data", "labels"),
)
KINDS = {
    "c": "complex numbers",
    "M": "dates",
    "m": "durations",
    "V": "records of several fields",
    "O": "Python objects",
}


def pair(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, str]:
    """X, y and a note if they are called otherwise; raises OutsideTheory where the file holds no known pair."""
    by_name = {name.lower(): name for name in arrays}
    for x, y in PAIRS:
        if x in by_name and y in by_name:
            note = "" if (x, y) == ("x", "y") else f"Arrays {by_name[x]} and {by_name[y]} are taken as X and y."
            return arrays[by_name[x]], arrays[by_name[y]], note
    raise OutsideTheory("The NPZ file needs arrays X and y", got=sorted(arrays), do="numpy.savez(file, X=X, y=y)")


def inputs_of(X: np.ndarray) -> np.ndarray:
    """X as floats [n, d]; images and the like are flattened."""
    _check_kind(X, "X")
    if X.dtype.kind in "US":
        raise OutsideTheory(
            "X must hold numbers", got=f"text, {str(X.ravel()[0])[:20]!r}" if X.size else "text", do=ENCODE
        )
    if X.ndim < 2:
        raise OutsideTheory(
            "X must be numbers of shape [n, d]", got=f"X {list(X.shape)}", do="Save X[:, None] for one input."
        )
    return X.reshape(len(X), -1).astype(float)


ENCODE = "Encode text as numbers before saving."


def target_of_array(y: np.ndarray, task: str, outputs: int | None) -> Target:
    """The target in an array: text and bytes are labels, or numbers written out; truth values are classes."""
    _check_kind(y, "y")
    if y.ndim not in (1, 2):
        raise OutsideTheory("y must be of shape [n] or [n, c]", got=f"y {list(y.shape)}", do="Reshape before saving.")
    if y.dtype.kind in "US":
        if y.ndim == 2 and y.shape[1] != 1:
            raise OutsideTheory("Labels are one per row", got=f"text of shape {list(y.shape)}", do="Save one column.")
        text = [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in y.ravel()]
        return target_of_cells(Cells(text, range(1, len(text) + 1)), task, outputs)
    chosen = "classification" if y.dtype.kind == "b" and task == "auto" else task
    found = target_of_numbers(y.reshape(len(y), -1).astype(float), chosen, outputs)
    note = "Read as classification: the target holds truth values (--task)." if chosen != task else found.note
    return Target(found.task, found.values, note)


def _check_kind(array: np.ndarray, name: str) -> None:
    if array.dtype.kind in KINDS:
        raise OutsideTheory(
            f"{name} must hold real numbers", got=KINDS[array.dtype.kind], do="Save plain arrays of numbers."
        )
