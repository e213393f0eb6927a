"""What the pictures of the page Exact share: the colour of each δ, the clock they are drawn against, what is cut off."""

import math

import numpy as np

from core.figures import handles, palette, style
from core.figures.picture import Picture
from core.problems.exact import Exact
from core.theory.checks import Floats

ERROR_FLOOR = 1e-12
FAINT = 0.35
NOTHING = (np.full(1, np.nan), np.full(1, np.nan))  # a run that is not there yet: a trace less would mean a new layout
COLOURS = {
    **dict(zip((-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0), style.SEVEN, strict=True)),
    -0.2: palette.HARDLY_DOWNSTREAM,
    0.2: palette.HARDLY_UPSTREAM,
}


def colour_of(delta: float) -> str:
    """The colour of one of the chips' δ."""
    return COLOURS.get(float(delta), style.side_colour(delta))


def time_name(problem: Exact) -> str:
    return "time t of the flow" + (" (log)" if problem.clock == "log" else "")


def shown_times(problem: Exact, times: Floats) -> Floats:
    return np.maximum(times, times[1]) if problem.clock == "log" else times


def where_shown(problem: Exact, times: Floats, values: Floats) -> tuple[Floats, Floats]:
    shown = times > 0 if problem.clock == "log" else times >= 0
    return times[shown], values[shown]


def time_axis(problem: Exact, picture: Picture, times: Floats) -> None:
    first, last = times[1], times[-1]
    if problem.clock == "log":
        picture.lay(xaxis={"type": "log", "range": [math.log10(first), math.log10(last)], "dtick": 1})
    else:
        picture.lay(xaxis={"range": [0, float(last)]})


def until_run_again(picture: Picture, trace: dict) -> None:
    """A run belongs to what it was started from: it goes while the hand moves that."""
    handles.role(picture, picture.add(trace)[0], None, "gone")


def clipped(nu: Floats) -> Floats:
    """ν without its poles (where a passes 0), so that the curves keep their scale."""
    return np.where(np.abs(nu) < 20, nu, np.nan)
