"""What is taken away: a page and its lesson as files that need no server, a film, a figure for a paper, settings tried."""

import io
import re

import pytest
from PIL import Image

OPEN = "() => document.querySelector('.lab-which option')"
DRAWN = "() => Number(document.querySelector('.lab-chart')?.dataset.drawn) > 0"
FRAME = """() => document.querySelector('.lab-chart').__chart.panels.map(panel =>
  panel.plot.data.map(trace => [trace.x?.length, trace.x?.[trace.x.length - 1]]))"""


def unfolded(seen):
    seen.tab.get_by_text("Take it away: data").click()
    seen.tab.wait_for_function(OPEN, timeout=30_000)
    return seen


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("taken")


class Alone:
    """A file opened from the disk in a browser without a network."""

    def __init__(self, browser, path):
        self.context = browser.new_context(
            viewport={"width": 1000, "height": 700}, offline=True, reduced_motion="reduce"
        )
        self.tab, self.heard = self.context.new_page(), []
        self.tab.on("console", lambda m: m.type == "error" and self.heard.append(m.text))
        self.tab.on("pageerror", lambda error: self.heard.append(str(error)))
        self.tab.on("request", lambda r: r.url.startswith(("http", "ws")) and self.heard.append(r.url))
        self.tab.goto(path.as_uri())
        self.tab.wait_for_function(DRAWN, timeout=60_000)


def saved(seen, what: str, folder):
    with seen.tab.expect_download(timeout=60_000) as waiting:
        seen.tab.locator(f"[data-make={what}]").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_page_and_its_lesson_open_from_a_disk_without_a_network(visit, browser, folder):
    seen = unfolded(visit(color_scheme="dark", reduced_motion="reduce").open("exact?deltas=-4&deltas=4"))
    cursor = seen.tab.locator(".lab-time input").first
    cursor.press("Home")
    cursor.press("ArrowRight")
    moment = seen.tab.locator(".lab-time output").first.inner_text()
    path = saved(seen, "page", folder)
    assert path.name == "exact.html" and path.stat().st_size < 6_000_000
    alone = Alone(browser, path)
    assert alone.tab.locator(".lab-time output").inner_text() == moment
    assert alone.tab.evaluate("() => document.documentElement.dataset.theme") == "dark"
    assert "deltas=-4" in alone.tab.locator("footer").inner_text()
    before = alone.tab.evaluate(FRAME)
    alone.tab.locator(".lab-time input").press("End")
    alone.tab.wait_for_timeout(600)
    assert alone.tab.evaluate(FRAME) != before
    alone.tab.get_by_label("Play", exact=True).click()
    alone.tab.get_by_label("Pause", exact=True).wait_for(timeout=5_000)
    assert alone.heard == []
    alone.context.close()

    lesson = Alone(browser, saved(seen, "lesson", folder))
    first = lesson.tab.locator("#says").inner_text()
    lesson.tab.get_by_role("button", name="Next").click()
    assert lesson.tab.locator("#which").inner_text().startswith("2 of ")
    assert lesson.tab.locator("#says").inner_text() != first
    lesson.tab.keyboard.press("ArrowLeft")
    assert lesson.tab.locator("#says").inner_text() == first
    assert lesson.heard == [] and seen.complaints == []
    lesson.context.close()


def test_a_film_and_a_figure(visit, folder):
    seen = unfolded(visit(reduced_motion="reduce").open("limits"))
    seen.tab.locator(".lab-which").select_option("0")
    seen.tab.locator(".lab-size").select_option("page")
    with seen.tab.expect_download(timeout=90_000) as waiting:
        seen.tab.locator("[data-film=gif]").click()
    film = Image.open(io.BytesIO(waiting.value.path().read_bytes()))
    assert film.size == (800, 450) and film.n_frames > 20 and film.info["loop"] == 0
    first = film.convert("RGB").tobytes()
    film.seek(film.n_frames - 1)
    assert film.convert("RGB").tobytes() != first
    with seen.tab.expect_download(timeout=60_000) as waiting:
        seen.tab.locator("[data-film=webm]").click()
        seen.tab.locator(".lab-cancel").wait_for(timeout=5_000)
    assert waiting.value.path().read_bytes()[:4] == b"\x1aE\xdf\xa3"
    seen.tab.locator("[data-film=gif]").click()
    seen.tab.locator(".lab-cancel").click()
    seen.tab.get_by_text("Cancelled.").wait_for(timeout=10_000)
    assert seen.tab.locator("iframe[aria-hidden]").count() == 0

    seen.tab.locator(".lab-width").select_option("single")
    with seen.tab.expect_download(timeout=30_000) as waiting:
        seen.tab.locator(".lab-paper").click()
    figure = waiting.value.path().read_text(encoding="utf-8")
    assert 'width="3.25in"' in figure and "<desc>" in figure and "Inter" not in figure
    assert seen.complaints == []


def test_what_was_tried_is_returned_to_and_compared_with(visit):
    seen = visit(reduced_motion="reduce").open("geometry?delta=1")
    row = seen.tab.locator(".lab-tried")
    assert row.is_hidden()
    seen.tab.get_by_role("button", name="same weights, other rates").click()
    seen.until_meta("start", "weights")
    row.wait_for(timeout=10_000)
    link = row.get_by_role("link", name=re.compile("= 1$"))
    link.click()
    seen.until_meta("start", "function")
    assert seen.meta()["delta"] == 1
    seen.tab.wait_for_function("() => location.search.includes('delta=1') && !location.search.includes('eta_a')")
    row.get_by_role("button", name=re.compile("^Compare with")).first.click()
    seen.tab.wait_for_function("() => location.search.includes('A=')", timeout=30_000)
    seen.tab.get_by_text("A is pinned:").wait_for(timeout=30_000)
    assert seen.complaints == []
