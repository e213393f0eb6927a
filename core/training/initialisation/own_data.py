"""Reading a data set that someone brings: CSV or NPZ, regression or classification.

Legend: X ↔ inputs [n, d]; y ↔ targets [n, c], float64. Classes become numbers for the squared loss: two classes ±1,
more a centred one-hot row (1 − 1/c and −1/c).
"""

import csv
import io
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.training.initialisation.weights_file import read_npz

MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_INPUTS = 2_000
MAX_CLASSES = 100
MIN_ROWS = 8
TASKS = {"auto": "Find out", "regression": "Regression", "classification": "Classification"}


@dataclass(frozen=True)
class OwnData:
    """X[n, d], y[n, c], the task as understood, class names (empty for regression), and how the file was read."""

    X: np.ndarray
    y: np.ndarray
    task: str
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def read_data(data: bytes, *, task: str = "auto", target: str = "") -> OwnData:
    """A data set from CSV (last column the target unless `target` names one) or NPZ (arrays X and y).

    CSV: comma, semicolon or tab; a first row that is not all numbers is a header. "auto" calls it classification when
    the target is text, or holds at most ten different whole numbers. Raises OutsideTheory with row and column.
    """
    if len(data) > MAX_BYTES:
        raise OutsideTheory(
            f"The file may have at most {MAX_BYTES // 10**6} MB", got=f"{len(data) / 1e6:.1f} MB", do="Take fewer rows."
        )
    if task not in TASKS:
        raise OutsideTheory("No such task", got=repr(task), do="Choose one of " + ", ".join(TASKS) + ".")
    X, raw, notes = _from_npz(data) if data[:4] == b"PK\x03\x04" else _from_csv(data, target)
    _check_inputs(X, raw)
    if task == "auto":
        task = "classification" if _looks_like_classes(raw) else "regression"
        notes = (*notes, f"Read as {task}.")
    if task == "classification":
        y, classes = encode_classes(raw)
        return OwnData(X, y, task, classes, notes)
    return OwnData(X, _numbers(raw), task, (), notes)


def _from_npz(data: bytes) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    arrays = {name.lower(): array for name, array in read_npz(data).items()}
    if "x" not in arrays or "y" not in arrays:
        raise OutsideTheory("The NPZ file needs arrays X and y", got=sorted(arrays), do="numpy.savez(file, X=X, y=y)")
    X, y = arrays["x"], arrays["y"]
    if X.ndim < 2 or X.dtype.kind not in "fiub" or y.ndim > 2:
        raise OutsideTheory(
            "X must be numbers of shape [n, d], y of shape [n] or [n, c]",
            got=f"X {list(X.shape)} {X.dtype}, y {list(y.shape)}",
            do="Reshape before saving.",
        )
    return X.reshape(len(X), -1).astype(float), y, ()


def _from_csv(data: bytes, target: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    rows = _rows(data)
    header = None if all(_is_number(cell) for cell in rows[0][:-1]) else [cell.strip() for cell in rows[0]]
    body = rows if header is None else rows[1:]
    names = header or [str(index + 1) for index in range(len(rows[0]))]
    column = _column(names, target)
    for number, row in enumerate(body, start=1 if header is None else 2):
        if len(row) != len(names):
            raise OutsideTheory(
                f"Every row needs {len(names)} columns", got=f"{len(row)} in row {number}", do="Check the separator."
            )
    inputs = [[cell for index, cell in enumerate(row) if index != column] for row in body]
    X = np.array([[_value(cell, row, names) for cell in cells] for row, cells in enumerate(inputs, start=1)])
    said = "a header row" if header else "no header"
    return X, np.array([row[column].strip() for row in body]), (f"CSV with {said}; target: column {names[column]}.",)


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
        first = text.lstrip().split("\n", 1)[0]
        separator = max(",;\t", key=first.count)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise OutsideTheory("The file must be CSV text or NPZ", got="something else", do="Save it as CSV.") from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise OutsideTheory(
            "A CSV needs at least two columns and two rows",
            got=f"{len(rows)} rows of {len(rows[0]) if rows else 0} columns",
            do="Separate columns by comma, semicolon or tab.",
        )
    return rows


def _column(names: list[str], target: str) -> int:
    if not target:
        return len(names) - 1
    if target in names:
        return names.index(target)
    raise OutsideTheory(
        "The target must be one of the columns", got=repr(target), do="Choose one of " + ", ".join(names[:20]) + "."
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _value(cell: str, row: int, names: list[str]) -> float:
    if not _is_number(cell):
        raise OutsideTheory(
            "Inputs must be numbers", got=f"{cell.strip()!r} in data row {row}", do="Encode text columns, fill gaps."
        )
    return float(cell)


def _check_inputs(X: np.ndarray, y: np.ndarray) -> None:
    if not np.isfinite(X).all():
        row = int(np.argmax(~np.isfinite(X).all(1))) + 1
        raise OutsideTheory(
            "Inputs must be finite", got=f"NaN or infinity in data row {row}", do="Fill or drop the row."
        )
    if len(X) != len(y):
        raise OutsideTheory("X and y must have as many rows", got=f"{len(X)} and {len(y)}", do="Save pairs.")
    if not MIN_ROWS <= len(X) <= MAX_ROWS:
        raise OutsideTheory(f"Rows must number {MIN_ROWS} to {MAX_ROWS:,}", got=len(X), do="Take a random part.")
    if not 1 <= X.shape[1] <= MAX_INPUTS:
        raise OutsideTheory(f"Inputs must number 1 to {MAX_INPUTS:,}", got=X.shape[1], do="Reduce the dimension.")
    if not X.any():
        raise OutsideTheory("Inputs must not be all zero", got="zeros", do="Give other data.")


def _looks_like_classes(y: np.ndarray) -> bool:
    if y.ndim == 2 and y.shape[1] > 1:
        return False
    values = np.unique(y)
    if y.dtype.kind in "UO" and not all(_is_number(str(value)) for value in values):
        return True
    return len(values) <= 10 and all(float(value).is_integer() for value in values)


def encode_classes(y: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels [n] as targets [n, c] for the squared loss, and the class names: two classes ±1, more centred one-hot."""
    names, index = np.unique(np.ravel(y), return_inverse=True)
    if (y.ndim == 2 and y.shape[1] > 1) or not 2 <= len(names) <= MAX_CLASSES:
        raise OutsideTheory(
            f"Classes must number 2 to {MAX_CLASSES}, one label per row",
            got=f"{len(names)} classes, labels of shape {list(y.shape)}",
            do="Choose regression, or give one label per row.",
        )
    if len(names) == 2:
        return 2.0 * index[:, None] - 1, tuple(map(str, names))
    return np.eye(len(names))[index] - 1 / len(names), tuple(map(str, names))


def _numbers(raw: np.ndarray) -> np.ndarray:
    try:
        y = np.asarray(raw, dtype=float)
    except (ValueError, TypeError) as error:
        raise OutsideTheory(
            "A regression target must be a number", got=repr(str(raw.flat[0])), do="Choose classification."
        ) from error
    if not np.isfinite(y).all():
        row = int(np.argmax(~np.isfinite(y.reshape(len(y), -1)).all(1))) + 1
        raise OutsideTheory(
            "Targets must be finite", got=f"NaN or infinity in data row {row}", do="Fill or drop the row."
        )
    return y.reshape(len(y), -1)
