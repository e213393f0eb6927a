"""The chart component: camera, cursor and playback survive redraws; links carry them; the keyboard works."""

import pytest


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


def test_scrubbing_moves_all_panels_and_needs_no_server(geometry):
    cursor = geometry.tab.locator(".lab-time input")
    cursor.focus()
    before = geometry.tab.locator(".lab-time output").inner_text()
    cursor.press("Home")
    assert geometry.tab.locator(".lab-time output").inner_text() == "t = 0"
    assert before != "t = 0"
    x = "k => { const d = document.querySelectorAll('.js-plotly-plot')[k].data; return d[d.length - 1].x }"
    first = [geometry.tab.evaluate(x, k) for k in range(3)]
    cursor.press("ArrowRight")
    geometry.tab.get_by_label("Step forward").click()
    geometry.tab.wait_for_timeout(500)
    assert all(geometry.tab.evaluate(x, k) != old for k, old in enumerate(first[:2]))


def test_play_and_pause_swap_names_and_a_step_shows_during_playback(visit):
    seen = visit().open("geometry")
    if not seen.tab.get_by_label("Pause", exact=True).is_visible():
        seen.tab.get_by_label("Play", exact=True).click()
        seen.tab.get_by_label("Pause", exact=True).wait_for(timeout=10_000)
    step_slider(seen, "delta")
    seen.until_meta("delta", -1.99)
    seen.tab.get_by_label("Play", exact=True).wait_for(timeout=20_000)


def test_reduced_motion_starts_still(geometry):
    assert geometry.tab.get_by_label("Play", exact=True).count() == 1


def test_a_copied_link_reopens_camera_and_cursor(geometry, visit):
    geometry.tab.get_by_label("View: Side").click()
    geometry.tab.locator(".lab-time input").press("Home")
    geometry.tab.get_by_label("Step forward").click()
    geometry.tab.wait_for_timeout(600)
    geometry.tab.get_by_text("Copy link").click()
    geometry.tab.wait_for_function("() => location.search.includes('cam=')")
    query = geometry.tab.evaluate("() => location.search")
    again = visit(reduced_motion="reduce").open("geometry" + query)
    assert again.tab.locator(".lab-time output").inner_text() == geometry.tab.locator(".lab-time output").inner_text()
    assert again.camera()["eye"] == pytest.approx(geometry.camera()["eye"], abs=2e-3)


def test_a_preset_is_a_link(geometry, visit):
    geometry.tab.get_by_role("button", name="same weights, other rates").click()
    geometry.until_meta("start", "weights")
    query = geometry.tab.evaluate("() => location.search")
    assert visit(reduced_motion="reduce").open("geometry" + query).meta()["eta_a"] == 4


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
