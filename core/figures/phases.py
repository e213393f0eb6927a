"""A run's phases in its pictures: shaded spans with their words on a time axis, drawn by the chart beneath the curves.

What is sent: {"axis": whether the picture has a time axis, "titled": whether its title names the phase of now,
"runs": [{mark, colour, spans: [[word, begin, end], …]}, …]}.
One run is shaded over the whole height; several have a row each, in their colours, at the foot. Where there is no time axis the
title alone names the phase. core.theory.phases says what a phase is.
"""

import math
from collections.abc import Sequence

from core.figures import style
from core.figures.picture import Picture
from core.theory.phases import Phases, spans

TOGETHER = 1.25
"""Times the sooner half-time: what comes no later is said to come with it."""


def shade(
    picture: Picture, runs: Sequence[tuple[str, str, Phases]], *, axis: bool = True, titled: bool = True
) -> Picture:
    """The picture with the phases of runs (mark, colour, phases); one run alone takes the colour of the text."""
    alone = len(runs) == 1
    told = [
        {"mark": "" if alone else mark, "colour": style.INK if alone else colour, "spans": list(map(list, spans(one)))}
        for mark, colour, one in runs
    ]
    picture.phases = {"axis": axis, "titled": titled, "runs": told}
    return picture


def words(phases: Phases) -> dict[str, str]:
    """What a page says of them: which comes first (order), both half-times, the whole turning and the change of the loss."""
    turned, fitted = phases.half_turned, phases.half_fitted
    return {
        "order": _order(turned, fitted),
        "turned": style.number(turned),
        "fitted": style.number(fitted),
        "angle": style.number(round(math.degrees(phases.turned), 6)),
        "change": f"{phases.fitted:.0%}",
    }


def _order(turned: float, fitted: float) -> str:
    turns, fits = math.isfinite(turned), math.isfinite(fitted)
    if turns and fits:
        if max(turned, fitted) <= TOGETHER * min(turned, fitted):
            return "together"
        return "turn, fit" if turned < fitted else "fit, turn"
    return "turn" if turns else "fit" if fits else "neither"
