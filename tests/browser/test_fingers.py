"""Real fingers on a phone, one row a page: a handle goes with one finger, two turn and pinch a scene, one scrolls the page over
it, and a guess is drawn by touch. In view are picture and cursor on a low screen and on its side."""

import math

import pytest

from pages import PAGES
from tests.browser.test_handles import CASES
from tests.browser.test_phone import PHONE
from tests.browser.test_sketch import DRAWN
from tests.browser.test_swipe import SCROLLED, swipe

pytestmark = pytest.mark.walk

SHOWS = """name => document.querySelector('.lab-chart').__chart.panels.findIndex(({ handles, scenes }) =>
    name ? handles.grips.some(({ handle }) => handle.name === name) : scenes.length)"""
CAMERA = """() => { const { panels } = document.querySelector('.lab-chart').__chart;
    const panel = panels.find(({ div, scenes }) => !div.hidden && scenes.length);
    return panel.camera(panel.scenes[0]).eye }"""
BETWEEN_AXES = """() => document.querySelector('.lab-panel:not([hidden]) .js-plotly-plot')._fullLayout._size.h"""
SCENES = ("geometry", "geometry?surfaces=three", "geometry?moves=delta", "relu", "landscape")
ELSEWHERE = [("regime_map", "cell", (25, 15), ("tau",))]


def on_phone(visit, path: str, name: str = ""):
    """The page with that picture in which this handle, or a scene, is."""
    seen = visit(390, 844, reduced_motion="reduce", **PHONE).open(path).rest()
    buttons = seen.tab.locator(".lab-chart").first.locator(".lab-pick button")
    if buttons.count():
        buttons.nth(seen.tab.evaluate(SHOWS, name)).tap()
    return seen.rest()


def middle(seen, selector: str) -> tuple[float, float]:
    one = seen.tab.locator(selector).first
    one.evaluate("one => one.scrollIntoView({ block: 'center' })")
    box = seen.rest().tab.locator(selector).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def two_fingers(seen, at: tuple[float, float], by: tuple[float, float], apart: tuple[float, float]) -> None:
    """Both move along, and from one distance to the other."""
    hand = seen.tab.context.new_cdp_session(seen.tab)
    for k in range(9):
        x, y = at[0] + by[0] * k / 8, at[1] + by[1] * k / 8
        half = (apart[0] + (apart[1] - apart[0]) * k / 8) / 2
        spots = [{"x": x - half, "y": y, "id": 0}, {"x": x + half, "y": y, "id": 1}]
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": spots})
        seen.tab.wait_for_timeout(16)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    seen.rest()


def seen_from(camera: dict) -> tuple[float, float]:
    """Distance of the eye, and its direction in degrees."""
    x, y, z = (camera[k] for k in "xyz")
    return math.hypot(x, y, z), math.degrees(math.atan2(y, x))


@pytest.mark.parametrize("path", SCENES)
def test_two_fingers_turn_and_pinch_and_one_scrolls(visit, path):
    seen = on_phone(visit, path)
    scene = ".lab-panel:not([hidden]) .lab-plot:has(canvas)"
    far, turned = seen_from(seen.tab.evaluate(CAMERA))
    two_fingers(seen, middle(seen, scene), (60, 0), (90, 90))
    now, sideways = seen_from(seen.tab.evaluate(CAMERA))
    assert abs(sideways - turned) > 10 and now == pytest.approx(far, rel=0.05)
    two_fingers(seen, middle(seen, scene), (0, 0), (80, 140))
    assert seen_from(seen.tab.evaluate(CAMERA))[0] < 0.8 * now
    camera, top = seen.tab.evaluate(CAMERA), seen.tab.evaluate(SCROLLED)
    swipe(seen, middle(seen, scene), (4, -120))
    assert seen.tab.evaluate(CAMERA) == camera and seen.tab.evaluate(SCROLLED) > top + 60
    assert seen.complaints == []


@pytest.mark.parametrize("path, name, by, fields", CASES + ELSEWHERE, ids=lambda case: str(case)[:24])
def test_a_finger_takes_a_handle_along(visit, path, name, by, fields):
    seen = on_phone(visit, path, name)
    grip = f".lab-panel:not([hidden]) [data-handle={name}]:not([hidden])"
    box = seen.tab.locator(grip).first.bounding_box()
    assert min(box["width"], box["height"]) > 43.5
    at, top = middle(seen, grip), seen.tab.evaluate(SCROLLED)
    swipe(seen, at, by)
    for field in fields:
        seen.tab.wait_for_function("field => location.search.includes(field + '=')", arg=field)
    assert seen.tab.evaluate(SCROLLED) == top, "the page stands under the finger"
    assert seen.complaints == []


@pytest.mark.parametrize("stem", DRAWN)
def test_a_guess_is_drawn_with_a_finger(visit, stem):
    seen = visit(390, 844, reduced_motion="reduce", **PHONE).open(f"{stem}?predict=true").rest()
    pad = ".lab-sketch:not([hidden])"
    (_, y), top = middle(seen, pad), seen.tab.evaluate(SCROLLED)
    box = seen.tab.locator(pad).bounding_box()
    swipe(seen, (box["x"] + 4, y + 0.3 * box["height"]), (box["width"] - 8, -0.6 * box["height"]))
    assert len(seen.tab.locator(f"{pad} polyline").get_attribute("points").split()) > 6
    assert seen.tab.evaluate(SCROLLED) == top
    assert seen.complaints == []


@pytest.mark.parametrize("width, height", [(360, 640), (844, 390)])
@pytest.mark.parametrize("page", [page for page in PAGES if page.has_problem], ids=lambda page: page.stem)
def test_picture_and_cursor_are_in_view(visit, page, width, height):
    seen = visit(width, height, reduced_motion="reduce", **PHONE).open(page.stem).rest()
    plot = seen.tab.locator(".lab-panel:not([hidden]) .lab-plot").first.bounding_box()
    bar, header = (seen.tab.locator(one).first.bounding_box() for one in (".lab-bar", ".stAppHeader"))
    assert header["height"] - 1 <= plot["y"] and plot["y"] + plot["height"] <= bar["y"] + 1, "the bar covers nothing"
    assert seen.tab.evaluate(BETWEEN_AXES) >= 60, "neither words nor a colour bar take the picture's room"
    assert plot["height"] >= 100 and bar["y"] + bar["height"] <= height
    if width > height:
        slider = seen.tab.locator(".st-key-act .stSlider").first.bounding_box()
        assert slider["y"] + slider["height"] <= height, "a control stands beside the picture"
