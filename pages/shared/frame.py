"""The frame round every page: configuration, navigation, heading, and the one handler of OutsideTheory."""

import logging

import streamlit as st

from core.errors import OutsideTheory
from pages import BY_STEM, PAGES
from pages.shared import classroom
from pages.shared.live import leave_other_pages
from pages.shared.plot import ASSETS

LOG = logging.getLogger("lab")


def draw() -> None:
    """Draw the navigation and run the page asked for."""
    st.set_page_config(
        page_title="Lazy–Rich Lab", page_icon=ASSETS / "logo.svg", layout="wide", initial_sidebar_state=230
    )
    st.logo(ASSETS / "logo.svg", size="large")
    st.html(ASSETS / "page.css")
    entries: dict[str, list] = {}
    for page in PAGES:
        entries.setdefault(page.section, []).append(st.Page(page.file, title=page.title, url_path=page.stem))
    home = st.Page(PAGES[0].file, title="Home", url_path="home", default=True, visibility="hidden")
    entries[PAGES[0].section].append(home)
    chosen = st.navigation(entries)
    page = BY_STEM.get(chosen.url_path, PAGES[0])
    leave_other_pages(page.stem)
    lesson = classroom.open_page(page)
    st.title(page.question, anchor=False)
    with classroom.around(page, lesson):
        try:
            chosen.run()
        except OutsideTheory as error:
            LOG.info("%s: %s", page.stem, error)
            st.error(str(error), icon=":material/error:")
