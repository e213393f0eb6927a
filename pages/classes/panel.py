"""The teacher's strip above every page: who is here, and what can be asked of them."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import Refusal
from pages import Page
from pages.classes import reply, travel
from pages.classes.browser import cursor, place_keeper, told_step
from pages.classes.kept.records import Class
from pages.classes.kept.store import store
from pages.classes.member import Member, secret_of
from pages.classes.scene import here, kind_of, known, title
from pages.classes.tally import goal_words
from pages.lessons import guide
from pages.lessons.learn.builder import exercise_query
from pages.lessons.lesson import state
from pages.lessons.lessons import LESSONS
from pages.shared.address import spelled

LOOK_S, NOTED = 1.0, "_class_noted"


def show(page: Page, me: Member, entries: Mapping[str, Any]) -> None:
    """The strip, which looks at the store once a second."""
    st.fragment(_strip, run_every=LOOK_S)(page, me, entries)


def _strip(page: Page, me: Member, entries: Mapping[str, Any]) -> None:
    try:
        klass = store().find(me.klass.code)
    except Refusal as error:
        st.warning(str(error), icon=":material/sync_problem:")
        return
    if klass is None or (klass.said, klass.asked) != (me.klass.said, me.klass.asked):
        st.rerun(scope="app")
    _note_where(page, klass)
    with st.container(key="class"):
        place_keeper(leads=True)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="class_strip"):
            phones = store().phones(klass.code)
            st.markdown(f"**{klass.code}** · {phones} {'phone' if phones == 1 else 'phones'}", width="content")
            if klass.voting and klass.asked != page.stem:
                _back_to_vote(klass, entries)
            elif kind_of(page) is not None:
                _vote_buttons(page, klass)
                _send_buttons(page, klass)
            _offers(klass, entries)
            st.markdown(f"[Class](learn?part=class&class={klass.code})", width="content")
        reply.show()
        if klass.goal and klass.goal_stem == page.stem:
            st.markdown(goal_words(klass))


def _note_where(page: Page, klass: Class) -> None:
    """For the speaker's window."""
    text = _step(page)
    now = klass.code, page.stem, int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    if page.stem == "learn" or st.session_state.get(NOTED) == now:
        return
    try:
        store().at(*now)
    except Refusal:
        return
    st.session_state[NOTED] = now


def _step(page: Page) -> str:
    """Where this browser has turned to, by itself (a story) or with the server; empty where it shows no step."""
    text = st.query_params.get("step", "")
    story = page.stem in LESSONS and LESSONS[page.stem].story
    return told_step() or text if text and story else text


def _back_to_vote(klass: Class, entries: Mapping[str, Any]) -> None:
    """A vote is open on another page: it is to be revealed there first."""
    if st.button(f"To the vote: {title(klass.asked)}", key="class_to_vote", icon=":material/how_to_vote:"):
        st.switch_page(entries[klass.asked], query_params={"class": klass.code, "predict": "true"})


def _vote_buttons(page: Page, klass: Class) -> None:
    if klass.asked != page.stem:
        if page.stem in LESSONS:
            _button("Ask the class", "class_ask", _ask, page, klass, False, icon=":material/how_to_vote:")
        return
    if klass.voting:
        _button("Reveal", "class_reveal", _reveal, klass, type="primary", icon=":material/visibility:")
    _button("Vote again", "class_again", _ask, page, klass, True, icon=":material/replay:")
    _button("Close", "class_close", _close, klass, type="tertiary")


def _send_buttons(page: Page, klass: Class) -> None:
    if klass.voting:
        return
    _button("Everyone here", "class_here", _everyone, page, klass, icon=":material/groups:")
    if page.stem in LESSONS and LESSONS[page.stem].exercise is not None:
        _button("Set the exercise", "class_goal", _exercise, page, klass, icon=":material/flag:")


def _offers(klass: Class, entries: Mapping[str, Any]) -> None:
    offers = store().offers(klass.code)
    if not offers:
        return
    with st.popover(f"Offered ({len(offers)})", key="class_offers"):
        for k, offer in enumerate(offers):
            if st.button(f"{offer.animal}: {title(offer.stem)}", key=f"class_offer_{k}"):
                store().forget_offer(klass.code, offer.phone)
                travel.to(klass, offer.stem, offer.query, entries)


def _button(label: str, key: str, act: Any, *args: Any, **look: Any) -> None:
    st.button(label, key=key, on_click=_done, args=(act, *args), **look)


MOVED_ON = "The class has moved on meanwhile, in another window or by an earlier press: nothing was done twice."


def _done(act: Any, *args: Any) -> None:
    """Do it if this browser is still the teacher's and the class still where the button saw it: of two windows that are pressed
    at once, the second would open another vote and lose the first one's. What cannot be done is said in one sentence."""
    klass = next(one for one in args if isinstance(one, Class))
    try:
        now = store().find(klass.code)
        if now is None or not store().is_teacher(klass.code, secret_of(klass.code)):
            return
        if (now.said, now.asked) == (klass.said, klass.asked):
            act(*args)
        else:
            reply.say(MOVED_ON)
    except Refusal as error:
        reply.say(str(error))


def _ask(page: Page, klass: Class, again: bool) -> None:
    wanted = spelled(state(page, LESSONS[page.stem].prediction.state))
    store().ask(klass.code, page.stem, known(page, {**wanted, "predict": "true"}), again=again)


def _reveal(klass: Class) -> None:
    store().reveal(klass.code)


def _close(klass: Class) -> None:
    """The page's own words of the question go with the vote: the projector has the picture again."""
    store().close(klass.code)
    guide.leave()


def _everyone(page: Page, klass: Class) -> None:
    step = {"step": text} if (text := _step(page)) else {}
    query = known(page, {**here(), **step, **cursor()})
    query.pop("predict", None)
    store().show(klass.code, page.stem, query, str(query.get("goal", "")))
    reply.say(f"Everyone is sent to this picture of {page.title}.")


def _exercise(page: Page, klass: Class) -> None:
    query = known(page, exercise_query(page.stem))
    store().show(klass.code, page.stem, query, str(query["goal"]))
    reply.say(f"Everyone has the exercise of {page.title}; its clock runs.")
