"""The chart component: draws the figures of core.figures, several panels on one time cursor, without remounts.

A panel is a core.figures Picture. Its layout.meta["alt"] is the accessible name; its frames (equally many in all
panels) are what the cursor moves through. On opening, camera and cursor come from the URL (cam, t), and so does the
picture that a phone shows (pic); "Copy link" writes them there.
"""

import json
import re
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import plotly
import streamlit as st

from core.figures.parcel import framed, packed, stowed
from core.figures.picture import Picture
from core.figures.style import DARK, minus, number, spoken
from pages.shared.explain.symbols import shown
from pages.shared.link import numbers
from pages.shared.put import free_fields, put_values, run_the_page_if_moved
from pages.shared.script import CHART_URL
from pages.shared.stage import openings, stage
from pages.shared.streamlit_internals import runs_a_fragment

ASSETS = Path(__file__).parents[2] / "assets"
PLOTLY_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLY_URL = f"/vendor/plotly-{plotly.__version__}.min.js"
COMPARISON = "compare"
BREATH_S = 0.03
DRAG = "drag"
LINK = "link"
HEARD = "_heard_"
"""Before a chart's key: which of its drags was answered last. A refused one changes nothing else of what is sent."""
SENT = "_sent_"
VEILED = "The picture waits for your prediction: choose an answer above, or skip."


@dataclass(frozen=True)
class Cursor:
    """What the frames run over: `values` (numbers, rising), printed as "symbol = name"; `still` is the index shown
    before or without playback (default: the last); `unit` follows each; `replayed`: a step or an answer begins by
    playing them."""

    symbol: str
    label: str
    values: Iterable[float]
    still: int | None = None
    unit: str = ""
    replayed: bool = True

    def data(self) -> dict[str, Any]:
        values = [float(v) for v in self.values]
        return {
            "symbol": self.symbol,
            "label": self.label,
            "values": values,
            "names": [(minus(f"{v:,.0f}") if v.is_integer() else number(v)) + self.unit for v in values],
            "still": len(values) - 1 if self.still is None else self.still,
            "replayed": self.replayed,
        }


_chart = st.components.v2.component(
    "lab_chart",
    html=(ASSETS / "chart.html").read_text(),
    js=(ASSETS / "load_chart.js").read_text().replace("«address»", CHART_URL),
    isolate_styles=False,
)


def plot(
    *figures: Picture,
    key: str = "chart",
    cursor: Cursor | None = None,
    autoplay: bool = True,
    cameras: Mapping[str, Any] | None = None,
    grow: Sequence[float] | None = None,
    least: int | Sequence[int] = 320,
    wants: Sequence[str] = (),
    hero: bool = False,
    together: bool = False,
    insets: str = "",
    first: int = 0,
) -> dict[str, Any]:
    """Draw the figures side by side (they wrap on a phone) and return what was clicked or hovered, by kind.

    grow: relative widths; least: the width in px below which a panel moves to the next line; wants: "click" and
    "hover" are reported only if asked for, since each report reruns the page; with "link" a link in a figure to another
    setting of the page moves its controls instead of loading it anew; together: a scene that is turned turns the others;
    hero: this chart reads and writes the link's t and cam, and a lesson directs it: it may stand veiled or highlight a
    trace (pages/lessons/picture.py); insets: where the file lies that a map's rested cells play from; first: the figure with
    which a phone opens.
    """
    opening = _opening() if hero else {}
    free = free_fields() if hero else set()
    if free:
        wants = (*wants, DRAG)
    payload = _sent(
        figures,
        cursor=cursor,
        autoplay=autoplay and "t" not in opening,
        cameras=cameras,
        grow=grow,
        least=least,
        together=together,
        directions=stage().directions() if hero else None,
        opening=openings(),
        start=opening.get("t"),
        camera=opening.get("cam"),
        picture=opening.get("pic"),
        wants=dict.fromkeys(wants, True),
        free=sorted(free),
        heard=st.session_state.get(f"{HEARD}{key}"),
        plotly=PLOTLY_URL,
        file=stage().stem if key == "chart" else f"{stage().stem}-{key}",  # so a saved picture says where it is from
        insets=insets,
        first=first,
    )
    heard: dict[str, Any] = {f"on_{kind}_change": _nothing for kind in wants}
    heard["on_anew_change"] = partial(st.session_state.pop, f"{SENT}{key}", None)
    for kind in {DRAG, LINK} & {*wants}:
        heard[f"on_{kind}_change"] = partial(_let_go, key, kind)
    run_the_page_if_moved()
    result = _chart(data=sent(payload, key), key=key, **heard)
    if hero:
        _breathe()
    return {kind: result.get(kind) for kind in wants if kind not in (DRAG, LINK)}


def told(*figures: Picture, **given: Any) -> str:
    """What the chart's script is told, as text: the figures and how they are drawn (the arguments of `plot`), and more as
    it is."""
    return _written(_payload(figures, **given), [figure.json() for figure in figures])


def _sent(figures: Sequence[Picture], **given: Any) -> bytes:
    """The same as it is sent: the text and the arrays that it names (core.figures.parcel)."""
    payload, parcels = _payload(figures, **given), [figure.parcel() for figure in figures]
    block, places = stowed(parcels)
    for panel, its in zip(payload["panels"], places, strict=True):
        panel["places"] = its
    return framed(_written(payload, [parcel.text for parcel in parcels]), block)


def _payload(
    figures: Sequence[Picture],
    *,
    cursor: Cursor | None = None,
    cameras: Mapping[str, Any] | None = None,
    grow: Sequence[float] | None = None,
    least: int | Sequence[int] = 320,
    **more: Any,
) -> dict[str, Any]:
    grow = list(grow or [1.0] * len(figures))[: len(figures)]
    widths = [least] * len(figures) if isinstance(least, int) else least
    return {
        "panels": [_panel(k, *one) for k, one in enumerate(zip(figures, grow, widths, strict=True))],
        "cursor": cursor.data() if cursor else None,
        "cameras": dict(cameras or {}),
        "flow": next((figure.flow for figure in figures if figure.flow), None),
        "dark": DARK,
        **more,
    }


def sent(message: bytes, key: str) -> bytes:
    """As it is where the picture follows what is moved; packed with a whole page, which may come over a slow line, and when a
    clock has asked; no more than "the same" where the clock has changed nothing. A browser that has missed what is meant asks
    for it ("anew")."""
    if runs_a_fragment() and not stage().clocked:
        st.session_state.pop(f"{SENT}{key}", None)
        return message
    mark = zlib.crc32(message)
    before = st.session_state.get(f"{SENT}{key}")
    st.session_state[f"{SENT}{key}"] = mark
    return (
        framed(json.dumps({"same": key, "mark": mark}), b"") if stage().clocked and before == mark else packed(message)
    )


def read_camera(text: str) -> dict[str, Any] | None:
    """The camera that a link's cam=ex_ey_ez_cx_cy_cz names, or None where it is not six sane numbers."""
    six = numbers(text)
    if len(six) != 6 or max(map(abs, six)) > 20 or max(map(abs, six[:3])) < 0.05:
        return None
    point = [dict(zip("xyz", six[k : k + 3], strict=True)) for k in (0, 3)]
    return {"eye": point[0], "center": point[1], "up": {"x": 0, "y": 0, "z": 1}}


def _opening() -> dict[str, Any]:
    asked: dict[str, Any] = {}
    if time := numbers(str(st.query_params.get("t", ""))):
        asked["t"] = time[0]
    if camera := read_camera(str(st.query_params.get("cam", ""))):
        asked["cam"] = camera
    if picture := numbers(str(st.query_params.get("pic", ""))):
        asked["pic"] = max(0, round(picture[0]) - 1)
    return asked


def _panel(number: int, figure: Picture, grow: float, least: int) -> dict[str, Any]:
    name, height = spoken(figure.layout["meta"]["alt"]), figure.layout["height"]
    name = VEILED if stage().curtain else name
    short = figure.layout["meta"]["short"]
    panel = {"figure": f"@{number}@", "name": name, "short": short, "height": height, "grow": grow, "least": least}
    return {**panel, "symbols": shown(figure.layout)}


def _written(payload: dict[str, Any], figures: Sequence[str]) -> str:
    """The figures write themselves; they are put where the payload names them."""
    parts = re.split(r'"@\d+@"', json.dumps(payload, ensure_ascii=False))
    written = [part for pair in zip(parts, figures, strict=False) for part in pair]
    return "".join([*written, parts[-1]])


def _breathe() -> None:
    """After a moved control: wait a moment, so that the browser has drawn the picture before it gets the words."""
    if runs_a_fragment():
        time.sleep(BREATH_S)


def _let_go(key: str, kind: str) -> None:
    """Put what a handle was dragged to, or a link asks for, into the controls it moves, before they are drawn."""
    told = getattr(st.session_state.get(key), kind, None) or {}
    values = told.get("values") if isinstance(told, Mapping) else None
    st.session_state[f"{HEARD}{key}"] = told.get("count") if isinstance(told, Mapping) else None
    if isinstance(values, Mapping):
        put_values(values)


def _nothing() -> None:
    """A listener must exist for a report to be kept."""
