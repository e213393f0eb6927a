"""What can be taken hold of in a picture: the closed form is core's, the drag ends in controls and link without a jump."""

import json
import re

import numpy as np
import pytest

CURVES = """() => [...document.querySelectorAll('.lab-chart')][0].__chart.panels.map(p => p.plot.data.map(d =>
  d.name && d.x && d.y ? [d.name, [...d.x].slice(-3), [...d.y].slice(-3)] : null))"""
SURFACES = """() => document.querySelector('.lab-chart').__chart.panels.map(({plot}) => plot.data
  .filter(d => ['surface', 'contour', 'mesh3d'].includes(d.type))
  .map(d => [d.z, d.surfacecolor ?? d.intensity ?? d.z].map(rows =>
    [...rows].map(row => (row?.length ? [...row] : [row]).map(v => v ?? null)))))"""
RANGES = """() => document.querySelector('.lab-chart').__chart.panels.filter(panel => panel.handles.grips.some(grip =>
  grip.handle.kind === 'polar')).map(({figure, plot}) => Object.keys(figure.layout)
  .filter(key => /^[xy]axis/.test(key) && figure.layout[key].range).flatMap(key => plot._fullLayout[key].range))"""
UNSEEN = 5e-4  # pictures of some units across travel in steps that no eye can tell (core.figures.packing)
HELD = "() => [...document.querySelectorAll('[data-handle]')].map(e => e.dataset.handle)"


def grip(seen, name: str):
    return seen.tab.locator(f"[data-handle={name}]:not([hidden])").first


def pull(seen, name: str, by: tuple[float, float]) -> None:
    box = grip(seen, name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.tab.mouse.move(x, y)
    seen.tab.mouse.down()
    seen.tab.mouse.move(x + by[0], y + by[1], steps=8)
    seen.tab.wait_for_timeout(300)
    seen.tab.wait_for_function(
        "() => { const chart = document.querySelector('.lab-chart').__chart; return !chart.drawing && !chart.again }"
    )


CASES = [
    ("start", "beta_star", (-30, 10), ("angle",)),
    ("geometry", "beta_0", (10, -10), ("angle", "norm")),
    ("geometry", "delta", (0, -25), ("delta",)),
    ("geometry?target_angle=80", "beta_star", (10, 10), ("target_angle", "target_norm")),
    ("geometry?surfaces=three", "delta", (0, -25), ("delta",)),
    ("exact", "beta_0", (15, -15), ("angle", "norm")),
    ("exact?view=directions&angle=-45&target_angle=45", "start_w2", (0, -18), ("angle",)),
    ("implicit_bias", "beta_0", (20, 15), ("angle", "norm")),
    ("implicit_bias?moves=time", "datum", (25, 15), ("data_angle",)),
    ("landscape", "start", (-60, 10), ("angle", "size")),
]
WHERE_META = {"geometry": 1}


@pytest.mark.parametrize("page, name, by, fields", CASES, ids=lambda case: str(case)[:24])
def test_curves_follow_the_hand_and_stay_where_it_leaves_them(visit, page, name, by, fields):
    seen = visit(reduced_motion="reduce").open(page)
    seen.tab.wait_for_timeout(500)
    address = seen.tab.evaluate("() => location.search")
    before = seen.tab.evaluate(CURVES)
    pull(seen, name, by)
    held, sheets, frames = (seen.tab.evaluate(what) for what in (CURVES, SURFACES, RANGES))
    assert held != before, "the shown traces follow while the button is down"
    assert seen.tab.evaluate("() => location.search") == address
    seen.tab.mouse.up()
    for field in fields:
        seen.tab.wait_for_function("field => location.search.includes(field + '=')", arg=field)
    seen.settle().tab.wait_for_timeout(800)
    for was, now in zip(held, seen.tab.evaluate(CURVES), strict=True):
        named = ([one for one in curves if one] for curves in (was, now))  # a run's have no name, and wait for it
        for one, other in zip(*named, strict=False):
            unseen = np.isnan(np.array(one[1:], float)).all()  # outside the frame that was sent
            if one[0] == other[0] and len(one[1]) == len(other[1]) and not unseen:  # errors wait for the run
                assert np.array(one[1:], float) == pytest.approx(
                    np.array(other[1:], float), rel=1e-6, abs=UNSEEN, nan_ok=True
                ), one[0]
    for was, now in zip(sheets, seen.tab.evaluate(SURFACES), strict=True):
        before, after = np.array(was, float), np.array(now, float)
        edge = np.isnan(before) | np.isnan(after)  # which rounding takes in or leaves out
        edge |= edge[:, :1] if edge.size else edge  # a colour where there is no surface
        assert edge.sum() <= 0.1 * edge.size and before[~edge] == pytest.approx(after[~edge], abs=UNSEEN)
    for was, now in zip(frames, seen.tab.evaluate(RANGES), strict=True):
        assert was == pytest.approx(now), "no picture jumps when it is let go of"
    query = seen.tab.evaluate("() => location.search")
    numbers = {key: float(value) for key, value in re.findall(r"(\w+)=(-?[\d.]+)", query)}
    said = grip(seen, name).get_attribute("aria-valuetext").replace("−", "-")
    for field in fields:
        assert f"{numbers[field]:g}" in said
        assert seen.meta(WHERE_META.get(page.split("?")[0], 0))[field] == pytest.approx(numbers[field])
    assert seen.complaints == []


def test_out_of_its_frame_a_hand_gets_another_one(visit):
    seen = visit(reduced_motion="reduce").open("geometry")
    before = seen.tab.evaluate(RANGES)
    pull(seen, "beta_0", (-70, 0))
    seen.tab.mouse.up()
    seen.tab.wait_for_function("() => location.search.includes('norm=')")
    seen.settle().rest()
    assert seen.tab.evaluate(RANGES) != before


def test_the_frame_of_a_drag_can_be_given_back(visit):
    seen = visit(reduced_motion="reduce").open("implicit_bias")
    back = seen.tab.locator(".lab-chart").first.get_by_role("button", name="Reset view")
    assert back.count() == 0
    top = seen.tab.locator(".lab-panels").first.bounding_box()["y"]
    pull(seen, "beta_0", (20, 15))
    held = seen.tab.evaluate(RANGES)
    seen.tab.mouse.up()
    back.wait_for()
    seen.rest()
    assert seen.tab.evaluate(RANGES) == held
    assert seen.tab.locator(".lab-panels").first.bounding_box()["y"] == pytest.approx(top, abs=1)
    back.click()
    back.wait_for(state="detached")
    seen.rest()
    assert seen.tab.evaluate(RANGES) != held


@pytest.mark.parametrize("page, panels", [("relu", 2), ("teacher_student", 1)])
def test_single_data_are_held_when_they_are_asked_for(visit, page, panels):
    seen = visit(reduced_motion="reduce").open(page)
    points = "[data-handle^=datum-]:not([hidden])"
    assert seen.tab.locator(points).count() == 0, "the first picture is clear"
    seen.tab.get_by_role("button", name="single points").first.click()
    assert seen.tab.locator(f"{points}[tabindex='0']").count() == panels, "one of each picture is reached by Tab"
    assert seen.violations() == []
    pull(seen, "datum-3", (-20, 20))
    seen.tab.mouse.up()
    seen.tab.wait_for_function("() => location.search.includes('moved=3_')")
    seen.settle().rest()
    grip(seen, "datum-3").focus()
    seen.tab.keyboard.press("PageDown")
    assert seen.tab.evaluate("() => document.activeElement.dataset.handle") == "datum-4"
    seen.tab.keyboard.press("ArrowRight")
    seen.tab.wait_for_function("() => /moved=3_[^~]*~4_/.test(decodeURIComponent(location.search))")
    assert seen.complaints == []


def test_a_finger_takes_the_nearest_of_many_points(visit):
    seen = visit(390, 844, has_touch=True, is_mobile=True, reduced_motion="reduce").open("relu")
    seen.tab.locator(".lab-pick button").get_by_text("partition", exact=True).click()
    seen.tab.get_by_role("button", name="single points").click()
    seen.rest()
    box = grip(seen, "datum-3").bounding_box()
    assert box["width"] >= 44 and box["height"] >= 44
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = seen.tab.context.new_cdp_session(seen.tab)
    for kind, at in (("touchStart", (x + 1, y)), ("touchMove", (x - 20, y + 10)), ("touchEnd", None)):
        spots = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})
    seen.tab.wait_for_function("() => location.search.includes('moved=3_')")
    assert seen.complaints == []


def test_elsewhere_the_server_answers(visit):
    page, name, field = "regime_map", "cell", "tau"
    seen = visit(reduced_motion="reduce").open(page)
    pull(seen, name, (25, 15))
    seen.tab.mouse.up()
    seen.tab.wait_for_function("field => location.search.includes(field + '=')", arg=field)
    seen.settle().tab.wait_for_timeout(500)
    assert seen.complaints == []


@pytest.mark.parametrize("page", ["geometry"])
def test_the_line_of_time_drags_and_needs_no_server(standing, page):
    seen = standing(page, reduced_motion="reduce")
    before = seen.tab.locator(".lab-time output").inner_text()
    pull(seen, "time", (-60, 0))
    seen.tab.mouse.up()
    after = seen.tab.locator(".lab-time output").inner_text()
    assert after != before and grip(seen, "time").get_attribute("aria-valuetext") == after
    assert seen.tab.evaluate("() => location.search") == ""


def test_handles_are_sliders_for_the_keyboard(visit):
    seen = visit(reduced_motion="reduce").open("geometry")
    assert set(seen.tab.evaluate(HELD)) == {"beta_0", "beta_star", "delta", "time"}
    start = grip(seen, "beta_0")
    assert start.get_attribute("role") == "slider" and start.get_attribute("aria-label") == "start β₀"
    box = start.bounding_box()
    assert box["width"] >= 44 and box["height"] >= 44
    start.focus()
    seen.tab.keyboard.press("ArrowLeft")
    assert "angle 179" in start.get_attribute("aria-valuetext")
    seen.until_meta("angle", 179, panel=1)
    assert seen.tab.evaluate("() => document.activeElement.dataset.handle") == "beta_0"
    seen.tab.keyboard.press("ArrowDown")
    seen.until_meta("norm", 0.99, panel=1)
    assert seen.violations() == []


def test_a_handle_stops_at_its_range_and_a_refusal_keeps_the_picture(visit):
    seen = visit(reduced_motion="reduce").open("geometry?norm=0.03")
    box = grip(seen, "beta_star").bounding_box()
    pull(seen, "beta_star", (0, 22 + seen.tab.locator(".lab-plot").nth(1).bounding_box()["y"] - box["y"] - 400))
    seen.tab.mouse.up()
    seen.tab.wait_for_function("() => location.search.includes('target_norm=3')")
    seen = visit(reduced_motion="reduce").open("geometry?norm=0.01")
    grip(seen, "beta_0").focus()
    seen.tab.keyboard.press("ArrowDown")
    seen.tab.get_by_text("fixes the weights only where").wait_for()
    assert seen.meta(1)["norm"] == 0.01
    seen.tab.wait_for_function(
        """() => { const chart = document.querySelector('.lab-chart').__chart;
        const grip = chart.panels[1].handles.grips.find(one => one.handle.name === 'beta_0');
        return chart.source.heard === chart.count && grip.values.norm === 0.01 }"""
    )


def test_a_start_crosses_the_ridge_under_the_hand(visit):
    seen = visit(reduced_motion="reduce").open("landscape?angle=80")
    end = """() => { const {runs} = document.querySelector('.lab-chart').__chart; return runs ? runs[0].a.at(-1) : null }"""
    box = grip(seen, "start").bounding_box()
    plot = seen.tab.locator(".lab-plot").nth(1).bounding_box()
    pull(seen, "start", (5, 0))
    assert seen.tab.evaluate(end) > 0
    seen.tab.mouse.move(box["x"] + plot["width"] * 80 / 360, box["y"] + box["height"] / 2 + 25, steps=10)
    seen.tab.wait_for_function(f"() => ({end})() < 0")
    seen.tab.mouse.up()
    seen.settle().tab.get_by_text("It changes the sign of a").first.wait_for()
    assert seen.complaints == []


def test_past_its_range_a_direction_stays_at_the_end(visit):
    seen = visit(reduced_motion="reduce").open("start")
    for by in ((-160, 60), (20, 150)):
        pull(seen, "beta_star", by)
    said = grip(seen, "beta_star").get_attribute("aria-valuetext")
    assert said == "angle 30"
    seen.tab.mouse.up()


def test_a_locked_control_has_no_handle(visit):
    seen = visit(reduced_motion="reduce").open("geometry?lock=angle&hide=delta")
    assert set(seen.tab.evaluate(HELD)) == {"beta_star", "time"}
    assert json.dumps(seen.complaints) == "[]"
