"""Exact, three directions at once: ν, a, w₁ and w₂ for three starts β₀, the formula over its simulation, and their distance
(paper, figure 8)."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from core.figures import dashes, handles, network, style
from core.figures.exact_axes import (
    ERROR_FLOOR,
    FAINT,
    NOTHING,
    clipped,
    colour_of,
    shown_times,
    time_axis,
    time_name,
    until_run_again,
    where_shown,
)
from core.figures.picture import Picture, moving
from core.problems.exact import TURNS, Exact, Solution, turned
from core.theory.checks import Floats

HEIGHT = 420
GAP = 0.07
ROWS = ("y", "y2", "y3")
NU_SHOWN = 3.0
COMPONENTS = ("w₁", "w₂")
FOLLOWS = {"ν": "ratio", "a": "a", "w₁": "w1", "w₂": "w2"}
Curve = Callable[[Floats, Floats, Floats], Floats]


def _ratio(a: Floats, w: Floats, target: Floats) -> Floats:
    return clipped(np.divide(w @ target, np.where(a == 0, np.nan, a)))


QUANTITIES: dict[str, tuple[str, Curve]] = {
    "ν": ("ν = wᵀβ*/a", _ratio),
    "a": ("readout a", lambda a, w, target: a),
    "w₁": ("w₁", lambda a, w, target: w[..., 0]),
    "w₂": ("w₂", lambda a, w, target: w[..., 1]),
}


def directions(problem: Exact, solution: Solution, run=None) -> tuple[Picture, ...]:
    """One picture for each quantity and one for the error, with a row for each direction of β₀."""
    pictures = *(_quantity(problem, solution, run, short) for short in QUANTITIES), _errors(problem, solution, run)
    pictures[0].network = network.picture(_networks(problem, solution))
    pictures[0].flow = _flow(problem, solution)
    return pictures


def _flow(problem: Exact, solution: Solution) -> dict[str, Any]:
    """Row by row, the runs of every δ, each with its start turned."""
    earliest, count = float(shown_times(problem, solution.times)[0]), len(solution.deltas)
    turns = [turn for turn in TURNS for _ in range(count)]
    deltas = [*solution.deltas] * len(TURNS)
    return handles.flow(problem, solution.times, deltas, earliest=earliest, turns=turns)


def _networks(problem: Exact, solution: Solution) -> list[dict[str, Any]]:
    """Of the middle direction, the neurons of the outermost δ and of the one between."""
    one, row = solution.directions[1], turned(problem)[1]
    last = len(solution.deltas) - 1
    return [
        network.copy(
            f"δ = {solution.deltas[k]:g}, β₀ at {row.angle:g}°",
            one.w[k][:, None, :],
            one.a[k][:, None],
            solution.deltas[k],
        )
        | {"run": last + 1 + k}
        for k in sorted({0, last // 2, last})
    ]


def _quantity(problem: Exact, solution: Solution, run, short: str) -> Picture:
    name, curve = QUANTITIES[short]
    target = problem.beta_star
    ends = [curve(one.a[:, -1], one.w[:, -1], target) for one in solution.directions]
    alt = f"{name} against time for three directions of β₀; at the end " + "; ".join(_range(end) for end in ends)
    picture = _rows(problem, solution, short, name, alt)
    theory = [curve(one.a, one.w, target) for one in solution.directions]
    simulated = None if run is None else [curve(one.a, one.w, target) for one in run.directions]
    for row, (axis, values) in enumerate(zip(ROWS, theory, strict=True)):
        for k, delta in enumerate(solution.deltas):
            colour = colour_of(delta)
            pale = NOTHING if simulated is None else where_shown(problem, run.directions[row].times, simulated[row][k])
            until_run_again(picture, style.line(pale[0], pale[1], colour, width=6, opacity=FAINT, yaxis=axis))
            shown = where_shown(problem, solution.times, values[k])
            dash = dashes.SOLID if run is None else dashes.THEORY
            line = style.line(shown[0], shown[1], colour, f"δ = {delta:g}", width=2, dash=dash, yaxis=axis)
            whole = len(shown[0]) == solution.times.size
            run_of = row * len(solution.deltas) + k
            handles.role(picture, picture.add(line)[0], run_of, "all" if whole else "later", x="t", y=FOLLOWS[short])
    if short in COMPONENTS:
        picture.handles.append(_held(problem, solution, short))
    if short == "ν":
        picture.lay(**{_long(axis): {"range": [-NU_SHOWN, NU_SHOWN]} for axis in ROWS})
    return _cursors(problem, solution, picture, theory, follows=FOLLOWS[short])


def _held(problem: Exact, solution: Solution, short: str) -> dict[str, Any]:
    """Where the middle row starts: of the first δ, whose w is the longest."""
    size = float(np.linalg.norm(solution.directions[1].w[0, 0]))
    at = float(shown_times(problem, solution.times)[0])
    at = math.log10(at) if problem.clock == "log" else at
    part, field = COMPONENTS.index(short), f"start_w{COMPONENTS.index(short) + 1}"
    label = f"{short} of the middle start, which turns β₀"
    return handles.component(problem, field, label, angle="angle", part=part, size=size, at=at, upright=_long(ROWS[1]))


def _errors(problem: Exact, solution: Solution, run) -> Picture:
    title, alt = "Simulating …", "Distance between simulation and theory: the simulation is not finished"
    if run is not None:
        title = f"{'Formula holds' if not run.verdict else 'Theory ends'}: error ≤ {style.number(run.largest_error)}"
        each = ", ".join(f"{np.nanmax(one.error):.2g}" for one in run.directions)
        alt = f"Largest relative error of the simulation in the three directions: {each}"
    picture = _rows(problem, solution, "error", title, alt)
    log = {"type": "log", "range": [math.log10(ERROR_FLOOR), 0.5], "dtick": 6, "exponentformat": "power"}
    picture.lay(**{_long(axis): log for axis in ROWS})
    ends = shown_times(problem, solution.times)[[0, -1]]
    for row, axis in enumerate(ROWS):
        limit = style.line(
            ends, [0.01, 0.01], style.WARNING, "amber from here: 1%", width=1.5, dash=dashes.LEVEL, yaxis=axis
        )
        picture.add(limit)
        for k, delta in enumerate(solution.deltas):
            error = NOTHING
            if run is not None:
                one = run.directions[row]
                error = where_shown(problem, one.times, np.maximum(one.error[k], ERROR_FLOOR))
            line = style.line(error[0], error[1], colour_of(delta), f"δ = {delta:g}", width=2, yaxis=axis)
            until_run_again(picture, line)
    floor = [np.full((1, solution.times.size), ERROR_FLOOR)] * len(ROWS)
    return _cursors(problem, solution, picture, floor, [style.INK])


def _rows(problem: Exact, solution: Solution, short: str, title: str, alt: str) -> Picture:
    """An empty picture of three rows on one clock; the rows are named by the angle of β₀."""
    picture = style.figure(
        problem, short=short, title=title, alt=alt, x=time_name(problem).replace(" of the flow", ""), height=HEIGHT
    )
    time_axis(problem, picture, solution.times)
    picture.handles.append(handles.time(float(shown_times(problem, solution.times)[0])))
    high = (1 - 2 * GAP) / 3
    plain = {key: value for key, value in style.AXIS.items() if key != "title"}
    for row, axis in enumerate(ROWS):
        low = (2 - row) * (high + GAP)
        picture.lay(**{_long(axis): {**plain, "domain": [low, low + high], "anchor": "x", "nticks": 4}})
    sparse = {"dtick": 2} if problem.clock == "log" else {"nticks": 3}
    picture.lay(xaxis={"anchor": ROWS[-1], "tickangle": 0, **sparse}, margin={"l": 46, "r": 10})
    for row, one in enumerate(turned(problem)):
        top, angle = 1 - row * (high + GAP), f"β₀ at {one.angle:g}°"
        place: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "xshift": 0}
        font = {"color": style.INK, "size": 12, "shadow": "none"}
        style.label(picture, 0.0, top, angle, **place, font=font, name=f"start {row * len(solution.deltas)}")
    return picture


def _cursors(
    problem: Exact,
    solution: Solution,
    picture: Picture,
    values: list[Floats],
    colours: list[str] | None = None,
    follows: str = "",
) -> Picture:
    """Marks of each row that move with the cursor, and, with the name of their curve, with the hand."""
    times = shown_times(problem, solution.times)
    colours = colours or [colour_of(delta) for delta in solution.deltas]

    def marks(t: int) -> list[dict]:
        at = np.full(len(colours), times[t])
        return [
            style.points(at, row[:, t], colours, "now", size=6, cliponaxis=True, yaxis=axis)
            for row, axis in zip(values, ROWS, strict=True)
        ]

    places = picture.add(*marks(times.size - 1))
    count = len(solution.deltas)
    for row, place in enumerate(places if follows else ()):
        handles.role(picture, place, None, "now", x="t", y=follows, runs=[row * count, (row + 1) * count])
    return picture.move(places, *([moving(mark) for mark in marks(t)] for t in range(times.size)))


def _long(axis: str) -> str:
    return axis.replace("y", "yaxis")


def _range(values: Floats) -> str:
    known = values[np.isfinite(values)]
    return f"from {known.min():.3g} to {known.max():.3g}" if known.size else "undefined"
