"""What the one file of a page, and that of its lesson, show; each is made once for all who ask for the same."""

import hashlib
from typing import Any

from core.figures.picture import Picture
from core.params import Params
from pages import BY_STEM, Page
from pages.lessons import handout
from pages.lessons.guide import step_words
from pages.lessons.lesson import Step, state
from pages.lessons.lessons import LESSONS
from pages.lessons.picture import chosen
from pages.lessons.take.one_file import Scene, one_file, today
from pages.lessons.take.words import html_of
from pages.shared import address
from pages.shared.cache import KEPT, painted, remember
from pages.shared.plot import told
from pages.shared.registry import Shown
from pages.shared.stage import Stage


def page_link(page: Shown) -> str:
    """The link to what a page shows: its settings alone, no word of a class or a lesson."""
    return handout.address(page.stem, address.spelled(page.problem))


def page_file(page: Shown, scene: Stage) -> str:
    """The page's pictures as they are drawn now, in one file."""
    row, link = BY_STEM[page.stem], page_link(page)
    pictures, chart = scene.drawn or _of_problem(page, page.problem)
    one = _scene(row, pictures, chart, scene.sentence, link)
    return _kept(row, (one,), link)


def lesson_file(page: Shown) -> str:
    """The page's guided steps in one file, each with the pictures that a projector shows."""
    row, link = BY_STEM[page.stem], handout.address(page.stem, {"v": "1", "step": "1"})
    steps = LESSONS[page.stem].steps
    return _kept(row, tuple(_step(row, page, step, number) for number, step in enumerate(steps, 1)), link)


def has_lesson(page: Shown) -> bool:
    return page.stem in LESSONS and page.chart is not None


def _step(row: Page, page: Shown, step: Step, number: int) -> Scene:
    pictures, chart = page.step(number) if page.step else _of_problem(page, state(row, step.state))
    pictures, chart = chosen(pictures, chart, step.panels)
    words = f"**{step.name}.** {step_words(page.stem, step)}"
    link = handout.address(page.stem, {"v": "1", "step": str(number)})
    return _scene(row, pictures, chart, words, link, act=f"step {number}", highlight=[step.trace] if step.trace else [])


def _scene(row: Page, pictures: tuple, chart: dict[str, Any], words: str, link: str, **directions: Any) -> Scene:
    """What the chart is told on its own: on a desk, with nothing to take hold of and nobody to tell."""
    given = {"autoplay": True, **chart, "link": link, "file": row.stem, "free": [], "wants": {}}
    given |= {"directions": Stage().directions() | directions, "opening": directions.get("act", "")}
    return Scene(told(*pictures, **given), html_of(words, handout.root(link)))


def _of_problem(page: Shown, problem: Params) -> tuple[tuple[Picture, ...], dict[str, Any]]:
    """The page's pictures of a problem, and how they are drawn."""
    solution = remember(page.solve)(problem)
    return tuple(painted(page.figures, problem, solution)), page.chart(problem, solution) if page.chart else {}


def _kept(row: Page, scenes: tuple[Scene, ...], link: str) -> str:
    content = hashlib.blake2b(digest_size=20)
    for scene in scenes:
        content.update(f"{scene.told}\0{scene.words}\0".encode())
    key = ("one file", row.stem, link, today(), content.hexdigest())
    return KEPT(key, lambda: one_file(row, scenes, link))
