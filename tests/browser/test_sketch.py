"""A guess drawn into the veiled picture: by mouse and by keys, measured once the curve may be seen, kept nowhere."""

import re

import pytest

from pages.lessons.lessons import LESSONS

DRAWN = [stem for stem, lesson in LESSONS.items() if lesson.prediction.sketch]
TITLES = "() => [...document.querySelectorAll('.lab-title')].map(t => t.textContent).join(' | ')"


def test_two_pages_can_be_drawn_in():
    assert DRAWN == ["exact", "teacher_student"]


@pytest.mark.parametrize("stem", DRAWN)
def test_a_drawn_line_gets_its_distance(visit, stem):
    seen = visit(1280, 720, reduced_motion="reduce").open(f"{stem}?predict=true")
    seen.tab.wait_for_timeout(800)
    pad = seen.tab.locator(".lab-sketch:not([hidden])")
    box = pad.bounding_box()
    assert box["height"] > 120
    seen.tab.mouse.move(box["x"] + 4, box["y"] + 0.8 * box["height"])
    seen.tab.mouse.down()
    seen.tab.mouse.move(box["x"] + box["width"] - 4, box["y"] + 0.2 * box["height"], steps=12)
    seen.tab.mouse.up()
    assert "away" not in seen.tab.evaluate(TITLES)
    seen.tab.locator(".st-key-choice_skip button").click()
    seen.tab.wait_for_function(f"() => ({TITLES})().includes('away')")
    assert 0 < float(re.search(r"is ([\d.]+) away", seen.tab.evaluate(TITLES))[1]) < 1.5
    seen.settle()
    seen.tab.locator(".st-key-choice_again button").click()
    seen.tab.wait_for_function(f"() => !({TITLES})().includes('away')")
    seen.tab.wait_for_function(
        "() => !document.querySelector('.lab-sketch:not([hidden]) polyline').getAttribute('points')"
    )
    assert seen.complaints == []


def test_keys_draw_and_a_perfect_line_is_near(visit):
    seen = visit(1280, 720, reduced_motion="reduce").open("teacher_student?predict=true")
    seen.tab.wait_for_timeout(800)
    pad = seen.tab.locator(".lab-sketch:not([hidden])")
    pad.focus()
    before = pad.get_attribute("aria-valuetext")
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight"):
        seen.tab.keyboard.press(key)
    assert pad.get_attribute("aria-valuetext") != before
    assert len(pad.locator("polyline").get_attribute("points").split()) == 3
    assert seen.violations() == []
    seen.tab.keyboard.press("Delete")
    assert not pad.locator("polyline").get_attribute("points")
