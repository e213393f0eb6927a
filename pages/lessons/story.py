"""A lesson told as a story: its pictures stand still, its words move past them, and the browser turns the steps by itself.

The steps are the lesson's own; their panels are places in the story's pictures. Leaving it opens free play.
"""

from collections.abc import Sequence

import streamlit as st

from core.figures.picture import Picture
from pages import BY_STEM
from pages.lessons import guide
from pages.lessons.lessons import LESSONS
from pages.shared.plot import Cursor, plot
from pages.shared.prose import hovering, prose
from pages.shared.stage import stage


def telling(stem: str) -> bool:
    """Whether the link asks for a step of this page's story."""
    link = stage().link
    return bool(link.step) and not link.predict and LESSONS[stem].story


def tell(
    stem: str, figures: Sequence[Picture], cursors: Sequence[Cursor], onward: Sequence[str], grow: Sequence[float]
) -> None:
    """The whole story. cursors: one for each step; onward: the pages to go on with, from simple to deep; grow: the
    relative widths of the pictures."""
    scene, steps, page = stage(), LESSONS[stem].steps, BY_STEM[stem]
    scene.names |= set(type(next(iter(page.presets().values()))).knobs())
    scene.story = [
        {"panels": step.panels, "highlight": [step.trace] if step.trace else [], "cursor": cursor.data()}
        for step, cursor in zip(steps, cursors, strict=True)
    ]
    scene.cursor = cursors[scene.link.step - 1]
    with st.container(key="lesson"):
        with st.container(key="told_pictures"):
            plot(*figures, cursor=scene.cursor, hero=True, least=240, grow=grow)
        with st.container(key="told_words"):
            for number, step in enumerate(steps, 1):
                with st.container(key=f"told_{number}"):
                    words = hovering(guide.step_words(stem, step))
                    st.markdown(f"**{number} of {len(steps)} · {step.name}.** {words}")
            _ends(stem, onward)


def entrance(stem: str, label: str) -> None:
    """The button that begins it, above the page's picture."""
    scene = stage()
    if scene.link.step or scene.link.predict or scene.link.present or scene.bound_to_lesson:
        return
    with scene.says or st.container():
        st.button(label, key="story_begin", type="primary", on_click=guide.go, args=(BY_STEM[stem], 1))


def _ends(stem: str, onward: Sequence[str]) -> None:
    with st.container(key="told_end"):
        prose(stem, "ends")
        st.markdown("\n".join(f"1. [{BY_STEM[one].title}]({one}): {BY_STEM[one].question}" for one in onward))
        with st.container(horizontal=True, gap="small"):
            guide.onward(BY_STEM[stem], stage())
            st.button("Free play", key="step_leave", on_click=guide.leave)
