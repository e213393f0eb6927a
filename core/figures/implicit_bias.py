"""Implicit bias: landing points in the plane, the same flow in the mirror, its clock, and the potential."""

import math

import numpy as np

from core.figures import handles, phases, style
from core.figures.exact import colour_of
from core.figures.picture import Picture, moving
from core.problems.implicit_bias import FAN, Landings, Paths, Solution
from core.theory.checks import Floats

HEIGHT = 370
FAINT = 0.3
CONTOURS = 14


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
    _solutions(picture, problem, solution)
    for k, delta in enumerate(FAN):
        colour = colour_of(delta)
        if run is not None:
            picture.add(style.line(run.beta[k, :, 0], run.beta[k, :, 1], colour, width=9, opacity=FAINT))
        dash = "solid" if run is None else "dash"
        x, y = solution.fan.beta[k].T
        picture.add(style.line(x, y, colour, f"δ = {delta:g}", width=2, dash=dash))
    _ends(picture, solution)
    x, y = solution.fan.landing.T
    colours = [colour_of(delta) for delta in FAN]
    picture.add(style.points(x, y, colours, "predicted β(∞)", size=11, symbol="diamond-open"))
    x_0, y_0 = problem.beta_0
    style.label(picture, x_0, y_0, "β₀", xanchor="right", xshift=-8)
    picture.handles.append(handles.polar(problem, "beta_0", "start β₀", angle="angle", norm="norm"))
    picture.handles.append(
        handles.polar(problem, "datum", "direction of the datum", angle="data_angle", norm=_far(solution))
    )
    picture.add(style.points([x_0], [y_0], style.INK, "β₀, start", size=12, symbol="circle-open"))

    def moved(k: int) -> list[dict]:
        return _now(solution, k) if problem.moves == "time" else _bold(solution.moving, k)

    if problem.moves == "time":
        picture.add(*_bold(solution.moving, 0))
    places = picture.add(*moved(_still(problem, solution)))
    frames = [[moving(trace, "line", "marker") for trace in moved(k)] for k in range(_steps(problem, solution))]
    if problem.moves == "delta" and levels:
        frames = [[*frame, *({"z": t["z"]} for t in _levels(problem, solution, k))] for k, frame in enumerate(frames)]
        places = [*places, *levels]
    return picture.move(places, *frames)


def mirror(problem: Landings, solution: Solution) -> Picture:
    """The same flow seen by ∇Ψ = sgn(a)√(2η_a) w, from where it starts: on one datum a straight line along x."""
    straight = problem.data == "one"
    title = "In the mirror: w moves only along x" if straight else "Whitened: w may turn anywhere"
    axes = {"x": "∂Ψ/∂β₁ moved, ∝ w₁", "y": "∂Ψ/∂β₂ moved, ∝ w₂"}
    picture = style.figure(
        problem, short="mirror", title=title, alt=_mirror_alt(problem, solution), height=HEIGHT, **axes
    )
    moved_by = solution.moving.mirror - solution.moving.mirror[:, :1]
    far = 1.15 * max(0.2, float(np.abs(moved_by).max()))
    picture.lay(xaxis={"range": [-far, far], "constrain": "domain"})
    picture.lay(yaxis={"range": [-far, far], "scaleanchor": "x", "constrain": "domain"})
    along = np.array([[-3 * far], [3 * far]]) * problem.X[0] / np.linalg.norm(problem.X)
    if straight:
        picture.add(style.line(along[:, 0], along[:, 1], style.EQUIVALENT, "direction of x", width=1.5, dash="dot"))

    def moved(k: int) -> list[dict]:
        at, end = (0, k) if problem.moves == "time" else (k, -1)
        path, colour = moved_by[at], style.side_colour(solution.moving.deltas[at])
        return [
            style.line(path[:, 0], path[:, 1], colour, "∇Ψ along the path", width=5),
            style.points(path[:1, 0], path[:1, 1], colour, "∇Ψ(β₀)", size=12, symbol="circle-open"),
            style.points(path[[end], 0], path[[end], 1], colour, "now", size=12),
        ]

    places = picture.add(*moved(_still(problem, solution)))
    steps = range(_steps(problem, solution))
    return picture.move(places, *([moving(t, "line", "marker") for t in moved(k)] for k in steps))


def clock(problem: Landings, solution: Solution) -> Picture:
    """How fast the mirror's time runs: √(η_aη_w)·√(κ + δ) = η_w √(2η_a) |a|."""
    last = float(solution.moving.clock[at_rest(problem, solution), -1])
    title = (
        f"Its clock runs at {style.number(last)} in the end"
        if problem.moves == "time"
        else "Its clock: how fast the mirror is crossed"
    )
    alt = "Speed of the mirror's time against time of the flow, from the start to " + f"{last:.3g} at the end"
    picture = style.figure(
        problem,
        short="clock",
        title=title,
        alt=alt,
        x="time t of the flow (log)",
        y="√(η_aη_w)·√(κ + δ)",
        height=HEIGHT,
    )
    times = np.maximum(solution.times, solution.times[1])
    picture.lay(xaxis={"type": "log", "range": [math.log10(times[0]), math.log10(times[-1])], "dtick": 1})
    phases.shade(picture, [("", "", one) for one in solution.phases])
    top = 1.08 * float(max(solution.moving.clock.max(), solution.fan.clock.max()))
    picture.lay(yaxis={"range": [0, top]})
    for delta, speed in zip(FAN, solution.fan.clock, strict=True):
        picture.add(style.line(times, speed, colour_of(delta), f"δ = {delta:g}", width=1.5))

    def moved(k: int) -> list[dict]:
        at, end = (0, k) if problem.moves == "time" else (k, times.size - 1)
        colour = style.side_colour(solution.moving.deltas[at])
        speed = solution.moving.clock[at]
        return [
            style.line(times, speed, colour, "clock", width=5),
            style.points(times[[end]], speed[[end]], colour, "now", size=12),
        ]

    places = picture.add(*moved(_still(problem, solution)))
    steps = range(_steps(problem, solution))
    return picture.move(places, *([moving(t, "line", "marker") for t in moved(k)] for k in steps))


def potential(problem: Landings, solution: Solution) -> Picture:
    """Ψ_δ along a ray, from 0 to 1 at ‖β‖ = 2: between ‖β‖² (δ → +∞) and ‖β‖ (δ → −∞)."""
    title = "δ bends the potential from ‖β‖ to ‖β‖²"
    alt = "The potential along a ray, scaled to 1 at length 2, between the straight line of delta = minus infinity and "
    delta = float(solution.moving.deltas[at_rest(problem, solution)])
    alt += f"the parabola of plus infinity; delta = {delta:.3g} at rest"
    picture = style.figure(
        problem, short="potential", title=title, alt=alt, x="‖β‖", y="Ψ(β) − Ψ(0), scaled", height=HEIGHT
    )
    picture.lay(xaxis={"range": [0, 2]}, yaxis={"range": [0, 1.02]})
    b = solution.size
    picture.add(style.line(b, b**2 / 4, style.UPSTREAM, "‖β‖², δ → +∞", width=1.5, dash="dash"))
    picture.add(style.line(b, b / 2, style.DOWNSTREAM, "‖β‖, δ → −∞", width=1.5, dash="dash"))
    style.label(picture, 1.45, 0.5, "‖β‖², δ → +∞", style.UPSTREAM, yshift=-14, xshift=0)
    style.label(picture, 0.55, 0.28, "‖β‖, δ → −∞", style.DOWNSTREAM, yshift=16, xanchor="right")

    def moved(k: int) -> list[dict]:
        at, end = (0, k) if problem.moves == "time" else (k, -1)
        path = solution.moving
        sizes = np.linalg.norm(path.beta[at, [0, end]], axis=-1)
        heights = np.interp(sizes, b, solution.potential[at])
        colour = style.side_colour(path.deltas[at])
        return [
            style.line(b, solution.potential[at], colour, f"δ = {path.deltas[at]:.3g}", width=5),
            style.points(sizes, heights, colour, "start and now", size=11, symbol=["circle-open", "circle"]),
        ]

    places = picture.add(*moved(_still(problem, solution)))
    steps = range(_steps(problem, solution))
    return picture.move(places, *([moving(t, "line", "marker") for t in moved(k)] for k in steps))


def _steps(problem: Landings, solution: Solution) -> int:
    return solution.times.size if problem.moves == "time" else solution.moving.deltas.size


def _still(problem: Landings, solution: Solution) -> int:
    return solution.times.size - 1 if problem.moves == "time" else at_rest(problem, solution)


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
    star, far = solution.beta_star, 2 * float(np.abs(solution.axes).max())
    if problem.data == "white":
        picture.add(style.points(star[:1], star[1:], style.MINIMA, "β*, the one solution", size=16, symbol="star"))
        return
    across = np.array([-problem.X[0, 1], problem.X[0, 0]]) / np.linalg.norm(problem.X)
    line = star + np.array([-3 * far, 3 * far])[:, None] * across
    picture.add(style.line(line[:, 0], line[:, 1], style.MINIMA, "zero loss: wx = y", width=4))


def _ends(picture: Picture, solution: Solution) -> None:
    for end, sign, colour in zip(solution.ends, "+−", (style.UPSTREAM, style.DOWNSTREAM), strict=True):
        if np.isfinite(end).all() and (end < solution.axes[:, -1]).all() and (end > solution.axes[:, 0]).all():
            x, y = end[:, None]
            picture.add(style.points(x, y, colour, f"δ → {sign}∞", size=13, symbol="square-open"))
            style.label(picture, end[0], end[1], f"δ → {sign}∞", colour, yshift=10)


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


def _mirror_alt(problem: Landings, solution: Solution) -> str:
    at = at_rest(problem, solution)
    x, y = solution.moving.mirror[at, -1] - solution.moving.mirror[at, 0]
    return (
        f"Movement of the potential's gradient, proportional to the first layer w: by ({x:.3g}, {y:.3g}) "
        f"for delta = {float(solution.moving.deltas[at]):.3g}; along the datum alone if there is one datum"
    )


def at_rest(problem: Landings, solution: Solution) -> int:
    """Where in solution.moving the picture rests: at the δ nearest to the problem's."""
    return int(np.abs(solution.moving.deltas - problem.delta).argmin())


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
