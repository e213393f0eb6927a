"""The view of a picture: no drag zooms it, a scene turns and comes back, files show what is seen, touch scrolls."""

from pathlib import Path

import pytest
from PIL import Image

from pages import PAGES

RANGES = """k => { const l = document.querySelectorAll('.js-plotly-plot')[k]._fullLayout;
    return [l.xaxis.range, l.yaxis.range].flat() }"""
VIEWS = """() => { const plots = [...document.querySelector('.lab-chart').querySelectorAll('.js-plotly-plot')];
    const axes = plots.flatMap(p => Object.entries(p._fullLayout).filter(([key]) => /^[xy]axis\\d*$/.test(key)));
    return {turns: plots.some(p => p._fullLayout.scene), fixed: axes.map(([, axis]) => axis.fixedrange),
      plane: plots.flatMap((p, k) => p._fullLayout.scene || !p._fullLayout.xaxis ? [] : [k]).slice(0, 2)} }"""
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True, "reduced_motion": "reduce"}
SAVED = """() => { window.saved = []; const write = window.Plotly.toImage;
    window.Plotly.toImage = (figure, how) => { window.saved.push(figure); return write(figure, how) } }"""


def drag(seen, panel: int, by: tuple[float, float]) -> None:
    box = seen.tab.locator(".lab-panel").nth(panel).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.tab.mouse.move(x, y)
    seen.tab.mouse.down()
    seen.tab.mouse.move(x + by[0], y + by[1], steps=6)
    seen.tab.mouse.up()
    seen.tab.wait_for_timeout(300)


@pytest.mark.parametrize("page", [page.stem for page in PAGES if page.has_problem])
def test_no_drag_zooms_a_picture_and_a_turned_one_comes_back(standing, page):
    seen = standing(page, reduced_motion="reduce")
    shown = seen.tab.evaluate(VIEWS)
    assert shown["turns"] == seen.tab.locator(".lab-chart").first.get_by_role("button", name="Reset view").is_visible()
    assert all(shown["fixed"])
    for k in shown["plane"]:
        before = seen.tab.evaluate(RANGES, k)
        drag(seen, k, (60, 50))
        assert seen.tab.evaluate(RANGES, k) == before
    assert seen.complaints == []


@pytest.mark.parametrize("page", ["geometry"])
def test_a_turned_scene_comes_back(standing, page):
    seen = standing(page, reduced_motion="reduce")
    opened = seen.camera()["eye"]
    drag(seen, 0, (70, 20))
    assert seen.camera()["eye"] != pytest.approx(opened, abs=0.05)
    seen.tab.get_by_role("button", name="Reset view").click()
    seen.tab.wait_for_timeout(500)
    assert seen.camera()["eye"] == pytest.approx(opened, abs=1e-6)


def test_a_saved_picture_is_the_one_seen(visit):
    seen = visit(reduced_motion="reduce", color_scheme="dark").open("geometry")
    drag(seen, 0, (70, 20))
    seen.tab.locator(".lab-time input").press("Home")
    seen.tab.get_by_label("Step forward").click()
    seen.tab.wait_for_timeout(500)
    seen.tab.evaluate(SAVED)
    seen.tab.get_by_role("button", name="PNG").click()
    seen.tab.wait_for_function("() => window.saved.length === 3")
    camera = seen.tab.evaluate("() => window.saved[0].layout.scene.camera.eye")
    assert camera == pytest.approx(seen.camera()["eye"], abs=1e-9)
    drawn, saved = seen.tab.evaluate(
        "() => [document.querySelector('.js-plotly-plot').data, window.saved[0].data].map(d => [...d.at(-1).x])"
    )
    assert drawn == saved
    assert seen.tab.evaluate("() => window.saved[0].layout.paper_bgcolor !== window.saved[0].layout.font.color")
    assert seen.complaints == []


def test_a_preset_opens_cursor_view_and_ranges_anew(visit):
    seen = visit(reduced_motion="reduce").open("geometry")
    opened, camera = seen.tab.locator(".lab-time output").inner_text(), seen.camera()["eye"]
    seen.tab.locator(".lab-time input").press("Home")
    drag(seen, 0, (70, 20))
    seen.tab.get_by_role("button", name="two starts").click()
    seen.until_meta("start", "pair")
    seen.tab.get_by_role("button", name="paper, figure 2").click()
    seen.until_meta("start", "function")
    seen.tab.wait_for_timeout(500)
    assert seen.tab.locator(".lab-time output").inner_text() == opened
    assert seen.camera()["eye"] == pytest.approx(camera, abs=1e-6)


def test_ranges_are_those_of_a_fresh_visit(visit):
    seen = visit(reduced_motion="reduce").open("implicit_bias")
    seen.tab.get_by_role("button", name="β passes through 0").click()
    seen.until_meta("angle", -130)
    moved = seen.tab.evaluate(RANGES, 0)
    query = seen.tab.evaluate("() => location.search")
    fresh = visit(reduced_motion="reduce").open("implicit_bias" + query)
    assert moved == pytest.approx(fresh.tab.evaluate(RANGES, 0), rel=1e-6)


def fingers(seen, *steps: list[tuple[float, float]]) -> None:
    """Fingers go down at the first points and travel through the others."""
    devtools = seen.tab.context.new_cdp_session(seen.tab)
    for k, points in enumerate(steps):
        at = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        devtools.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": at})
        seen.tab.wait_for_timeout(30)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    seen.tab.wait_for_timeout(500)


def test_a_wheel_over_a_scene_scrolls_the_page(visit):
    seen = visit(1280, 720, reduced_motion="reduce").open("geometry").rest()
    camera, box = seen.camera(), seen.tab.locator(".lab-plot").first.bounding_box()
    seen.tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    seen.tab.mouse.wheel(0, 200)
    seen.tab.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 100")
    assert seen.camera() == camera and seen.complaints == []


def test_on_a_scene_one_finger_scrolls_and_two_turn(visit):
    seen = visit(**PHONE).open("geometry")
    camera = seen.camera()["eye"]
    box = seen.tab.locator(".lab-panel").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    top = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    before = seen.tab.evaluate(top)
    fingers(seen, *[[(x, y - 20 * k)] for k in range(12)])
    assert seen.tab.evaluate(top) > before + 50
    assert seen.camera()["eye"] == pytest.approx(camera, abs=1e-6)
    box = seen.tab.locator(".lab-panel").first.bounding_box()
    y = box["y"] + box["height"] / 2
    now = seen.tab.evaluate(top)
    fingers(seen, *[[(x - 40 + 8 * k, y), (x + 40 + 8 * k, y)] for k in range(10)])
    assert seen.tab.evaluate(top) == now
    assert seen.camera()["eye"] != pytest.approx(camera, abs=0.05)


def test_a_finger_that_begins_on_a_slider_scrolls(standing):
    seen = standing("geometry", **PHONE)
    slider = seen.tab.locator("[data-testid=stSlider]").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 12
    top = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    before = seen.tab.evaluate(top)
    fingers(seen, *[[(x, y - 20 * k)] for k in range(12)])
    assert seen.tab.evaluate(top) > before + 50


@pytest.mark.parametrize(
    ("page", "neurons"), [("start", 3 * 4), ("teacher_student", 53)], ids=["networks", "with a map beside them"]
)
def test_a_file_holds_the_network_and_its_own_typeface(standing, page, neurons):
    seen = standing(page, reduced_motion="reduce")
    with seen.tab.expect_download(lambda one: one.suggested_filename.endswith("-1.svg")) as first:
        seen.tab.get_by_role("button", name="SVG").first.click()
    text = Path(first.value.path()).read_text()
    assert first.value.suggested_filename == f"{page}-1.svg"
    assert text.count("lab-neuron") == neurons and "@font-face" in text and "var(--" not in text
    with seen.tab.expect_download(lambda one: one.suggested_filename.endswith("-1.png")) as painted:
        seen.tab.get_by_role("button", name="PNG").first.click()
    picture = Image.open(painted.value.path()).convert("L")
    box = seen.tab.locator(".lab-plot").first.bounding_box()
    assert picture.width == pytest.approx(2 * (box["width"] + 128), abs=4) and picture.height > 400
    title = picture.crop((0, 0, picture.width - 2 * 128, 80))
    assert sum(title.histogram()[:128]) > 300, "the first image of a page has its words"


def test_picture_buttons_on_a_phone_have_names(standing):
    seen = standing("geometry", **PHONE)
    assert seen.tab.locator(".lab-pick button").all_inner_texts() == ["surface", "plane", "loss", "network"]
