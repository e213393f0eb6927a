"""What holds in every picture: a dash pattern has one meaning, no key lies where lines run, scenes name their upright axis,
and no formula is left raw."""

import importlib
import re
from functools import cache

import pytest

from core.errors import Refusal
from core.figures import dashes
from core.figures.legend import LINES
from pages import PAGES
from pages.server.first_sketch import solver
from pages.shared.cache import painted, remember

PATTERNS = {dash.pattern for dash in dashes.ALL}
MARKS = tuple(dash.mark for dash in dashes.ALL) + ("─", "○")
CASES = [(page, name) for page in PAGES if page.has_problem for name in page.presets()]


@cache
def pictures(stem: str, name: str) -> tuple:
    page = next(page for page in PAGES if page.stem == stem)
    problem = page.presets()[name]
    figures = importlib.import_module(f"core.figures.{stem}").figures
    try:
        return tuple(painted(figures, problem, remember(solver(page))(problem)))
    except Refusal:
        pytest.skip("needs a file that is not here")


def notes(picture) -> list[dict]:
    """All that is written in a picture, in the plane and in space."""
    return [*picture.layout["annotations"], *picture.layout.get("scene", {}).get("annotations", [])]


def traces(picture) -> list[dict]:
    return [*picture.data, *(patch for frame in picture.frames for patch in frame["data"])]


@pytest.mark.parametrize("page, name", CASES, ids=[f"{page.stem}: {name}" for page, name in CASES])
def test_every_line_is_broken_as_the_table_says_and_keys_stand_above(page, name):
    for picture in pictures(page.stem, name):
        lines = [trace.get("line", {}) for trace in [*traces(picture), *picture.layout.get("shapes", [])]]
        assert {line.get("dash", "solid") for line in lines} <= PATTERNS
        for note in picture.layout["annotations"]:
            if note["text"].strip().startswith(MARKS):
                assert (note["yref"], note["yanchor"]) == ("paper", "bottom") and note["y"] >= 1, note["text"]


@pytest.mark.parametrize("page, name", CASES, ids=[f"{page.stem}: {name}" for page, name in CASES])
def test_axes_are_named_and_nothing_said_is_raw(page, name):
    for picture in pictures(page.stem, name):
        layout = picture.layout
        if "scene" in layout:
            upright = layout["scene"]["zaxis"]
            assert upright["title"]["text"] or re.search("[a-zβ]", upright["ticktext"][-1]), (
                "the upright axis has a name"
            )
        said = [layout["title"]["text"], *(note["text"] for note in notes(picture))]
        said += [layout[axis].get("title", {}).get("text", "") for axis in layout if re.fullmatch(r"[xy]axis\d*", axis)]
        assert not [text for text in said if re.search(r"[^\W\d_]_\w|\b[nm]an\b", text)]


@pytest.mark.parametrize("page, name", CASES, ids=[f"{page.stem}: {name}" for page, name in CASES])
def test_titles_that_follow_are_one_for_each_frame(page, name):
    for picture in pictures(page.stem, name):
        titles = picture.layout["meta"].get("titles", [])
        assert len(titles) in (0, len(picture.frames)) and all(titles)


@pytest.mark.parametrize("page, name", CASES, ids=[f"{page.stem}: {name}" for page, name in CASES])
def test_ticks_of_a_log_axis_are_plain_numbers_or_powers(page, name):
    """Left to itself plotly writes the digits 2 and 5 between powers of ten."""
    for picture in pictures(page.stem, name):
        axes = {key: axis for key, axis in picture.layout.items() if re.fullmatch(r"[xy]axis\d*", key)}
        for key, axis in axes.items():
            assert axis.get("type") != "log" or "tickvals" in axis or isinstance(axis.get("dtick"), int), key


def test_each_pattern_has_one_row_and_stands_in_the_legend():
    assert len(PATTERNS) == len({dash.mark for dash in dashes.ALL}) == len(dashes.ALL)
    assert {dash for _, dash, _ in LINES} == set(dashes.ALL)
