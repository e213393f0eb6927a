"""How a picture's frames travel: by property, not by moment, and nothing twice."""

from collections.abc import Callable
from typing import Any

import numpy as np

from core.figures.coding import FEW, coded, spoked

Shown = Callable[[int, str], float]
WRITTEN = ("rows", "parts", "trail", "all")


def thinned(traces: list[dict], shown: Shown) -> list[dict]:
    """The traces with their coordinates in whole steps where no eye can tell; see `packed`."""
    return [
        {
            name: coded(one, shown(place, name)) if isinstance(one, np.ndarray) and one.size >= FEW else one
            for name, one in trace.items()
        }
        for place, trace in enumerate(traces)
    ]


def packed(frames: list[dict], still: list[dict], shown: Shown) -> dict | None:
    """The frames by property instead of by moment: a hundred small arrays cost more to write, and to read, than one.

    data[i][name] tells how property `name` of trace traces[i] runs: {"rows": array[count, …]}, {"all": its one value},
    {"each": [count values]}, {"trail": array, "upto": lengths[count]} (what of it is there by then), {"parts": array,
    "upto": ends[count]} (one piece after the other), {"like": [j, other]}, as property `other` of trace traces[j] before
    it, {"pieces": [place, other]} (the k-th point of each of the equally long pieces, parted by NaN, of what stands still
    there), or {"in": {name: …}}, a dictionary of such. "first" beside rows or parts: each begins with this number, which is
    left out. still: the picture's traces; shown(place, name): how much of that coordinate the screen shows (0: nobody
    knows); what it cannot tell apart is sent in whole steps.
    """
    if not frames:
        return None
    places = frames[0]["traces"]
    if any(frame["traces"] != places for frame in frames):
        raise ValueError("all frames of a picture move the same traces")
    data: list[dict] = [{} for _ in places]
    seen: dict[tuple[int, ...], tuple[int, str]] = {}
    strung = _strung(still, len(frames))
    for i, column in enumerate(zip(*(frame["data"] for frame in frames), strict=True)):
        for name in column[0]:
            values = [trace[name] for trace in column]
            first = seen.setdefault(tuple(map(id, values)), (i, name))
            if first != (i, name):
                data[i][name] = {"like": first}
            else:
                found = _pieces(values, name, strung)
                data[i][name] = {"pieces": found} if found else _run(values, shown(places[i], name))
    return {"count": len(frames), "traces": places, "data": data}


def _run(values: list, seen: float) -> dict[str, Any]:
    first = values[0]
    if isinstance(first, np.ndarray):
        return {how: coded(one, seen) if how in WRITTEN else one for how, one in _arrays(values).items()}
    if all(_same(value, first) for value in values):
        return {"all": first}
    if isinstance(first, dict) and all(value.keys() == first.keys() for value in values):
        return {"in": {key: _run([value[key] for value in values], 0.0) for key in first}}
    return {"each": values}


def _arrays(values: list[np.ndarray]) -> dict[str, Any]:
    first, longest = values[0], max(values, key=len)
    if first.dtype.kind not in "fiu" or any(v.dtype != first.dtype or v.ndim != first.ndim for v in values):
        return {"each": values}
    if first.ndim and all(v.shape == first.shape for v in values):
        rows = np.concatenate(values).reshape(len(values), *first.shape)
        if first.ndim == 1 and _still(rows):
            return {"all": first}
        same = first.ndim == 1 and len(first) > 1 and (rows[:, 0] == first[0]).all() and not spoked(rows.ravel())
        return {"rows": rows[:, 1:], "first": first[0].item()} if same else {"rows": rows}
    if first.ndim > 1:
        return {"each": values}
    if all(_begins(longest, v) for v in values):
        return {"trail": longest, "upto": np.array([len(v) for v in values], np.uint16)}
    if all(len(v) > 1 and v[0] == first[0] for v in values) and not spoked(np.concatenate(values)):
        return _pieced([v[1:] for v in values]) | {"first": first[0].item()}
    return _pieced(values)


def _pieced(values: list[np.ndarray]) -> dict[str, Any]:
    return {"parts": np.concatenate(values), "upto": np.cumsum([len(v) for v in values], dtype=np.uint32)}


def _strung(still: list[dict], count: int) -> list[tuple[int, str, np.ndarray]]:
    """What stands still and is made of pieces of `count` points, each followed by NaN: place, property, [pieces, count]."""
    found = []
    for place, trace in enumerate(still):
        for name in ("x", "y", "z"):
            line = trace.get(name)
            if isinstance(line, np.ndarray) and line.ndim == 1 and line.size and line.size % (count + 1) == 0:
                pieces = line.reshape(-1, count + 1)
                if np.isnan(pieces[:, -1]).all() and not np.isnan(pieces[:, :-1]).any():
                    found.append((place, name, pieces[:, :-1]))
    return found


def _pieces(values: list, name: str, strung: list[tuple[int, str, np.ndarray]]) -> tuple[int, str] | None:
    """Which of those strung pieces' points these are, moment by moment."""
    for place, other, pieces in strung:
        if other == name and all(np.array_equal(value, pieces[:, k]) for k, value in enumerate(values)):
            return place, other
    return None


def _still(rows: np.ndarray) -> bool:
    """Whether all rows are one; most that are not differ in the last."""
    return _begins(rows[0], rows[-1]) and np.array_equal(
        rows, np.broadcast_to(rows[0], rows.shape), equal_nan=rows.dtype.kind == "f"
    )


def _begins(whole: np.ndarray, part: np.ndarray) -> bool:
    return np.array_equal(whole[: len(part)], part, equal_nan=whole.dtype.kind == "f")


def _same(one: Any, two: Any) -> bool:
    if one is two:
        return True
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, two)
    return bool(one == two)
