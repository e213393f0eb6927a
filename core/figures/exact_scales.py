"""How long it takes: half-times of alignment, kernel and loss for every δ, with what theory says for δ → ±∞ (section 3)."""

import math

import numpy as np

from core.figures import dashes, style
from core.figures.exact_axes import colour_of
from core.figures.picture import Picture
from core.problems.exact import Exact, TimeScales


def scales(problem: Exact, found: TimeScales) -> tuple[Picture]:
    """Half-times against δ with the asymptotes of the alignment time."""
    picture = style.figure(
        problem,
        short="half-times",
        title=_scales_title(found),
        alt=_scales_alt(found),
        x="relative scale δ (asinh scale)",
        y="half-time (log)",
        height=380,
    )
    ticks = [-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100]
    x = np.arcsinh(found.deltas)
    picture.lay(xaxis={"tickvals": [math.asinh(t) for t in ticks], "ticktext": [f"{t:g}" for t in ticks]})
    picture.lay(
        margin={"r": 120},
        xaxis={"range": [x[0] * 1.02, x[-1] * 1.02]},
        yaxis={"type": "log", "exponentformat": "power", "dtick": 1},
    )
    picture.add(style.line(x, found.kernel, style.KERNEL, "kernel movement", width=3))
    picture.add(style.line(x, found.loss, style.LOSS_LINE, "loss", width=3))
    picture.add(style.line(x, found.alignment, style.INK, "alignment, exact", width=4))
    limit = np.where(np.abs(found.deltas) > 0.5, found.asymptote, np.nan)
    picture.add(style.line(x, limit, style.WARNING, "alignment, δ → ±∞", width=2.5, dash=dashes.THEORY))
    for delta in problem.deltas:
        near = int(np.abs(found.deltas - delta).argmin())
        at = [math.asinh(delta)], [found.alignment[near]]
        picture.add(style.points(*at, colour_of(delta), f"δ = {delta:g}", size=9))
    _scale_labels(picture, x[-1], found)
    return (picture,)


def _scales_title(found: TimeScales) -> str:
    far, reaches = found.alignment[0], np.isfinite(found.alignment)
    if not reaches.any():
        return "w points along β* from the start: nothing to turn"
    if not reaches[0]:
        return "▼ never turns to β*, ▲ in 1/δ"
    return f"▼ waits {'longer than |δ|' if far > -found.deltas[0] else 'the longer, the larger |δ|'}, ▲ turns in 1/δ"


def _scale_labels(picture: Picture, x: float, found: TimeScales) -> None:
    words = {"kernel": "kernel moved", "alignment": "aligned", "loss": "loss halved"}
    colours = {"kernel": style.KERNEL, "alignment": style.INK, "loss": style.LOSS_LINE}
    ends = {name: getattr(found, name)[-1] for name in words}
    last = {name: math.log10(end) for name, end in ends.items() if np.isfinite(end)}
    above = math.inf
    for name in sorted(last, key=lambda n: -last[n]):
        above = min(last[name], above - 0.32)
        style.label(picture, x, above, words[name], colours[name])


def _scales_alt(found: TimeScales) -> str:
    ends = [f"{end:.3g}" if np.isfinite(end) else "for ever" for end in found.alignment[[0, -1]]]
    return (
        f"Half-times of alignment, kernel movement and loss against delta from -100 to 100: alignment takes {ends[0]} "
        f"at delta = -100 and {ends[1]} at delta = 100; dashed, its asymptotes"
    )
