"""“Run it with your class”, a part of the page Learn: start a class, hand out its code, rehearse, end it."""

import base64
from urllib.parse import urlencode

import streamlit as st

from core.errors import Refusal
from pages import BY_STEM, PAGES
from pages.classes import rehearsal, reply
from pages.classes.browser import open_link
from pages.classes.kept.codes import read_code
from pages.classes.kept.store import store
from pages.classes.member import (
    CODE,
    Member,
    forget,
    has_cookie,
    member,
    remember_secret,
    secret_of,
    word_without_cookie,
)
from pages.lessons.handout import LOOPBACK, qr_code, root
from pages.lessons.lessons import LESSONS
from pages.shared.prose import prose

OPEN = "_class_open"


def show_class() -> None:
    """The teacher's desk, or how to get one."""
    me, _ = member()
    if link := st.session_state.pop(OPEN, ""):
        open_link(link)
    if me is None or not me.teacher:
        reply.show(st.warning)
        _invitation(me)
        return
    _desk(me)


def _invitation(me: Member | None) -> None:
    if me is None:
        prose("class", "join")
        with st.form("class_join", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Code of your class", key="class_code", max_chars=12, width=220)
            st.form_submit_button("Join", on_click=_join)
    elif word_without_cookie():
        prose("class", "no cookies")
    prose("class", "run")
    if store().in_memory:
        prose("class", "in memory")
    st.button("Start a class", key="class_start", type="primary", icon=":material/play_arrow:", on_click=_start)
    prose("class", "kept")


def _join() -> None:
    """By a link, as from the QR code: where several machines serve, the proxy then finds the class's own."""
    if code := st.session_state.get("class_code", "").strip():
        st.session_state[OPEN] = f"{_root()}/{PAGES[0].stem}?{urlencode({'class': read_code(code) or code})}"


def _start() -> None:
    try:
        code, secret = store().start()
    except Refusal as error:
        reply.say(str(error))
        return
    remember_secret(code, secret)
    st.session_state[CODE] = code
    st.query_params["class"] = code


def _desk(me: Member) -> None:
    """The link that brings the teacher's cookie is opened as long as it has not: a connection may be cut on the way to it."""
    code = me.klass.code
    link = f"{_root()}/{PAGES[0].stem}?class={code}"
    secret_link = f"{_root()}/learn?part=class&class={code}&teach={secret_of(code)}"
    if not has_cookie(code):
        open_link(secret_link)
    words, picture = st.columns((3, 2), gap="large")
    with words:
        st.html(f'<p class="lab-code" aria-label="Code of the class">{code}</p>')
        st.markdown(f"Phones scan the picture, open [{link}]({link}), or type the code under *Learn*, *Class*.")
        if link.split("/")[2].split(":")[0] in LOOPBACK:
            prose("class", "loopback")
        if store().in_memory:
            prose("class", "in memory")
        _rehearse(code)
        pages = " · ".join(f"[{BY_STEM[stem].title}]({stem}?present=true&class={code})" for stem in LESSONS)
        st.markdown(f"**On the projector:** {pages}")
        st.markdown(f"**In a second window, for you:** [speaker view](learn?part=speaker&class={code})")
    with picture:
        source = base64.b64encode(qr_code(link).encode()).decode()
        st.html(
            f'<img src="data:image/svg+xml;base64,{source}" alt="QR code of the class" style="width:min(100%,22rem)">'
        )
    with st.expander("The teacher’s secret link"):
        prose("class", "secret")
        st.code(secret_link, language=None, wrap_lines=True)
    prose("class", "how")
    prose("class", "kept")
    st.button("End the class", key="class_end", on_click=_end, args=(code,), icon=":material/stop:")


def _rehearse(code: str) -> None:
    if code in rehearsal.RUNNING:
        st.button("End the rehearsal", key="class_rehearse_end", on_click=rehearsal.end, args=(code,))
        return
    st.button("Rehearse with 20 simulated students", key="class_rehearse", on_click=_begin_rehearsal, args=(code,))


def _begin_rehearsal(code: str) -> None:
    if not rehearsal.begin(store(), code):
        reply.say("As many classes rehearse on this server as it can bear. Try again in some minutes.")


def _end(code: str) -> None:
    rehearsal.end(code)
    try:
        if store().is_teacher(code, secret_of(code)):
            store().end(code)
            forget()
    except Refusal as error:
        reply.say(str(error))


def _root() -> str:
    return root(st.context.url or "")
