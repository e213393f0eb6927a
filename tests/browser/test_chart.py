"""The chart component: camera, cursor and playback survive redraws; links carry them; the keyboard works."""

import json
import re
import zlib

import numpy as np
import pytest

from core.figures.parcel import framed, packed
from pages.shared.script import CHART_URL

TOLD = """async ([url, ...messages]) => {
    const heard = [];
    const root = { __chart: { update: (text) => heard.push(text) } };
    const script = await import(url);
    const parentElement = { querySelector: () => root };
    const setTriggerValue = (...asked) => heard.push(asked.join());
    for (const data of messages) script.default({ data: new Uint8Array(data), parentElement, setTriggerValue });
    while (root.__coming) await root.__coming;
    return heard;
}"""


@pytest.fixture
def geometry(visit):
    return visit(reduced_motion="reduce").open("geometry")


def step_slider(seen, key: str, presses: int = 1) -> None:
    thumb = seen.tab.locator(f".st-key-{key} input[type=range]")
    thumb.focus()
    for _ in range(presses):
        seen.tab.keyboard.press("ArrowRight")


def test_the_camera_survives_a_slider_step_without_remount(geometry):
    geometry.tab.evaluate("() => { document.querySelector('.js-plotly-plot').mark = 1 }")
    geometry.tab.get_by_label("View: Top").click()
    geometry.tab.wait_for_function(
        "() => document.querySelector('.js-plotly-plot')._fullLayout.scene._scene.getCamera().eye.z > 2"
    )
    before = geometry.camera()
    step_slider(geometry, "delta")
    geometry.until_meta("delta", -1.99)
    after = geometry.camera()
    assert after["eye"] == pytest.approx(before["eye"], abs=1e-9)
    assert geometry.tab.evaluate("() => document.querySelector('.js-plotly-plot').mark") == 1


@pytest.mark.parametrize("page", ["geometry"])
def test_what_comes_packed_is_drawn_before_the_same_and_what_was_missed_is_asked_for(standing, page):
    seen = standing(page, reduced_motion="reduce")
    whole = framed('{"file": "missed"}', bytes(16))
    same, other = (framed(json.dumps({"same": "missed", "mark": zlib.crc32(one)}), b"") for one in (whole, b"other"))
    messages = [[*one] for one in (packed(whole), same, other)]
    assert seen.tab.evaluate(TOLD, [CHART_URL, *messages]) == ['{"file": "missed"}', "anew,true"]


@pytest.mark.parametrize("page", ["geometry"])
def test_scrubbing_moves_all_panels_and_needs_no_server(standing, page):
    seen = standing(page, reduced_motion="reduce")
    cursor = seen.tab.locator(".lab-time input")
    cursor.focus()
    before = seen.tab.locator(".lab-time output").inner_text()
    cursor.press("Home")
    assert seen.tab.locator(".lab-time output").inner_text() == "t = 0"
    assert before != "t = 0"
    x = "k => { const d = document.querySelectorAll('.js-plotly-plot')[k].data; return d[d.length - 1].x }"
    first = [seen.tab.evaluate(x, k) for k in range(3)]
    cursor.press("ArrowRight")
    seen.tab.get_by_label("Step forward").click()
    seen.tab.wait_for_timeout(500)
    assert all(seen.tab.evaluate(x, k) != old for k, old in enumerate(first[:2]))


def test_play_and_pause_swap_names_and_a_step_shows_during_playback(visit):
    seen = visit().open("geometry")
    if not seen.tab.get_by_label("Pause", exact=True).is_visible():
        seen.tab.get_by_label("Play", exact=True).click()
        seen.tab.get_by_label("Pause", exact=True).wait_for(timeout=10_000)
    step_slider(seen, "delta")
    seen.until_meta("delta", -1.99)
    seen.tab.get_by_label("Play", exact=True).wait_for(timeout=20_000)


@pytest.mark.parametrize("page", ["geometry"])
def test_reduced_motion_starts_still(standing, page):
    assert standing(page, reduced_motion="reduce").tab.get_by_label("Play", exact=True).count() == 1


def test_a_copied_link_reopens_preset_camera_and_cursor(geometry, visit):
    geometry.tab.get_by_role("button", name="same weights, other rates").click()
    geometry.until_meta("start", "weights")
    geometry.settle().tab.get_by_label("View: Side").click()
    geometry.tab.locator(".lab-time input").press("Home")
    geometry.tab.get_by_label("Step forward").click()
    geometry.tab.wait_for_timeout(600)
    geometry.tab.get_by_text("Copy link").click()
    geometry.tab.wait_for_function("() => location.search.includes('cam=')")
    query = geometry.tab.evaluate("() => location.search")
    again = visit(reduced_motion="reduce").open("geometry" + query)
    assert again.tab.locator(".lab-time output").inner_text() == geometry.tab.locator(".lab-time output").inner_text()
    assert again.camera()["eye"] == pytest.approx(geometry.camera()["eye"], abs=2e-3)
    assert again.meta()["eta_a"] == 4


def test_a_link_with_bad_values_says_what_it_replaced(visit):
    seen = visit(reduced_motion="reduce").open("geometry?delta=99&eta_a=2.0&moves=sideways&angle=nan")
    seen.until_meta("delta", 10)
    text = seen.tab.inner_text("[data-testid=stMain]")
    assert "delta = 99" in text and "moves = sideways" in text and "angle = nan" in text
    assert seen.meta()["eta_a"] == 2
    assert "eta_a" not in text.split("More")[1].split("pinch")[0]


def test_dark_pages_swap_the_palette(visit):
    seen = visit(color_scheme="dark", reduced_motion="reduce").open("geometry")
    colours = seen.tab.evaluate("() => document.querySelector('.js-plotly-plot').data.map(t => t.line?.color)")
    assert "#ff5c7c" in colours and "#c2183c" not in colours


DRAWN = """() => document.querySelector('.lab-chart').__chart.panels.flatMap(panel =>
  [...panel.plot.querySelectorAll('.cartesianlayer .trace path, .cartesianlayer .contour path')].map(e =>
    [e.getAttribute('d'), e.style.stroke, e.style.fill, e.getAttribute('transform')].join('|')))"""
PIXEL = 1.1  # plotly rounds the room for an axis' words to whole pixels each time it lays a picture out
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
STILL = (
    "() => { const c = document.querySelector('.lab-chart').__chart; return !c.drawing && !c.again && !c.loose?.size }"
)
ANEW = """() => { const chart = document.querySelector('.lab-chart').__chart;
  chart.panels.forEach(panel => { panel.fresh = true; panel.mark = null }); return chart.redraw() }"""


def alike(one: list[float], other: list[float]) -> bool:
    """Of points that crowd along a line plotly draws a few, not always the same ones."""
    apart = np.abs(np.subtract(one, other))
    return apart.max(initial=0) < 3 * PIXEL and np.count_nonzero(apart > PIXEL) <= 0.05 * apart.size


def still(seen):
    """The tab, once nothing is drawn or waits to be: axes find their own ranges half a second after what moved."""
    seen.painted().tab.wait_for_function(STILL)
    return seen.painted().tab


@pytest.mark.parametrize("page", ["geometry", "start", "implicit_bias", "relu", "regime_map"])
def test_what_is_drawn_swiftly_is_what_would_be_drawn_anew(standing, page):
    seen = standing(page, reduced_motion="reduce")
    cursor = seen.tab.locator(".lab-time input").first
    for keys in (["Home"], ["ArrowRight"] * 3, ["End"]):
        for key in keys:
            cursor.press(key)
        still(seen).evaluate(ANEW)  # a title may have found another height
        still(seen)
        for key in ("ArrowLeft", "ArrowRight") if keys != ["Home"] else ("ArrowRight", "ArrowLeft"):
            cursor.press(key)
        swift = still(seen).evaluate(DRAWN)
        seen.tab.evaluate(ANEW)
        shapes = [
            [(NUMBER.sub("#", path), [float(n) for n in NUMBER.findall(path)]) for path in paths]
            for paths in (swift, still(seen).evaluate(DRAWN))
        ]
        assert swift and len(shapes[0]) == len(shapes[1])
        for kind, one in shapes[0]:
            assert any(kind == like and one == pytest.approx(other, abs=PIXEL) for like, other in shapes[1]), (
                kind,
                one,
            )
