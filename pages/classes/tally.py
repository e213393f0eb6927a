"""The votes beside the picture: how many have answered until the reveal, then bars by choice, before and after a talk."""

import html
import math
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.style import number, side_mark, side_name
from pages import BY_STEM, Page
from pages.classes.kept.records import Class, Tally
from pages.classes.kept.store import store
from pages.lessons.guide import Question, question
from pages.lessons.lesson import state
from pages.lessons.lessons import LESSONS
from pages.shared.link import parse_goal
from pages.shared.prose import hovering

LOOK_S = 1.0
LETTERS = "ABCDEF"


def beside(page: Page, klass: Class) -> None:
    """The column beside a page on which the class is asked."""
    st.fragment(_beside, run_every=LOOK_S if klass.voting else None)(page, klass)


def _beside(page: Page, klass: Class) -> None:
    asked = question(page.stem)
    try:
        tally = store().tally(klass, len(asked.choices))
    except Refusal as error:
        st.warning(str(error), icon=":material/sync_problem:")
        return
    with st.container(key="class_tally"):
        if klass.voting:
            _open_vote(asked, klass, tally)
        else:
            st.html(bars(asked, tally, decides(page.stem)))
            st.markdown(hovering(asked.why))


def _open_vote(asked: Question, klass: Class, tally: Tally) -> None:
    st.markdown(hovering(asked.text))
    lines = "\n".join(f"- **{LETTERS[k]}** · {choice}" for k, choice in enumerate(asked.choices))
    st.markdown(lines)
    turn = " once more" if klass.round > 1 else ""
    st.html(f'<p class="lab-count" role="status"><b>{tally.answered} of {tally.phones}</b> have answered{turn}</p>')


def bars(asked: Question, tally: Tally, run: str = "") -> str:
    """The revealed votes as a table whose cells are bars; the first round stands pale before the last."""
    rounds = (tally.rounds[0], tally.rounds[-1]) if len(tally.rounds) > 1 else tally.rounds[-1:]
    most = max([1, *(votes for counts in rounds for votes in counts)])
    rows = []
    for k, choice in enumerate(asked.choices):
        sign = f' <b class="lab-right">✓ {html.escape(run)}</b>' if k == asked.right else ""
        head = f"<b>{LETTERS[k]}</b> · {html.escape(choice)}{sign}"
        rows.append(f'<tr><th scope="row">{head}</th></tr><tr><td>{_cell([c[k] for c in rounds], most)}</td></tr>')
    sums = [sum(counts) for counts in rounds]
    words = f"Votes: {sums[0]} before the talk → {sums[-1]} after" if len(sums) > 1 else f"Votes: {sum(sums)}"
    return f'<table class="lab-votes"><caption>{words}</caption>{"".join(rows)}</table>'


def _cell(votes: list[int], most: int) -> str:
    bars = [f'<i style="width:{100 * one / most:.0f}%"></i>' for one in votes]
    return f'<div class="lab-vote"><div>{"".join(bars)}</div><b>{" → ".join(map(str, votes))}</b></div>'


def decides(stem: str) -> str:
    """The run that decides a page's prediction: its side's mark and its δ or α; "" where it is not one run."""
    asked = LESSONS[stem].prediction
    if asked.decides is None:
        return ""
    sign, value = asked.decides
    if math.isnan(value):
        shown: Any = state(BY_STEM[stem], asked.state)
        value = float(shown.delta)
    side = value if sign == "δ" else value - 1
    return f"{side_mark(side)} {side_name(side)}, {sign} = {number(value)}"


def goal_words(klass: Class) -> str:
    """How far the class has come with its goal, in one line."""
    goal, now = parse_goal(klass.goal), store().reached(klass)
    words = goal.words if goal else klass.goal
    first = "" if now.first is None else f", the first after {duration(now.first)}"
    return f":material/flag: **{now.count} of {now.phones}** have reached {words}{first}."


def duration(seconds: float) -> str:
    """ "2 min 10 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
