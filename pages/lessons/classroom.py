"""What stands round a page for a lesson: reads the link before the page runs, and answers it afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from pages import Page
from pages.lessons import compare, guide, presenter
from pages.lessons.lessons import LESSONS
from pages.lessons.picture import parts_of
from pages.lessons.take.offer import offer
from pages.shared import address
from pages.shared.link import read, unknown, unknown_parts
from pages.shared.stage import Stage, set_stage


def open_page(page: Page, entries: Mapping[str, Any]) -> Stage:
    """A new Stage from the link; a guided step's state is put in place before any control exists."""
    lesson = LESSONS.get(page.stem)
    presenter.keep()
    link, notes = read(st.query_params, len(lesson.steps) if lesson else 0)
    scene = set_stage(Stage(page.stem, link, entries=entries, offer=offer))
    full = bool(lesson) and not {*st.query_params}.isdisjoint(_knobs(page))
    guide.open_link(page, scene, full)
    scene.notes = notes
    compare.open_pin(page, scene)
    presenter.dress(scene)
    return scene


@contextmanager
def around(page: Page, scene: Stage) -> Iterator[None]:
    """Round the running page: the lesson's strip above it, and what can only be said once the page has run."""
    above, scene.says = st.container(), st.container(key="says")
    act, scene.below, scene.foot = (st.container(key=name) for name in ("act", "below", "foot"))
    with scene.says:
        guide.show(page, scene)
    try:
        with act:
            result, comparison = st.container(key="result"), st.container(key="compared_pictures")
            yield
    finally:
        with above:
            notes = scene.notes + unknown(st.query_params, scene.link, scene.names, map(str, st.session_state))
            notes += unknown_parts(address.opened(), parts_of(page.stem))
            if notes:
                st.warning("  \n".join(notes), icon=":material/link_off:")
        with result:
            guide.goal(page, scene)
        if scene.pinned is not None:
            with comparison:
                compare.show(page, scene)


def _knobs(page: Page) -> list[str]:
    presets = page.presets()
    return list(type(next(iter(presets.values()))).knobs()) if presets else []
