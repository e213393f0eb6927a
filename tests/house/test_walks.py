"""The five walks of CONTRIBUTING, walked: what it says has to be touched is enough, and nothing else has to be."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core import kernels
from core.theory import single_neuron

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

DEMO = {
    "core/problems/demo.py": '''
from dataclasses import dataclass
import numpy as np
from core.params import Params, knob

@dataclass(frozen=True)
class Demo(Params):
    """A parabola."""
    slope: float = knob(1.0, "slope", low=-2, high=2, step=0.5)

@dataclass(frozen=True)
class Solution:
    x: np.ndarray
    y: np.ndarray

PRESETS = {"steep": Demo(slope=2.0)}

def solve(problem: Demo) -> Solution:
    x = np.linspace(0, 1, 5)
    return Solution(x, problem.slope * x**2)
''',
    "core/figures/demo.py": """
from core.figures import style

def figures(problem, solution):
    alt = f"A parabola of slope {problem.slope:g} that ends at {solution.y[-1]:g}."
    picture = style.figure(problem, title="A parabola rises", alt=alt, short="y", x="x", y="y")
    picture.add(style.line(solution.x, solution.y, style.UPSTREAM, "y"))
    return (picture,)
""",
    "pages/demo.py": """
import streamlit as st
from core.figures.demo import figures
from core.problems.demo import PRESETS, Demo, solve
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.prose import prose
from pages.shared.registry import register
from pages.shared.share import takeaway

picture = st.container()
problem = controls(Demo, shown=("slope",))
solution = remember(solve)(problem)
page = register("demo", problem, solution, solve=solve, figures=figures, arrays={"x": solution.x, "y": solution.y})
with picture:
    hero(*painted(figures, problem, solution))
presets(page, PRESETS)
prose("demo", "look")
takeaway(page)
""",
    "assets/prose/demo.md": "## look\nLook at the parabola.\n",
}
LOOK = """
import sys
from streamlit.testing.v1 import AppTest
from pages.shared.streamlit_internals import leave_pages_folder_alone
from streamlit.runtime.pages_manager import PagesManager
made = PagesManager.__init__
def make(self, *args, **kwargs):
    made(self, *args, **kwargs)
    leave_pages_folder_alone()
PagesManager.__init__ = make
test = AppTest.from_file("app.py", default_timeout=60)
test.switch_page(f"pages/{sys.argv[1]}.py")
test.session_state["take_open"] = True
for part in sys.argv[2:]:
    key, _, value = part.partition("=")
    test.query_params[key] = value
test.run()
assert not test.exception, test.exception
assert not test.error, test.error
written = [part.value for part in (*test.markdown, *test.code)] + [part.proto.body for part in test.get("html")]
print([button.label for button in test.button], written)
"""


@pytest.fixture
def house(tmp_path):
    """A copy in which one may build."""
    for part in ("core", "pages", "assets", ".streamlit"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def opened(house: Path, page: str, *query: str) -> str:
    done = subprocess.run([sys.executable, "-c", LOOK, page, *query], cwd=house, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def walk(heading: str) -> list[str]:
    """The files that a walk of CONTRIBUTING names, in its order."""
    section = GUIDE.split(f"### {heading}")[1].split("\n### ")[0].split("\n## ")[0]
    return re.findall(r"^\d\. `([^`]+)`", section, re.MULTILINE)


def test_a_page(house):
    row = "pages/__init__.py"
    named = [file.replace("<stem>", "demo") for file in walk("A page")]
    assert sorted(named) == sorted([*DEMO, row])
    for file, text in DEMO.items():
        (house / file).write_text(text, encoding="utf-8")
    learn = '    Page(\n        "learn",'
    change(house / row, learn, '    Page("demo", "Demo", TOOLS, "What is a parabola?"),\n' + learn)
    seen = opened(house, "demo", "slope=2")
    assert "steep" in seen and "Look at the parabola." in seen and "from core.problems.demo import Demo, solve" in seen


def test_a_preset(house):
    code, words = walk("A preset")
    change(
        house / code.replace("<stem>", "geometry"),
        "PRESETS = {",
        'PRESETS = {\n    "a walk": Geometry(delta=1.0, norm=0.5),',
    )
    prose = house / words.replace("<stem>", "geometry")
    prose.write_text(prose.read_text(encoding="utf-8") + "\n## preset: a walk\nWhere it leads.\n", encoding="utf-8")
    seen = opened(house, "geometry", "delta=1.0", "norm=0.5")
    assert "'a walk'" in seen and "Where it leads." in seen


def test_a_scheme(house):
    (table,) = walk("An initialisation scheme")
    change(house / table, "SCHEMES = {", 'SCHEMES = {\n    "tiny": Scheme("Tiny", "normal", lambda i, o, p: 1e-4 / i),')
    assert "mul_(" in opened(house, "initialisation", "scheme=tiny")
    code = (
        "from core.problems.initialisation import Problem, drawn; print(drawn(Problem(scheme='tiny')).weights[0].std())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=house, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.01


def test_a_colour():
    (palette,) = walk("A colour")
    colours = set(re.findall(r"#[0-9a-f]{6}", (ROOT / palette).read_text()))
    drawn = [path for path in [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py")] if path != ROOT / palette]
    drawn += [*ROOT.glob("assets/*.css"), *ROOT.glob("assets/chart/*.js")]
    for path in drawn:
        assert not colours & set(re.findall(r"#[0-9a-f]{6}", path.read_text())), path


def test_where_the_kernel_distance_is_computed():
    for place, function in zip(
        walk("Where S(0, t) is computed"), (kernels.kernel_distance, single_neuron.kernel_distance), strict=True
    ):
        assert (ROOT / place).exists()
        assert function.__module__.replace(".", "/") + ".py" == place or function.__module__ in place.replace("/", ".")
        assert "Notation" in (function.__doc__ or ""), "its docstring names where the paper defines it"
