"""A command or a file that the documentation names is there: targets of make, modules to run, paths; and what scripts import
that no other test runs."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("assets/prose/*.md")])
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
OURS = r"(?:core|pages|scripts|tests|assets|docs|deploy)"


def module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


KINDS = {
    "a target of make": (r"(?:`make |^make (?=\w+ +#))(\w+)", TARGETS.__contains__),
    "a module to run": (rf"python -m ({OURS}[\w.]*\w)", module),
    "a path": (rf"`({OURS}/[\w./-]+)`", lambda name: (ROOT / name).exists()),
    "a benchmark": (r"`(bench_\w+\.py)`", lambda name: (ROOT / "tests/benchmarks" / name).exists()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_texts_name_is_there(kind):
    named, there = KINDS[kind]
    found = [(text.name, name) for text in TEXTS for name in re.findall(named, text.read_text(), re.M)]
    assert found and [(text, name) for text, name in found if not there(name)] == []


def test_what_is_no_file_can_be_asked_for():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    assert set(phony) == TARGETS


SCRIPTS = sorted(
    path
    for folder in ("scripts", "deploy", "tests")
    for path in ROOT.glob(f"{folder}/**/*.py")
    if not path.name.startswith("test_")
)


def imported(path: Path) -> list[tuple[str, str]]:
    """(module, name) of each `from ours import name`, wherever it stands in the file."""
    found = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.ImportFrom)]
    ours = [one for one in found if one.level == 0 and re.fullmatch(rf"{OURS}(\.\w+)*", one.module or "")]
    return [(one.module, alias.name) for one in ours for alias in one.names]


def exists(place: str, name: str) -> bool:
    return hasattr(importlib.import_module(place), name) or importlib.util.find_spec(f"{place}.{name}") is not None


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_script_imports_is_there(path):
    assert [f"{place}.{name}" for place, name in imported(path) if not exists(place, name)] == []
