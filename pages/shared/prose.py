"""A page's words, read from assets/prose/<stem>.md: one "## name" heading per piece, «names» filled with numbers."""

import functools
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import streamlit as st

from core.errors import Unavailable
from pages.shared.explain.glossary import read_terms, with_hover
from pages.shared.explain.symbols import indexed, of_formula, symbols, with_symbols
from pages.shared.stage import on_phone, stage

FITS_PHONE = 40
"""Signs of a formula that a phone shows in one line."""
FOLDER = Path(__file__).parents[2] / "assets" / "prose"


@functools.lru_cache(maxsize=64)
def pieces(stem: str) -> dict[str, str]:
    """The named pieces of one page's prose file, in the file's order."""
    path = FOLDER / f"{stem}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            "A page's words are missing from the installation", got=f"no file {path.name}", do="Restore assets/prose."
        ) from error
    parts = [part.partition("\n") for part in ("\n" + text).split("\n## ")[1:]]
    return {name.strip(): body.strip() for name, _, body in parts}


def said(stem: str, piece: str, **numbers: object) -> str:
    """One piece of a page's words, with each «name» replaced by its number; KeyError where one is not given."""
    return re.sub(r"«(\w+)»", lambda found: str(numbers[found[1]]), pieces(stem)[piece])


def prose(stem: str, piece: str, **numbers: object) -> None:
    """Write one piece of a page's words; on a phone folded, where assets/prose/phone.md has a name for its like."""
    with tucked(piece):
        st.markdown(hovering(said(stem, piece, **numbers)))


@contextmanager
def tucked(name: str) -> Iterator[None]:
    """What is written here stands folded on a phone, under "## <name>" of assets/prose/phone.md, if there is one."""
    label = pieces("phone").get(name) if on_phone() else None
    with st.expander(label) if label else nullcontext():
        yield


def formula(tex: str) -> None:
    """A formula, and below it those of its symbols that no formula of this page has shown before."""
    st.latex(in_lines(tex) if on_phone() else tex)
    before = stage().symbols
    new = [one for one in of_formula(tex) if one not in before]
    before |= set(new)
    if new:
        st.caption(hovering(" · ".join(f"{one} {symbols()[one].name}" for one in new)))


def in_lines(tex: str) -> str:
    """A long formula with each of its parts (between quads) on a line of its own."""
    length = len(re.sub(r"\\[a-zA-Z]+|[{}^_\\]", "", tex)) + len(re.findall(r"\\(?!q?quad)[a-zA-Z]+", tex))
    parts = re.split(r"\s*\\q?quad\s*", tex)
    whole = all(part.count(a) == part.count(b) for part in parts for a, b in (("{", "}"), (r"\left", r"\right")))
    if length < FITS_PHONE or len(parts) == 1 or not whole:
        return tex
    return r"\begin{gathered}" + r"\\".join(filter(None, parts)) + r"\end{gathered}"


def line_of_code(text: str) -> None:
    """Code to be copied, marked whole by one click. st.code brings 440 kB for its colours."""
    st.html(f"<pre class='lab-code'>{html.escape(text)}</pre>")


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """Rows of equal columns; st.table would take a data frame's way, which costs more than the page's theory."""
    lines = [rows[0].keys(), ["---"] * len(rows[0]), *(row.values() for row in rows)]
    st.markdown(hovering("\n".join(f"| {' | '.join(line)} |" for line in lines)))


@functools.lru_cache(maxsize=512)
def hovering(text: str) -> str:
    """A text of ours in which the glossary's terms and the symbols explain themselves, each at its first mention, and what
    stands below a letter is set in type."""
    return indexed(with_symbols(with_hover(text, glossary())))


@functools.cache
def glossary() -> dict[str, str]:
    """Term → meaning, from the page Learn's words."""
    return read_terms(pieces("learn")["glossary"])
