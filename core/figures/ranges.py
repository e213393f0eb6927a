"""The ranges of axes that a picture leaves open: all that it ever shows, at whatever moment and by whatever way."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

AXES = {"x": "xaxis", "y": "yaxis"}
KNOWN = ("scatter", "bar")
ROOM = 0.06


def open_ranges(layout: dict[str, Any], data: list[dict], frames: list[dict]) -> dict[str, list[float]]:
    """By axis of the plane that has no range of its own, the range of all moments and a little room; powers of ten on a log
    axis. An axis of words, or of other traces than lines, points and bars, finds its own."""
    found: dict[str, list[np.ndarray]] = {}
    closed = set()
    for axis, values in _shown(data, frames):
        if values is None or values.dtype.kind not in "fiu":
            closed.add(axis)
        else:
            found.setdefault(axis, []).append(values.ravel())
    given = {axis: layout.get(axis, {}) for axis in found if axis not in closed}
    is_open = {axis: one for axis, one in given.items() if not {"range", "autorange", "categoryorder"} & one.keys()}
    ranges = {axis: _range(np.concatenate(found[axis]), one.get("type") == "log") for axis, one in is_open.items()}
    return {axis: one for axis, one in ranges.items() if one}


def _shown(data: list[dict], frames: list[dict]) -> Iterator[tuple[str, np.ndarray | None]]:
    """Each axis with the values that some trace shows on it at some moment; None where they are not numbers on a line."""
    for place, trace in enumerate(data):
        if "scene" in trace or trace["type"].endswith("3d") or trace["type"] in ("surface",):
            continue
        for letter, axis in AXES.items():
            name = axis + trace.get(f"{letter}axis", letter)[1:]
            if trace["type"] not in KNOWN or trace.get("fill", "none") != "none":
                yield name, None
                continue
            moved = _moved(frames, place, letter)
            for values in moved or [trace.get(letter)]:
                yield name, None if values is None else np.asarray(values)
            if trace["type"] == "bar" and letter == "y":
                yield name, np.zeros(1)


def _moved(frames: list[dict], place: int, letter: str) -> list[Any]:
    if not frames or place not in frames[0]["traces"]:
        return []
    at = frames[0]["traces"].index(place)
    return [frame["data"][at][letter] for frame in frames if letter in frame["data"][at]]


def _range(values: np.ndarray, log: bool) -> list[float]:
    kept = values[np.isfinite(values) & ((values > 0) | (not log))].astype(float)
    if not kept.size:
        return []
    low, high = (math.log10(end) if log else float(end) for end in (kept.min(), kept.max()))
    room = ROOM * (high - low) or 1.0
    return [low - room, high + room]
