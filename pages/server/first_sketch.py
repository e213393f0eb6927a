"""The picture in the HTML itself: a small drawing of what the address asks for, seen before any script has come.

Drawn once for each preset, in a thread, from what the page itself will show; whoever asks while it is being drawn waits a
moment at most. A page that holds its picture back, or shows one of its own (a question, a step, a comparison), has none.
"""

import asyncio
import html
import importlib
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from core.errors import Refusal
from core.figures.thumbnail import svg
from core.params import Params
from pages import BY_STEM, PAGES, Page
from pages.shared.cache import painted, remember
from pages.shared.controls import defaults_of
from pages.shared.link_values import read_link
from pages.shared.plot import ASSETS

PATIENCE_S = 0.5
MOST, LARGEST = 3, 20_000
WIDTH, HEIGHT = 280, 200
OWN_PICTURE = {"step", "predict", "A", "present"}
HOME = ("", "home")
CHOSEN_THEME = (
    "try{const look=JSON.parse(localStorage.getItem(`stActiveTheme-${location.pathname}-v2`));"
    'if(["Light","Dark"].includes(look))document.getElementById("lab-first").style.colorScheme=look.toLowerCase()}catch{}'
)
"""The drawing in the colours that the visitor chose in the menu, where Streamlit's script keeps them."""
STYLE = (ASSETS / "first_sketch.css").read_text(encoding="utf-8")


class Sketches:
    """The drawings made so far, by page and problem."""

    def __init__(self) -> None:
        self.drawn: dict[tuple[str, Params], asyncio.Future[str]] = {}

    async def of(self, path: str, query: str) -> str:
        """The drawing for an address, as HTML; "" where it has none, or not yet."""
        page = page_of(path)
        problem = problem_of(page, parse_qs(query)) if page else None
        if page is None or problem is None:
            return ""
        key = page.stem, problem
        if key not in self.drawn:
            self.drawn[key] = asyncio.ensure_future(asyncio.to_thread(drawing, page, problem))
        try:
            return await asyncio.wait_for(asyncio.shield(self.drawn[key]), PATIENCE_S)
        except TimeoutError:
            return ""


def page_of(path: str) -> Page | None:
    """The page with pictures that this path opens."""
    stem = path.rstrip("/").rpartition("/")[2]
    page = PAGES[0] if stem in HOME else BY_STEM.get(stem)
    return page if page is not None and page.has_problem else None


def problem_of(page: Page, query: Mapping[str, list[str]]) -> Params | None:
    """The preset that an address asks for, or the page's default problem; None for any other."""
    if OWN_PICTURE & query.keys():
        return None
    presets = list(page.presets().values())
    kind = type(presets[0])
    values: dict[str, Any] = {}
    for name, knob in kind.knobs().items():
        if name in query:
            values[name], _ = read_link(name, knob, query[name], defaults_of(kind)[name])
    try:
        asked = kind(**values)
    except Refusal:
        return None
    return asked if asked == kind() or asked in presets else None


def solver(page: Page) -> Callable[[Any], Any]:
    """What gives a page its solution: a theory, what is recorded of an experiment, or a simulation."""
    model = importlib.import_module(page.model)
    found = getattr(model, "solve", None) or getattr(model, "recorded", None)
    return found or importlib.import_module(f"{page.model}_run").solve


def drawing(page: Page, problem: Params) -> str:
    """The first pictures of a page side by side under its question, as many as travel in LARGEST bytes; "" if none does."""
    figures = importlib.import_module(f"core.figures.{page.stem}").figures
    try:
        pictures = painted(figures, problem, remember(solver(page))(problem))
    except Refusal:
        return ""
    drawn = ""
    for picture in pictures[:MOST]:
        longer = f"{drawn}<div>{svg(picture, WIDTH, HEIGHT)}</div>"
        drawn = longer if len(zlib.compress(longer.encode())) <= LARGEST else drawn
    if not drawn:
        return ""
    question = html.escape(page.question)
    return (
        f"<style>{STYLE}</style><noscript><style>#lab-first{{display:none}}</style></noscript>"
        f'<div id="lab-first" aria-hidden="true"><p>{question}</p><div>{drawn}</div></div>'
        f"<script>{CHOSEN_THEME}</script>"
    )
