"""What a chart was sent, read back as its own script reads it: frames by moment, arrays as numpy's."""

import base64
import json
from typing import Any

import numpy as np

from core.figures.packing import MISSING
from pages.shared.parcel import unpacked


def plain(payload: bytes) -> bytes:
    """What a component was told, as JSON; charts of a whole page come packed."""
    return payload if payload.startswith((b"{", b"[")) else unpacked(payload)


def told(payload: bytes) -> dict:
    """The same, read."""
    return json.loads(plain(payload))


def frames(figure: dict) -> list[dict]:
    """The frames that core.figures.packing.packed has packed, one after the other."""
    packed = figure["frames"]
    if packed is None:
        return []
    runs = [{name: _moments(packed, run) for name, run in one.items()} for one in packed["data"]]
    return [
        {"traces": packed["traces"], "data": [{name: values[k] for name, values in one.items()} for one in runs]}
        for k in range(packed["count"])
    ]


def _moments(packed: dict, run: dict[str, Any]) -> Any:
    """The property's values, one for each frame."""
    if "like" in run:
        place, name = run["like"]
        run = packed["data"][place][name]
    if "parts" in run:
        return np.split(decoded(run["parts"]), decoded(run["upto"])[:-1].astype(int))
    if "trail" in run:
        whole = decoded(run["trail"])
        return [whole[:end] for end in decoded(run["upto"])]
    (how, value), *_ = run.items()
    return [value] * packed["count"] if how == "all" else decoded(value)


def decoded(value: Any) -> Any:
    """The array in {dtype, bdata, shape}; anything else as it is."""
    if not (isinstance(value, dict) and "bdata" in value):
        return value
    array = np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"]))
    if "step" in value:
        array = np.where(array == MISSING, np.nan, value["zero"] + value["step"] * array).astype(np.float32)
    return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array
