"""The speaker's window: notes, the next step, the votes as they come and the plan's clock. Not for the projector."""

import re
import time

import streamlit as st

from core.errors import Refusal
from pages import BY_STEM, PAGES
from pages.classes.kept.records import Class
from pages.classes.kept.store import store
from pages.classes.member import member
from pages.classes.tally import LETTERS, duration, goal_words
from pages.lessons.guide import question, step_words
from pages.lessons.lessons import LESSONS
from pages.shared.prose import hovering, pieces, prose

LOOK_S = 1.0
SPAN = re.compile(r"\*\*(\d+)–(\d+) min")


def show_speaker() -> None:
    """The part of Learn for a second window."""
    me, _ = member()
    if me is None or not me.teacher:
        prose("class", "speaker: closed")
        return
    st.fragment(_window, run_every=LOOK_S)(me.klass.code)


def _window(code: str) -> None:
    try:
        klass = store().find(code)
        if klass is None:
            st.rerun(scope="app")
        left, right = st.columns(2, gap="medium")
        with left:
            _notes(klass)
        with right:
            _clock(klass)
            _votes(klass)
    except Refusal as error:
        st.warning(str(error), icon=":material/sync_problem:")


def _notes(klass: Class) -> None:
    stem = klass.at_stem
    if stem not in BY_STEM:
        st.markdown("The projector shows no page of the plan yet.")
        return
    step = f", step {klass.at_step}" if klass.at_step else ""
    st.markdown(f"##### On the projector: {BY_STEM[stem].title}{step}")
    plan = pieces("learn")
    if words := plan.get(f"plan: {stem}"):
        st.markdown(hovering(words))
    if stem not in LESSONS:
        return
    steps = LESSONS[stem].steps
    for k in (klass.at_step, klass.at_step + 1):
        if 1 <= k <= len(steps):
            when = "Now" if k == klass.at_step else "Next"
            st.markdown(
                f"**{when}, {k} of {len(steps)} · {steps[k - 1].name}.** {hovering(step_words(stem, steps[k - 1]))}"
            )
    if klass.at_step >= len(steps) and (after := _next_in_plan(stem)):
        st.markdown(f"**Next page: {BY_STEM[after].title}**")


def _next_in_plan(stem: str) -> str:
    planned = [page.stem for page in PAGES if f"plan: {page.stem}" in pieces("learn")]
    place = planned.index(stem) + 1 if stem in planned else len(planned)
    return planned[place] if place < len(planned) else ""


def plan_at(minutes: float) -> str:
    """The page that the 50-minute plan is at; "" when it is over."""
    for page in PAGES:
        found = SPAN.match(pieces("learn").get(f"plan: {page.stem}", ""))
        if found and int(found[1]) <= minutes < int(found[2]):
            return page.stem
    return ""


def _clock(klass: Class) -> None:
    passed = time.time() - klass.made
    stem = plan_at(passed / 60)
    where = f"the plan is at **{BY_STEM[stem].title}**" if stem else "the plan is over"
    st.markdown(f"**{duration(passed)}** since the class began; {where}")


def _votes(klass: Class) -> None:
    if klass.goal:
        st.markdown(goal_words(klass))
    if not klass.asked:
        st.markdown("No vote is open.")
        return
    asked = question(klass.asked)
    tally = store().tally(klass, len(asked.choices))
    state = "revealed" if klass.revealed else "only here, until the reveal"
    st.markdown(f"##### {tally.answered} of {tally.phones} votes, {state}")
    turns = ("votes",), ("before", "after")
    count = len(tally.rounds)
    head = "".join(f"| {turn} " for turn in (turns[count - 1] if count < 3 else range(1, count + 1)))
    rows = [
        f"| {'✓ ' if k == asked.right else ''}**{LETTERS[k]}** · {choice} "
        + "".join(f"| {counts[k]} " for counts in tally.rounds)
        + "|"
        for k, choice in enumerate(asked.choices)
    ]
    st.markdown("\n".join([f"| choice {head}|", "|---" * (1 + len(tally.rounds)) + "|", *rows]))
