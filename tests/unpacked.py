"""What a chart was sent, read back as its own script reads it: frames by moment, arrays as numpy's."""

import base64
import json
import struct
from typing import Any

import numpy as np

from core.figures.coding import MISSING
from core.figures.parcel import UNIT, unpacked


def opened(message: bytes) -> dict:
    """What a chart was sent (core.figures.parcel), its arrays as base64."""
    message = unpacked(message)
    (length,) = struct.unpack_from("<I", message)
    whole = json.loads(message[4 : 4 + length])
    block = message[4 + length + -(4 + length) % UNIT :]
    for panel in whole["panels"]:
        panel["figure"] = _placed(panel["figure"], block, panel["places"])
    return whole


def _placed(value: Any, block: bytes, places: list[int]) -> Any:
    if isinstance(value, list):
        return [_placed(one, block, places) for one in value]
    if not isinstance(value, dict):
        return value
    if "dtype" not in value:
        return {key: _placed(one, block, places) for key, one in value.items()}
    at = places[value["at"]]
    part = block[at : at + value["size"] * np.dtype(value["dtype"]).itemsize]
    letters = base64.b64encode(part).decode()
    if "uri" in value:
        return f"data:{value['uri']};base64,{letters}"
    return {key: one for key, one in value.items() if key not in ("at", "size")} | {"bdata": letters}


def frames(figure: dict) -> list[dict]:
    """The frames that core.figures.packing.packed has packed, one after the other."""
    packed = figure["frames"]
    if packed is None:
        return []
    runs = [{name: _moments(figure, run) for name, run in one.items()} for one in packed["data"]]
    return [
        {"traces": packed["traces"], "data": [{name: values[k] for name, values in one.items()} for one in runs]}
        for k in range(packed["count"])
    ]


def _moments(figure: dict, run: dict[str, Any]) -> Any:
    """The property's values, one for each frame."""
    packed = figure["frames"]
    count = packed["count"]
    if "like" in run:
        place, name = run["like"]
        run = packed["data"][place][name]
    if "pieces" in run:
        place, name = run["pieces"]
        return decoded(figure["data"][place][name]).reshape(-1, count + 1).T[:-1]
    if "in" in run:
        inner = {name: _moments(figure, one) for name, one in run["in"].items()}
        return [{name: values[k] for name, values in inner.items()} for k in range(count)]
    values = _laid(run, count)
    return [np.insert(one, 0, run["first"]) for one in values] if "first" in run else values


def _laid(run: dict[str, Any], count: int) -> Any:
    if "parts" in run:
        return np.split(decoded(run["parts"]), decoded(run["upto"])[:-1].astype(int))
    if "trail" in run:
        whole = decoded(run["trail"])
        return [whole[:end] for end in decoded(run["upto"])]
    (how, value), *_ = run.items()
    return [value] * count if how == "all" else decoded(value)


def decoded(value: Any) -> Any:
    """The array in {dtype, bdata, shape, …}; anything else as it is."""
    if not (isinstance(value, dict) and "bdata" in value):
        return value
    array = np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"]))
    if "step" in value:
        array = np.where(array == MISSING, np.nan, value["zero"] + value["step"] * array).astype(np.float32)
    if "hub" in value:
        array = np.insert(array.reshape(-1, value["every"]), 0, value["hub"], axis=1).ravel()
    array = np.repeat(array, value.get("spread", 1))
    return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array
