"""Every panel of the paper has its row: a page, a state that its link opens, a picture and a sentence with its numbers."""

import base64
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from core.figures.palette import DARK
from pages import BY_STEM
from pages.lessons.learn.figures_of_paper import FIGURES, thumbnail
from pages.lessons.picture import parts_of
from pages.shared.address import spelled
from pages.shared.prose import pieces, said

ROOT = Path(__file__).parents[4]
PANELS = ["1a", "1b", "2", "3", "4a", "4b", "5a", "5b", "6a", "6b", "6c", "6d", "7", "8", "9", "10", "11", "12"]
SVG = "{http://www.w3.org/2000/svg}"
each_row = pytest.mark.parametrize("row", FIGURES, ids=lambda row: row.panel)


def test_every_panel_has_one_row_in_the_papers_order():
    assert [row.panel for row in FIGURES] == PANELS
    assert [name for name in pieces("learn") if name.startswith("figure: ")] == [f"figure: {p}" for p in PANELS]


@each_row
def test_the_link_opens_the_same_problem(row):
    target = urlsplit(row.link)
    assert target.path in BY_STEM and row.preset in BY_STEM[row.stem].presets()
    carried = {name: values if len(values) > 1 else values[0] for name, values in parse_qs(target.query).items()}
    assert carried.pop("open", "") == row.part and (not row.part or row.part in parts_of(row.stem))
    assert carried == {k: v if len(v) > 1 or isinstance(v, str) else v[0] for k, v in spelled(row.problem).items()}


@each_row
def test_the_sentence_has_its_numbers(row):
    numbers = row.numbers(row.problem, row.solution)
    text = said("learn", f"figure: {row.panel}", **numbers)
    assert text.startswith("Agrees: ") and " Differs: " in text and "nan" not in text
    assert not re.search(r"«|\(\)|  ", text)


@each_row
def test_the_thumbnail_is_a_small_drawing(row):
    image = thumbnail(row)
    assert re.search(r' alt="[^"]{20,}"', image)
    text = base64.b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', image)[1]).decode()
    drawing = ElementTree.fromstring(text)
    assert len(text) < 150_000 and "nan" not in re.sub('<title>.*?</title>|base64,[^"]*', "", text)
    assert drawing.find(f"{SVG}title").text.strip() and len(drawing.get("aria-label")) > 20
    assert drawing.findall(f".//{SVG}path") or drawing.findall(f".//{SVG}image")
    for element in drawing.iter(f"{SVG}path"):
        for name in ("stroke", "fill"):
            if (colour := element.get(name)) in DARK:
                assert f"{name}:light-dark({colour},{DARK[colour]})" in element.get("style", "")


def test_the_part_is_drawn():
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM["learn"].file)
    test.query_params["part"] = "figures"
    test.run()
    assert not test.exception
    words = "\n".join(block.value for block in test.markdown)
    for row in FIGURES:
        assert f"**Figure {row.panel}** · [{BY_STEM[row.stem].title}: {row.preset}]({row.link})" in words
