"""Before and after: the path of every neuron's δ, and of its two terms along the lines on which δ is conserved."""

import numpy as np

from core.figures import dashes, style
from core.figures.picture import Picture
from core.problems.initialisation import Problem
from core.training.initialisation.movement import CONSERVED, LIKE_DECAY, Drift, Movement

MOST = 400
LEVEL_LINES = 7


def moved(problem: Problem, movement: Movement) -> tuple[Picture, ...]:
    """δ before against after, and the two terms of δ, for the pair of layers whose δ was conserved least."""
    at = int(np.argmax([drift.share for drift in movement.drifts]))
    return drifted(problem, movement, at), terms(problem, movement, at)


def drifted(problem: Problem, movement: Movement, at: int) -> Picture:
    """Each neuron's δ before (across) and after (up): on the diagonal it was conserved, the upright line is its drift."""
    drift = movement.drifts[at]
    title = _title(drift)
    picture = style.figure(
        problem,
        short="δ drift",
        title=title,
        alt=f"{title}. delta of {drift.units} neurons between {drift.below} and {drift.above}: mean {drift.mean_before:.3g} "
        f"before and {drift.mean_after:.3g} after, {drift.crossed} changed sign",
        x="δ before",
        y="δ after",
        height=380,
    )
    before, after = _few(drift.before), _few(drift.after)
    low, high = min(before.min(), after.min(), 0.0), max(before.max(), after.max(), 0.0)
    room = 0.06 * max(high - low, 1e-12)
    ends = np.array([low - room, high + room])
    picture.lay(xaxis={"range": ends.tolist()}, yaxis={"range": ends.tolist()})
    picture.add(style.line(ends, ends, style.BALANCED, "conserved", width=2))
    if drift.explained >= LIKE_DECAY and drift.factor < 1:
        picture.add(
            style.line(
                ends, drift.factor * ends, style.INK, f"{drift.factor:.3g} × before", width=2, dash=dashes.THEORY
            )
        )
        style.label(picture, ends[0], drift.factor * ends[0], f"× {style.number(drift.factor)}", style.INK, yshift=12)
    picture.add(style.line(_parted(before, before), _parted(before, after), style.EQUIVALENT, width=1.5))
    picture.add(_dots(before, after, after))
    style.label(picture, ends[1], ends[1], "conserved ", style.BALANCED, xanchor="right", xshift=-8)
    return picture


def _title(drift: Drift) -> str:
    if drift.share <= CONSERVED:
        return f"δ was conserved: it moved by {drift.share:.0%} of what its terms did"
    if drift.explained >= LIKE_DECAY and drift.factor < 1:
        return f"δ shrank to {drift.factor:.0%}, the same for every neuron"
    return f"δ drifted: mean {style.number(drift.mean_before)} → {style.number(drift.mean_after)}"


def terms(problem: Problem, movement: Movement, at: int) -> Picture:
    """Each neuron's way in the plane of δ's two terms, from the ring to the dot; thin lines are of constant δ."""
    drift = movement.drifts[at]
    x_0, x_1, y_0, y_1 = (_few(values) for values in movement.squares[at])
    along = drift.share <= CONSERVED
    title = "Neurons slide along lines of constant δ" if along else "Neurons leave the lines of constant δ"
    picture = style.figure(
        problem,
        short="terms of δ",
        title=title,
        alt=f"{title}: squared length of in-weights against that of out-weights, before and after, for {drift.units} neurons; "
        f"mean delta {drift.mean_before:.3g} before, {drift.mean_after:.3g} after",
        x="in-weights: η‖w<sub>k</sub>‖² + bias",
        y="out-weights: η‖a<sub>k</sub>‖²",
        height=380,
    )
    right, top = 1.08 * max(x_0.max(), x_1.max(), 1e-12), 1.08 * max(y_0.max(), y_1.max(), 1e-12)
    picture.lay(xaxis={"range": [-0.03 * right, right]}, yaxis={"range": [-0.03 * top, top]})
    for level in np.quantile(np.asarray(drift.before), np.linspace(0, 1, LEVEL_LINES)):
        picture.add(style.line([-right, right + top], [-right + level, right + top + level], style.ODD, width=1))
    picture.add(style.line(_parted(x_0, x_1), _parted(y_0, y_1), style.EQUIVALENT, width=1.5))
    picture.add(style.points(x_0, y_0, style.EQUIVALENT, "before", size=6, symbol="circle-open"))
    picture.add(_dots(x_1, y_1, _few(drift.after)))
    return picture


def _few(values) -> np.ndarray:
    """At most MOST of the neurons, evenly chosen: enough to see, few enough to draw."""
    values = np.asarray(values)
    return values[np.linspace(0, len(values) - 1, min(MOST, len(values))).astype(int)]


def _parted(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Points a₀ b₀ gap a₁ b₁ gap …: one trace of separate strokes."""
    return np.column_stack([first, second, np.full(len(first), np.nan)]).ravel()


def _dots(x: np.ndarray, y: np.ndarray, delta: np.ndarray) -> dict:
    colours = [style.DOWNSTREAM if value < 0 else style.UPSTREAM for value in delta]
    dots = style.points(x, y, colours, "after", size=7)
    dots["marker"]["line"] = {"width": 1, "color": style.INK}
    return dots
