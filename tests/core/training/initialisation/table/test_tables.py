"""Any data: each kind of file is one row. Read right, with a note and its switch, or refused by row and column."""

import io

import numpy as np
import pytest

from core.errors import Refusal
from core.training.initialisation.own_data import How, check_fit, read_data

N = 12
A = np.round(np.linspace(-3, 4, N) ** 3 / 7, 3)
B = np.round(np.cos(np.arange(N) * 1.3), 3)
Y = np.round(2 * A - B, 4)


def point(value) -> str:
    return str(value)


def comma(value) -> str:
    return str(value).replace(".", ",")


def csv(columns, header="", separator=",", write=point, first="") -> str:
    rows = [separator.join(write(value) for value in row) for row in zip(*columns, strict=True)]
    return first + "\n".join([header, *rows] if header else rows) + "\n"


PLAIN = csv((A, B, Y), "a,b,y")


def savetxt(**how) -> str:
    text = io.StringIO()
    np.savetxt(text, np.column_stack([A, B, Y]), fmt="%.6g", **how)
    return text.getvalue()


BOTH = np.column_stack([A, B])
READ = {
    "plain": (PLAIN, "--separator"),
    "decimal comma, semicolons": (csv((A, B, Y), "a;b;y", ";", comma), "--decimal"),
    "decimal comma, quoted between commas": (csv((A, B, Y), "a,b,y", ",", lambda v: f'"{comma(v)}"'), "--decimal"),
    "decimal comma, tabs": (csv((A, B, Y), "a\tb\ty", "\t", comma), "--decimal"),
    "decimal comma, spaces": (csv((A, B, Y), "", " ", comma), "--decimal"),
    "sep= of Excel": (csv((A, B, Y), "a;b;y", ";", comma, first="sep=;\n"), "semicolon"),
    "bars": (csv((A, B, Y), "a|b|y", "|"), "bar"),
    "commas and spaces": (csv((A, B, Y), "a, b, y", ", "), "comma"),
    "numpy.savetxt": (savetxt(), "space"),
    "numpy.savetxt with names": (savetxt(header="a b y"), "comment"),
    "numpy.savetxt with a remark": (savetxt(header="made on a Tuesday by me", delimiter=","), "comment lines"),
    "line ends of Windows": (PLAIN.replace("\n", "\r\n"), "header"),
    "cp1252": (csv((A, B, Y), "größe,b,y").encode("cp1252"), "cp1252"),
    "UTF-8 with a mark": ("\ufeff" + PLAIN, "header row (a"),
    "UTF-16": (PLAIN.encode("utf-16"), "utf-16"),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), "utf-16"),
    "pandas' index": (csv((range(N), A, B, Y), ",a,b,y"), "counts the rows"),
    "pandas' header of numbers": (csv((A, B, Y), "0,1,target"), "header row (0, 1"),
    "a header of years": (csv((A, B, Y), "2019,2020,2021"), "header row (2019"),
    "years above": (csv((A, B, Y), "1999,2000,2001"), "header row (1999"),
    "an index column called id": (csv((range(1000, 1000 + N), A, B, Y), "id,a,b,y"), "--index"),
    "remarks between": (PLAIN.replace("\n", "\n# part\n", 3), "comment lines"),
    "a header 0, 1, 2": (csv((A, B, Y), "0,1,2"), "header row (0, 1, 2)"),
    "an index without a header": (csv((range(N), A, B, Y)), "counts the rows"),
    "names of rows": (csv(([f"sample {k}" for k in range(N)], A, B, Y), "name,a,b,y"), "names each row"),
    "R's write.table": (csv(([f'"r{k}"' for k in range(N)], A, B, Y), "a b y", " "), "names each row"),
    "a separator at each line's end": (csv((A, B, Y, [""] * N), "a;b;y;", ";", comma), "empty"),
    "empty lines": (PLAIN.replace("\n", "\n\n"), "header"),
    "an Excel export": (
        csv((A, B, Y), "a;b;y", ";", comma, first="sep=;\r\n").replace("\n", "\r\n").encode("cp1252"),
        "semicolon",
    ),
}


HEADERS = {
    "years above whole numbers": ("2019,2020,2021", True),
    "four numbers from 0 above whole numbers": ("0,1,2,3", True),
    "a truth table": ("0,1", False),
    "whole numbers": ("4,5,9", False),
}


@pytest.mark.parametrize("first, header", HEADERS.values(), ids=HEADERS)
def test_a_row_that_counts_columns_is_a_header(first, header):
    columns = first.count(",") + 1
    body = "\n".join(",".join(str((7 * k + 3 * j * j) % 5) for j in range(columns)) for k in range(N))
    assert len(read_data(f"{first}\n{body}".encode()).X) == N + (not header)


def as_bytes(data) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


@pytest.mark.parametrize("data, words", READ.values(), ids=READ)
def test_a_table_is_read_as_it_was_written(data, words):
    found = read_data(as_bytes(data))
    np.testing.assert_allclose(found.X, BOTH, atol=1e-5)
    np.testing.assert_allclose(found.y[:, 0], Y, rtol=1e-4)
    assert found.task == "regression"
    assert words in " ".join(found.notes) and any("--task" in note for note in found.notes)


THOUSANDS = csv(
    ([1234.5 + k for k in range(N)], A, Y),
    "a;b;y",
    ";",
    lambda v: comma(f"{v:,.2f}".replace(",", "_")).replace("_", "."),
)


def test_thousands_with_points_beside_decimal_commas():
    np.testing.assert_allclose(read_data(THOUSANDS.encode()).X[:, 0], [1234.5 + k for k in range(N)])


def spoiled(row: int, column: int, cell: str, header="a,b,y") -> str:
    cells = [[str(a), str(b), str(y)] for a, b, y in zip(A, B, Y, strict=True)]
    cells[row][column] = cell
    return "\n".join([header, *(",".join(line) for line in cells)])


REFUSED = {
    "one empty target": (spoiled(3, 2, ""), {}, "'' in row 5, column y"),
    "one word in the target": (spoiled(3, 2, "high"), {}, "'high' in row 5, column y"),
    "the right cell is named": (spoiled(7, 2, "?"), {"task": "regression"}, r"'\?' in row 9, column y"),
    "an empty input": (spoiled(2, 1, ""), {}, "'' in row 4, column b"),
    "a word in an input": (spoiled(2, 1, "red"), {}, "'red' in row 4, column b"),
    "NaN in an input": (spoiled(0, 0, "nan"), {}, "row 2, column a"),
    "a percentage": (spoiled(0, 0, "12%"), {}, "'12%' in row 2, column a"),
    "half numbers, half words": (csv((A, B, [*Y[:6], *"abcdef"]), "a,b,y"), {}, "mixes both"),
    "one class is missing": (csv((A, B, ["cat", "dog"] * 5 + ["", "cat"]), "a,b,y"), {}, "'' in row 12, column y"),
    "mixed decimal signs": (csv((A, B, ["0,5"] * N), "a;b;y", ";"), {}, "one decimal sign"),
    "thousands between commas": (csv((A, ['"1,234"'] * N, Y), "a,b,y"), {}, "thousands"),
    "two columns of one name": (csv((A, B, Y), "a,y,y"), {"target": "y"}, "2 columns called"),
    "no such separator": (PLAIN, {"how": How(separator="dots")}, "Choose one of"),
    "no such encoding": (PLAIN, {"how": How(encoding="utf-99")}, "CSV text"),
    "no such index": (PLAIN, {"how": How(index="z")}, "index"),
    "decimal commas between commas": (csv((A, B, Y), "a,b,y", ",", comma), {}, "6 in row 2.*semicolons"),
    "a title above the header": ("My results,,\n" + PLAIN, {}, "'a' in row 2"),
    "a row of units": (PLAIN.replace("\n", "\nm,s,kg\n", 1), {}, "'m' in row 2, column a"),
    "a total at the end": (PLAIN + "sum,1,2\n", {}, "'sum' in row 14, column a"),
    "JSON": ('{"a": [1, 2]}\n' * 20, {}, "row 1"),
    "HTML": ("<html><body>\n" * 20, {}, "two columns"),
    "fields missing in a row": (PLAIN + "1,2\n", {}, "2 in row 14"),
}


@pytest.mark.parametrize("data, options, words", REFUSED.values(), ids=REFUSED)
def test_a_cell_that_cannot_be_read_is_named(data, options, words):
    with pytest.raises(Refusal, match=words):
        read_data(as_bytes(data), **options)


SWITCHES = {
    "header: no": (csv((A, B, Y), "0,1,2"), How(header="no"), 2, 0.0),
    "header: yes": (csv((A, B, Y)), How(header="yes"), 2, A[1]),
    "index: none": (csv((range(N), A, B, Y), ",a,b,y"), How(index="none"), 3, 0.0),
    "index: a column": (PLAIN, How(index="a"), 1, B[0]),
    "separator: given": (PLAIN, How(separator="comma"), 2, A[0]),
    "decimal: point": (
        csv((A, ["1,234"] * N, Y), "a;b;y", ";").replace("1,234", "1.234"),
        How(decimal="point"),
        2,
        A[0],
    ),
    "encoding: given": (csv((A, B, Y), "ß,b,y").encode("cp850"), How(encoding="cp850"), 2, A[0]),
}


@pytest.mark.parametrize("data, how, columns, first", SWITCHES.values(), ids=SWITCHES)
def test_every_guess_can_be_overridden(data, how, columns, first):
    found = read_data(as_bytes(data), how=how)
    assert found.X.shape[1] == columns and found.X[0, 0] == first


def npz(X, y, **names) -> bytes:
    file = io.BytesIO()
    np.savez(file, **(names or {"X": X, "y": y}))
    return file.getvalue()


LABELS = np.array(["cat", "dog"] * 6)
STRUCTURED = np.zeros(N, dtype=[("a", float), ("b", float)])
DTYPES = {
    "bytes": (BOTH, LABELS.astype("S"), ("cat", "dog")),
    "text": (BOTH, LABELS, ("cat", "dog")),
    "truth values": (BOTH, LABELS == "cat", ("0", "1")),
    "numbers as text": (BOTH, Y.astype(str), ()),
    "few whole numbers": (BOTH, np.arange(N) % 3, ("0", "1", "2")),
    "labels of two digits in order": (BOTH, np.array([2, 10, 9] * 4), ("2", "9", "10")),
    "one column": (BOTH, Y[:, None], ()),
}


@pytest.mark.parametrize("X, y, classes", DTYPES.values(), ids=DTYPES)
def test_targets_of_any_type(X, y, classes):
    found = read_data(npz(X, y))
    assert found.classes == classes and len(found.y) == N and found.y.dtype == float
    if not classes:
        np.testing.assert_allclose(found.y[:, 0], Y)


BAD_DTYPES = {
    "0-d": (BOTH, np.array(3.0), "shape"),
    "structured": (BOTH, STRUCTURED, "several fields"),
    "structured X": (STRUCTURED, Y, "several fields"),
    "complex": (BOTH, Y * 1j, "complex"),
    "complex X": (BOTH * 1j, Y, "complex"),
    "dates": (BOTH, np.array(["2020-01-01"] * N, dtype="datetime64[D]"), "dates"),
    "NaN as a class": (BOTH, np.array([0.0, 1.0] * 5 + [np.nan, 1.0]), "row 11"),
    "infinite": (BOTH, np.r_[Y[:-1], np.inf], "row 12"),
    "text in X": (BOTH.astype(str), Y, "X must hold numbers"),
    "X of one axis": (A, Y, r"X\[:, None\]"),
    "y of three axes": (BOTH, Y[:, None, None], "shape"),
    "labels in two columns": (BOTH, np.column_stack([LABELS, LABELS]), "one per row"),
}


@pytest.mark.parametrize("X, y, words", BAD_DTYPES.values(), ids=BAD_DTYPES)
def test_types_that_are_no_data_are_named(X, y, words):
    with pytest.raises(Refusal, match=words):
        read_data(npz(X, y))


def test_other_names_of_x_and_y_are_noted():
    assert "X_train" in read_data(npz(None, None, X_train=BOTH, y_train=Y)).notes[0]


FITS = {
    "three whole numbers, one output": (np.arange(N) % 3, 1, "regression", 1),
    "three whole numbers, three outputs": (np.arange(N) % 3, 3, "classification", 3),
    "two classes, one output": (np.arange(N) % 2, 1, "classification", 1),
    "two classes, two outputs": (np.arange(N) % 2, 2, "classification", 2),
    "many whole numbers, as many outputs": (np.arange(N) % 12, 12, "classification", 12),
    "two columns": (np.column_stack([Y, Y]), 2, "regression", 2),
}


@pytest.mark.parametrize("y, outputs, task, columns", FITS.values(), ids=FITS)
def test_the_networks_outputs_tell_numbers_from_classes(y, outputs, task, columns):
    found = read_data(npz(BOTH, y), outputs=outputs)
    assert (found.task, found.y.shape[1]) == (task, columns)
    assert check_fit(found, 2, outputs) is found


MISFITS = {
    "more inputs": (Y, 1, 1, "takes 1 inputs; got data with 2"),
    "fewer inputs": (Y, 3, 1, "takes 3 inputs"),
    "one column for three outputs": (Y, 2, 3, "gives 3 outputs; got 1 target column.*--task classification"),
    "classes for five outputs": (LABELS, 2, 5, "gives 5 outputs; got 2 classes"),
}


@pytest.mark.parametrize("y, inputs, outputs, words", MISFITS.values(), ids=MISFITS)
def test_data_of_another_network_are_refused_with_both_sizes(y, inputs, outputs, words):
    with pytest.raises(Refusal, match=words):
        check_fit(read_data(npz(BOTH, y), outputs=outputs), inputs, outputs)
