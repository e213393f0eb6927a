"""What a chart was sent, read back as its own script reads it: frames by moment, arrays as numpy's."""

import base64
from typing import Any

import numpy as np


def frames(figure: dict) -> list[dict]:
    """The frames that core.figures.picture.packed has packed, one after the other."""
    packed = figure["frames"]
    if packed is None:
        return []
    return [
        {
            "traces": packed["traces"],
            "data": [{name: _at(run, k) for name, run in one.items()} for one in packed["data"]],
        }
        for k in range(packed["count"])
    ]


def _at(run: dict[str, Any], k: int) -> Any:
    (how, value), *_ = run.items()
    return decoded(value)[k] if how == "rows" else value[k] if how == "each" else value


def decoded(value: Any) -> Any:
    """The array in {dtype, bdata, shape}; anything else as it is."""
    if not (isinstance(value, dict) and "bdata" in value):
        return value
    array = np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"]))
    return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array
