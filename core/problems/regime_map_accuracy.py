"""How far the stored map is from plain descent, read from the stored comparison of both."""

from pathlib import Path

import numpy as np

from core.numbers import RAISED
from core.training.regime_map.accuracy import FAINT, errors
from core.training.results.files import Arrays
from core.training.results.result import read_result

ASSET = Path(__file__).parents[2] / "assets" / "precomputed" / "accuracy.npz"
REMAKE = "Make it with python -m core.training.regime_map.accuracy --output assets/precomputed/accuracy.npz."


def read(path: Path = ASSET) -> Arrays:
    """The measures both ways. Raises Unavailable where the file is missing or damaged."""
    return read_result(path, REMAKE)[0]


def words(found: Arrays) -> dict[str, str]:
    """The worst relative error of each measure's mean over the seeds, over all cells and steps, rounded up, and of how many."""
    worst = {f"{name}_error": f"{np.ceil(1000 * np.nanmax(apart)) / 10:.1f}%" for name, apart in errors(found).items()}
    return {
        **worst,
        "cells": str(found["tau"].size),
        "compared_seeds": str(found["seed"].size),
        "last": _power(found["step"][-1]),
        "faint": _power(FAINT),
    }


def _power(value: float) -> str:
    return f"10{str(round(np.log10(value))).translate(RAISED)}"
