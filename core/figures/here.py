"""You are here: where starts (τ, δ) lie on the regime map, as a small picture of it beside the network.

The small map shows the flips after a hundred steps, the mean over the seeds of the stored sweep. What lies outside it
stands on its edge.
"""

import functools
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import numpy as np

from core.errors import Unavailable
from core.figures import style
from core.figures.palette import SCALES
from core.figures.png import data_uri
from core.problems.regime_map import ASSET, load, over_seeds
from core.training.regime_map import DELTAS, TAUS

STEP = 100


def here(starts: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """What the chart draws: the map's picture, each start's place in shares of it, and where it leads; {} without a map."""
    image = _image()
    starts = list(starts)
    if not image:
        return {}
    tau, delta = starts[0]
    inside = {"tau": f"{min(2.0, max(0.1, tau)):.3g}", "delta": f"{min(1.0, max(-1.0, delta)):.3g}"}
    spots = [[*_place(*start), style.side_mark(start[1]), k > 0] for k, start in enumerate(starts)]
    told = "; ".join(f"τ = {t:g}, δ = {d:g}" for t, d in starts)
    outside = any(not (TAUS[0] <= round(t, 3) <= TAUS[-1] + 0.01 and abs(d) <= 1) for t, d in starts)
    label = style.minus(f"You are here on the regime map: {told}" + (", partly outside it" if outside else ""))
    return {"image": image, "spots": spots, "label": label, "href": f"regime_map?{urlencode(inside)}"}


def _place(tau: float, delta: float) -> tuple[float, float]:
    """(from the left, from the top), 0 to 1: the middle of a cell for what lies on it."""
    across = np.log(tau / TAUS[0]) / np.log(TAUS[-1] / TAUS[0])
    up = (delta - DELTAS[0]) / (DELTAS[-1] - DELTAS[0])
    cell = 1 / len(TAUS)
    x, y = (float(np.clip(cell / 2 + share * (1 - cell), 0, 1)) for share in (across, 1 - up))
    return round(x, 4), round(y, 4)


@functools.lru_cache(maxsize=1)
def _image() -> str:
    try:
        known = load(ASSET)
    except Unavailable:
        return ""
    flips = over_seeds(known, "flips", "mean", 0)[..., int(np.argmin(np.abs(known.checkpoint - STEP)))]
    colours = np.array([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in SCALES["flips"]])
    share = np.sqrt(flips / flips.max()) * (len(colours) - 1)
    tones = np.stack([np.interp(share, range(len(colours)), channel) for channel in colours.T], axis=-1)
    return data_uri(np.ascontiguousarray(np.round(tones).astype(np.uint8).transpose(1, 0, 2)[::-1]))
