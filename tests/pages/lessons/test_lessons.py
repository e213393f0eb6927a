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

ABSENT = re.compile(r"\b(?:below this|both below|choose another|slider|button|under \*?More)\b", re.IGNORECASE)
STEPS = [(stem, step) for stem, lesson in LESSONS.items() for step in lesson.steps]


@pytest.mark.parametrize("stem, step", STEPS, ids=lambda part: getattr(part, "name", part))
def test_a_step_has_a_state_and_words(stem, step):
    state(BY_STEM[stem], step.state)
    words = step_words(stem, step)
    assert 40 < len(words) < 400
    assert "«" not in words
    assert not ABSENT.search(words), "a projector shows pictures and the strip alone"
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
