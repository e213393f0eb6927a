"""The reference: the names that notebooks rely on exist as the table says, and every example in a docstring holds."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

from scripts.docs import NAMES, first_page

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| `(core[\w.]*)\.(\w+)\(([^)]*)\)`", NAMES.read_text(encoding="utf-8"), re.MULTILINE)
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in ROOT.glob("core/**/*.py")
    if "    >>> " in path.read_text(encoding="utf-8") or "\n>>> " in path.read_text(encoding="utf-8")
)


def test_the_table_has_rows():
    assert len(ROWS) >= 14


@pytest.mark.parametrize("module, name, arguments", ROWS, ids=lambda part: part)
def test_a_name_is_there_as_the_table_says(module, name, arguments):
    home = importlib.import_module(module)
    function = getattr(home, name)
    asked = [word.strip() for word in arguments.split(",")]
    known = list(inspect.signature(function).parameters)
    assert [word for word in known if word in asked] == asked
    required = [n for n, p in inspect.signature(function).parameters.items() if p.default is p.empty]
    assert set(required) <= set(asked)
    assert ">>> " in (function.__doc__ or "") + (home.__doc__ or ""), "a name that notebooks rely on has an example"


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_hold(module):
    done = doctest.testmod(importlib.import_module(module))
    assert done.attempted and not done.failed


def test_the_first_page_links_names_and_shows_equations():
    page = first_page(["core.theory.single_neuron"])
    assert page.count("<math ") >= len(ROWS) - 1 and "$" not in page
    assert 'href="core/theory/single_neuron.html#exact_flow"' in page
    assert not re.search(r"\b(?:src|href)=\"(?:https?:)?//", page)


def test_the_guide_says_where_names_stand():
    assert "docs/names.md" in (ROOT / "README.md").read_text(encoding="utf-8")
