"""The speaker's window: what to say at the step that the projector's window shows, what comes next, and a clock."""

import streamlit as st

from pages import BY_STEM, PAGES
from pages.lessons.guide import step_words
from pages.lessons.lessons import LESSONS
from pages.lessons.take.words import html_of
from pages.shared.plot import ASSETS
from pages.shared.prose import pieces

_window = st.components.v2.component(
    "lab_speaker",
    html=(ASSETS / "speaker.html").read_text(),
    css=(ASSETS / "speaker.css").read_text(),
    js=(ASSETS / "speaker.js").read_text(),
    isolate_styles=False,
)


def speaker() -> None:
    """Draw the window; it follows whatever step another window of the same browser shows."""
    _window(data=notes(), key="speaker")


def notes() -> list[dict]:
    """Every step of every lesson in the order of the pages: where it stands, its name, and what is said about it."""
    return [
        {"stem": page.stem, "page": BY_STEM[page.stem].title, "number": number, "name": step.name, "words": words}
        for page in PAGES
        if page.stem in LESSONS
        for number, step in enumerate(LESSONS[page.stem].steps, 1)
        if (words := _told(page.stem, step_words(page.stem, step), number))
    ]


def _told(stem: str, words: str, number: int) -> list[str]:
    """The step's words, and at a page's first step those of the lesson plan, as HTML."""
    plan = pieces("learn").get(f"plan: {stem}", "") if number == 1 else ""
    return [html_of(text, "") for text in (plan, words) if text]
