"""The lesson builder: a teacher chooses page, state, controls and goal; out come a link, its QR code and its iframe."""

import streamlit as st

from core.params import Params
from pages import BY_STEM, PAGES, Page
from pages.lessons import handout
from pages.lessons.lesson import state
from pages.lessons.lessons import LESSONS
from pages.shared.address import spelled
from pages.shared.link import Goal, Link

START = "the default"


def builder() -> None:
    """The form; it writes nothing anywhere but into the link."""
    stems = [page.stem for page in PAGES if page.stem in LESSONS]
    left, right = st.columns(2)
    with left:
        stem = st.selectbox("Page", stems, format_func=lambda s: BY_STEM[s].title, key="lesson_page")
        page, lesson = BY_STEM[stem], LESSONS[stem]
        steps = {f"step {k}: {step.name}": k for k, step in enumerate(lesson.steps, 1)}
        presets = page.presets()
        begin = st.selectbox("Begin with", [START, *steps, *presets], key=f"lesson_begin_{stem}")
    problem = _begin(page, begin, steps)
    labels = {name: knob.label for name, knob in type(problem).knobs().items()}
    with right:
        free = st.multiselect(
            "Controls to leave free",
            list(labels),
            default=list(labels),
            format_func=labels.__getitem__,
            key=f"lesson_free_{stem}",
        )
        shut = st.segmented_control("The others are", ["locked", "hidden"], default="locked", key="lesson_shut")
    goal = _goal(lesson.measures)
    switches = st.columns(2)
    predict = switches[0].toggle("Ask for a prediction first", key="lesson_predict")
    present = switches[1].toggle("Projector mode", key="lesson_present")
    closed = tuple(name for name in labels if name not in free)
    link = Link(
        step=steps.get(begin, 0) if not predict else 0,
        hide=closed if shut == "hidden" else (),
        lock=closed if shut != "hidden" else (),
        goal=goal,
        predict=predict,
        present=present,
    )
    handout.show(handout.address(stem, lesson_query(link, problem)))


def lesson_query(link: Link, problem: Params) -> dict[str, str | list[str]]:
    """A lesson's whole query: what is asked, and the values that differ from the defaults (a step brings its own)."""
    asked: dict[str, str | list[str]] = dict(link.query())
    return asked if link.step or link.predict else {**asked, **spelled(problem)}


def exercise_query(stem: str) -> dict[str, str | list[str]]:
    """The query of a page's ready-made exercise; empty where it has none."""
    exercise = LESSONS[stem].exercise if stem in LESSONS else None
    if exercise is None:
        return {}
    problem = state(BY_STEM[stem], exercise.state)
    closed = tuple(name for name in type(problem).knobs() if name not in exercise.free)
    return lesson_query(Link(lock=closed, goal=exercise.goal), problem)


def _begin(page: Page, begin: str, steps: dict[str, int]) -> Params:
    if begin in steps:
        return state(page, LESSONS[page.stem].steps[steps[begin] - 1].state)
    return page.presets().get(begin) or state(page, {})


def _goal(measures: tuple[str, ...]) -> Goal | None:
    if not st.toggle("Set a goal", key="lesson_goal"):
        return None
    columns = st.columns(4)
    quantity = columns[0].selectbox("Reach", measures, format_func=lambda m: m.replace("_", " "), key="lesson_quantity")
    sign = columns[1].segmented_control("that is", ["<", ">"], default="<", key="lesson_sign") or "<"
    level = columns[2].number_input("than", value=0.005, format="%g", key="lesson_level")
    by = columns[3].number_input("by t =", value=10.0, min_value=0.0, format="%g", key="lesson_by")
    return Goal(quantity, sign, float(level), float(by) or None)
