"""Implicit bias beside its plane: the flow in the mirror, the mirror's clock and the potential, and where the cursor stands."""

import math

import numpy as np

from core.figures import dashes, handles, phases, style
from core.figures.exact import colour_of
from core.figures.picture import Picture, moving
from core.problems.implicit_bias import FAN, Landings, Solution

HEIGHT = 370
BEYOND = 15.0  # where a line has left every frame


def cursors_run(problem: Landings) -> int | str:
    """Which of the flow's runs is the bold one: after the fan stands one for each place of the cursor, or one alone."""
    return len(FAN) if problem.moves == "time" else "cursor"


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
    along = np.array([[-BEYOND], [BEYOND]]) * problem.X[0] / np.linalg.norm(problem.X)
    if straight:
        ray = style.line(along[:, 0], along[:, 1], style.EQUIVALENT, "direction of x", width=1.5, dash=dashes.LEVEL)
        handles.role(picture, picture.add(ray)[0], 0, "datum", far=BEYOND)

    def moved(k: int) -> list[dict]:
        at, end = (0, k) if problem.moves == "time" else (k, -1)
        path, colour = moved_by[at], style.side_colour(solution.moving.deltas[at])
        return [
            style.line(path[:, 0], path[:, 1], colour, "∇Ψ along the path", width=5),
            style.points(path[:1, 0], path[:1, 1], colour, "∇Ψ(β₀)", size=12, symbol="circle-open"),
            style.points(path[[end], 0], path[[end], 1], colour, "now", size=12),
        ]

    places = picture.add(*moved(still_of(problem, solution)))
    for place, at in zip(places, ("all", "start", now_part(problem)), strict=True):
        handles.role(picture, place, cursors_run(problem), at, x="mirror1", y="mirror2")
    steps = range(steps_of(problem, solution))
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
        x="time t (log)",
        y="√(η<sub>a</sub>η<sub>w</sub>)·√(κ + δ)",
        height=HEIGHT,
    )
    times = np.maximum(solution.times, solution.times[1])
    picture.lay(xaxis={"type": "log", "range": [math.log10(times[0]), math.log10(times[-1])], "dtick": 1})
    phases.shade(picture, [("", "", one) for one in solution.phases])
    top = 1.08 * float(max(solution.moving.clock.max(), solution.fan.clock.max()))
    picture.lay(yaxis={"range": [0, top]})
    for k, (delta, speed) in enumerate(zip(FAN, solution.fan.clock, strict=True)):
        [place] = picture.add(style.line(times, speed, colour_of(delta), f"δ = {delta:g}", width=1.5))
        handles.role(picture, place, k, "all", x="t", y="clock")
    if problem.moves == "time":
        picture.handles.append(handles.time(float(times[0])))

    def moved(k: int) -> list[dict]:
        at, end = (0, k) if problem.moves == "time" else (k, times.size - 1)
        colour = style.side_colour(solution.moving.deltas[at])
        speed = solution.moving.clock[at]
        return [
            style.line(times, speed, colour, "clock", width=5),
            style.points(times[[end]], speed[[end]], colour, "now", size=12),
        ]

    places = picture.add(*moved(still_of(problem, solution)))
    for place, at in zip(places, ("all", now_part(problem)), strict=True):
        handles.role(picture, place, cursors_run(problem), at, x="t", y="clock")
    steps = range(steps_of(problem, solution))
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
    picture.add(style.line(b, b**2 / 4, style.UPSTREAM, "‖β‖², δ → +∞", width=1.5, dash=dashes.THEORY))
    picture.add(style.line(b, b / 2, style.DOWNSTREAM, "‖β‖, δ → −∞", width=1.5, dash=dashes.THEORY))
    style.key(
        picture,
        ((f"{dashes.THEORY.mark} ‖β‖, δ → −∞", style.DOWNSTREAM),),
        ((f"{dashes.THEORY.mark} ‖β‖², δ → +∞", style.UPSTREAM),),
    )

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

    places = picture.add(*moved(still_of(problem, solution)))
    handles.role(picture, places[1], cursors_run(problem), "on the potential", sizes=b.tolist())
    steps = range(steps_of(problem, solution))
    return picture.move(places, *([moving(t, "line", "marker") for t in moved(k)] for k in steps))


def now_part(problem: Landings) -> str:
    """Which part of the bold run "now" is."""
    return "now" if problem.moves == "time" else "end"


def steps_of(problem: Landings, solution: Solution) -> int:
    """How many places the cursor has."""
    return solution.times.size if problem.moves == "time" else solution.moving.deltas.size


def still_of(problem: Landings, solution: Solution) -> int:
    """The place where it rests."""
    return solution.times.size - 1 if problem.moves == "time" else at_rest(problem, solution)


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
