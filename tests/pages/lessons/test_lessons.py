"""Every lesson of the table: legal states, words for each step, three choices, curves along its cursor."""

import importlib
import re

import numpy as np
import pytest

from core.problems import wide_run
from pages import BY_STEM
from pages.lessons.compare import spell, unspell
from pages.lessons.guide import question, step_words
from pages.lessons.lesson import state
from pages.lessons.lessons import LESSONS
from pages.server.first_sketch import solver

ABSENT = re.compile(r"\b(?:below this|both below|choose another|slider|button|under \*?More)\b", re.IGNORECASE)
ASIDE = re.compile(
    r"(?:^|[.!?] )(?:Left|Right)\b|\((?:left|right)\)|\bon the (?:left|right) the\b|\bdark dot\b", re.IGNORECASE
)
STEPS = [(stem, step) for stem, lesson in LESSONS.items() for step in lesson.steps]


@pytest.mark.parametrize("stem, step", STEPS, ids=lambda part: getattr(part, "name", part))
def test_a_step_has_a_state_and_words(stem, step):
    state(BY_STEM[stem], step.state)
    words = step_words(stem, step)
    assert 40 < len(words) < 400
    assert "«" not in words
    assert not ABSENT.search(words), "a projector shows pictures and the strip alone"
    assert not ASIDE.search(words), (
        "pictures stand otherwise on a desk and on a phone, and in other colours in the dark"
    )
    assert words[0].isascii() != words[0].islower(), "a symbol is not made large"


@pytest.mark.parametrize("stem", LESSONS)
def test_a_lesson_is_short_and_its_question_has_three_choices_and_a_reason(stem):
    assert 4 <= len(LESSONS[stem].steps) <= 6
    asked = question(stem)
    assert asked.text.endswith("?") and len(asked.choices) == 3 and asked.why.endswith(".")
    state(BY_STEM[stem], LESSONS[stem].prediction.state)


@pytest.mark.parametrize("stem", LESSONS)
def test_presets_survive_the_spelling_of_a_link(stem):
    for preset in BY_STEM[stem].presets().values():
        assert unspell(type(preset), spell(preset)) == (preset, [])


def test_a_bad_pin_is_told():
    kind = type(state(BY_STEM["geometry"], {}))
    problem, notes = unspell(kind, "delta:99,colour:red,angle")
    assert problem.delta == 10
    assert len(notes) == 3
    assert unspell(kind, "target_norm:0")[0] is None


@pytest.mark.parametrize("stem", LESSONS)
def test_curves_run_along_the_cursor_and_are_what_the_lesson_names(stem):
    model = importlib.import_module(BY_STEM[stem].model)
    solve = getattr(model, "solve", None) or getattr(model, "recorded", None) or wide_run.solve
    for problem in list(BY_STEM[stem].presets().values())[:2]:
        values, curves = model.curves(problem, solve(problem))
        assert set(curves) == set(LESSONS[stem].measures)
        assert (np.diff(values) > 0).all()
        assert all(len(curve) == len(values) and np.isfinite(curve).all() for curve in curves.values())


KNOWN_BEFORE = ("teacher", "loss ", "ridge", "f = 0", "clock", "‖β‖²", "start, ", "before")
"""Curves and images that stay in sight behind a curtain: what is given, not what comes of it."""


@pytest.mark.parametrize("stem", LESSONS)
def test_a_curtain_hides_what_would_answer_its_question(stem):
    page, asked = BY_STEM[stem], LESSONS[stem].prediction
    problem = state(page, asked.state)
    pictures = importlib.import_module(f"core.figures.{stem}").figures(problem, solver(page)(problem))
    names = {trace.get("name", "") for picture in pictures for trace in picture.data}
    assert not [word for word in asked.veil if not any(name.startswith(word) for name in names)], (
        "words that hide nothing"
    )
    in_sight = [
        trace.get("name", "")
        for picture in pictures
        for place, trace in enumerate(picture.data)
        if place not in (picture.frames[0]["traces"] if picture.frames else ())
        and not _hidden(trace, asked.veil)
        and _tells(trace)
    ]
    assert not [name for name in in_sight if not name.startswith(KNOWN_BEFORE)]


def _hidden(trace: dict, veil: tuple[str, ...]) -> bool:
    """As the browser has it (assets/chart/lesson.js)."""
    name = trace.get("name", "")
    bare = not name and trace["type"] == "scatter"
    return any(name.startswith(word) and name[len(word) :][:1] not in ("*", "₀") if word else bare for word in veil)


def _tells(trace: dict) -> bool:
    """An image, or a line that is not straight."""
    if trace["type"] != "scatter" or "lines" not in trace["mode"] or not trace["line"]["width"]:
        return trace["type"] == "image"
    points = np.column_stack([trace["x"], trace["y"]]).astype(float)
    points = points[np.isfinite(points).all(axis=1)]
    return len(points) > 2 and np.linalg.matrix_rank(points - points[0], tol=1e-6 * np.abs(points).max()) > 1
