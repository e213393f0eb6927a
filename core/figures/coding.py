"""How one array is written down: in whole steps where no eye can tell, without what its own order repeats."""

import base64
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STEPS, MISSING = 65_000, -32_768
FINE = 4_000
FEW = 64
HUBS = (1, 2)


@dataclass(frozen=True)
class Coded:
    """An array of this shape from what is kept of it, by `how` to put it back (assets/chart/frames.js does).

    zero, step: numbers are zero + step · whole[…], MISSING stands for NaN · hub, every: this number stands before each
    `every` of them (spokes and wedges round one point) · spread: each number stands so often, one after the other ·
    uri: the bytes of a file of this kind, to become a data URI.
    """

    kept: np.ndarray
    shape: tuple[int, ...]
    how: dict[str, Any] = field(default_factory=dict)


def coded(values: np.ndarray, seen: float) -> "np.ndarray | Coded":
    """The shortest writing of values[...], of which the screen shows `seen` in their units: inf for all there is, 0 where
    that is unknown and nothing may be rounded."""
    if values.dtype.kind != "f" or values.size < FEW:
        return values
    rest, how = _without_repeats(values)
    kept, steps = _stepped(rest, seen)
    return Coded(kept, values.shape, how | steps) if how or steps else values


def _without_repeats(values: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    if values.ndim > 1 and values.shape[-1] > 1 and np.array_equal(values[..., :-1], values[..., 1:], equal_nan=True):
        return values[..., 0].ravel(), {"spread": values.shape[-1]}
    flat = values.ravel()
    if every := spoked(flat):
        return flat.reshape(-1, every + 1)[:, 1:].ravel(), {"hub": float(flat[0]), "every": every}
    return values, {}


def spoked(flat: np.ndarray) -> int:
    """Before how many others the first number stands again and again, throughout; 0 where it does not."""
    if flat.size < FEW or (flat == flat[0]).all():
        return 0
    fits = (n for n in HUBS if flat.size % (n + 1) == 0 and (flat[:: n + 1] == flat[0]).all())
    return next(fits, 0)


def _stepped(values: np.ndarray, seen: float) -> tuple[np.ndarray, dict[str, float]]:
    """The numbers in STEPS whole steps, where these are finer than a FINE-th of what is seen of them; else as they are."""
    if values.size < FEW or not seen:
        return values, {}
    low, high = float(values.min()), float(values.max())
    whole = math.isfinite(low) and math.isfinite(high)
    if not whole:
        known = values[np.isfinite(values)]
        if not known.size or np.isinf(values).any():
            return values, {}
        low, high = float(known.min()), float(known.max())
    step = (high - low) / STEPS
    if step == 0 or not np.isfinite(step) or step > seen / FINE:
        return values, {}
    steps = np.round((values - low) / step) - STEPS // 2
    steps = steps if whole else np.where(np.isnan(values), MISSING, steps)
    return steps.astype(np.int16), {"zero": low + (STEPS // 2) * step, "step": step}


def written(value: Any, carry: Any) -> Any:
    """What stands in the text for an array, where carry(array) tells where its bytes are; for json.dumps."""
    one = value if isinstance(value, Coded) else Coded(value, value.shape) if isinstance(value, np.ndarray) else None
    if one is None or one.kept.dtype.kind not in "fiu":
        return value.tolist()
    array = plain(one.kept)
    told = {"dtype": array.dtype.str[1:], **carry(array), **one.how}
    return told if len(one.shape) < 2 else {**told, "shape": ", ".join(map(str, one.shape))}


def encoded(value: Any) -> Any:
    """An array as base64 of its own type, with its shape; for json.dumps where all must be text."""
    return written(value, lambda array: {"bdata": base64.b64encode(array.tobytes()).decode()})


def plain(value: np.ndarray) -> np.ndarray:
    """The array in a type that browsers have."""
    return value.astype("f8") if value.dtype.str[1:] in ("i8", "u8") else value
