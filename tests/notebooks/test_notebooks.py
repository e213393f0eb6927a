"""Every notebook runs from top to bottom, in a process of its own as in Jupyter, and is kept without outputs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
RUN = """
import ast, json, sys, warnings
warnings.simplefilter("error", SyntaxWarning)
room = {"__name__": "__main__"}
shown = []
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] != "code":
        continue
    tree = ast.parse("".join(cell["source"]))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), room)
    if last is not None and (value := eval(compile(ast.Expression(last.value), "cell", "eval"), room)) is not None:
        shown.append(type(value).__name__)
print("shown:", *shown)
"""


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} == {
        "figures_2_to_4",
        "own_sweep",
        "check_initialisation",
        "before_and_after",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path):
    done = subprocess.run([sys.executable, "-c", RUN, path], cwd=FOLDER, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "shown:" in done.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4 and notebook["cells"][0]["cell_type"] == "markdown"
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
