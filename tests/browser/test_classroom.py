"""The classroom in a real browser: a lesson by keyboard alone, prediction, comparison, lesson links, projector, phone."""

import pytest

from pages.lessons.lessons import LESSONS
from tests.browser.test_layout import CONTROL

PHONE = {
    "width": 360,
    "height": 740,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Mobile Safari/537.36",
}
TOLD_BY_NAMES = """() => document.querySelector('.lab-chart').__chart.panels.flatMap(({ plot, annotations }) =>
    plot.data.filter(({ opacity, name }) => opacity === 0 && name).flatMap(({ name }) =>
        annotations.filter(({ text, yref }) => yref !== 'paper' && name.startsWith(text)).map(({ text }) => text)))"""
TRACES = "k => document.querySelectorAll('.js-plotly-plot')[k].data.map(t => [t.name, t.visible, t.opacity])"


def said(seen) -> str:
    return seen.tab.inner_text("[data-testid=stMain]")


def focus_by_tab(seen, key: str) -> None:
    """Tab until the button of this key has the focus."""
    for _ in range(90):
        seen.tab.keyboard.press("Tab")
        if seen.tab.evaluate("key => !!document.activeElement?.closest('.st-key-' + key)", key):
            return
    pytest.fail(f"{key} cannot be reached by keyboard")


def query(seen) -> str:
    return seen.tab.evaluate("() => decodeURIComponent(location.search)")


def test_a_lesson_can_be_walked_by_keyboard_alone(visit):
    seen = visit(reduced_motion="reduce", color_scheme="dark").open("geometry")
    focus_by_tab(seen, "guide")
    seen.tab.keyboard.press("Enter")
    seen.tab.get_by_text("1 of 6").wait_for()
    seen.settle().tab.wait_for_timeout(300)
    seen.tab.keyboard.press("ArrowRight")
    seen.tab.get_by_text("2 of 6").wait_for()
    seen.tab.keyboard.press("ArrowRight")
    seen.tab.get_by_text("3 of 6").wait_for()
    seen.until_meta("delta", 2)
    seen.tab.wait_for_function(
        "() => document.querySelector('.js-plotly-plot').data.some(t => t.name === 'gradient flow' && t.opacity < 1)"
    )
    assert "step=3" in query(seen) and seen.violations() == []
    opacity = {name: alpha for name, _, alpha in seen.tab.evaluate(TRACES, 0) if name}
    assert opacity["same function as the start"] in (None, 1) and opacity["zero loss, a w = β*"] < 1
    seen.tab.locator(".st-key-delta input[type=range]").focus()
    seen.tab.keyboard.press("ArrowRight")
    seen.until_meta("delta", 2.01)
    assert "3 of 6" in said(seen), "an arrow in a slider belongs to the slider"
    seen.tab.evaluate("() => document.activeElement.blur()")
    seen.tab.keyboard.press("ArrowLeft")
    seen.tab.get_by_text("2 of 6").wait_for()
    seen.until_meta("delta", -2)


def test_a_prediction_hides_the_answer_until_it_is_given_and_then_plays(visit):
    seen = visit().open("geometry?predict=true")
    assert seen.meta()["delta"] == 4
    seen_through = {name: opacity for name, _, opacity in seen.tab.evaluate(TRACES, 1) if name}
    assert seen_through["β"] == 0
    assert "lazy" not in said(seen) and seen.tab.locator(".lab-time").is_hidden()
    assert "waits" in seen.tab.locator(".lab-panel").first.get_attribute("aria-label")
    seen.tab.get_by_role("button", name="Round in a wide arc").click()
    seen.tab.get_by_text("it is Almost straight, and soon").wait_for()
    seen.tab.get_by_label("Pause", exact=True).wait_for(timeout=10_000)
    seen.tab.wait_for_function("() => document.querySelectorAll('.js-plotly-plot')[1].data.every(t => t.opacity !== 0)")
    assert seen.tab.locator(".lab-time").is_visible()
    assert seen.complaints == []


def test_a_comparison_shares_axes_and_cursor(visit):
    seen = visit(reduced_motion="reduce").open("geometry?A=delta:3,target_norm:2")
    panels = seen.tab.locator(".lab-panel")
    assert panels.count() == 3
    assert [panels.nth(k).get_attribute("aria-label")[:2] for k in range(2)] == ["A,", "B."]
    ranges = [
        seen.tab.evaluate("k => document.querySelectorAll('.js-plotly-plot')[k].layout.xaxis.range", k) for k in (0, 1)
    ]
    assert ranges[0] == ranges[1]
    assert seen.meta(1)["delta"] == -2 and seen.meta(0)["pinned"]["delta"] == 3
    now = "k => { const d = document.querySelectorAll('.js-plotly-plot')[k].data; return JSON.stringify(d[d.length - 1].x) }"
    before = [seen.tab.evaluate(now, k) for k in range(3)]
    seen.tab.locator(".lab-time input").press("Home")
    seen.tab.wait_for_function(f"old => ({now})(2) !== old", arg=before[2])
    assert all(seen.tab.evaluate(now, k) != before[k] for k in range(3))


def test_a_lesson_link_hides_locks_names_nonsense_and_sees_the_goal(visit):
    asked = "geometry?v=9&hide=angle,nothing&lock=norm&goal=loss<0.01@3&colour=red&eta_a=1"
    seen = visit(reduced_motion="reduce").open(asked)
    text = said(seen)
    for word in ("version 9", "nothing", "colour", "Not yet"):
        assert word in text
    assert seen.tab.locator(".st-key-angle").count() == 0
    assert seen.tab.locator(".st-key-norm input").is_disabled()
    assert seen.tab.locator(".st-key-presets").count() == 0
    thumb = seen.tab.locator(".st-key-delta input[type=range]")
    thumb.focus()
    seen.tab.keyboard.press("End")
    seen.tab.get_by_text("Reached:").wait_for()
    assert seen.violations() == []


def test_sharing_draws_a_code_without_asking_anybody(visit):
    seen = visit(reduced_motion="reduce").open("geometry?delta=1")
    seen.tab.get_by_role("button", name="Share").click()
    dialog = seen.tab.get_by_role("dialog")
    dialog.locator("img").wait_for()
    dialog.get_by_text("<iframe").wait_for()
    text = dialog.inner_text()
    assert f"{seen.server}/geometry?delta=1" in text and "<iframe" in text and "embed=true" in text
    assert seen.complaints == []


def test_the_projector_shows_one_picture_and_listens_to_keys(visit):
    seen = visit(reduced_motion="reduce").open("geometry?present=true&step=1")
    assert seen.tab.locator(".lab-panel").count() == 1
    assert seen.tab.locator("[data-testid=stSidebar]").is_hidden()
    size = seen.tab.evaluate("() => document.querySelector('.js-plotly-plot').layout.font.size")
    assert size >= 22
    bar = seen.tab.locator(".lab-bar").bounding_box()
    assert bar["y"] + bar["height"] <= 900
    readout = seen.tab.locator(".lab-time output")
    before = readout.inner_text()
    seen.tab.keyboard.press(".")
    assert readout.inner_text() != before
    seen.tab.keyboard.press("Space")
    seen.tab.get_by_label("Pause", exact=True).wait_for(timeout=10_000)
    seen.tab.keyboard.press("ArrowRight")
    seen.tab.get_by_text("2 of 6").wait_for()
    seen.tab.keyboard.press("Escape")
    seen.tab.locator(".st-key-present_begin").wait_for()
    seen.tab.wait_for_function("() => !location.search.includes('present')")


@pytest.mark.walk
@pytest.mark.parametrize("stem", LESSONS)
def test_on_a_projector_that_asks_no_control_stands_and_no_name_tells(visit, stem):
    seen = visit(width=1024, height=768, reduced_motion="reduce").open(f"{stem}?present=true&predict=true")
    assert seen.tab.locator(".lab-panel").first.is_visible()
    assert [one.is_visible() for one in seen.tab.locator(CONTROL).all()].count(True) == 0
    assert seen.tab.evaluate(TOLD_BY_NAMES) == []


def test_a_phone_gets_a_picture_a_slider_and_text(visit):
    seen = visit(**PHONE, reduced_motion="reduce").open("geometry?step=1")
    assert seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") <= 360
    assert [panel.is_visible() for panel in seen.tab.locator(".lab-panel").all()] == [True, False, False]
    sliders = seen.tab.locator("[data-testid=stSlider]").all()
    assert [slider.is_visible() for slider in sliders].count(True) == 1
    seen.tab.get_by_label("Picture 2 of 3").tap()
    seen.tab.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length === 2")
    touch = "() => getComputedStyle(document.querySelectorAll('.lab-panel')[1].querySelector('.nsewdrag')).touchAction"
    assert "pan-y" in seen.tab.evaluate(touch) or seen.tab.evaluate(touch) == "auto"


def test_inside_another_page_the_frame_stays_out(visit):
    seen = visit(reduced_motion="reduce").open("geometry?embed=true&delta=1")
    assert seen.meta()["delta"] == 1
    assert seen.tab.locator("[data-testid=stSidebar]").is_hidden()
    assert seen.tab.locator(".st-key-tools").is_hidden()


def test_the_parts_of_learn_on_a_dark_page(visit):
    seen = visit(reduced_motion="reduce", color_scheme="dark").open("learn")
    for part in ("glossary", "legend", "theorems", "figures", "plan", "class", "worksheet", "builder", "cite"):
        seen.tab.get_by_role("radio", name=part).click() if part != "glossary" else None
        seen.tab.wait_for_function("part => part === 'glossary' || location.search.includes(part)", arg=part)
        seen.settle(charts=0)
        assert seen.violations() == [], part
    assert seen.complaints == []
