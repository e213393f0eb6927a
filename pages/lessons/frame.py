"""The frame round every page: configuration, navigation, heading, and the one handler of refusals.

A page is drawn inside a fragment: a moved slider runs the page again, but not the navigation round it.
"""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from types import CodeType
from typing import Any, Protocol

import streamlit as st

from core.errors import Refusal
from core.figures.style import spoken
from pages import PAGES, Page
from pages.jobs.live import leave_other_pages
from pages.lessons import classroom
from pages.lessons.presenter import frame_script, lead_to_speaker
from pages.shared import address
from pages.shared.plot import ASSETS
from pages.shared.stage import Stage, on_phone

LOG = logging.getLogger("lab")


class Room(Protocol):
    """What may stand round a page from outside of it (a class): once for the whole page, and after each of its runs."""

    def around(self, page: Page, entries: Mapping[str, Any]) -> AbstractContextManager[None]: ...

    def after(self, page: Page, scene: Stage) -> None: ...


def show(room: Room) -> None:
    """Draw the navigation and run the page asked for."""
    st.set_page_config(
        page_title="Lazy–Rich Lab",
        page_icon=ASSETS / "logo.svg",
        layout="wide",
        initial_sidebar_state="collapsed" if on_phone() else 230,
    )
    st.logo(ASSETS / "logo.svg", size="large")
    st.html(ASSETS / "page.css")
    frame_script()
    entries: dict[str, st.Page] = {}
    sections: dict[str, list[st.Page]] = {}
    for page in PAGES:
        entries[page.stem] = st.Page(partial(_open, page, entries, room), title=page.title, url_path=page.stem)
        sections.setdefault(page.section, []).append(entries[page.stem])
    start = partial(_open, PAGES[0], entries, room)
    home = st.Page(start, title="Home", url_path="home", default=True, visibility="hidden")
    sections[PAGES[0].section].append(home)
    st.navigation(sections).run()


def _open(page: Page, entries: dict[str, st.Page], room: Room) -> None:
    lead_to_speaker(entries)
    leave_other_pages(page.stem)
    address.arrive()
    with room.around(page, entries):
        st.fragment(_body)(page, entries, room)


def _body(page: Page, entries: dict[str, st.Page], room: Room) -> None:
    lesson = classroom.open_page(page, entries)
    with st.container(key="page"):
        st.title(page.question, anchor=False)
        with classroom.around(page, lesson):
            try:
                exec(_code(page), {"__name__": "__main__", "__file__": str(page.path)})
            except Refusal as error:
                LOG.info("%s: %s", page.stem, error)
                st.error(spoken(str(error)), icon=":material/error:")
    address.settled()
    room.after(page, lesson)


@cache
def _code(page: Page) -> CodeType:
    return compile(page.path.read_text(encoding="utf-8"), page.path, "exec")
