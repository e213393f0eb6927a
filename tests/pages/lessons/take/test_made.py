"""The files of pages: every page has one, every lesson all of its steps, in words that need no Streamlit."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from core.figures.start_story import PANELS
from pages import BY_STEM, PAGES, ROOT
from pages.lessons.guide import step_words
from pages.lessons.lessons import LESSONS
from pages.lessons.take import made
from pages.lessons.take.one_file import MOST
from pages.lessons.take.words import html_of
from pages.shared.explain.units import quantities, quantity
from pages.shared.prose import pieces
from tests.pages.lessons.take.test_one_file import unpacked

STREAMLIT_ALONE = re.compile(r":material/|:[a-z]+\[|\$")
EVERY = [(stem, step) for stem, lesson in LESSONS.items() for step in lesson.steps]


@pytest.fixture
def shown():
    """What the page Geometry registers and draws."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page("pages/geometry.py")
    test.query_params["delta"] = "1.5"
    test.run()
    assert not test.exception
    return test.session_state["_stage"]


@pytest.fixture
def here(monkeypatch):
    """A visitor's browser is at lab.example."""
    made_of = made.handout.spelled
    monkeypatch.setattr(made.handout, "address", lambda page, query: f"http://lab.example/{page}?{made_of(query)}")


def test_a_page_s_file_shows_what_is_drawn_and_is_made_once(shown, here):
    text = made.page_file(shown.shown, shown)
    (scene,) = json.loads(unpacked(text, "lab-scenes"))
    told = json.loads(scene["told"])
    assert len(told["panels"]) == 3 and told["cursor"]["symbol"] == "t" and told["directions"]["scale"] == 1
    assert told["panels"][0]["figure"]["layout"]["meta"]["delta"] == 1.5
    assert told["link"] == "http://lab.example/geometry?delta=1.5" and "What to look for" in scene["words"]
    assert made.page_file(shown.shown, shown) is text


def test_a_lesson_s_file_has_every_step(shown, here):
    text = made.lesson_file(shown.shown)
    scenes = json.loads(unpacked(text, "lab-scenes"))
    steps = LESSONS["geometry"].steps
    assert len(scenes) == len(steps) and len(text) < MOST
    for scene, step in zip(scenes, steps, strict=True):
        told = json.loads(scene["told"])
        assert step.name in scene["words"] and len(told["panels"]) == len(step.panels)
        assert told["directions"]["highlight"] == ([step.trace] if step.trace else [])


def test_a_story_s_file_has_the_pictures_and_the_cursor_of_each_step():
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page("pages/start.py")
    test.run()
    scenes = json.loads(unpacked(made.lesson_file(test.session_state["_stage"].shown), "lab-scenes"))
    told = [json.loads(scene["told"]) for scene in scenes]
    assert [panel["short"] for one in told for panel in one["panels"]] == list(PANELS)
    assert [one["cursor"]["symbol"] for one in told] == ["t"] * 5 + ["step"]


@pytest.mark.parametrize("stem, step", EVERY, ids=lambda case: getattr(case, "name", case))
def test_words_of_a_step_need_no_streamlit(stem, step):
    assert not STREAMLIT_ALONE.search(html_of(step_words(stem, step), "http://lab"))


@pytest.mark.parametrize("page", [page for page in PAGES if page.has_problem], ids=lambda page: page.stem)
def test_what_to_look_for_needs_no_streamlit(page):
    said = [text for name, text in pieces(page.stem).items() if name.startswith(("preset: ", "sentence"))]
    assert said and not [text for text in said if STREAMLIT_ALONE.search(html_of(text, "http://lab"))]


@pytest.mark.parametrize("stem", LESSONS)
def test_a_page_with_a_lesson_tells_how_it_is_drawn(stem):
    source = BY_STEM[stem].path.read_text() + (ROOT / "pages/lessons/experiment_page.py").read_text()
    assert re.search(r"def chart\(", source) and re.search(r"chart=chart", source)


def test_units_are_told_once_each_and_by_page_where_they_differ():
    assert quantity("geometry", "t").unit == "1/η" and quantity("filters", "train_loss").unit == "nats"
    assert quantity("regime_map", "train_loss").unit == "squared label" and quantity("start", "nothing") is None
    assert all(one.unit and one.meaning for one in quantities().values())
