"""Compare A and B: A is pinned in the link (A=delta:2,angle:90), B is what the controls say; one cursor drives both."""

from typing import Any

import numpy as np
import streamlit as st

from core.errors import Refusal
from core.figures.compare import difference, side_by_side
from core.figures.picture import Picture
from core.figures.style import minus
from core.params import Params
from pages import Page
from pages.lessons.lessons import LESSONS
from pages.shared.address import spelled
from pages.shared.cache import painted, remember
from pages.shared.controls import set_problem
from pages.shared.explain.idle import named
from pages.shared.link import quoted
from pages.shared.link_values import in_words, nearest
from pages.shared.plot import COMPARISON, Cursor, plot
from pages.shared.prose import hovering
from pages.shared.registry import Shown
from pages.shared.stage import Stage

DEFAULT = "default"


def spell(problem: Params) -> str:
    """A problem as a link's A: the fields that differ from the defaults; several choices are joined by "/"."""
    said = spelled(problem).items()
    return ",".join(f"{n}:{'/'.join(v) if isinstance(v, list) else v}" for n, v in said) or DEFAULT


def unspell(kind: type[Params], text: str) -> tuple[Params | None, list[str]]:
    """The problem that a link's A spells, and a sentence for each part that was ignored; None if the theory refuses."""
    knobs, values, notes = kind.offered(), {}, []
    for part in filter(None, text.split(",")) if text != DEFAULT else ():
        name, _, word = (piece.strip() for piece in part.partition(":"))
        if name not in knobs or not word:
            notes.append(f"The link's A says “{quoted(part)}”; write it like A=delta:2,angle:90. It is ignored.")
            continue
        default = kind.__dataclass_fields__[name].default
        values[name], exact = nearest(knobs[name], word.split("/") if knobs[name].many else word, default)
        if not exact:
            notes.append(f"The link's A asks for {name} = {quoted(word)}; {minus(in_words(values[name]))} is used.")
    try:
        return kind(**values), notes
    except Refusal as error:
        return None, [*notes, f"The link's A cannot be drawn: {error}"]


def open_pin(page: Page, scene: Stage) -> None:
    """Before the page runs: A's problem, so that the page's own chart makes room."""
    if not scene.link.pin:
        return
    if page.stem not in LESSONS:
        scene.notes.append("This page has no comparison; the link's A is ignored.")
        return
    kind = type(next(iter(page.presets().values())))
    scene.pinned, notes = unspell(kind, scene.link.pin)
    scene.notes += notes


def entrance(page: Page, scene: Stage, problem: Params) -> None:
    """The buttons: pin, or swap and unpin."""
    if scene.pinned is None:
        st.button("Pin as A", key="pin", icon=":material/push_pin:", on_click=pin, args=(problem,))
        return
    st.button(
        "Swap A and B", key="pin_swap", icon=":material/swap_horiz:", on_click=_swap, args=(scene.pinned, problem)
    )
    st.button("Unpin A", key="unpin", icon=":material/keep_off:", on_click=_unpin)


def show(page: Page, scene: Stage) -> None:
    """A | B | B − A in the place of the page's own chart."""
    shown: Shown | None = scene.shown
    if shown is None or shown.curves is None or scene.pinned is None:
        st.warning("There is nothing to compare here yet.", icon=":material/info:")
        return
    a, b = remember(shown.solve)(scene.pinned), shown.solution
    (values_a, curves_a), (values_b, curves_b) = shown.curves(scene.pinned, a), shown.curves(shown.problem, b)
    same = (scene.cursor is None) or list(scene.cursor.values) == list(map(float, values_b))
    pictures = painted(shown.figures, scene.pinned, a), painted(shown.figures, shown.problem, b)
    shared: list[Picture] = []
    for k in LESSONS[page.stem].pictures:
        left, right = pictures[0][k], pictures[1][k]
        follow = _follow(values_a, values_b) if len(left.frames) == len(values_a) and same else None
        shared += side_by_side(left, right, follow)
    pairs = {n: (_onto(values_b, values_a, curves_a[n]), curves_b[n]) for n in curves_b if n in curves_a}
    cursor = scene.cursor or Cursor("t", "time t", values_b)
    strip = difference(shown.problem, np.asarray(values_b), pairs, cursor.label)
    plot(*shared, strip, key=COMPARISON, hero=True, cursor=cursor, least=(*[300] * len(shared), 700))
    one, other = describe(scene.pinned), describe(shown.problem)
    st.caption(hovering(f"A is pinned: {one}. B is what the controls say: {other}."))


def describe(problem: Params) -> str:
    """What a problem changes, in words: "relative scale δ = 2"."""
    knobs = type(problem).knobs()
    said = [f"{knobs[name].label} = {_worded(value)}" for name, value in problem.changed().items()]
    return ", ".join(said) or "the default setting"


def _worded(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_worded, value))
    return named(f"{value:g}" if isinstance(value, float) else value)


def _follow(values_a: np.ndarray, values_b: np.ndarray) -> np.ndarray:
    """For each of B's cursor values the place of A's nearest."""
    return np.abs(np.asarray(values_a)[None, :] - np.asarray(values_b)[:, None]).argmin(axis=1)


def _onto(values_b: np.ndarray, values_a: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """A's curve at B's cursor values; NaN beyond A's range."""
    return np.interp(values_b, values_a, curve, left=np.nan, right=np.nan)


def pin(problem: Params) -> None:
    st.query_params["A"] = spell(problem)
    for key in ("step", "predict"):
        st.query_params.pop(key, None)


def _swap(a: Params, b: Params) -> None:
    st.query_params["A"] = spell(b)
    set_problem(a)


def _unpin() -> None:
    st.query_params.pop("A", None)
