"""Phases in the browser: drawn beneath the curves, named in the title, hidden behind the veil; insets; you are here; drags."""

import pytest

SPANS = "() => [...document.querySelectorAll('.lab-phases:not([hidden]) span:not([hidden])')].map(e => e.dataset.phase)"
NOW = "() => [...document.querySelectorAll('.lab-phase')].map(e => e.textContent)"


def put(seen, index: int) -> None:
    seen.tab.evaluate("k => document.querySelector('.lab-chart').__chart.show(k)", index)
    seen.tab.wait_for_timeout(300)


@pytest.mark.parametrize("page", ["relu", "teacher_student", "start", "exact", "geometry", "wide", "deep"])
def test_spans_lie_on_time_axes(standing, page):
    seen = standing(page, reduced_motion="reduce")
    found = seen.tab.evaluate(SPANS)
    assert "fits" in found or "turns and fits" in found
    boxes = seen.tab.evaluate(
        """() => [...document.querySelectorAll('.lab-phases:not([hidden]) span:not([hidden])')].map(e => {
        const a = e.getBoundingClientRect(), b = e.closest('.lab-area').getBoundingClientRect();
        return a.left >= b.left && a.right <= b.right + 1 && a.bottom <= b.bottom + 1; })"""
    )
    assert all(boxes)


@pytest.mark.parametrize("page", ["teacher_student"])
def test_the_title_names_the_phase_of_the_cursor(standing, page):
    seen = standing(page, reduced_motion="reduce")
    told = []
    for index in (1, 30, 60, 119):
        put(seen, index)
        told.append(seen.tab.evaluate(NOW)[0])
    assert told[0] == "waits" and told[-1] == "rests" and "turns" in " ".join(told)
    assert "rests" in seen.tab.locator(".lab-time input").first.get_attribute("aria-valuetext")


@pytest.mark.parametrize("page", ["teacher_student"])
def test_play_slows_where_a_phase_begins(standing, page):
    seen = standing(page, reduced_motion="reduce")
    paces = seen.tab.evaluate(
        """() => { const c = document.querySelector('.lab-chart').__chart;
        return c.values.map((_, k) => c.playback.pace ? c.playback.pace(k) : null); }"""
    )
    assert 1 in paces and 0 < sum(one < 1 for one in paces) < 30


def test_behind_the_veil_no_phase_is_told(visit):
    seen = visit(reduced_motion="reduce").open("teacher_student?predict=true")
    assert seen.tab.evaluate(SPANS) == [] and seen.tab.evaluate(NOW) == []


def test_resting_on_a_cell_plays_its_neurons(visit):
    seen = visit(reduced_motion="reduce").open("regime_map")
    handle = seen.tab.locator("[data-handle=cell]:not([hidden])").first
    handle.focus()
    inset = seen.tab.locator(".lab-inset:not([hidden])").first
    inset.wait_for()
    first = inset.inner_text()
    assert first.startswith("τ 0.1, δ 1")
    for _ in range(30):
        handle.press("ArrowRight")
    seen.tab.wait_for_function(
        "was => document.querySelector('.lab-inset:not([hidden])')?.innerText !== was", arg=first
    )
    painted = seen.tab.evaluate(
        """() => { const c = document.querySelector('.lab-inset:not([hidden]) canvas');
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0); }"""
    )
    assert painted


@pytest.mark.parametrize("page, count", [("relu", 2), ("teacher_student", 1)])
def test_you_are_here(standing, page, count):
    seen = standing(page, reduced_motion="reduce")
    here = seen.tab.locator(".lab-here")
    assert here.locator("i").count() == count
    assert "regime_map?tau=0.1&delta=1" in here.locator("a").get_attribute("href")


DRAGS = [
    ("relu", "top", (25, 20), "top="),
    ("teacher_student", "teacher1", (25, 25), "turn1="),
    ("teacher_student", "datum", (30, 0), "shift="),
]


@pytest.mark.parametrize("page, name, by, field", DRAGS)
def test_clusters_rays_and_a_datum_are_dragged(visit, page, name, by, field):
    seen = visit(reduced_motion="reduce").open(page)
    grip = seen.tab.locator(f"[data-handle={name}]:not([hidden])").first
    box = grip.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.tab.mouse.move(x, y)
    seen.tab.mouse.down()
    seen.tab.mouse.move(x + by[0], y + by[1], steps=6)
    seen.tab.mouse.up()
    seen.tab.wait_for_function("field => location.search.includes(field)", arg=field)
    grip.focus()
    before = grip.get_attribute("aria-valuetext")
    grip.press("ArrowRight")
    assert grip.get_attribute("aria-valuetext") != before
