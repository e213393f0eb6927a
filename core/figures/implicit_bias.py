"""Implicit bias: landing points in the plane, the same flow in the mirror, its clock, and the potential."""

import math
from typing import Any

import numpy as np

from core.figures import dashes, handles, network, style
from core.figures.exact_axes import NOTHING, colour_of, until_run_again
from core.figures.implicit_bias_mirror import (
    BEYOND,
    HEIGHT,
    at_rest,
    clock,
    cursors_run,
    mirror,
    potential,
    steps_of,
    still_of,
)
from core.figures.picture import Picture, moving
from core.problems.implicit_bias import DATUM, FAN, Landings, Paths, Solution
from core.theory.checks import Floats

FAINT = 0.3
CONTOURS = 14
BETA = {"x": "beta1", "y": "beta2"}


def figures(problem: Landings, solution: Solution, run=None) -> tuple[Picture, ...]:
    """The plane, the mirror, its clock and the potential; `run` is a Trained (core.problems.implicit_bias_run) or None."""
    return (
        plane(problem, solution, run),
        mirror(problem, solution),
        clock(problem, solution),
        potential(problem, solution),
    )


def plane(problem: Landings, solution: Solution, run=None) -> Picture:
    """Paths of seven δ to the solutions; level sets of the objective touch the line of solutions where β(∞) lies."""
    picture = style.figure(
        problem, short="plane", title=_plane_title(problem), alt=_alt(solution), x="β₁", y="β₂", height=HEIGHT
    )
    (left, *_, right), (low, *_, high) = solution.axes.tolist()
    picture.lay(xaxis={"range": [left, right], "constrain": "domain"})
    picture.lay(yaxis={"range": [low, high], "scaleanchor": "x", "constrain": "domain"})
    levels = picture.add(*_levels(problem, solution, at_rest(problem, solution))) if problem.levels else []
    axes = [axis.tolist() for axis in solution.axes]
    for place in levels:
        handles.role(picture, place, cursors_run(problem), "levels", axes=axes)
    _solutions(picture, problem, solution)
    _fan(picture, solution, run)
    _ends(picture, solution)
    x, y = solution.fan.landing.T
    colours = [colour_of(delta) for delta in FAN]
    [landings] = picture.add(style.points(x, y, colours, "predicted β(∞)", size=11, symbol="diamond-open"))
    handles.role(picture, landings, None, "start", x="landing1", y="landing2")
    x_0, y_0 = problem.beta_0
    [start] = picture.add(style.points([x_0], [y_0], style.INK, "β₀, start", size=12, symbol="circle-open"))
    edge = x_0 - left < 0.15 * (right - left)  # where the axis' numbers stand
    aside: dict[str, Any] = (
        {"xanchor": "center", "xshift": 0, "yshift": 20} if edge else {"xanchor": "right", "xshift": -8}
    )
    style.label(picture, x_0, y_0, "β₀", **aside, name=f"at {start}")
    handles.role(picture, start, 0, "start", **BETA)
    _hold(problem, solution, picture)

    def moved(k: int) -> list[dict]:
        return _now(solution, k) if problem.moves == "time" else _bold(solution.moving, k)

    if problem.moves == "time":
        _follow_bold(problem, picture, picture.add(*_bold(solution.moving, 0)))
    places = picture.add(*moved(still_of(problem, solution)))
    if problem.moves == "time":
        handles.role(picture, places[0], None, "now", **BETA)
    else:
        _follow_bold(problem, picture, places)
    frames = [[moving(trace, "line", "marker") for trace in moved(k)] for k in range(steps_of(problem, solution))]
    if problem.moves == "delta" and levels:
        frames = [[*frame, *({"z": t["z"]} for t in _levels(problem, solution, k))] for k, frame in enumerate(frames)]
        places = [*places, *levels]
    return picture.move(places, *frames)


def _fan(picture: Picture, solution: Solution, run) -> None:
    for k, delta in enumerate(FAN):
        colour = colour_of(delta)
        trained = NOTHING if run is None else run.beta[k].T
        until_run_again(picture, style.line(trained[0], trained[1], colour, width=9, opacity=FAINT))
        dash = dashes.SOLID if run is None else dashes.THEORY
        x, y = solution.fan.beta[k].T
        [place] = picture.add(style.line(x, y, colour, f"δ = {delta:g}", width=2, dash=dash))
        handles.role(picture, place, k, "all", **BETA)


def _follow_bold(problem: Landings, picture: Picture, places: list[int]) -> None:
    handles.role(picture, places[0], cursors_run(problem), "all", **BETA)
    handles.role(picture, places[1], cursors_run(problem), "start", x="landing1", y="landing2")


def _hold(problem: Landings, solution: Solution, picture: Picture) -> None:
    """Start and datum can be dragged; every path, landing point, level set and the mirror's follow."""
    picture.handles.append(handles.polar(problem, "beta_0", "start β₀", angle="angle", norm="norm", flow="beta_0"))
    picture.handles.append(
        handles.polar(problem, "datum", "direction of the datum", angle="data_angle", norm=_far(solution), flow="datum")
    )
    radians = math.radians(problem.data_angle)
    picture.flow = handles.flow(
        problem,
        solution.times,
        [*FAN, *solution.moving.deltas],
        kind="landings",
        fan=len(FAN),
        datum=[math.cos(radians), math.sin(radians)],
        size=None if problem.data == "white" else DATUM,
        label=float(problem.y),
        inside=solution.axes[:, [0, -1]].tolist(),
    )
    path = solution.moving
    if problem.moves == "time":
        copy = network.copy("of the bold path", path.w[0][:, None], path.a[0][:, None], path.deltas[0])
    else:
        copy = network.copy("at the end", path.w[:, -1][:, None], path.a[:, -1][:, None], path.deltas)
    picture.network = network.picture([copy | {"run": cursors_run(problem)}])


def _levels(problem: Landings, solution: Solution, k: int) -> list[dict]:
    """Level sets above the least value on the solutions; the bold one is that which touches them."""
    z = solution.objective[k]
    z = z / np.ptp(z)
    shared: dict = {
        "type": "contour",
        "x": style.f32(solution.axes[0]),
        "y": style.f32(solution.axes[1]),
        "z": style.f32(z),
    }
    shared |= {"showscale": False, "hoverinfo": "skip", "autocontour": False}
    lines = {"coloring": "lines", "start": -1, "end": 1, "size": 1 / CONTOURS}
    touching = {"coloring": "lines", "start": 0, "end": 0, "size": 1}
    flat = [[0, style.LOSS_LINE], [1, style.LOSS_LINE]]
    return [
        {**shared, "contours": lines, "colorscale": flat, "line": {"width": 0.7}, "opacity": 0.6},
        {**shared, "contours": touching, "colorscale": flat, "line": {"width": 3}},
    ]


def _solutions(picture: Picture, problem: Landings, solution: Solution) -> None:
    star = solution.beta_star
    if problem.data == "white":
        one = style.points(star[:1], star[1:], style.MINIMA, "β*, the one solution", size=16, symbol="star")
        handles.role(picture, picture.add(one)[0], 0, "solutions", far=BEYOND)
        return
    across = np.array([-problem.X[0, 1], problem.X[0, 0]]) / np.linalg.norm(problem.X)
    line = star + np.array([-BEYOND, BEYOND])[:, None] * across
    many = style.line(line[:, 0], line[:, 1], style.MINIMA, "zero loss: wx = y", width=4)
    handles.role(picture, picture.add(many)[0], 0, "solutions", far=BEYOND)


def _ends(picture: Picture, solution: Solution) -> None:
    for end, sign, colour in zip(solution.ends, "+−", (style.UPSTREAM, style.DOWNSTREAM), strict=True):
        if np.isfinite(end).all() and (end < solution.axes[:, -1]).all() and (end > solution.axes[:, 0]).all():
            x, y = end[:, None]
            [place] = picture.add(style.points(x, y, colour, f"δ → {sign}∞", size=13, symbol="square-open"))
            style.label(picture, end[0], end[1], f"δ → {sign}∞", colour, yshift=10, name=f"at {place}")
            handles.role(picture, place, 0, "limit", side=1 if sign == "+" else -1)


def _bold(path: Paths, k: int) -> list[dict]:
    colour = style.side_colour(path.deltas[k])
    x, y = path.beta[k].T
    end = path.landing[k]
    return [
        style.line(x, y, colour, f"δ = {path.deltas[k]:.3g}", width=6),
        style.points(end[:1], end[1:], colour, "β(∞)", size=15, symbol="diamond"),
    ]


def _now(solution: Solution, k: int) -> list[dict]:
    x, y = solution.fan.beta[:, k].T
    return [style.points(x, y, [colour_of(delta) for delta in FAN], "now", size=11)]


def _plane_title(problem: Landings) -> str:
    if problem.data == "white":
        return "Whitened: one solution, many ways"
    return "Landing points, predicted" if problem.moves == "time" else "δ chooses among zero-loss solutions"


def _alt(solution: Solution) -> str:
    points = ", ".join(
        f"({p[0]:.3f}, {p[1]:.3f}) for delta = {d:g}" for p, d in zip(solution.fan.landing, FAN, strict=True)
    )
    return f"Plane of beta with the zero-loss solutions; predicted landing points: {points}"


def landing_rows(solution: Solution, rules: dict[str, str]) -> list[dict[str, str]]:
    """One row per δ of the fan: where it lands, what decided the branch, and whether theorem 3.1 applies as it stands."""
    fan = solution.fan
    return [_row(delta, fan.landing[k], rules[solution.rules[k]], bool(fan.crosses[k])) for k, delta in enumerate(FAN)]


def _row(delta: float, end: Floats, rule: str, crosses: bool) -> dict[str, str]:
    theorem = "sign changed: β passes through 0" if crosses else "applies"
    place = ", ".join(f"{x:.4f}" for x in end)
    return {"δ": f"{delta:g}", "β(∞)": f"({place})", "sign of a(∞) decided by": rule, "theorem 3.1": theorem}


def _far(solution: Solution) -> float:
    """How far from 0 the datum's direction is taken hold of: inside the frame."""
    (left, *_, right), (low, *_, high) = solution.axes.tolist()
    return 0.7 * min(max(-left, right), max(-low, high))
