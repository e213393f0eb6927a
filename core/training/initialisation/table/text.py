"""Bytes of a text file into rows of cells: encoding, comments, separator, decimal sign, header. Every guess is a note.

A guess can be overridden by the field of How that its note names; the commands' switches are called the same.
"""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import OutsideTheory, Unavailable
from core.training.initialisation.table.cells import COMMA, POINT, THOUSANDS, clean, like_number, missing

SEPARATORS = {"auto": "Find out", "comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "bar": "|"}
DECIMALS = {"auto": "Find out", "point": ".", "comma": ","}
HEADERS = {"auto": "Find out", "yes": "The first row names the columns", "no": "The first row is data"}
TRIED = ("tab", "semicolon", "comma", "bar", "space")
WORDS = {"tab": "tabs", "semicolon": "semicolons", "comma": "commas", "bar": "bars", "space": "spaces"}
SAMPLE = 200
TWICE = "If its commas are decimal signs, save the columns parted by semicolons."
NEARLY = 0.8


@dataclass(frozen=True)
class How:
    """What the reader decides about a text file; "auto" leaves it to the file. index: a column's name, or "none"."""

    separator: str = "auto"
    decimal: str = "auto"
    header: str = "auto"
    index: str = "auto"
    encoding: str = "auto"


AUTO = How()


@dataclass
class Table:
    """Column names, rows of cells with the file's own line numbers, the decimal sign, and how all this was found."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    decimal: str
    notes: list[str] = field(default_factory=list)

    def column(self, at: int) -> list[str]:
        return [row[at] for row in self.rows]

    def drop(self, at: int) -> None:
        """Leave one column out."""
        self.names.pop(at)
        for row in self.rows:
            row.pop(at)


def read_table(data: bytes, how: How = AUTO) -> Table:
    """The table in a text file. Raises OutsideTheory with the line where rows differ in length or signs are mixed."""
    _check(how)
    text, notes = _decode(data, how.encoding)
    lines, comments, said = _lines(text)
    separator = _separator(lines, said, how.separator)
    rows, numbers = _split(lines, separator)
    if len(rows) < 2 or max(map(len, rows[:SAMPLE])) < 2:
        raise OutsideTheory(
            "A CSV needs at least two columns and two rows",
            got=f"{len(rows)} rows of {len(rows[0]) if rows else 0} columns",
            do="Separate columns by comma, semicolon, tab, bar or spaces.",
        )
    commented = _commented_header(comments, separator, len(rows[0]), numbers[0])
    header = commented or _header(rows, how.header)
    if header and not commented:
        rows, numbers = rows[1:], numbers[1:]
    names = header or [str(k + 1) for k in range(len(rows[0]) if rows else 0)]
    if header and rows and all(len(row) == len(header) + 1 for row in rows):
        names = ["", *header]
    _check_lengths(names, rows, numbers)
    word = next(name for name in TRIED if SEPARATORS[name] == separator)
    decimal = _decimal(rows, names, numbers, separator, how.decimal)
    notes.insert(0, f"Text with {_said(header, bool(commented))}, parted by {WORDS[word]} (--header, --separator).")
    notes += ["Decimal sign: comma (--decimal)."] if decimal == "," else []
    notes += [f"{len(comments)} comment lines are left out."] if comments and not commented else []
    return Table(names, rows, numbers, decimal, notes)


def _said(header: Sequence[str], commented: bool) -> str:
    if not header:
        return "no header"
    names = ", ".join(header[:4]) + (", …" if len(header) > 4 else "")
    return f"a header in a comment ({names})" if commented else f"a header row ({names})"


def _check(how: How) -> None:
    for value, known in ((how.separator, SEPARATORS), (how.decimal, DECIMALS), (how.header, HEADERS)):
        if value not in known:
            raise OutsideTheory(
                "No such choice for a text file", got=repr(value), do=f"Choose one of {', '.join(known)}."
            )


def _decode(data: bytes, encoding: str) -> tuple[str, list[str]]:
    if encoding != "auto":
        tried = [encoding]
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        tried = ["utf-16"]
    elif b"\0" in data[:200]:
        tried = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    else:
        tried = ["utf-8-sig", "cp1252"]
    for name in tried:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" not in text:
            return text, [f"Encoding: {name} (--encoding)."] if name != "utf-8-sig" else []
    raise Unavailable(
        "The file must be CSV text or NPZ", got="something else", do="Save it as CSV (UTF-8), or say --encoding."
    )


def _lines(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]], str]:
    """Numbered lines that hold cells, numbered comments without their #, and the separator of a line "sep=;"."""
    kept: list[tuple[int, str]] = []
    comments: list[tuple[int, str]] = []
    said = ""
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip().strip('"').lower()
        if number == 1 and plain.startswith("sep=") and len(plain) <= 5:
            said = line.strip().strip('"')[4:] or "\t"
        elif line.lstrip().startswith("#"):
            comments.append((number, line.lstrip()[1:]))
        elif line.strip(" \t\r,;|"):
            kept.append((number, line))
    return kept, comments, said


def _split(lines: Sequence[tuple[int, str]], separator: str) -> tuple[list[list[str]], list[int]]:
    """Cells and the lines that they begin in; quoted cells may hold separators and line ends."""
    texts = [" ".join(line.split()) if separator == " " else line for _, line in lines]
    reader = csv.reader(texts, delimiter=separator, skipinitialspace=True)
    rows, numbers, before = [], [], 0
    try:
        for row in reader:
            rows.append(row)
            numbers.append(lines[before][0])
            before = min(reader.line_num, len(lines) - 1)
    except csv.Error as error:
        raise Unavailable("The file must be CSV text or NPZ", got="something else", do="Save it as CSV.") from error
    return rows, numbers


def _separator(lines: Sequence[tuple[int, str]], said: str, chosen: str) -> str:
    if chosen != "auto":
        return SEPARATORS[chosen]
    if said in SEPARATORS.values() and said:
        return said
    return max((SEPARATORS[name] for name in TRIED), key=lambda one: _score(lines[:SAMPLE], one))


def _score(lines: Sequence[tuple[int, str]], separator: str) -> float:
    """How well a separator does: the share of rows of one length, the more so the more cells are numbers."""
    rows = _split(lines, separator)[0]
    lengths = [len(row) for row in rows]
    usual = max(set(lengths), key=lengths.count) if lengths else 0
    if usual < 2:
        return 0.0
    cells = [cell for row in rows for cell in row]
    numbers = sum(like_number(cell) or missing(cell) for cell in cells) / len(cells)
    return lengths.count(usual) / len(lengths) * (0.2 + numbers)


def _commented_header(comments: Sequence[tuple[int, str]], separator: str, width: int, first: int) -> list[str]:
    """The names in the last comment before the first row, as numpy.savetxt writes them; [] if it holds others."""
    before = [line for number, line in comments if number < first]
    if not before:
        return []
    cells = [cell.strip() for cell in _split([(0, before[-1])], separator)[0][0]] if before[-1].strip() else []
    return cells if len(cells) == width and not any(like_number(cell) for cell in cells) else []


def _header(rows: Sequence[Sequence[str]], chosen: str) -> list[str]:
    """The first row, if it names the columns; else []."""
    first = [cell.strip() for cell in rows[0]]
    if chosen == "no":
        return []
    return first if chosen == "yes" or _differs(first, rows[1:SAMPLE]) or _counts(first, rows[1:SAMPLE]) else []


def _differs(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Words above numbers; or words alone, no two the same, none of which comes again below."""
    shift = 1 if body and all(len(row) == len(first) + 1 for row in body) else 0
    for at, cell in enumerate(first):
        below = [row[at + shift] for row in body if len(row) > at + shift]
        if (
            below
            and not like_number(cell)
            and not (missing(cell) and cell)
            and sum(map(like_number, below)) >= NEARLY * len(below)
        ):
            return bool(cell) or _differs(first[at + 1 :], [row[at + 1 :] for row in body])
    words = not any(like_number(cell) for cell in first) and len(set(first)) == len(first)
    return words and not any(cell == row[k] for row in body for k, cell in enumerate(first) if k < len(row))


def _counts(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Numbers that only count columns: 0, 1, 2, … or years in a row, above cells that are not like them."""
    values = _in_a_row(first)
    if values is None or not (values[0] == 0 or _year(values[0])):
        return False
    fractions = sum(not clean(cell).isdecimal() for row in body for cell in row)
    if fractions >= sum(len(row) for row in body) / 2:
        return True
    alone = not any(_in_a_row(row) for row in body)
    return alone and (_year(values[0]) or len(values) > 3)


def _year(value: int) -> bool:
    return 1900 <= value <= 2100


def _in_a_row(row: Sequence[str]) -> list[int] | None:
    """The row's whole numbers if each is one more than the one before; an empty first cell is passed over."""
    cells = [cell for k, cell in enumerate(row) if cell or k]
    if len(cells) < 2 or not all(cell.isdecimal() for cell in cells):
        return None
    values = [int(cell) for cell in cells]
    return values if all(b - a == 1 for a, b in itertools.pairwise(values)) else None


def _check_lengths(names: Sequence[str], rows: Sequence[Sequence[str]], lines: Sequence[int]) -> None:
    for number, row in zip(lines, rows, strict=True):
        if len(row) != len(names):
            raise OutsideTheory(
                f"Every row needs {len(names)} columns",
                got=f"{len(row)} in row {number}",
                do=TWICE if len(row) == 2 * len(names) else "Check the separator (--separator).",
            )


def _decimal(rows, names: Sequence[str], lines: Sequence[int], separator: str, chosen: str) -> str:
    """ "." or ",": a comma where cells have one that a point does not explain; mixed signs are refused with their place."""
    if chosen != "auto":
        return DECIMALS[chosen]
    commas, points = [], []
    for line, row in zip(lines, rows, strict=True):
        for name, cell in zip(names, row, strict=True):
            text = clean(cell)
            if "," in text and (COMMA.match(text) or THOUSANDS.match(text)):
                commas.append((line, name, text))
            elif "." in text and POINT.match(text):
                points.append((line, name, text))
    if not commas:
        return "."
    doubtful = [place for place in points if not _thousands_with_points(place[2])]
    if doubtful or (separator == "," and all(THOUSANDS.match(text) for _, _, text in commas)):
        line, name, text = commas[0]
        raise OutsideTheory(
            "Numbers must have one decimal sign, and no comma between thousands",
            got=f"{text!r} in row {line}, column {name}"
            + (f", {doubtful[0][2]!r} in row {doubtful[0][0]}" if doubtful else ""),
            do="Say which sign it is (--decimal point or comma), or write the numbers without thousands.",
        )
    return ","


def _thousands_with_points(text: str) -> bool:
    head, *groups = text.lstrip("+-").split(".")
    return 1 <= len(head) <= 3 and head != "0" and all(len(group) == 3 and group.isdecimal() for group in groups)
