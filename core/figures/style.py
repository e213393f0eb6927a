"""The look shared by all figures: marks, base layouts, cameras and small helpers; colours by their meaning from the palette.

A figure is built once, in light colours; the chart component swaps them on a dark page. Every figure carries layout.meta (URL
key → the control's value, and "alt", the text alternative) and layout.uirevision.
"""

import dataclasses
import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from core.figures.dashes import SOLID, Dash
from core.figures.palette import (
    AS_TEXT,
    BALANCED,
    DARK,
    DISTANCE,
    DOWNSTREAM,
    EQUIVALENT,
    EVEN,
    FLIPS,
    INK,
    KERNEL,
    LOSS,
    LOSS_LINE,
    MINIMA,
    NEGATIVE,
    NOTHING,
    ODD,
    POSITIVE,
    SEVEN,
    UPSTREAM,
    WARNING,
)  # fmt: skip
from core.figures.picture import Picture
from core.numbers import RAISED, number

__all__ = [
    "AS_TEXT",
    "BALANCED",
    "DARK",
    "DISTANCE",
    "DOWNSTREAM",
    "EQUIVALENT",
    "EVEN",
    "FLIPS",
    "INK",
    "KERNEL",
    "LOSS",
]
__all__ += ["LOSS_LINE", "MINIMA", "NEGATIVE", "NOTHING", "ODD", "POSITIVE", "SEVEN", "UPSTREAM", "WARNING", "number"]

CAMERAS: dict[str, dict] = {
    "Paper": {"eye": {"x": 1.22, "y": -2.1, "z": 1.4}, "center": {"x": 0, "y": 0, "z": -0.12}},
    "Side": {"eye": {"x": 0.02, "y": -2.15, "z": 0.05}, "center": {"x": 0, "y": 0, "z": 0}},
    "Top": {"eye": {"x": 0.02, "y": -0.05, "z": 2.15}, "center": {"x": 0, "y": 0, "z": 0}},
}

AXIS = {"ticks": "outside", "ticklen": 4, "automargin": True, "title": {"standoff": 8}}


def side_mark(delta: float) -> str:
    """▲ upstream, ● balanced, ▼ downstream: the redundant mark of δ's sign."""
    return "▲" if delta > 0 else "▼" if delta < 0 else "●"


def delta_here(conserved: float, chosen: float) -> str:
    """δ of the run, and beside it the control's where rates alone have made another of it."""
    here = f"δ = {number(conserved)}"
    return here if number(conserved) == number(chosen) else f"{here} ({number(chosen)} at equal rates)"


def side_name(delta: float) -> str:
    """The word for δ's sign."""
    return "upstream" if delta > 0 else "downstream" if delta < 0 else "balanced"


def side_colour(delta: float) -> str:
    """The three-way colour of δ's sign."""
    return UPSTREAM if delta > 0 else DOWNSTREAM if delta < 0 else BALANCED


def delta_colour(delta: float, reach: float = 4.0) -> str:
    """One of the seven colours, by asinh(δ) so that ±reach take the ends and only 0 is grey."""
    if delta == 0:
        return SEVEN[3]
    step = math.ceil(3 * min(1.0, math.asinh(abs(delta)) / math.asinh(reach)) - 1e-9)
    return SEVEN[3 + int(math.copysign(step, delta))]


def briefly(axis: str) -> str:
    """An axis' title cut to the quantity's name: what follows an equals sign, a comma or a bracket falls away."""
    return re.split(r" = |, | \(|\(", axis)[0]


def f32(values: Any) -> np.ndarray:
    """float32 halves what travels; never used for anything that is computed with."""
    return np.ascontiguousarray(values, dtype=np.float32)


def share(value: float) -> str:
    """A share of 1, or a difference between numbers near 1: below what doubles tell apart it is told as that."""
    return "< 10⁻¹⁵" if 0 < abs(value) < 1e-15 else number(value)


def meta_of(problem: Any, alt: str, **derived: Any) -> dict[str, Any]:
    """layout.meta: every control's value under its URL key, derived quantities under other keys, and the alt text."""
    fields = {f.name: getattr(problem, f.name) for f in dataclasses.fields(problem)}
    return {**fields, **derived, "alt": alt}


def minus(text: str) -> str:
    """The text with a true minus sign before its numbers."""
    return re.sub(r"(?<![\w.⁻])-(?=[\d.])", "−", text)


def spoken(text: str) -> str:
    """A text with a true minus, and powers of ten instead of 1.5e-06; what rounding leaves of nothing is 0,
    without a sign."""
    whole = minus(re.sub(r"(?<![\w.])(\d(?:\.\d+)?)e([+-]?\d+)", _power, text))
    return re.sub(r"−(0(?:\.0+)?)(?![\d.])", r"\1", whole)


def _power(found: re.Match[str]) -> str:
    return f"{found[1]}×10{str(int(found[2])).translate(RAISED)}" if float(found[0]) > 1e-19 else "0"


def told(picture: Picture, titles: Iterable[str]) -> Picture:
    """The picture with a title of its own for each frame: a finding that follows the cursor."""
    picture.layout["meta"]["titles"] = list(map(minus, titles))
    return picture


def figure(
    problem: Any, *, title: str, alt: str, short: str, x: str = "", y: str = "", height: int = 400, **layout: Any
) -> Picture:
    """An empty 2-D picture in the house's layout. title states the finding, alt what a listener should know, short is
    the word by which a narrow screen chooses it."""
    base = {
        "title": {
            "text": minus(title),
            "x": 0.01,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 8},
            "font": {"size": 17},
        },
        "font": {"size": 14},
        "height": height,
        "margin": {"l": 64, "r": 24, "t": 52, "b": 56},
        "showlegend": False,
        "hovermode": "closest",
        "meta": meta_of(problem, alt, short=short),
        "uirevision": "kept",
        "xaxis": {**AXIS, "title": {"text": x, "standoff": 8}},
        "yaxis": {**AXIS, "title": {"text": y, "standoff": 8}},
        "annotations": [],
        "shapes": [],
    }
    return Picture(layout=base).lay(**layout)


def space(
    problem: Any, *, title: str, alt: str, short: str, axes: tuple[str, str, str], reach: float, height: int = 520
) -> Picture:
    """An empty 3-D picture: a cube of half-width `reach` that never changes, so that only the content moves."""

    def axis(text: str) -> dict[str, Any]:
        return {"title": {"text": text}, "range": [-reach, reach], "nticks": 5}

    scene = {
        "xaxis": axis(axes[0]),
        "yaxis": axis(axes[1]),
        "zaxis": upright(axes[2], reach),
        "aspectmode": "cube",
        "camera": {**CAMERAS["Paper"], "up": {"x": 0, "y": 0, "z": 1}},
        "uirevision": "kept",
        "dragmode": "turntable",
    }
    picture = figure(problem, title=title, alt=alt, short=short, height=height)
    del picture.layout["xaxis"], picture.layout["yaxis"]
    return picture.lay(scene=scene, margin={"l": 0, "r": 0, "t": 52, "b": 0})


def upright(text: str, reach: float, *, numbers: bool = True) -> dict[str, Any]:
    """A scene's axis from −reach to reach that is named at its top, where its title would leave a narrow picture."""
    size = 10.0 ** math.floor(math.log10(0.8 * reach))
    step = max(size * m for m in (1, 2, 5) if size * m <= 0.8 * reach)
    ticks = [minus(f"{tick:g}") if numbers else "" for tick in (-step, 0, step)]
    return {
        "title": {"text": ""},
        "range": [-reach, reach],
        "tickvals": [-step, 0, step, reach],
        "ticktext": [*ticks, text],
    }


def line(x: Any, y: Any, colour: str, name: str = "", *, width: float = 4, dash: Dash = SOLID, **more: Any) -> dict:
    """A 2-D line. With a name, hovering tells it and the values."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": f32(x),
        "y": f32(y),
        "line": {"color": colour, "width": width, "dash": dash.pattern},
        **_hover(name, "%{x:.3g}, %{y:.3g}"),
        **more,
    }


def points(x: Any, y: Any, colour: Any, name: str = "", *, size: Any = 12, symbol: Any = "circle", **more: Any) -> dict:
    """2-D markers with an outline of their own colour (so that open symbols show)."""
    marker = {"color": colour, "size": size, "symbol": symbol, "line": {"width": 2, "color": colour}}
    hover = _hover(name, "%{x:.3g}, %{y:.3g}")
    return {"type": "scatter", "mode": "markers", "x": f32(x), "y": f32(y), "marker": marker, **hover, **more}


def line3d(xyz: Any, colour: str, name: str = "", *, width: float = 6, dash: Dash = SOLID, **more: Any) -> dict:
    """A line through xyz[n, 3]; NaN rows part it."""
    style = {"color": colour, "width": width, "dash": dash.pattern}
    hover = _hover(name, "%{x:.3g}, %{y:.3g}, %{z:.3g}")
    return {"type": "scatter3d", "mode": "lines", **_xyz(xyz), "line": style, **hover, **more}


def points3d(xyz: Any, colour: Any, name: str = "", *, size: Any = 6, symbol: Any = "circle", **more: Any) -> dict:
    """3-D markers at xyz[n, 3]."""
    marker = {"color": colour, "size": size, "symbol": symbol}
    hover = _hover(name, "%{x:.3g}, %{y:.3g}, %{z:.3g}")
    return {"type": "scatter3d", "mode": "markers", **_xyz(xyz), "marker": marker, **hover, **more}


def name3d(picture: Picture, place: int, text: str, colour: str, *, up: int = 1) -> Picture:
    """A name of the scene's trace at this place, at its highest point or with up = -1 at its lowest; the browser reads where in
    its `name` and lets it go along."""
    trace, (end, side) = picture.data[place], ("highest", "bottom") if up > 0 else ("lowest", "top")
    at = int(np.nanargmax(up * np.asarray(trace["z"])))
    point = {n: round(float(trace[n][at]), 4) + 0.0 for n in "xyz"}
    look = {"showarrow": False, "yanchor": side, "font": {"color": AS_TEXT.get(colour, colour), "size": 14}}
    note = {**point, "text": minus(text), "name": f"{end} {place}", **look}
    picture.layout["scene"].setdefault("annotations", []).append(note)
    return picture


def log_axis(low: float, high: float) -> dict[str, Any]:
    """A log axis from low to high with ticks at powers of ten only (1, 2, 5 in plain numbers over less than two decades)."""
    ends = [math.log10(low), math.log10(high)]
    return {"type": "log", "range": ends, **({"dtick": 1} if ends[1] - ends[0] > 2 else plain_ticks(*ends))}


def plain_ticks(low: float, high: float) -> dict:
    """Ticks of a log axis from 10^low to 10^high in plain numbers: powers of ten, with 2 and 5 where those are few."""
    steps, every = ((1, 2, 5), 1) if high - low < 2.5 else ((1,), 2 if high - low > 4 else 1)
    powers = range(math.ceil(low) - 1, math.floor(high) + 1)
    ticks = [m * 10.0**e for e in powers for m in steps if low <= math.log10(m * 10.0**e) <= high and e % every == 0]
    return {"tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def label(picture: Picture, x: float, y: float, text: str, colour: str = INK, **place: Any) -> Picture:
    """Words beside a line's end, in the line's colour, instead of a legend box. On log axes give log10 values."""
    defaults = {
        "showarrow": False,
        "xanchor": "left",
        "xshift": 6,
        "font": {"color": AS_TEXT.get(colour, colour), "size": 14, "shadow": "auto"},
    }
    picture.layout["annotations"].append({"x": float(x), "y": float(y), "text": minus(text), **defaults, **place})
    return picture


def key(picture: Picture, *rows: tuple[tuple[str, str], ...], lift: float = 0) -> Picture:
    """Rows of (words, colour) above the picture, where no line can run through them; the first row stands highest."""
    place: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "xshift": 0, "yshift": lift}
    for height, row in enumerate(reversed(rows)):
        ends = np.cumsum([0, *(len(words) + 2 for words, _ in row)])
        for (words, colour), start in zip(row, ends / ends[-1], strict=False):
            label(picture, start, 1 + 0.065 * height, words, colour, **place)
    return picture


def _xyz(xyz: Any) -> dict[str, np.ndarray]:
    xyz = np.asarray(xyz) if len(xyz) else np.full((1, 3), np.nan)
    return {"x": f32(xyz[:, 0]), "y": f32(xyz[:, 1]), "z": f32(xyz[:, 2])}


def _hover(name: str, values: str) -> dict[str, str]:
    if not name:
        return {"hoverinfo": "skip"}
    return {"name": minus(name), "hovertemplate": f"{minus(name)}: {values}<extra></extra>"}
