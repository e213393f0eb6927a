"""Reading a data set that someone brings: CSV or NPZ, regression or classification, and whether it fits a network.

Legend: X ↔ inputs [n, d]; y ↔ targets [n, c], float64. Classes become numbers for the squared loss: two classes ±1,
more a centred one-hot row (1 − 1/c and −1/c).

Ours.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory, Unavailable
from core.training.initialisation.table.arrays import inputs_of, pair, target_of_array
from core.training.initialisation.table.cells import like_number, missing, number
from core.training.initialisation.table.target import MAX_CLASSES, Cells, Target, encode_classes, target_of_cells
from core.training.initialisation.table.text import AUTO, DECIMALS, HEADERS, SEPARATORS, How, Table, read_table
from core.training.initialisation.weights.formats import refuse_other_formats
from core.training.initialisation.weights.reading import read_npz

__all__ = [
    "AUTO",
    "DECIMALS",
    "HEADERS",
    "MAX_CLASSES",
    "SEPARATORS",
    "TASKS",
    "How",
    "OwnData",
    "check_fit",
    "encode_classes",
    "read_data",
]

MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_INPUTS = 2_000
MIN_ROWS = 8
TASKS = {"auto": "Find out", "regression": "Regression", "classification": "Classification"}
INDEX_NAMES = {"", "index", "id", "row", "nr", "no", "no."}


@dataclass(frozen=True)
class OwnData:
    """X[n, d], y[n, c], the task as understood, class names (empty for regression), and how the file was read.

    names: the inputs' columns, empty for NPZ.
    """

    X: np.ndarray
    y: np.ndarray
    task: str
    classes: tuple[str, ...]
    notes: tuple[str, ...]
    names: tuple[str, ...] = ()


def read_data(
    data: bytes, *, task: str = "auto", target: str = "", how: How = AUTO, outputs: int | None = None
) -> OwnData:
    """A data set from CSV (last column the target unless `target` names one) or NPZ (arrays X and y).

    `how` overrides what is guessed of a text file; `outputs` of the network it is for helps to tell classes from numbers.
    Every guess is one of the notes. Raises OutsideTheory with row and column.
    """
    if task not in TASKS:
        raise OutsideTheory("No such task", got=repr(task), do="Choose one of " + ", ".join(TASKS) + ".")
    refuse_other_formats(data, "CSV or NPZ")
    if len(data) > MAX_BYTES:
        raise Unavailable(
            f"The file may have at most {MAX_BYTES // 10**6} MB", got=f"{len(data) / 1e6:.1f} MB", do="Take fewer rows."
        )
    if data[:4] == b"PK\x03\x04":
        raw_X, raw_y, note = pair(read_npz(data))
        X = inputs_of(raw_X)
        _check_inputs(X, len(raw_y) if raw_y.ndim else len(X))
        return _encoded(X, target_of_array(raw_y, task, outputs), (note,), (), outputs)
    table = read_table(data, how)
    _drop_empty(table)
    at = _target(table, target)
    at = _drop_index(table, at, how.index)
    table.notes.append(f"Target: column {table.names[at]} (--target).")
    X = _inputs(table, at)
    column = Cells(table.column(at), table.lines, table.names[at], table.decimal)
    _check_inputs(X, len(X))
    names = tuple(name for k, name in enumerate(table.names) if k != at)
    return _encoded(X, target_of_cells(column, task, outputs), tuple(table.notes), names, outputs)


def check_fit(data: OwnData, inputs: int, outputs: int) -> OwnData:
    """The data, if a network with these inputs and outputs can be meant; raises OutsideTheory with both sizes otherwise."""
    if data.X.shape[1] != inputs:
        extra = data.X.shape[1] - inputs
        hint = f" Columns: {', '.join(data.names[:8])}." if data.names else ""
        do = "Leave out what is no input (--index, --target)." if extra > 0 else "Bring the data of this network."
        raise OutsideTheory(f"The network takes {inputs} inputs", got=f"data with {data.X.shape[1]}", do=do + hint)
    if data.y.shape[1] == outputs:
        return data
    if data.task == "classification":
        got = f"{len(data.classes)} classes ({', '.join(data.classes[:5])})"
        do = "Say --task regression if these are numbers to be predicted, or bring the data of this network."
    else:
        got = f"{data.y.shape[1]} target column" + ("s" if data.y.shape[1] > 1 else "")
        do = "Say --task classification if the numbers are classes; several target columns come as NPZ, y of shape [n, c]."
    raise OutsideTheory(f"The network gives {outputs} output" + ("s" if outputs > 1 else ""), got=got, do=do)


def _encoded(X: np.ndarray, found: Target, notes, names, outputs: int | None) -> OwnData:
    said = tuple(note for note in (*notes, found.note) if note)
    if found.task == "regression":
        return OwnData(X, found.values.astype(float), found.task, (), said, names)
    y, classes = encode_classes(found.values, outputs)
    coded = "centred one-hot" if y.shape[1] > 1 else f"{classes[0]} is −1, {classes[1]} is +1"
    return replace(OwnData(X, y, found.task, classes, said, names), notes=(*said, f"{len(classes)} classes: {coded}."))


def _drop_empty(table: Table) -> None:
    """A separator at the end of every line makes a column without a name or a value."""
    for at in reversed(range(len(table.names))):
        if not any(cell.strip() for cell in table.column(at)) and len(table.names) > 2:
            table.notes.append(f"Column {table.names[at] or at + 1} is empty and left out.")
            table.drop(at)


def _target(table: Table, target: str) -> int:
    if not target:
        return len(table.names) - 1
    found = [k for k, name in enumerate(table.names) if name == target]
    if len(found) == 1:
        return found[0]
    raise OutsideTheory(
        "The target must be one of the columns" if not found else "The target's name must be that of one column",
        got=repr(target) if not found else f"{len(found)} columns called {target!r}",
        do="Choose one of " + ", ".join(table.names[:20]) + ".",
    )


def _drop_index(table: Table, target: int, chosen: str) -> int:
    """Leave out the column that only numbers or names the rows; returns the target's place afterwards."""
    if chosen == "none":
        return target
    if chosen != "auto":
        if chosen not in table.names or table.names.index(chosen) == target:
            raise OutsideTheory(
                "The index must be one of the columns beside the target",
                got=repr(chosen),
                do="Choose one of " + ", ".join(table.names[:20]) + ", or none.",
            )
        at, why = table.names.index(chosen), "as you say"
    else:
        at, why = 0, _numbers_rows(table) if target != 0 and len(table.names) > 2 else ""
    if not why:
        return target
    table.notes.append(f"Column {table.names[at] or at + 1} is left out: {why} (--index).")
    table.drop(at)
    return target - (at < target)


def _numbers_rows(table: Table) -> str:
    """Why the first column is an index, or "": it counts the rows and has no name of its own, or names each row."""
    cells, name = table.column(0), table.names[0].lower()
    if len(set(cells)) < len(cells):
        return ""
    values = np.array([number(cell, table.decimal) for cell in cells])
    nameless = name in INDEX_NAMES or name.startswith("unnamed") or name == "1"
    if (
        nameless
        and not np.isnan(values).any()
        and (np.diff(values) == 1).all()
        and (values[0] in (0, 1) or name != "1")
    ):
        return "it counts the rows"
    if name in ("",) and not np.isnan(values).any():
        return "it has no name and numbers the rows"
    words = [not like_number(cell) and not missing(cell) for cell in cells]
    return "it names each row" if all(words) else ""


def _inputs(table: Table, target: int) -> np.ndarray:
    X = np.empty((len(table.rows), len(table.names) - 1))
    columns = [k for k in range(len(table.names)) if k != target]
    for row, cells in enumerate(table.rows):
        for at, k in enumerate(columns):
            X[row, at] = value = number(cells[k], table.decimal)
            if not np.isfinite(value):
                raise OutsideTheory(
                    "Inputs must be finite numbers",
                    got=f"{cells[k].strip()!r} in row {table.lines[row]}, column {table.names[k]}",
                    do="Encode text columns, fill gaps or drop the row; another column is the target by --target.",
                )
    return X


def _check_inputs(X: np.ndarray, targets: int) -> None:
    if not np.isfinite(X).all():
        row = int(np.argmax(~np.isfinite(X).all(1))) + 1
        raise OutsideTheory(
            "Inputs must be finite", got=f"NaN or infinity in data row {row}", do="Fill or drop the row."
        )
    if len(X) != targets:
        raise OutsideTheory("X and y must have as many rows", got=f"{len(X)} and {targets}", do="Save pairs.")
    if not MIN_ROWS <= len(X) <= MAX_ROWS:
        raise OutsideTheory(f"Rows must number {MIN_ROWS} to {MAX_ROWS:,}", got=len(X), do="Take a random part.")
    if not 1 <= X.shape[1] <= MAX_INPUTS:
        raise OutsideTheory(f"Inputs must number 1 to {MAX_INPUTS:,}", got=X.shape[1], do="Reduce the dimension.")
    if not X.any():
        raise OutsideTheory("Inputs must not be all zero", got="zeros", do="Give other data.")
