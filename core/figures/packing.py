"""How a picture's frames travel: by property, not by moment; arrays as base64, in half the bytes where no eye can tell."""

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

STEPS, MISSING = 65_000, -32_768
FINE = 4_000
FEW = 64


@dataclass(frozen=True)
class Stepped:
    """Numbers as zero + step · whole[…]; MISSING stands for NaN."""

    whole: np.ndarray
    zero: float
    step: float


def thinned(traces: list[dict], shown: Callable[[int, str], float]) -> list[dict]:
    """The traces with their coordinates in whole steps where no eye can tell; see `packed`."""
    return [
        {
            name: stepped(one, shown(place, name)) if isinstance(one, np.ndarray) and one.size >= FEW else one
            for name, one in trace.items()
        }
        for place, trace in enumerate(traces)
    ]


def packed(frames: list[dict], shown: Callable[[int, str], float]) -> dict | None:
    """The frames by property instead of by moment: a hundred small arrays cost more to write, and to read, than one.

    data[i][name] tells how property `name` of trace traces[i] runs: {"rows": array[count, …]}, {"all": its one value},
    {"each": [count values]}, {"trail": array, "upto": lengths[count]} (what of it is there by then), {"parts": array,
    "upto": ends[count]} (one piece after the other), or {"like": [j, other]}, as property `other` of trace traces[j] before
    it. shown(place, name): how much of that coordinate the screen shows (0: nobody knows); what it cannot tell apart is sent
    in whole steps.
    """
    if not frames:
        return None
    places = frames[0]["traces"]
    if any(frame["traces"] != places for frame in frames):
        raise ValueError("all frames of a picture move the same traces")
    data: list[dict] = [{} for _ in places]
    seen: dict[tuple[int, ...], tuple[int, str]] = {}
    for i, column in enumerate(zip(*(frame["data"] for frame in frames), strict=True)):
        for name in column[0]:
            values = [trace[name] for trace in column]
            first = seen.setdefault(tuple(map(id, values)), (i, name))
            data[i][name] = _run(values, shown(places[i], name)) if first == (i, name) else {"like": first}
    return {"count": len(frames), "traces": places, "data": data}


def _run(values: list, seen: float) -> dict[str, Any]:
    first = values[0]
    if isinstance(first, np.ndarray):
        return {
            how: stepped(one, seen) if how in ("rows", "parts", "trail", "all") else one
            for how, one in _arrays(values).items()
        }
    return {"all": first} if all(_same(value, first) for value in values) else {"each": values}


def _arrays(values: list[np.ndarray]) -> dict[str, Any]:
    first, longest = values[0], max(values, key=len)
    if first.dtype.kind not in "fiu" or any(v.dtype != first.dtype or v.ndim != first.ndim for v in values):
        return {"each": values}
    if first.ndim and all(v.shape == first.shape for v in values):
        rows = np.concatenate(values).reshape(len(values), *first.shape)
        return {"all": first} if first.ndim == 1 and _still(rows) else {"rows": rows}
    if first.ndim > 1:
        return {"each": values}
    if all(_begins(longest, v) for v in values):
        return {"trail": longest, "upto": np.array([len(v) for v in values], np.uint16)}
    return {"parts": np.concatenate(values), "upto": np.cumsum([len(v) for v in values], dtype=np.uint32)}


def stepped(values: np.ndarray, seen: float) -> "np.ndarray | Stepped":
    """The numbers in STEPS whole steps, where these are finer than a FINE-th of what is seen of them; else as they are."""
    if values.dtype.kind != "f" or values.size < FEW or not seen:
        return values
    low, high = float(values.min()), float(values.max())
    whole = math.isfinite(low) and math.isfinite(high)
    if not whole:
        known = values[np.isfinite(values)]
        if not known.size or np.isinf(values).any():
            return values
        low, high = float(known.min()), float(known.max())
    step = (high - low) / STEPS
    if step == 0 or not np.isfinite(step) or step > seen / FINE:
        return values
    steps = np.round((values - low) / step) - STEPS // 2
    steps = steps if whole else np.where(np.isnan(values), MISSING, steps)
    return Stepped(steps.astype(np.int16), low + (STEPS // 2) * step, step)


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


def encoded(value: Any) -> Any:
    """An array as base64 of its own type, with its shape; for json.dumps."""
    if isinstance(value, Stepped):
        return encoded(value.whole) | {"zero": value.zero, "step": value.step}
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        code = value.dtype.str[1:]
        if code in ("i8", "u8"):
            code, value = "f8", value.astype("f8")
        coded = {"dtype": code, "bdata": base64.b64encode(value.tobytes()).decode()}
        return coded if value.ndim < 2 else {**coded, "shape": ", ".join(map(str, value.shape))}
    return value.tolist()
