"""Who this browser is in which class: a phone, the teacher, or nobody."""

from dataclasses import dataclass

import streamlit as st

from core.errors import Refusal
from pages.classes import whereabouts
from pages.classes.door import PHONE, TEACHER
from pages.classes.guess import GUESSES
from pages.classes.kept.codes import SECRET, fingerprint, new_secret, read_code
from pages.classes.kept.records import Class
from pages.classes.kept.store import store

CODE, SECRETS, OWN, WRONG, WAS = "_class", "_class_secrets", "_class_phone", "_class_wrong", "_class_was"


@dataclass(frozen=True)
class Member:
    """klass as it is now; phone: what stands for this browser in it; animal: "" for the teacher."""

    klass: Class
    phone: str
    animal: str = ""
    teacher: bool = False


def asked() -> str:
    """The class that the address names, as it is written there; it goes on when the page changes."""
    text = st.query_params.get("class")
    if text is not None:
        st.session_state[CODE] = text
    elif st.session_state.get(CODE):
        st.query_params["class"] = st.session_state[CODE]
    return st.session_state.get(CODE, "")


def forget() -> None:
    """Out of the class altogether: the address does not name it any more."""
    st.session_state.pop(CODE, None)
    st.query_params.pop("class", None)
    whereabouts.forget()


def secret_of(code: str) -> str:
    """The teacher's secret, as far as this browser has it."""
    return st.session_state.get(SECRETS, {}).get(code) or _cookie(TEACHER + code)


def has_cookie(code: str) -> bool:
    """Whether this browser would still be the teacher's after a reload."""
    return bool(_cookie(TEACHER + code))


def remember_secret(code: str, secret: str) -> None:
    """For this session, until the secret link has brought the cookie."""
    st.session_state[SECRETS] = {**st.session_state.get(SECRETS, {}), code: secret}


def member() -> tuple[Member | None, str]:
    """Who this is, and one sentence where the class in the address cannot be entered."""
    text = asked()
    if not text:
        return None, ""
    code, kept = read_code(text), store()
    phone = phone_in(code)
    try:
        klass, why = _look_up(text, code, phone)
        if klass is None:
            return None, why
        st.session_state[WAS] = code
        if kept.is_teacher(code, secret_of(code)):
            return Member(klass, phone, teacher=True), ""
        return Member(klass, phone, kept.join(code, phone)), ""
    except Refusal as error:
        return None, str(error)


def phone_in(code: str) -> str:
    """What stands for this browser in this class, and in no other."""
    own = _cookie(PHONE) or st.session_state.setdefault(OWN, new_secret())
    return fingerprint(code, own)[:24]


def word_without_cookie() -> str:
    """This session's random word where the browser keeps no cookies: its tab keeps it instead."""
    return "" if _cookie(PHONE) else st.session_state.get(OWN, "")


def known_again(me: Member, word: str) -> bool:
    """Whether a tab without cookies has told who it was before a reload: it is that phone again, and the one that came in its
    place never was."""
    if not SECRET.fullmatch(word) or word_without_cookie() in ("", word):
        return False
    st.session_state[OWN] = word
    store().forget_phone(me.klass.code, me.phone)
    return True


def _cookie(name: str) -> str:
    return _plain(st.context.cookies.get(name))


def _plain(found: object) -> str:
    """What the browser has sent; "" where there is no browser."""
    return found if isinstance(found, str) else ""


def _look_up(text: str, code: str, phone: str) -> tuple[Class | None, str]:
    """The class, or why not. Who was in it guesses nothing when it is over: a room behind one address would all be refused."""
    kept, address = store(), _plain(st.context.ip_address)
    was = bool(code) and st.session_state.get(WAS) == code
    known = was or (bool(code) and bool(kept.animal(code, phone) or secret_of(code)))
    if not known and not GUESSES.may(address):
        return None, "Many wrong codes came from here just now; wait a minute, then reload this page."
    klass = kept.find(code) if code else None
    if klass is None and was:
        return None, f"Class {code} is over; this page stays as you left it."
    if klass is None and st.session_state.get(WRONG) != text:
        st.session_state[WRONG] = text
        GUESSES.was_wrong(address)
    return (
        klass,
        f"There is no class “{text[:12]}”: it is over, or the code was mistyped. Ask your teacher for the code.",
    )
