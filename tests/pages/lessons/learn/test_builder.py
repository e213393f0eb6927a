"""What the builder writes, the pages read without a complaint."""

import pytest

from pages import BY_STEM
from pages.lessons.learn.builder import exercise_query, lesson_query
from pages.lessons.lesson import state
from pages.lessons.lessons import LESSONS
from pages.shared.link import Goal, Link, read, unknown


@pytest.mark.parametrize("stem", LESSONS)
def test_a_built_link_is_read_back(stem):
    problem = next(iter(BY_STEM[stem].presets().values()))
    names = tuple(type(problem).knobs())
    link = Link(lock=names[1:], goal=Goal(LESSONS[stem].measures[0], "<", 0.005, 10.0))
    query = lesson_query(link, problem)
    read_back, notes = read({k: v for k, v in query.items() if isinstance(v, str)}, steps=4)
    assert read_back == link
    assert notes + unknown(query, link, set(names)) == []
    assert set(problem.changed()) <= set(query)


def test_a_step_or_a_prediction_brings_its_own_values():
    problem = state(BY_STEM["geometry"], {"delta": 3.0})
    assert "delta" not in lesson_query(Link(step=2), problem)
    assert "delta" not in lesson_query(Link(predict=True), problem)


@pytest.mark.parametrize("stem", [stem for stem, lesson in LESSONS.items() if lesson.exercise])
def test_an_exercise_leaves_free_what_it_says_and_measures_what_the_page_has(stem):
    exercise = LESSONS[stem].exercise
    names = set(type(state(BY_STEM[stem], exercise.state)).knobs())
    assert set(exercise.free) < names and exercise.goal.quantity in LESSONS[stem].measures
    assert set(exercise_query(stem)["lock"].split(",")) == names - set(exercise.free)
