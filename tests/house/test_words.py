"""Words apart from code: a page's sentences stand in assets/prose, so that a translation is a folder."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [path for path in sorted(ROOT.glob("pages/*.py")) if path.stem != "__init__"]
SENTENCE = re.compile(r"[^\W\d]+(?:[ ’'\-][^ ]+){3,}[.?!](?:\s|$|\])")


def texts(tree: ast.AST) -> Iterator[str]:
    """Every string of a module but its docstrings; what an f-string computes counts as one word."""
    owners = (ast.Module, ast.FunctionDef, ast.ClassDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    skipped = {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in ast.walk(node)}
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def sentences(source: str) -> list[str]:
    """The sentences of at least four words; formulas are none."""
    return [text for text in texts(ast.parse(source)) if "\\" not in text and SENTENCE.search(text)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_holds_no_sentence(path):
    assert sentences(path.read_text(encoding="utf-8")) == []


def test_a_sentence_is_found():
    assert sentences('st.caption(f"Mean over {n} seeds, at the end.")') and not sentences(
        '"""A page of words."""\nx = 1'
    )
    assert not sentences('st.metric("drift of δ", 1)') and not sentences(r'st.latex(r"f(x)=\sum a b c d.")')


SHOWN = [
    *sorted(ROOT.glob("assets/prose/*.md")),
    *(path for room in ("core", "pages") for path in ROOT.glob(f"{room}/**/*.py")),
]
APART = re.compile(r"[0-9»}…)]\s%(?![{(\w ]|$)|[0-9»}…]\s%\s[a-z]{2,}")


def test_a_share_is_written_as_python_and_plotly_write_it():
    found = {
        f"{path.name}: {text.group()}" for path in SHOWN for text in APART.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert (
        APART.search("flipped by 26 %.")
        and APART.search("{share:.0f} % flipped")
        and not APART.search("step % FOLLOW == 0")
    )


ROUGH = re.compile(r"\{[^{}]*:\.[0-9]g\}")
OF_OTHERS = ("got=", "got =", "refused", "τ = {", "{float(found)")
"""What a line holds whose number is rounded its own way: a refusal's, a cell's name, an address."""


def test_a_number_is_written_by_one_function():
    """core.numbers.number, so that prose, metric and picture never differ; an alternative text may be shorter."""
    files = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "core" / "problems").glob("*.py")]
    lines = [
        (file.name, line.strip()) for file in files for line in file.read_text().splitlines() if ROUGH.search(line)
    ]
    assert [one for one in lines if not any(mark in one[1] for mark in OF_OTHERS)] == []


OF_PAGES = [path for path in SHOWN if path.suffix == ".md" and (ROOT / "pages" / f"{path.stem}.py").exists()]
BESIDE = re.compile(
    r"\b(?:left|right) (?:picture|panel)|(?:picture|plane|flips|map) beside (?:it|them)\b|\b[Oo]n the left the\b"
)


@pytest.mark.parametrize("path", [path for path in OF_PAGES if path.stem != "learn"], ids=lambda path: path.stem)
def test_a_picture_is_called_by_its_name_since_a_phone_shows_one(path):
    assert BESIDE.findall(path.read_text(encoding="utf-8")) == []
