"""The house's own rules: fences that import-linter cannot see, the table of contents, words without stray mentions."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.papers import PAPERS
from core.params import Params
from pages import PAGES
from pages.lessons.lessons import LESSONS

ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"]


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names}


def test_theory_loads_no_torch():
    modules = sorted(path.stem for path in ROOT.glob("core/theory/*.py") if path.stem != "__init__")
    load = f"import sys, importlib\nfor m in {modules}: importlib.import_module('core.theory.' + m)\n"
    code = load + "assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_nobody_imports_app():
    assert not [path for path in SOURCES if "app" in imports(path)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_row_of_the_table_of_contents(page):
    path = ROOT / page.file
    assert path.exists() and (ROOT / "assets" / "prose" / f"{page.stem}.md").exists()
    assert not imports(path) & {"numpy", "plotly", "torch"}
    assert all(key in PAPERS for key in page.papers)
    assert page.question.endswith("?")
    assert all(isinstance(preset, Params) for preset in page.presets().values())


def calls(path: Path) -> dict[str, ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.func.id: n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


@pytest.mark.parametrize("page", [page for page in PAGES if page.has_problem], ids=lambda page: page.stem)
def test_a_page_has_its_room_on_every_floor_and_registers_itself(page):
    for floor in ("core/problems", "core/figures", "tests/core/figures"):
        room = ROOT / floor / f"{'test_' if floor.startswith('tests') else ''}{page.stem}.py"
        assert room.exists()
    template = ROOT / "pages/lessons/experiment_page.py"
    found = calls(template if "experiment.show(" in page.path.read_text() else page.path)
    named = {keyword.arg for keyword in found["register"].keywords}
    assert {"solve", "figures", "arrays"} <= named and {"hero", "presets", "takeaway"} <= set(found)
    assert ("curves" in named) == (page.stem in LESSONS)


def test_no_file_is_too_long_to_read():
    files = [*SOURCES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("scripts/**/*.py")]
    sizes = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in files}
    assert {path: size for path, size in sizes.items() if size > 300} == {}


def test_pages_stand_in_their_order():
    begin, minimal = ["start", "learn"], ["geometry", "exact", "implicit_bias"]
    relu = ["relu", "teacher_student", "regime_map", "landscape"]
    practice = ["wide", "deep", "kernel_movement", "filters", "hierarchy", "grokking"]
    order = [*begin, *minimal, *relu, *practice, "initialisation", "limits"]
    stems = [page.stem for page in PAGES]
    assert stems == order


def test_every_file_of_pages_is_registered():
    files = {f"pages/{path.name}" for path in ROOT.glob("pages/*.py") if path.stem != "__init__"}
    assert files == {page.file for page in PAGES}


def test_requirements_are_pinned_exactly():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[0-9][0-9A-Za-z.]*", pin) for pin in pins)


def test_what_core_imports_is_required():
    required = {
        line.split("==")[0].lower() for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line
    }
    known = {"sklearn": "scikit-learn", "PIL": "pillow", "google": "protobuf", "markdown_it": "markdown-it-py"}
    own = {"core", "pages", "app"}
    for path in SOURCES:
        for name in imports(path) - set(sys.stdlib_module_names) - own - {"distributed", "dask"}:
            assert known.get(name, name).lower() in required, f"{path}: {name}"


@pytest.mark.parametrize("module", sorted(p.stem for p in ROOT.glob("core/theory/*.py") if p.stem != "__init__"))
def test_a_module_opens_with_what_it_is(module):
    assert importlib.import_module(f"core.theory.{module}").__doc__


FLAT = {"pages", "core/problems", "core/figures", "core/theory"}
ROOMY = 15


@pytest.mark.parametrize("floor", ["core", "pages"])
def test_no_room_holds_more_than_one_can_look_over(floor):
    """But for those in which one page or model is one file; __init__.py is the door."""
    rooms = {path.parent for path in ROOT.glob(f"{floor}/**/*.py")}
    for room in rooms:
        name = room.relative_to(ROOT).as_posix()
        files = [path.name for path in room.glob("*.py") if path.name != "__init__.py"]
        assert name in FLAT or len(files) <= ROOMY, f"{name} has {len(files)} files"
