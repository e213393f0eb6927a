"""What a class puts round a page: above it the strip of a phone or of the teacher, beside it the votes, behind it the ear.

The frame enters by `around` and `after`; without a class in the address both do nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import Refusal
from pages import Page
from pages.classes import panel, phone, travel, whereabouts
from pages.classes.kept.store import store
from pages.classes.member import Member, forget, member
from pages.classes.tally import beside
from pages.lessons import guide
from pages.shared.plot import ASSETS
from pages.shared.stage import Stage

ME, ASKED, TOLD, REACHED = "_class_me", "_class_asked", "_class_told", "_class_reached"


@contextmanager
def around(page: Page, entries: Mapping[str, Any]) -> Iterator[None]:
    """Round the page that is about to run."""
    me, why = member()
    st.session_state[ME] = me
    if me is None:
        st.session_state.pop(guide.HELD, None)
        if why:
            _refused(why)
        yield
        return
    st.html(ASSETS / "class.css")
    whereabouts.settle(me.klass, travel.led(page))
    travel.arrive(page)
    _hold(page, me)
    if not me.teacher:
        phone.show(page, me, entries)
        yield
        return
    panel.show(page, me, entries)
    if me.klass.asked != page.stem:
        yield
        return
    with st.container(key="class_beside"):
        left, right = st.columns((5, 2), gap="medium")
    with right:
        beside(page, me.klass)
    with left:
        yield


def after(page: Page, scene: Stage) -> None:
    """Behind the page: a phone has arrived here, and one whose picture reaches the class's goal is counted, once."""
    me: Member | None = st.session_state.get(ME)
    if me is None:
        return
    whereabouts.arrived(me.klass)
    if me.teacher or not scene.reached:
        return
    klass = me.klass
    if (scene.reached, page.stem) != (klass.goal, klass.goal_stem) or st.session_state.get(REACHED) == klass.goal_at:
        return
    try:
        store().reach(klass, me.phone)
    except Refusal as error:
        st.warning(str(error), icon=":material/sync_problem:")
        return
    st.session_state[REACHED] = klass.goal_at


def _refused(why: str) -> None:
    with st.container(horizontal=True, key="class_refused", vertical_alignment="center"):
        st.warning(why, icon=":material/group_off:")
        st.button("Go on without a class", key="class_forget", on_click=forget)


def _hold(page: Page, me: Member) -> None:
    """While the class is asked here, the page's own question holds back and its picture waits; then it answers, also to
    those who come back when the vote has been put away."""
    klass, at = me.klass, whereabouts.now(me.klass)
    here = klass.asked == page.stem and (me.teacher or at.scene >= klass.asked_in)
    vote = (klass.code, klass.question, klass.round)
    if here and (klass.voting or me.teacher):
        st.session_state[guide.HELD] = page.stem
    else:
        st.session_state.pop(guide.HELD, None)
    if here and st.session_state.get(ASKED) != vote:
        st.session_state[ASKED] = vote
        if at.returned and at.scene >= klass.asked_in:
            guide.resume(page)
        else:
            guide.ask(page)
            whereabouts.remember(replace(at, scene=max(at.scene, klass.asked_in)))
    elif here and klass.voting and "predict" not in st.query_params:
        guide.ask(page)  # Back, or a link of the page's own, would lift the curtain
    put_away = not klass.asked and klass.question and at.returned and klass.stem == page.stem
    if put_away and at.scene == klass.scene == klass.asked_in:
        guide.resume(page)
        here = True
    if here and not klass.voting and st.session_state.get(TOLD) != vote:
        st.session_state[TOLD] = vote
        choice = store().choice(klass.code, me.phone, klass.question, klass.round)
        guide.choose(page.stem, guide.SKIPPED if choice is None else choice)
