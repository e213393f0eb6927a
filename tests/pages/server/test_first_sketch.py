"""The drawing in the HTML itself: of each page and preset the one that is asked for, small; none where a lesson has its own."""

import asyncio
import gzip
import re
from urllib.parse import parse_qs, urlencode

import pytest

from pages import BY_STEM, PAGES
from pages.server.first_sketch import CHOSEN_THEME, Sketches, drawing, page_of, problem_of
from pages.shared.address import spelled

PICTURED = [page for page in PAGES if page.has_problem]
PRESETS = [(page, name) for page in PICTURED for name in page.presets()]
MOST_BYTES = 30_000
UNDRAWN = {"filters": "64 filters pixel by pixel would take longer than the scripts do"}


@pytest.mark.parametrize("page", PICTURED, ids=lambda page: page.stem)
def test_each_page_is_drawn_small_under_its_question(page):
    text = drawing(page, problem_of(page, {}))
    if page.stem in UNDRAWN:
        assert text == ""
        return
    assert page.question in text
    assert 1 <= text.count("<svg") <= 3 and len(gzip.compress(text.encode())) < MOST_BYTES
    assert re.findall(r"<script[^>]*>(.*?)</script>", text) == [CHOSEN_THEME] and not re.search(
        r'href="(?!data:)', text
    )


@pytest.mark.parametrize("page, name", PRESETS, ids=lambda case: getattr(case, "stem", case))
def test_the_link_of_a_preset_asks_for_its_drawing(page, name):
    preset = page.presets()[name]
    assert problem_of(page, parse_qs(urlencode(spelled(preset), doseq=True))) == preset


@pytest.mark.parametrize("query", ["step=2", "predict=true", "A=delta:3", "present=true", "delta=1.23"])
def test_what_is_no_preset_or_a_lessons_own_picture_has_none(query):
    assert problem_of(BY_STEM["geometry"], parse_qs(query)) is None


@pytest.mark.parametrize(
    "path, stem",
    [
        ("/", "start"),
        ("/geometry", "geometry"),
        ("/lab/geometry/", "geometry"),
        ("/learn", ""),
        ("/static/index.js", ""),
    ],
)
def test_a_path_names_its_page(path, stem):
    page = page_of(path)
    assert (page.stem if page else "") == stem


def test_who_asks_again_gets_the_same_drawing():
    async def twice() -> tuple[str, str]:
        sketches = Sketches()
        while not (first := await sketches.of("/geometry", "")):
            pass
        return first, await sketches.of("/geometry", "class=abc")

    first, second = asyncio.run(twice())
    assert first == second and "<svg" in first
