"""The regime map's insets as one file for the browser, fetched when a cell is first rested on."""

import base64
import json
from pathlib import Path

import numpy as np

from core.errors import Unavailable
from core.training.results.result import read_result
from pages.shared.script import address_of

NAMES = ("tau", "delta", "signs", "teacher", "time")
FILE = Path(__file__).parents[2] / "assets" / "precomputed" / "neurons.npz"


def packed(path: Path = FILE) -> bytes:
    """The file as JSON, its neurons as base64; nothing where it is missing or damaged: then there are no insets."""
    try:
        found, _ = read_result(path, "Make it anew with python -m core.training.regime_map.insets.")
        neurons = np.ascontiguousarray(found["neurons"], np.int8)
        told = {name: np.round(found[name].astype(float), 6).tolist() for name in NAMES}
    except (Unavailable, KeyError):
        return b""
    return json.dumps(
        {**told, "shape": neurons.shape, "neurons": base64.b64encode(neurons.tobytes()).decode()}
    ).encode()


INSETS = packed()
INSETS_URL = address_of("neurons", INSETS, "json") if INSETS else ""
