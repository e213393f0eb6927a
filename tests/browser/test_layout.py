"""Picture, first control and the words to look for are on the screen together; a projector's step fits, and is in view."""

import time
from pathlib import Path

import pytest

from pages import PAGES
from pages.lessons.lessons import LESSONS

SIZES = [(1280, 720), (1024, 768)]
PICTURES = [page.stem for page in PAGES if page.has_problem]
BOX = (
    "selector => { const r = document.querySelector(selector)?.getBoundingClientRect(); return r && [r.top, r.bottom] }"
)
HEIGHTS = """() => [...document.querySelector('.lab-chart').querySelectorAll('.lab-panel:not([hidden])')]
    .map(p => p.clientHeight)"""
CONTROL = ".st-key-act :is(.stSlider, .stSelectbox, .stButtonGroup, [data-testid=stPills], .stPills)"


def box(seen, selector: str) -> tuple[float, float]:
    found = seen.tab.evaluate(BOX, selector)
    assert found, selector
    return tuple(found)


def fits(seen, height: int) -> None:
    assert box(seen, ".st-key-says p")[0] >= 0
    assert box(seen, ".lab-bar")[1] <= height
    assert box(seen, CONTROL)[1] <= height
    heights = seen.tab.evaluate(HEIGHTS)
    assert len(set(heights)) == 1 and heights[0] >= 180


def comes_to_fit(seen, height: int, seconds: float = 30) -> None:
    """What a page shows comes in pieces: it fits in the end, and then stays so."""
    end = time.monotonic() + seconds
    while True:
        try:
            fits(seen.rest(), height)
            return
        except AssertionError:
            if time.monotonic() > end:
                raise


@pytest.mark.parametrize("width, height", SIZES)
@pytest.mark.parametrize("stem", PICTURES)
def test_picture_control_and_words_are_on_screen_together(standing, stem, width, height):
    seen = standing(stem, width, height, reduced_motion="reduce")
    comes_to_fit(seen, height)
    seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 400)")
    seen.painted()
    assert box(seen, ".lab-panel")[0] >= -2, "the picture stays while its controls are scrolled"


COVERED = """() => { const [picture, here] = [document.querySelector('.st-key-picture').parentElement, document.activeElement];
    const [above, at] = [picture, here].map(one => one.getBoundingClientRect());
    return !picture.contains(here) && at.top < above.bottom - 1 && at.bottom > above.top ? here.outerHTML.slice(0, 99) : '' }"""


@pytest.mark.parametrize("stem", ["exact", "geometry"])
def test_no_control_that_the_keyboard_comes_to_lies_under_the_picture(visit, stem):
    seen = visit(1280, 720, reduced_motion="reduce").open(stem).rest()
    seen.tab.locator('[class*="st-key-preset_"] button').last.focus()
    seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 700)")
    for _ in range(12):
        seen.tab.keyboard.press("Shift+Tab")
        seen.painted().painted()
        assert seen.tab.evaluate(COVERED) == ""


def test_a_window_that_is_made_another_while_scrolled_has_its_own_picture(visit):
    """As high as if the page had been opened in it."""
    seen = visit(1280, 720, reduced_motion="reduce").open("exact").rest()
    for width, height in [(1024, 768), (1280, 900)]:
        seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 400)")
        seen.tab.set_viewport_size({"width": width, "height": height})
        scrolled = seen.rest().tab.evaluate(HEIGHTS)
        seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        seen.tab.evaluate("() => dispatchEvent(new Event('resize'))")
        assert seen.rest().tab.evaluate(HEIGHTS) == pytest.approx(scrolled, abs=2)
        fits(seen, height)


def test_a_guide_opens_in_view_wherever_it_was_asked_for(visit):
    seen = visit(1280, 720, reduced_motion="reduce").open("exact")
    seen.tab.locator(".st-key-guide button").click()
    seen.tab.get_by_text("1 of 5").wait_for()
    seen.rest()
    top, bottom = box(seen, ".st-key-lesson")
    assert top >= 0 and bottom <= 720


@pytest.mark.parametrize("width, height, device", [(1280, 720, {}), (390, 844, {"has_touch": True, "is_mobile": True})])
def test_what_comes_of_a_run_is_in_view_and_nothing_jumps_when_it_ends(visit, width, height, device):
    seen = visit(width, height, reduced_motion="reduce", **device).open(f"kernel_movement?steps=120&seed={len(device)}")
    seen.tab.locator(".st-key-run_kernel_movement button").click()
    seen.tab.locator(".st-key-cancel_kernel_movement").wait_for()
    drawn = seen.tab.locator(".stMain .lab-chart").nth(1)
    drawn.wait_for()
    seen.tab.wait_for_timeout(1000)
    assert box(seen, ".st-key-run_kernel_movement")[0] >= 0
    before = drawn.bounding_box()["y"]
    assert before < 0.5 * height
    seen.tab.locator(".st-key-cancel_kernel_movement").wait_for(state="detached", timeout=90_000)
    seen.rest()
    assert abs(drawn.bounding_box()["y"] - before) <= 2


def test_a_term_explains_itself_in_place(visit):
    seen = visit(390, 844, reduced_motion="reduce", has_touch=True, is_mobile=True).open("implicit_bias")
    term = seen.tab.locator('a[href*="part=glossary"]').first
    term.scroll_into_view_if_needed()
    tabs = len(seen.tab.context.pages)
    term.tap()
    note = seen.tab.locator(".lab-term")
    note.wait_for()
    assert len(note.inner_text()) > 30 and len(seen.tab.context.pages) == tabs
    seen.tab.locator("h1").tap(force=True)
    note.wait_for(state="detached")


def test_the_speaker_sees_the_step_and_turns_it(visit):
    lesson = visit(reduced_motion="reduce").open("geometry?step=1&present=true")
    speaker = lesson.tab.context.new_page()
    speaker.goto(f"{lesson.server}/learn?part=speaker")
    speaker.locator(".lab-where", has_text="Geometry, step 1").wait_for()
    assert "zero loss" in speaker.locator(".lab-then").inner_text()
    speaker.get_by_role("button", name="Next").click()
    speaker.locator(".lab-where", has_text="Geometry, step 2").wait_for()
    lesson.tab.get_by_text("2 of 6").wait_for()
    speaker.evaluate("() => sessionStorage.setItem('lab lesson begun', String(Date.now() - 600000))")
    for again in (speaker, lesson.tab):
        again.reload()
        speaker.locator(".lab-where", has_text="Geometry, step 2").wait_for()
    assert speaker.locator(".lab-desk output", has_text="10:").count() == 1, "its clock survives a reload"
    lesson.tab.locator(".st-key-step_leave button").click()
    speaker.locator(".lab-where", has_text="Open a step").wait_for()
    assert speaker.locator(".lab-now").inner_text() == "" and speaker.locator(".lab-after").is_disabled()


@pytest.mark.parametrize("stem", ["start", "relu", "limits"])
def test_every_page_opens_the_speakers_window(visit, stem):
    seen = visit(reduced_motion="reduce").open(f"{stem}?step=1")
    link = seen.tab.get_by_role("link", name="Speaker’s window")
    if not LESSONS[stem].story:
        assert link.get_attribute("href") == "learn?part=speaker"
    seen.tab.goto(f"{seen.server}/{stem}?speaker=true")
    seen.tab.locator(".lab-speaker").wait_for()
    assert "part=speaker" in seen.tab.url and seen.complaints == []


def test_a_network_without_websockets_is_told(visit):
    seen = visit(own=True)
    seen.tab.route_web_socket("**/*", lambda socket: socket.close())
    seen.tab.clock.install()
    seen.tab.goto(f"{seen.server}/geometry")
    seen.tab.clock.run_for(20_000)
    seen.tab.locator("#lab-no-websocket").wait_for(timeout=30_000)
    assert "administrator" in seen.tab.inner_text("#lab-no-websocket")


LINES = (
    "() => [...document.querySelector('.lab-outline').querySelectorAll('path')].map(p => p.getAttribute('d')).join()"
)


def test_without_webgl_a_scene_stands_as_lines(visit):
    seen = visit(own=True, reduced_motion="reduce")
    seen.tab.add_init_script(
        "const made = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) "
        "{ return kind.startsWith('webgl') ? null : made.call(this, kind, ...more) }"
    )
    seen.open("geometry")
    assert "WebGL" in seen.tab.locator(".lab-panel").first.inner_text()
    assert seen.tab.locator(".lab-panel").nth(1).locator(".main-svg").count() > 0
    changed = f"before => ({LINES})() !== before"
    for act in (
        seen.tab.get_by_role("button", name="View: Top").click,
        lambda: seen.tab.locator(".lab-time input").press("Home"),
    ):
        before = seen.tab.evaluate(LINES)
        act()
        seen.tab.wait_for_function(changed, arg=before)
    seen.tab.get_by_role("button", name="Copy link").click()
    seen.tab.wait_for_function("() => location.search.includes('cam=')")
    with seen.tab.expect_download(lambda one: one.suggested_filename.endswith("-1.svg")) as saved:
        seen.tab.get_by_role("button", name="SVG").click()
    assert Path(saved.value.path()).read_text().count("<path") > 10
    assert seen.complaints == []


@pytest.mark.parametrize(
    "given, larger",
    [
        ({"width": 853, "height": 480}, 1),
        ({"width": 844, "height": 390, "is_mobile": True, "has_touch": True}, 1),
        ({"width": 390, "height": 844, "is_mobile": True, "has_touch": True}, 1.5),
    ],
    ids=["magnified by half", "a phone on its side", "a phone with larger text"],
)
def test_one_whole_picture_is_left_where_room_is_short(visit, given, larger):
    """150 % on a laptop is a window of two thirds; larger text alone leaves the window as it is."""
    seen = visit(own=larger > 1, reduced_motion="reduce", **given)
    if larger > 1:
        seen.tab.add_init_script(
            "addEventListener('DOMContentLoaded', () => document.head.append(Object.assign(document.createElement('style'),"
            f"{{ textContent: 'html {{ font-size: {larger:.0%} !important }}' }})))"
        )
    seen.open("exact")
    panels = seen.tab.locator(".lab-chart").first.locator(".lab-panel:not([hidden])")
    assert panels.count() == 1
    plot, bar = panels.first.locator(".lab-plot").bounding_box(), seen.tab.locator(".lab-bar").first.bounding_box()
    assert plot["width"] > 0.4 * given["width"] and plot["height"] > 150
    assert plot["y"] + plot["height"] <= bar["y"] + 1 and bar["y"] + bar["height"] <= given["height"]
