"""The frame round every page: configuration, navigation, heading, and the one handler of refusals.

A page is drawn inside a fragment: a moved slider runs the page again, but not the navigation round it.
"""

import logging
from functools import cache, partial
from types import CodeType

import streamlit as st

from core.errors import Refusal
from pages import PAGES, Page
from pages.jobs.live import leave_other_pages
from pages.lessons import classroom
from pages.lessons.presenter import house
from pages.shared import address
from pages.shared.plot import ASSETS

LOG = logging.getLogger("lab")


def show() -> None:
    """Draw the navigation and run the page asked for."""
    st.set_page_config(
        page_title="Lazy–Rich Lab", page_icon=ASSETS / "logo.svg", layout="wide", initial_sidebar_state=230
    )
    st.logo(ASSETS / "logo.svg", size="large")
    st.html(ASSETS / "page.css")
    house()
    entries: dict[str, st.Page] = {}
    sections: dict[str, list[st.Page]] = {}
    for page in PAGES:
        entries[page.stem] = st.Page(partial(_open, page, entries), title=page.title, url_path=page.stem)
        sections.setdefault(page.section, []).append(entries[page.stem])
    start = partial(_open, PAGES[0], entries)
    home = st.Page(start, title="Home", url_path="home", default=True, visibility="hidden")
    sections[PAGES[0].section].append(home)
    st.navigation(sections).run()


def _open(page: Page, entries: dict[str, st.Page]) -> None:
    leave_other_pages(page.stem)
    address.arrive()
    st.fragment(_body)(page, entries)


def _body(page: Page, entries: dict[str, st.Page]) -> None:
    lesson = classroom.open_page(page, entries)
    st.title(page.question, anchor=False)
    with classroom.around(page, lesson):
        try:
            exec(_code(page), {"__name__": "__main__", "__file__": str(page.path)})
        except Refusal as error:
            LOG.info("%s: %s", page.stem, error)
            st.error(str(error), icon=":material/error:")
    address.settled()


@cache
def _code(page: Page) -> CodeType:
    return compile(page.path.read_text(encoding="utf-8"), page.path, "exec")
