"""A phone in a class: a thin strip with what is asked, the choices, and whether it follows."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import Refusal
from pages import Page
from pages.classes import reply, travel, whereabouts
from pages.classes.browser import cursor, place_keeper, told_word
from pages.classes.kept.records import Class
from pages.classes.kept.store import store
from pages.classes.member import Member, forget, known_again, word_without_cookie
from pages.classes.scene import here, kind_of, known, title
from pages.lessons.guide import question
from pages.shared.plot import ASSETS
from pages.shared.prose import hovering

SEEN, SHOWN = "_class_seen", "_class_choice_shown"
LOOK_S, SPREAD_S, SIGN_S = 1.0, 0.5, 40.0
LETTERS = "ABCDEF"


def show(page: Page, me: Member, entries: Mapping[str, Any]) -> None:
    """The strip, and the ear that hears what the teacher does next; a phone that follows goes where the class is."""
    here = whereabouts.now(me.klass)
    if here.out:
        _outside(me.klass)
        return
    if travel.waiting(me.klass) and here.follows:
        travel.go(me.klass, entries)
    st.session_state.pop(SHOWN, None)
    st.fragment(_strip)(page, me, entries)
    spread = int(me.phone[:4], 16) / 0xFFFF * SPREAD_S
    st.fragment(_ear, run_every=LOOK_S + spread)(me.klass.code, me.phone, me.klass.said)


def _ear(code: str, phone: str, said: int) -> None:
    """One look at one row; the page is run again only when it has changed."""
    try:
        now, choice = store().heard(code, phone)
        if time.monotonic() - st.session_state.get(SEEN, 0.0) > SIGN_S:
            st.session_state[SEEN] = time.monotonic()
            store().seen(code, phone)
    except Refusal:
        return
    if now != said or choice != st.session_state.get(SHOWN, choice):
        st.rerun(scope="app")


def _strip(page: Page, me: Member, entries: Mapping[str, Any]) -> None:
    klass = me.klass
    with st.container(key="class"):
        place_keeper(word=word_without_cookie())
        if known_again(me, told_word()):
            st.rerun(scope="app")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="class_strip"):
            st.markdown(f"**{klass.code}** · {me.animal}", width="content")
            st.toggle(
                "Follow",
                value=whereabouts.now(klass).follows,
                key="class_follow",
                on_change=_follow,
                args=(klass,),
            )
            if kind_of(page) is not None and not klass.voting:
                st.button("Show mine", key="class_mine", type="tertiary", on_click=_offer, args=(page, me))
            st.button("Leave", key="class_leave", type="tertiary", on_click=_leave, args=(me,))
        reply.show()
        if travel.waiting(klass) or (klass.voting and klass.asked != page.stem):
            _call(klass, entries)
        elif klass.voting:
            _vote(klass, me)
    here = whereabouts.now(klass)
    if here.out or (travel.waiting(klass) and here.follows):
        st.rerun(scope="app")


def _call(klass: Class, entries: Mapping[str, Any]) -> None:
    what = "is asked something on" if klass.voting else "is at"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"Your class {what} **{title(klass.stem)}**.", width="content")
        if st.button("Go there", key="class_go", type="primary"):
            travel.go(klass, entries)


def _vote(klass: Class, me: Member) -> None:
    asked = question(klass.asked)
    try:
        chosen = store().choice(klass.code, me.phone, klass.question, klass.round)
    except Refusal as error:
        st.warning(str(error))
        return
    st.session_state[SHOWN] = chosen
    again = "Once more, after your talk:" if klass.round > 1 else ""
    st.markdown(hovering(f"**{again or 'Your class is asked:'}** {asked.text}"))
    marked = (ASSETS / "chosen.css").read_text().replace("«chosen»", str(chosen))
    st.html(f"<style>{marked}</style>")
    with st.container(horizontal=True, gap="small", key="class_choices"):
        for k, choice in enumerate(asked.choices):
            st.button(
                f"{LETTERS[k]} · {choice}",
                key=f"class_choice_{k}",
                icon=":material/check:" if k == chosen else None,
                on_click=_choose,
                args=(klass, me, k),
            )
    words = "Choose one." if chosen is None else f"You chose {LETTERS[chosen]}."
    st.caption(f"{words} You can change it until everybody sees the answer.")


def _choose(klass: Class, me: Member, choice: int) -> None:
    try:
        taken = store().vote(klass.code, me.phone, klass.question, klass.round, choice)
    except Refusal as error:
        reply.say(str(error))
        return
    if taken:
        st.session_state[SHOWN] = choice
    else:
        reply.say("This vote is closed: your choice was not counted.")


def _offer(page: Page, me: Member) -> None:
    query = {**here(), **cursor()}
    try:
        store().offer(me.klass.code, me.phone, page.stem, known(page, query))
        reply.say(f"Your teacher can now show it, as the picture of {me.animal}.")
    except Refusal as error:
        reply.say(str(error))


def _follow(klass: Class) -> None:
    follows = st.session_state.get("class_follow")
    if follows is not None:  # None for a browser that comes back while the run that the cut has stopped still clears up
        whereabouts.change(replace(whereabouts.now(klass), follows=follows))


def _leave(me: Member) -> None:
    whereabouts.change(replace(whereabouts.now(me.klass), out=True))
    try:
        store().leave(me.klass.code, me.phone)
    except Refusal as error:
        reply.say(str(error))


def _outside(klass: Class) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="class_strip"):
        st.markdown(f"You have left class **{klass.code}**.", width="content")
        with st.container(horizontal=True, gap="small", width="content"):  # on a phone both go to one row
            st.button("Come back", key="class_back", on_click=_come_back, args=(klass,))
            st.button("Go on without", key="class_forget", type="tertiary", on_click=forget)


def _come_back(klass: Class) -> None:
    whereabouts.change(replace(whereabouts.now(klass), out=False))
    st.session_state.pop(SEEN, None)
