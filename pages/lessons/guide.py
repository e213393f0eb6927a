"""Guided steps, the prediction and the goal: the strip between a page's question and its picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.numbers import number
from pages import BY_STEM, PAGES, Page
from pages.lessons.lesson import Lesson, Step, state
from pages.lessons.lessons import LESSONS
from pages.shared.controls import set_problem
from pages.shared.prose import hovering, pieces
from pages.shared.registry import Shown
from pages.shared.stage import Stage, on_phone

OPENED, ANSWERS, HELD = "_step_opened", "_answers", "_held"
SKIPPED = -1


@dataclass(frozen=True)
class Question:
    """A prediction's words: three choices, the index of the right one, and why."""

    text: str
    choices: tuple[str, ...]
    right: int
    why: str


def question(stem: str) -> Question:
    """The piece "## predict" of a page's prose, taken apart."""
    before: list[str] = []
    choices: list[str] = []
    after: list[str] = []
    right = 0
    for line in pieces(stem)["predict"].splitlines():
        if line.startswith(("- [ ] ", "- [x] ")):
            right = len(choices) if line.startswith("- [x]") else right
            choices.append(line[6:].strip())
        else:
            (after if choices else before).append(line)
    return Question("\n".join(before).strip(), tuple(choices), right, "\n".join(after).strip())


def step_words(stem: str, step: Step) -> str:
    """A step's own words, else those of its preset (whose "What to look for" the strip already says); a symbol stays small."""
    known = pieces(stem)
    own = known.get(f"step: {step.name}")
    words = own or known[f"preset: {step.state}"].removeprefix("**What to look for:** ")
    return words[:1].upper() + words[1:] if words[:1].isascii() else words


def open_link(page: Page, scene: Stage, full: bool) -> None:
    """Before the page runs: put the asked step's state in place, once; a link that names values itself (full) keeps
    them. Then say what the chart has to know."""
    lesson = LESSONS.get(page.stem)
    if lesson is None:
        return
    asked = (page.stem, scene.link.step)
    if scene.link.step and st.session_state.get(OPENED) != asked:
        st.session_state[OPENED] = asked
        if not full:
            set_problem(state(page, lesson.steps[scene.link.step - 1].state))
    answer = _answer(page.stem)
    if scene.link.predict:
        scene.curtain, scene.veil = answer is None, lesson.prediction.veil
        scene.act = f"answer {answer}"
        scene.sketch = _sketch(page.stem, lesson)
        if answer is None and not full and st.session_state.get(OPENED) != (page.stem, "predict"):
            st.session_state[OPENED] = (page.stem, "predict")
            set_problem(state(page, lesson.prediction.state))
    elif scene.link.step:
        step = lesson.steps[scene.link.step - 1]
        scene.highlight = (step.trace,) if step.trace else ()
        scene.act = "story" if lesson.story else f"step {scene.link.step}"


def show(page: Page, scene: Stage) -> None:
    """The strip itself: the question, or the step; a class that is being asked holds the question back (HELD)."""
    lesson = LESSONS.get(page.stem)
    if lesson is None:
        return
    if scene.link.predict and st.session_state.get(HELD) != page.stem:
        _show_question(page, scene)
    elif scene.link.step and not scene.link.predict and not lesson.story:
        _show_step(page, lesson, scene)


def entrances(page: Page) -> None:
    """The two buttons that begin a lesson."""
    st.button("Guide me", key="guide", icon=":material/signpost:", on_click=go, args=(page, 1))
    st.button("Predict first", key="predict_first", icon=":material/psychology_alt:", on_click=ask, args=(page,))


def goal(page: Page, scene: Stage) -> None:
    """After the page: whether the link's goal is reached by what the page shows."""
    wanted = scene.link.goal
    if wanted is None:
        return
    shown: Shown | None = scene.shown
    if shown is None or shown.curves is None:
        st.warning(f"This page cannot check a goal; “{wanted.words}” is ignored.", icon=":material/link_off:")
        return
    times, curves = shown.curves(shown.problem, shown.solution)
    if wanted.quantity not in curves:
        has = ", ".join(curves)
        st.warning(f"The goal's {wanted.quantity} is not measured here ({has} are); it is ignored.")
        return
    if wanted.by is not None and wanted.by < times[times > 0].min():
        st.warning(f"The goal “{wanted.words}” cannot be reached: the first time shown is {number(float(times[1]))}.")
        return
    at, best = wanted.reached(np.asarray(times), np.asarray(curves[wanted.quantity]))
    if at is None:
        st.info(f"**Goal:** {wanted.words}. Not yet: the best is {number(best)}.", icon=":material/flag:")
    else:
        scene.reached = str(wanted)
        st.success(f"**Reached:** {wanted.words} — at t = {number(at)}.", icon=":material/check_circle:")


def _show_step(page: Page, lesson: Lesson, scene: Stage) -> None:
    number, total = scene.link.step, len(lesson.steps)
    step = lesson.steps[number - 1]
    with st.container(border=True, key="lesson"):
        words = hovering(step_words(page.stem, step))
        st.markdown(f"**{number} of {total} · {step.name}.** {words}")
        with st.container(horizontal=True, gap="small"):
            back, last = number == 1, number == total
            st.button("Back", key="step_back", disabled=back, shortcut="Left", on_click=go, args=(page, number - 1))
            if not last:
                st.button(
                    "Next", key="step_next", type="primary", shortcut="Right", on_click=go, args=(page, number + 1)
                )
            else:
                onward(page, scene, shortcut="Right")
            st.button("Leave the steps", key="step_leave", on_click=leave)


def onward(page: Page, scene: Stage, shortcut: str | None = None) -> None:
    """The button that leads to the next page's first step, where there is one."""
    if (following := _following(page)) and st.button(
        f"Next: {following.title}", key="step_onward", type="primary", shortcut=shortcut
    ):
        st.switch_page(scene.entries[following.stem], query_params=_leading(scene))


def _show_question(page: Page, scene: Stage) -> None:
    asked, answer = question(page.stem), _answer(page.stem)
    with st.container(border=True, key="lesson"):
        if answer is None:
            st.markdown(f"**Before it moves:** {hovering(asked.text)}")
            with st.container(horizontal=True, gap="small"):
                for k, choice in enumerate(asked.choices):
                    st.button(choice, key=f"choice_{k}", on_click=choose, args=(page.stem, k))
                st.button(
                    "Skip, show me", key="choice_skip", type="tertiary", on_click=choose, args=(page.stem, SKIPPED)
                )
            return
        right = asked.choices[asked.right]
        if answer == SKIPPED:
            verdict = f"The answer is **{right}**."
        elif answer == asked.right:
            verdict = f":material/check_circle: You said **{right}**, and so it is."
        else:
            verdict = f":material/cancel: You said **{asked.choices[answer]}**; it is **{right}**."
        if not (on_phone() or scene.link.present):  # where room is short it was just read
            with st.container(key="asked"):
                st.markdown(hovering(asked.text))
        st.markdown(hovering(f"{verdict} {asked.why}"))
        with st.container(horizontal=True, gap="small"):
            st.button("Ask again", key="choice_again", on_click=ask, args=(page,))
            st.button("Guide me", key="choice_guide", type="primary", on_click=go, args=(page, 1))
            st.button("Done", key="choice_done", on_click=leave)


def _sketch(stem: str, lesson: Lesson) -> dict[str, Any] | None:
    """What may be drawn into which picture, and the words round it."""
    wanted = lesson.prediction.sketch
    if wanted is None:
        return None
    words, far = (pieces(stem)[name] for name in ("sketch", "sketched"))
    return {"picture": wanted.picture, "trace": wanted.trace, "words": words, "far": far}


def _answer(stem: str) -> int | None:
    return st.session_state.get(ANSWERS, {}).get(stem)


def choose(stem: str, answer: int) -> None:
    """Answer a page's question (SKIPPED: show it without an answer)."""
    st.session_state[ANSWERS] = {**st.session_state.get(ANSWERS, {}), stem: answer}


def ask(page: Page) -> None:
    """Put the page's question, with its state and its curtain; before the page runs."""
    st.session_state[ANSWERS] = {s: a for s, a in st.session_state.get(ANSWERS, {}).items() if s != page.stem}
    st.session_state[OPENED] = (page.stem, "predict")
    leave()
    st.query_params["predict"] = "true"
    set_problem(state(page, LESSONS[page.stem].prediction.state))


def resume(page: Page) -> None:
    """Put the page's question as it stands: its state and what was made of it are there already."""
    st.session_state[OPENED] = (page.stem, "predict")


def go(page: Page, number: int) -> None:
    """Put a step, with its state; before the page runs."""
    leave()
    st.session_state[OPENED] = (page.stem, number)
    st.query_params["step"] = str(number)
    set_problem(state(page, LESSONS[page.stem].steps[number - 1].state))


def leave() -> None:
    """No step and no question any more; before the page runs."""
    for key in ("step", "predict", "t"):
        st.query_params.pop(key, None)


def _following(page: Page) -> Page | None:
    """The next page that has a lesson."""
    stems = [other.stem for other in PAGES if other.stem in LESSONS]
    place = stems.index(page.stem) + 1
    return BY_STEM[stems[place]] if place < len(stems) else None


def _leading(scene: Stage) -> dict[str, str]:
    return {"step": "1", **({"present": "true"} if scene.link.present else {})}
