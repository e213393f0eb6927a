"""Every lesson walked in a browser, by button on a desk and by key on a projector that each step has to fit: backwards from its
last step to its first, and forwards to the next page. Every preset of every page, clicked, is its link."""

import pytest

from pages import PAGES
from pages.lessons.lessons import LESSONS
from pages.shared.address import spelled
from tests.browser.test_layout import HEIGHTS, SIZES, box
from tests.browser.test_links import FIGURES, PHONE, address

pytestmark = pytest.mark.walk
SIDE_BY_SIDE = {("geometry", "three at once"): 3, ("filters", "three scales"): 3}
"""Steps whose picture is several panels in one row."""
STEMS = [page.stem for page in PAGES if page.stem in LESSONS]
WITH_PRESETS = [page for page in PAGES if page.presets()]
ASKED = """asked => {
    const query = new URLSearchParams(location.search);
    return [...query.keys()].every(word => word in asked)
        && Object.entries(asked).every(([word, values]) => query.getAll(word).join() === values.join());
}"""
STANDS = """([stem, number, words, story]) => {
    const says = document.querySelector(story ? ".lab-told" : ".st-key-lesson")?.innerText ?? "";
    return location.pathname === `/${stem}` && new URLSearchParams(location.search).get("step") === String(number)
        && says.includes(words);
}"""


def stands(seen, stem: str, number: int) -> None:
    """This step's words and address are there, and its picture is drawn."""
    lesson = LESSONS[stem]
    words = f"{number} of {len(lesson.steps)} · {lesson.steps[number - 1].name}"
    seen.tab.wait_for_function(STANDS, arg=[stem, number, words, lesson.story], timeout=30_000)
    assert seen.settle().contradictions() == [], f"{stem}, step {number}"


def press(seen, forwards: bool) -> None:
    told = seen.tab.locator(f".lab-story:visible .lab-story-{'next' if forwards else 'back'}")
    keys = ("step_next", "step_onward") if forwards else ("step_back",)
    strip = seen.tab.locator(", ".join(f".st-key-lesson .st-key-{key} button" for key in keys))
    (told if told.count() else strip).click()


def strike(seen, forwards: bool) -> None:
    seen.tab.evaluate("() => document.activeElement?.blur()")
    seen.tab.keyboard.press("ArrowRight" if forwards else "ArrowLeft")


def walk(seen, stem: str, turn, look=lambda number: None) -> None:
    """From the last step of a lesson to its first and on to the next page, a look at each step."""
    steps, after = len(LESSONS[stem].steps), STEMS[STEMS.index(stem) + 1 :]
    for number in range(steps, 0, -1):
        stands(seen, stem, number)
        look(number)
        if number > 1:
            turn(seen, forwards=False)
    for number in range(1, steps + bool(after)):
        stands(seen, stem, number)
        turn(seen, forwards=True)
    if after:
        stands(seen, after[0], 1)
    else:
        stands(seen, stem, steps)
        assert seen.tab.locator(".st-key-step_next, .st-key-step_onward").count() == 0


@pytest.mark.parametrize("stem", STEMS)
def test_buttons_walk_a_lesson_back_and_to_the_next_page(visit, stem):
    seen = visit(reduced_motion="reduce").open(f"{stem}?step={len(LESSONS[stem].steps)}")
    walk(seen, stem, press)
    assert "present" not in address(seen) and seen.complaints == []


@pytest.mark.parametrize("stem", STEMS)
def test_keys_walk_it_on_a_projector_that_every_step_fits(visit, stem):
    seen = visit(reduced_motion="reduce").open(f"{stem}?step={len(LESSONS[stem].steps)}&present=true")

    def look(number: int) -> None:
        for width, height in SIZES:
            seen.tab.set_viewport_size({"width": width, "height": height})
            fits(seen.rest(), stem, number, width, height)

    walk(seen, stem, strike, look)
    assert "present=true" in address(seen) and seen.complaints == []


@pytest.mark.parametrize("stem", STEMS)
def test_a_prediction_moves_controls_and_picture_together(visit, stem):
    seen = visit(reduced_motion="reduce").open(f"{stem}?present=true").rest()
    assert box(seen, ".lab-bar")[1] <= 900, "the picture and its bar are on the projector without a step, too"
    seen.tab.keyboard.press("Escape")
    for button, comes in (
        ("predict_first", "choice_0"),
        ("choice_0", "choice_again"),
        ("choice_done", "predict_first"),
    ):
        seen.tab.locator(f".st-key-{button} button").click()
        seen.tab.locator(f".st-key-{comes} button").wait_for(timeout=30_000)
        assert seen.settle().contradictions() == [], button
    assert seen.complaints == []


def fits(seen, stem: str, number: int, width: int, height: int) -> None:
    lesson, where = LESSONS[stem], f"step {number}, {width} × {height}"
    step = lesson.steps[number - 1]
    most = SIDE_BY_SIDE.get((stem, step.name), 2)
    assert seen.tab.locator(".lab-panel:visible").count() == len(step.panels) <= most, where
    assert box(seen, ".lab-told" if lesson.story else ".st-key-lesson")[0] >= 0, where
    assert box(seen, ".lab-bar")[1] <= height, where
    assert min(seen.tab.evaluate(HEIGHTS)) >= 250, where
    assert seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") <= width, where


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("page", WITH_PRESETS, ids=lambda page: page.stem)
def test_every_clicked_preset_opens_elsewhere_from_the_address(visit, page, device):
    here = visit(**device, reduced_motion="reduce").open(page.stem)
    there = visit(**device, reduced_motion="reduce")
    for name, problem in page.presets().items():
        here.tab.bring_to_front()
        here.tab.locator('[class*="st-key-preset_"] button').get_by_text(name, exact=True).click()
        asked = {word: [value] if isinstance(value, str) else value for word, value in spelled(problem).items()}
        here.tab.wait_for_function(ASKED, arg=asked, timeout=30_000)
        here.settle()
        here.rest()
        there.open(address(here)).rest()
        assert address(there) == address(here)
        assert there.meta() == here.meta()
        assert there.tab.evaluate(FIGURES) == here.tab.evaluate(FIGURES)
        if device:
            scrolled = pytest.approx(here.tab.evaluate(HEIGHTS), abs=2)
            assert there.tab.evaluate(HEIGHTS) == scrolled, "it hangs on no scrolling"
    assert here.complaints == [] and there.complaints == []
