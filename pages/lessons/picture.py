"""hero: the page's own picture; a comparison takes its place, a projector shows the panels that a step names. section: what
follows below the picture and its controls; folded: the same, computed when it is opened; part: folded on a phone."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import streamlit as st

from core.figures.picture import Picture
from pages.lessons.lessons import LESSONS, spoken_of
from pages.shared import address
from pages.shared.plot import Cursor, plot
from pages.shared.prose import pieces
from pages.shared.stage import Stage, on_phone, stage

PART = "section: "


def hero(*figures: Picture, cursor: Cursor | None = None, wants: tuple[str, ...] = (), **chart: Any) -> dict[str, Any]:
    """Draw the page's picture, whose time and camera the link holds; the arguments are those of `plot`."""
    scene = stage()
    scene.cursor = cursor
    if scene.pinned is not None and not wants:
        return {}
    shown = _panels(scene, len(figures))
    if scene.sketch:
        wanted = LESSONS[scene.stem].prediction.panels
        scene.sketch["panels"] = [shown.index(panel) for panel in wanted if panel in shown]
    pictures, chart = chosen(figures, _spoken_of(scene, chart), shown)
    scene.drawn = pictures, {"cursor": cursor, **chart}
    return plot(*pictures, cursor=cursor, wants=wants, hero=True, **chart)


def chosen(figures: Sequence[Picture], chart: Mapping[str, Any], panels: Sequence[int]) -> tuple[tuple, dict[str, Any]]:
    """These panels of a picture, and the chart's arguments for them."""
    some = {
        name: [chart[name][k] for k in panels if k < len(chart[name])]
        for name in ("grow", "least")
        if isinstance(chart.get(name), Sequence)
    }
    return tuple(figures[k] for k in panels), {**chart, **some}


def _panels(scene: Stage, count: int) -> tuple[int, ...]:
    """Which panels are drawn: all on a desk; on a projector those of the step, of the prediction, or the lesson's first."""
    every = tuple(range(count))
    lesson = LESSONS.get(scene.stem)
    if not scene.link.present:
        return every
    if lesson is None:
        return every[:1]
    if scene.link.predict:
        return lesson.prediction.panels
    return lesson.steps[max(0, scene.link.step - 1)].panels


def _spoken_of(scene: Stage, chart: dict[str, Any]) -> dict[str, Any]:
    """A phone, which shows one picture, shows that of which a step or a question speaks."""
    of = None if scene.link.present else spoken_of(scene.stem, scene.link)
    return chart if of is None else {**chart, "first": of.panels[0]}


def parts_of(stem: str) -> tuple[str, ...]:
    """The names of a page's parts, which a link may open."""
    return tuple(name.removeprefix(PART) for name in pieces(stem) if name.startswith(PART))


@contextmanager
def section(stem: str, name: str) -> Iterator[bool]:
    """A part of the page below the picture and its controls, under the heading "## section: <name>" of its words."""
    with stage().below or st.container(), st.container(key=f"section_{name}"):
        st.subheader(pieces(stem)[PART + name], anchor=False)
        yield True


@contextmanager
def folded(stem: str, name: str) -> Iterator[bool]:
    """The same part folded until a visitor or a link (open=name) opens it; yields whether it is open. What it shows is
    computed only then."""
    key = f"fold_{name}"
    if (asked := address.news_of_part(name)) is not None:
        st.session_state[key] = asked
    with stage().below or st.container():
        fold = st.expander(pieces(stem)[PART + name], key=key, on_change="rerun")
    address.write_part(name, bool(fold.open))
    with fold:
        yield bool(fold.open)


def part(stem: str, name: str) -> AbstractContextManager[bool]:
    """A section that a phone folds: yields whether it is open."""
    return folded(stem, name) if on_phone() else section(stem, name)
