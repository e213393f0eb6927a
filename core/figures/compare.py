"""Two problems side by side: pictures on shared axes and one cursor, and the strip of their differences.

A ↔ the pinned problem, B ↔ the one in the controls; differences are B − A.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.figures import dashes, style
from core.figures.picture import Picture, moving

COLOURS = {
    "kernel_distance": style.KERNEL,
    "flips": style.FLIPS,
    "parameter_distance": style.DISTANCE,
    "alignment": style.INK,
}
MARGIN, APART = 0.04, 0.22


def side_by_side(a: Picture, b: Picture, follow: np.ndarray | None) -> tuple[Picture, Picture]:
    """A and B with equal ranges of the axes that measure the same.

    follow[k] is the frame of A shown with frame k of B (None: A stands still).
    """
    frames = [a.frames[k] for k in follow] if follow is not None and a.frames else []
    left, right = Picture(a.data, dict(a.layout), frames), Picture(b.data, dict(b.layout), b.frames)
    for name in ("xaxis", "yaxis"):
        if name in a.layout and name in b.layout and _meaning(a, name) == _meaning(b, name):
            both = _range(a, name), _range(b, name)
            if both[0] and both[1]:
                low, high = min(both[0][0], both[1][0]), max(both[0][1], both[1][1])
                for picture in (left, right):
                    picture.lay(**{name: {"range": [low, high], "autorange": False}})
    for name in (key for key in a.layout if key.startswith("scene") and key in b.layout):
        _share_scene(left, right, name)
    meta_a, meta_b = a.layout["meta"], b.layout["meta"]
    names = []
    for letter, picture, meta in (("A", left, meta_a), ("B", right, meta_b)):
        apart = f", δ = {style.number(meta['delta'])}" if meta_a.get("delta") != meta_b.get("delta") else ""
        names.append(f"{letter}{apart} · ")
        picture.lay(title={"text": names[-1] + picture.layout["title"]["text"]})
    titles = list(meta_a.get("titles", ()))
    titles = [titles[k] for k in follow] if follow is not None and titles else []
    pinned = {k: v for k, v in meta_a.items() if k not in ("alt", "short", "titles")}
    left.layout["meta"] = {"pinned": pinned, "alt": f"A, pinned. {meta_a['alt']}", "short": f"A · {meta_a['short']}"}
    right.lay(meta={"alt": f"B. {meta_b['alt']}", "short": f"B · {meta_b['short']}"})
    style.told(left, (names[0] + title for title in titles))
    return left, style.told(right, [names[1] + title for title in meta_b.get("titles", ())])


def difference(problem: Any, values: np.ndarray, pairs: Mapping[str, tuple[np.ndarray, np.ndarray]], x: str) -> Picture:
    """B − A of each curve over the cursor's values, with a line at the cursor; pairs[name] = (A's, B's), both [T]."""
    gaps = {name: b - a for name, (a, b) in pairs.items()}
    sizes = {name: float(np.nanmax(np.abs(np.concatenate(pair)), initial=0.0)) for name, pair in pairs.items()}
    said = ", ".join(f"{name.replace('_', ' ')} {_said(gap[-1], sizes[name])}" for name, gap in gaps.items())
    title = f"B − A at the end: {said}"
    picture = style.figure(
        problem, short="B − A", title=title, alt=f"Difference strip. {title}", x=x, y="B − A", height=260
    )
    log = values[0] == 0 and values.size > 2 and values[1] > 0 and values[-1] > 50 * values[1]
    shown = values[1:] if log else values
    if log:
        picture.lay(xaxis={"type": "log", "dtick": 1})
    picture.add(style.line(shown[[0, -1]], [0, 0], style.EQUIVALENT, width=1.5))
    flat = np.concatenate([gap[np.isfinite(gap)] for gap in gaps.values()])
    reach = max(1e-12, float(np.abs(flat).max())) if flat.size else 1.0
    heights = _apart([float(gap[-1]) for gap in gaps.values()], APART * reach)
    for k, ((name, gap), height) in enumerate(zip(gaps.items(), heights, strict=True)):
        colour, words = COLOURS.get(name, style.LOSS_LINE), name.replace("_", " ")
        dash = dashes.KERNEL if colour == style.KERNEL else dashes.SOLID
        picture.add(style.line(shown, gap[-shown.size :], colour, words, width=4 - 0.8 * min(k, 3), dash=dash))
        style.label(picture, math.log10(shown[-1]) if log else shown[-1], height, words, colour)
    picture.lay(margin={"r": 150})
    picture.lay(yaxis={"range": [-1.25 * reach, 1.25 * reach]})
    places = picture.add(_cursor(values[-1], reach))
    held = np.maximum(values, shown[0]) if log else values
    return picture.move(places, *([moving(_cursor(value, reach))] for value in held))


def _said(value: float, size: float) -> str:
    """A difference in words; what rounding leaves of curves of this size is none."""
    if not np.isfinite(value):
        return "unknown, A ends earlier"
    return style.number(float(value)) if abs(value) > 1e-9 * size else "0"


def _apart(heights: list[float], least: float) -> list[float]:
    """The heights, moved as little as keeps neighbours `least` apart (those not finite go to 0)."""
    placed = np.nan_to_num(np.array(heights, dtype=float))
    order = np.argsort(placed, kind="stable")
    ladder = placed[order] - least * np.arange(order.size)
    middle = np.array([(ladder[: k + 1].max() + ladder[k:].min()) / 2 for k in range(order.size)])
    placed[order] = middle + least * np.arange(order.size)
    return placed.tolist()


def _cursor(value: float, reach: float) -> dict:
    return style.line([value, value], [-1.25 * reach, 1.25 * reach], style.INK, width=1.5)


def _share_scene(left: Picture, right: Picture, name: str) -> None:
    for axis in ("xaxis", "yaxis", "zaxis"):
        ranges = [picture.layout[name].get(axis, {}).get("range") for picture in (left, right)]
        if all(ranges):
            low, high = min(r[0] for r in ranges), max(r[1] for r in ranges)
            for picture in (left, right):
                picture.lay(**{name: {axis: {"range": [low, high]}}})


def _meaning(picture: Picture, name: str) -> tuple[str, str]:
    """What an axis measures: only axes that measure the same can be shared."""
    axis = picture.layout[name]
    return axis.get("title", {}).get("text", ""), axis.get("type", "linear")


def _range(picture: Picture, name: str) -> tuple[float, float] | None:
    """The axis's own range (of log10 values on a log axis), else that of its data over all frames."""
    axis = picture.layout[name]
    if axis.get("range"):
        return min(axis["range"]), max(axis["range"])
    traces = [*picture.data, *(trace for frame in picture.frames for trace in frame["data"])]
    found = [np.ravel(trace[name[0]]) for trace in traces if name[0] in trace]
    numeric = [column.astype(float) for column in map(np.asarray, found) if column.dtype.kind in "fiu"]
    values = np.concatenate(numeric) if numeric else np.empty(0)
    if axis.get("type") == "log":
        values = np.log10(values[values > 0])
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    pad = MARGIN * (float(np.ptp(values)) or 1.0)
    return float(values.min()) - pad, float(values.max()) + pad
