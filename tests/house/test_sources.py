"""Where a formula comes from is said where it stands: a section, equation, theorem or figure of a paper, or that it is ours."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = (
    r"\b[Ss]ections? \d|\b[Ee]q(uation)?s?\.? \(?[A-D\d]|\b[Aa]ppendi(x|ces)\b|\b[A-D]\.\d|\bTh(eore)?ms?\b|[Ff]igures? \d|"
    r"“Notation”|et al\. \d{4}|\(\d{4}\)|, \d{4}\)|\b[Oo]urs\b"
)
TOOLS = ("command_line", "device", "threads", "command", "__init__", "__main__")
MODULES = sorted(
    path
    for floor in ("theory", "kernels", "training")
    for path in ROOT.glob(f"core/{floor}/**/*.py")
    if path.stem not in TOOLS and path.parent.name not in ("results", "weights", "table")
)


def unsaid(path: Path) -> list[str]:
    """Public functions that name no source, in a module that names none for all of them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if re.search(SOURCE, ast.get_docstring(tree) or ""):
        return []
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return [node.name for node in public if not re.search(SOURCE, ast.get_docstring(node) or "")]


def of(path: Path) -> str:
    return str(path.relative_to(ROOT / "core").with_suffix(""))


@pytest.mark.parametrize("path", MODULES, ids=of)
def test_each_public_function_or_its_module_names_a_source(path):
    assert unsaid(path) == []


def test_the_rule_bites(tmp_path):
    file = tmp_path / "m.py"
    file.write_text('"""A module."""\ndef f():\n    """A claim."""\ndef g():\n    """Paper, section 3."""\n')
    assert unsaid(file) == ["f"]
    file.write_text('"""A module (paper, section 3)."""\ndef f():\n    """A claim."""\n')
    assert unsaid(file) == []
