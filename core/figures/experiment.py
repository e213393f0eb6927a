"""What the figures of the four experiments share: the lever α's colours and marks, names at the ends of curves."""

import numpy as np

from core.figures import style
from core.figures.palette import HARDLY_DOWNSTREAM, HARDLY_UPSTREAM
from core.params import Params

SYMBOLS = {"▼": "triangle-down", "●": "circle", "▲": "triangle-up"}


BROWN = (*style.SEVEN[:3], HARDLY_DOWNSTREAM)
TEAL = (*style.SEVEN[:3:-1], HARDLY_UPSTREAM)


def colours(kind: type[Params]) -> dict[float, str]:
    """A colour for each α that the Problem offers: browns below 1, grey for 1, teals above, darkest farthest from 1.

    Where a side has more α than shades, neighbours share one.
    """
    known = sorted(float(alpha) for alpha in kind.knobs()["alphas"].options or ())
    below, above = [a for a in known if a < 1], [a for a in known if a > 1][::-1]
    return {1.0: style.SEVEN[3]} | {
        alpha: shades[place if len(side) <= len(shades) else place * len(shades) // len(side)]
        for side, shades in ((below, BROWN), (above, TEAL))
        for place, alpha in enumerate(side)
    }


def mark(alpha: float) -> str:
    """▲ for α > 1 (upstream), ▼ for α < 1, ● for 1."""
    return style.side_mark(float(np.log(alpha)))


def symbol(alpha: float) -> str:
    """plotly's marker for that."""
    return SYMBOLS[mark(alpha)]


def named(alpha: float) -> str:
    """The words at a curve's end."""
    return f"{mark(alpha)} α = {alpha:g}"


def words(x: float, y: float, text: str, colour: str, position: str = "middle right") -> dict:
    """Text that moves with the frames, as an annotation cannot."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": style.f32([x]),
        "y": style.f32([y]),
        "text": [text],
        "textposition": position,
        "textfont": {"color": colour, "size": 13},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def spread(heights: np.ndarray, least: float, top: float) -> np.ndarray:
    """Heights for names, at least `least` apart and none above `top`, in the order of the given ones."""
    wanted = np.nan_to_num(np.array(heights, float))
    order, out = np.argsort(-wanted, kind="stable"), wanted.copy()
    ceiling = top
    for place in order:
        out[place] = min(wanted[place], ceiling)
        ceiling = out[place] - least
    return out


def mean(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """The mean of what is there; NaN, without a warning, where nothing is."""
    count = np.isfinite(values).sum(axis)
    return np.where(count > 0, np.nansum(values, axis) / np.maximum(count, 1), np.nan)


def median(values: np.ndarray, missing: float = np.nan, axis: int = 0) -> np.ndarray:
    """The median with gaps filled by `missing` (inf: a run that never got there counts as longest)."""
    return np.median(np.where(np.isfinite(values), values, missing), axis)


def bold(seed: int, seeds: np.ndarray) -> int:
    """The place of the seed that is drawn bold: the one asked for, else the nearest stored one."""
    return int(np.argmin(np.abs(seeds - seed)))


def reached(values: np.ndarray) -> int:
    """The last place on the last axis at which anything is known; 0 when nothing is."""
    known = np.isfinite(values).any(tuple(range(values.ndim - 1)))
    return int(np.flatnonzero(known).max(initial=0))
