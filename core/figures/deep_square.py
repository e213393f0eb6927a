"""Theorems B.8 and B.9 drawn from a trained square network: how large β is, and how its kernel bends the gradient."""

import numpy as np

from core.figures import dashes, style
from core.figures.picture import Picture, moving
from core.figures.wide import against_time
from core.problems.deep import DeepChain
from core.problems.deep_square import Square

LEAST = 1e-17
CURVE = 160


def figures(problem: DeepChain, run: Square) -> tuple[Picture, Picture, Picture]:
    """‖β‖² against ‖a‖², the preconditioner along and across β, and all errors over time."""
    return size(problem, run), kernel(problem, run), errors(problem, run)


def size(problem: DeepChain, run: Square) -> Picture:
    """The trained network's (‖a‖², ‖β‖²) on theorem B.8's curve."""
    worst = style.number(float(run.size_error.max()))
    low, high = float(run.readout.min()), float(run.readout.max())
    room = 0.15 * (high - low) or 0.1 * high
    x = np.linspace(max(0.0, low - room), high + room, CURVE)
    picture = style.figure(
        problem,
        short="size",
        title=f"B.8: ‖β‖² = ‖a‖²(‖a‖² − δ)<sup>L</sup> within {worst}",
        alt=_alt(run),
        x="‖a‖²",
        y="‖β‖²",
    )
    picture.add(style.line(run.readout, run.size, style.EQUIVALENT, "trained", width=9))
    picture.add(
        style.line(x, x * (x - run.delta) ** run.hidden, style.INK, "theorem B.8", width=2.5, dash=dashes.THEORY)
    )
    places = picture.add(_now(run.readout[:1], run.size[:1]))
    return picture.move(places, *([moving(_now(run.readout[k : k + 1], run.size[k : k + 1]))] for k in _moments(run)))


def kernel(problem: DeepChain, run: Square) -> Picture:
    """β̂ᵀMβ̂ and the same across β, from the weights and from theorem B.9."""
    worst = style.number(float(run.kernel_error.max()))
    title = f"B.9: the kernel along and across β within {worst}"
    picture = against_time(problem, run.times, title, _alt(run), "preconditioner M")
    top = max(float(run.along.max()), float(run.across.max()))
    end = float(np.log10(run.times[-1]))
    picture.lay(yaxis={"range": [-0.04 * top, 1.15 * top]})
    for values, name in ((run.along, "along β"), (run.across, "across β")):
        picture.add(style.line(run.times[1:], values[1:, 0], style.EQUIVALENT, f"{name}, trained", width=9))
    for values, name in ((run.along, "along β"), (run.across, "across β")):
        words = f"{name}, theorem B.9"
        picture.add(style.line(run.times[1:], values[1:, 1], style.KERNEL, words, width=2.5, dash=dashes.THEORY))
        style.label(picture, end, float(values[-1, 1]), name, style.KERNEL, xanchor="right", yshift=12, xshift=0)
    style.key(picture, ((f"{dashes.THEORY.mark} theorem B.9", style.KERNEL), ("━ trained", style.EQUIVALENT)))
    shown = np.stack([run.along[:, 0], run.across[:, 0]], axis=1)
    times = np.maximum(run.times, run.times[1])
    places = picture.add(_now(times[[0, 0]], shown[0]))
    return picture.move(places, *([moving(_now(times[[k, k]], shown[k]))] for k in _moments(run)))


def errors(problem: DeepChain, run: Square) -> Picture:
    """Relative errors of both theorems, and how far the square network's β is from the chain's."""
    worst = style.number(float(run.path_error.max()))
    picture = against_time(problem, run.times, f"Errors: the chain’s β within {worst}", _alt(run), "")
    rows = (
        (run.size_error, style.MINIMA, "━ B.8"),
        (run.kernel_error, style.KERNEL, "━ B.9"),
        (run.path_error, style.WARNING, "━ β, chain"),
    )
    for values, colour, name in rows:
        picture.add(style.line(run.times[1:], np.maximum(values[1:], LEAST), colour, name[2:], width=3))
    style.key(picture, tuple((name, colour) for _, colour, name in rows))
    return picture.lay(yaxis={"type": "log", "exponentformat": "power", "range": [-17.5, 1.2], "dtick": 4})


def _now(x: np.ndarray, y: np.ndarray) -> dict:
    return style.points(x, y, style.INK, "now", size=11, cliponaxis=False)


def _moments(run: Square) -> range:
    return range(len(run.times))


def _alt(run: Square) -> str:
    return (
        f"A network of {run.hidden} square layers and a readout at delta = {run.delta:.3g}, trained: theorem B.8 is off by "
        f"{run.size_error.max():.1e}, theorem B.9 by {run.kernel_error.max():.1e}, its function differs from the chain's by "
        f"{run.path_error.max():.1e}; it ends {run.miss:.1e} from the predicted landing"
    )
