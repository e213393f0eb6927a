"""Every mark of the laboratory with its meaning, drawn with the marks themselves."""

from dataclasses import dataclass
from textwrap import wrap

from core.figures import dashes, style
from core.figures.picture import Picture
from core.params import Params

ROW = 40
LONGEST = 36


@dataclass(frozen=True)
class Legend(Params):
    """The legend has nothing to choose."""


LINES = (
    (style.DOWNSTREAM, dashes.SOLID, "▼ downstream, δ < 0"),
    (style.BALANCED, dashes.SOLID, "● balanced, δ = 0"),
    (style.UPSTREAM, dashes.SOLID, "▲ upstream, δ > 0"),
    (style.MINIMA, dashes.SOLID, "zero loss"),
    (style.EQUIVALENT, dashes.SOLID, "the same function as the start"),
    (style.LOSS_LINE, dashes.SOLID, "loss"),
    (style.KERNEL, dashes.KERNEL, "kernel distance"),
    (style.FLIPS, dashes.SOLID, "activations flipped: their share, or the Hamming distance"),
    (style.DISTANCE, dashes.SOLID, "distance moved by the parameters"),
    (style.WARNING, dashes.LEVEL, "the theory ends here"),
    *((style.INK, dash, dash.means) for dash in dashes.ALL if dash != dashes.KERNEL),
)
POINTS = (
    ("circle-open", style.INK, "start"),
    ("circle", style.INK, "now: the cursor’s place"),
    ("diamond", style.INK, "end"),
    ("star", style.MINIMA, "the target β*"),
    ("circle", style.POSITIVE, "neuron with a readout a > 0"),
    ("x", style.NEGATIVE, "neuron with a readout a < 0"),
)


def figures(problem: Legend, solution: None = None) -> tuple[Picture]:
    """One row a mark: lines left, points below them, then the scale of the loss."""
    rows = len(LINES) + len(POINTS) + 1
    alt = "Legend: " + "; ".join(words for *_, words in (*LINES, *POINTS)) + "; bright means low loss."
    title = "Each mark means the same on every page"
    picture = style.figure(problem, short="key", title=title, alt=alt, height=90 + ROW * rows)
    hidden = {"visible": False, "fixedrange": True}
    picture.lay(xaxis={**hidden, "range": [0, 10]}, yaxis={**hidden, "range": [-rows + 0.4, 0.6]})
    picture.lay(margin={"l": 8, "r": 8, "t": 52, "b": 8}, meta={"whole": True})
    for k, (colour, dash, words) in enumerate(LINES):
        picture.add(style.line([0.1, 1.6], [-k, -k], colour, dash=dash))
        _told(picture, k, words, colour)
    for k, (symbol, colour, words) in enumerate(POINTS, len(LINES)):
        picture.add(style.points([0.85], [-k], colour, symbol=symbol, size=13))
        _told(picture, k, words, colour)
    picture.add(
        {
            "type": "heatmap",
            "x": style.f32([0.25, 0.55, 0.85, 1.15, 1.45]),
            "y": style.f32([1 - rows]),
            "z": style.f32([[0, 1, 2, 3, 4]]),
            "colorscale": style.LOSS,
            "showscale": False,
            "hoverinfo": "skip",
        }
    )
    _told(picture, rows - 1, "loss over a plane or surface: bright = low, isolines at equal steps")
    return (picture,)


def _told(picture: Picture, row: int, words: str, colour: str = style.INK) -> None:
    """What the mark of this row means, in lines that a phone has room for."""
    style.label(picture, 1.7, -row, "<br>".join(wrap(words, LONGEST)), colour, align="left")
