"""Every page on a phone, upright: short, picture and control in the first view, all of a finger's size, nothing cut."""

import pytest

from pages import PAGES

PHONE = {
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Mobile Safari/537.36",
}
LONGEST = 3000
FINGER = 44
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
TARGETS = """least => [...document.querySelectorAll(
    '.stMain :is(button, summary, select, input[type=range], [role=radio], [role=slider], [role=button], .stLinkButton a, '
    + '.stDownloadButton *, .stPageLink a, [data-testid=stSelectbox] [role=combobox], .lab-handle), .stAppHeader button')]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.closest('[aria-hidden=true]'))
    .map(one => one.matches('[data-testid=stSlider] input') ? one.closest('[role=group]') : one)
    .map(one => one.matches('.stDownloadButton *') ? one.closest('button') : one)
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.width < least - 0.6 || box.height < least - 0.6))
    .map(([one, box]) => `${one.tagName} ${one.className} ${one.ariaLabel ?? one.textContent.slice(0, 30)} `
        + `${Math.round(box.width)} × ${Math.round(box.height)}`)"""
CUT = """() => [...document.querySelectorAll(
    '.stMain :is(.stMetric [data-testid=stMarkdownContainer], .stButton p, summary p, [role=radio] p, .katex-display)')]
    .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .map(one => `${one.textContent.slice(0, 60)} ${one.scrollWidth} > ${one.clientWidth}`)"""
OUTSIDE = """() => [...document.querySelectorAll(
    '.stMain :is(.lab-panel, .lab-bar, .stButton, .stSlider, .stMarkdown, .stMetric)')]
    .filter(one => one.checkVisibility() && !one.closest('.st-key-presets, .st-key-tools, .lab-pick'))
    .map(one => [one.className, one.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.left < -1 || box.right > innerWidth + 1)).map(([name]) => name)"""
UNFOLD = """() => [...document.querySelectorAll('.stMain details:not([open]) > summary')]
    .filter(one => one.checkVisibility() && (one.click(), true)).length"""
SLIDER = ".st-key-act .stSlider"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_made_for_a_phone(visit, page):
    seen = visit(390, 844, reduced_motion="reduce", **PHONE).open(page.stem).rest()
    assert seen.tab.evaluate(HEIGHT) <= LONGEST
    if page.has_problem:
        bar, slider = (seen.tab.locator(one).first.bounding_box() for one in (".lab-bar", SLIDER))
        assert bar["y"] + bar["height"] <= 844 and slider["y"] + slider["height"] <= 860, "picture and control together"
    while seen.tab.evaluate(UNFOLD):
        seen.settle(charts=0).rest()
    assert seen.tab.evaluate(TARGETS, FINGER) == []
    assert seen.tab.evaluate(CUT) == []
    assert seen.tab.evaluate(OUTSIDE) == []
    assert seen.complaints == []


TOGETHER = """() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    return { words: box('.st-key-says .st-key-lesson').top, pictures: box('.lab-panels').bottom, bar: box('.lab-bar').top,
        header: box('.stAppHeader').bottom };
}"""


@pytest.mark.parametrize("width, height", [(390, 844), (360, 640)])
def test_an_answer_and_its_picture_stand_together(visit, width, height):
    """The replay is seen with the words that explain it, and so is a guide's step."""
    seen = visit(width, height, reduced_motion="reduce", **PHONE).open("relu?predict=true")
    seen.tab.locator(".st-key-choice_0 button").tap()
    seen.tab.get_by_text("You said").wait_for()
    seen.tab.wait_for_timeout(1500)
    for _ in range(2):
        found = seen.rest().tab.evaluate(TOGETHER)
        assert found["words"] >= found["header"] - 1 and found["pictures"] <= found["bar"] + 8, found
        seen.tab.locator(":is(.st-key-choice_guide, .st-key-step_next) button").tap()
        seen.tab.get_by_text("1 of").wait_for()
        seen.tab.wait_for_timeout(1500)


PRESSED = [("start", "nearly opposite"), ("exact", "noise moves δ")]


@pytest.mark.parametrize("stem, preset", PRESSED, ids=[stem for stem, _ in PRESSED])
def test_a_preset_stays_where_it_was_pressed(visit, stem, preset):
    """Whatever words and pictures above it find another height."""
    seen = visit(390, 844, reduced_motion="reduce", **PHONE).open(stem).rest()
    button = seen.tab.locator('[class*="st-key-preset_"] button', has_text=preset)
    button.scroll_into_view_if_needed()
    seen.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollBy(0, 200)")
    seen.rest()
    before = button.bounding_box()["y"]
    button.click()
    seen.tab.wait_for_function("() => location.search.length > 1")
    seen.settle().rest()
    assert button.bounding_box()["y"] == pytest.approx(before, abs=2)
    assert seen.complaints == []


LOW = [("start?step=6", 844, 390)]
CUT_NAMES = """() => [...document.querySelectorAll('.lab-panel:not([hidden])')].flatMap((panel) => {
    const { top, bottom } = panel.querySelector('.lab-plot').getBoundingClientRect();
    return [...panel.querySelectorAll('.ytitle')].map((one) => [one.textContent, one.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.top < top - 3 || box.bottom > bottom + 3)).map(([words]) => words);
})"""


@pytest.mark.parametrize("path, width, height", LOW)
def test_an_axis_of_a_low_picture_is_named_whole(visit, path, width, height):
    seen = visit(width, height, reduced_motion="reduce", **PHONE).open(path).rest()
    assert seen.tab.locator(".lab-panel:not([hidden]) .ytitle").count() > 0
    assert seen.tab.evaluate(CUT_NAMES) == [] and seen.complaints == []
