"""Geometry: the level set of δ with trajectories on it, the β-plane beside it, and the progress of loss and kernel."""

import math

import numpy as np

from core.figures import dashes, handles, phases, style
from core.figures.geometry_space import FLOOR, TOP, basins, end_in_words, shade, surface, surface_sweep, three
from core.figures.picture import Picture, moving
from core.problems.geometry import Geometry, Paths, Solution

CONTOURS = 48
STAR, START = 1, 2


def figures(problem: Geometry, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """The surface in (w₁, w₂, a), the β-plane, and the progress curves, or three surfaces; frames follow the cursor."""
    if problem.view == "three":
        left, middle, right = three(problem, solution)
        return left, middle, right
    if problem.moves == "delta":
        return surface_sweep(problem, solution), plane_sweep(problem, solution), progress_sweep(problem, solution)
    scene = basins if problem.view == "basins" else surface
    over_time = apart if problem.start == "pair" else progress
    return scene(problem, solution), plane(problem, solution), over_time(problem, solution)


def plane(problem: Geometry, solution: Solution) -> Picture:
    """β = a w over the loss contours: what the function does while the weights walk on the surface."""
    picture = _plane(problem, solution, "The function's path β over the loss")
    paths = solution.beside or solution.paths
    lines = picture.add(*(line for path in paths for line in _paths2d(path)))
    places = picture.add(_now2d(paths, 0))
    if problem.start == "function":
        _hold_in_plane(problem, picture, lines[0], places[0])
    return picture.move(places, *([moving(_now2d(paths, k))] for k in range(solution.times.size)))


def plane_sweep(problem: Geometry, solution: Solution) -> Picture:
    """The same β₀ under every δ: the path bends from a straight line to a detour."""
    picture = _plane(problem, solution, "Same start, same target: δ bends the path")
    places = picture.add(*_paths2d(solution.paths[len(solution.paths) // 2]))
    frames = ([moving(trace, "line") for trace in _paths2d(path)] for path in solution.paths)
    return picture.move(places, *frames)


def progress(problem: Geometry, solution: Solution) -> Picture:
    """Loss left and kernel distance against log t, with a cursor line."""
    picture = _progress(problem, solution, f"Loss and kernel over time: {solution.regime.word}")
    lines = picture.add(*_progress_lines(solution, solution.paths[0]))
    places = picture.add(_cursor_line(solution.times[1]))
    phases.shade(picture, [("", "", one) for one in solution.phases])
    picture.handles.append(handles.time(float(solution.times[1])))
    for place, curve in zip(lines, ("loss", "kernel_distance"), strict=True):
        handles.role(picture, place, 0, "later", x="t", y=curve)
    times = np.maximum(solution.times, solution.times[1])
    return picture.move(places, *([moving(_cursor_line(t))] for t in times))


def apart(problem: Geometry, solution: Solution) -> Picture:
    """How far the two starts are from each other, with loss and kernel, against log t on a log axis: a linear one shows a
    pair's loss as two flat lines, since it starts a hundred times above its saddle's."""
    path = solution.paths[0]
    gap = np.hypot(path.a[1] - path.a[0], np.linalg.norm(path.w[1] - path.w[0], axis=-1))
    ends = f"{style.number(gap[0])} apart at the start, {style.number(gap[-1])} at the end"
    picture = _progress(problem, solution, f"The two starts are {ends}")
    picture.layout["meta"]["alt"] += f" The weights of the two starts are {ends}."
    picture.layout["annotations"].clear()
    kept = (("━ loss left", style.LOSS_LINE), (f"{dashes.KERNEL.mark} kernel S(0,t)", style.KERNEL))
    style.key(picture, kept, (("━ between the two starts", style.INK),))
    picture.lay(margin={"t": 76}, yaxis={"type": "log", "range": [math.log10(0.5 * gap[0]), 1.0], "dtick": 1})
    picture.add(*_progress_lines(solution, path))
    picture.add(style.line(solution.times[1:], gap[1:], style.INK, "distance between the two starts"))
    places = picture.add(_cursor_line(solution.times[1], 1e-9, 10.0))
    phases.shade(picture, [("", "", one) for one in solution.phases])
    picture.handles.append(handles.time(float(solution.times[1])))
    times = np.maximum(solution.times, solution.times[1])
    return picture.move(places, *([moving(_cursor_line(t, 1e-9, 10.0))] for t in times))


def progress_sweep(problem: Geometry, solution: Solution) -> Picture:
    """Loss left and kernel distance against log t, one frame per δ."""
    picture = _progress(problem, solution, "Loss and kernel for the δ at the cursor")
    places = picture.add(*_progress_lines(solution, solution.paths[len(solution.paths) // 2]))
    return picture.move(places, *([moving(t) for t in _progress_lines(solution, p)] for p in solution.paths))


def _hold_in_plane(problem: Geometry, picture: Picture, line: int, now: int) -> None:
    picture.handles.append(handles.polar(problem, "beta_0", "start β₀", angle="angle", norm="norm", flow="beta_0"))
    picture.handles.append(
        handles.polar(problem, "beta_star", "target β*", angle="target_angle", norm="target_norm", flow="beta_star")
    )
    grid = picture.data[0]["x"].astype(float).tolist()
    picture.roles.append({"place": 0, "run": 0, "at": "contours", "grid": grid, "floor": FLOOR})
    for place, at in ((STAR, "target"), (START, "start"), (line, "all"), (now, "now")):
        handles.role(picture, place, 0, at, x="beta1", y="beta2")


def _plane(problem: Geometry, solution: Solution, title: str) -> Picture:
    path = solution.paths[0]
    far = _view(problem, solution)
    grid = np.linspace(-far, far, CONTOURS)
    picture = style.figure(
        problem, short="plane", title=title, alt="Function space. " + end_in_words(path), x="β₁", y="β₂"
    )
    picture.lay(xaxis={"range": [-far, far], "constrain": "domain"})
    picture.lay(yaxis={"range": [-far, far], "scaleanchor": "x", "constrain": "domain"})
    picture.add(
        {
            "type": "contour",
            "x": style.f32(grid),
            "y": style.f32(grid),
            "z": style.f32(shade(np.stack(np.meshgrid(grid, grid), axis=-1), problem)),
            "colorscale": style.LOSS,
            "zmin": math.log10(FLOOR),
            "zmax": math.log10(TOP),
            "opacity": 0.8,
            "ncontours": 12,
            "line": {"width": 0.5, "color": style.EQUIVALENT},
            "showscale": False,
            "hovertemplate": "β (%{x:.2f}, %{y:.2f}): log₁₀ loss %{z:.2f}<extra></extra>",
        }
    )
    star, start = problem.beta_star, path.beta[0, 0]
    picture.add(style.points(star[:1], star[1:], style.MINIMA, "β*, zero loss", size=16, symbol="star"))
    picture.add(style.points(start[:1], start[1:], style.INK, "β₀, start", size=13, symbol="circle-open"))
    style.label(picture, star[0], star[1], "β*: zero loss", style.MINIMA, yshift=12, name=f"at {STAR}")
    away = float(np.abs(start).max())
    if away < far:
        style.label(picture, start[0], start[1], "β₀", style.INK, yshift=12, name=f"at {START}")
    else:
        edge, left = 0.9 * far * start / away, start[0] < 0
        place = {"xanchor": "left" if left else "right", "xshift": 12 if left else -12}
        style.label(picture, edge[0], edge[1], "from β₀, outside", style.INK, **place)
    return picture


def _view(problem: Geometry, solution: Solution) -> float:
    """Half-width of the β-plane: all of the paths, but for the pair only where they part."""
    star = float(np.abs(problem.beta_star).max())
    if problem.start == "pair":
        return max(1.0, 1.6 * star)
    farthest = max(float(np.abs(path.beta).max()) for path in solution.paths)
    return max(1.5, 1.15 * farthest, 1.15 * star)


def _paths2d(path: Paths) -> list[dict]:
    colour = style.side_colour(path.delta)
    return [style.line(beta[:, 0], beta[:, 1], colour, "β") for beta in path.beta]


def _now2d(paths: tuple[Paths, ...], k: int) -> dict:
    beta = np.concatenate([path.beta[:, k] for path in paths])
    return style.points(beta[:, 0], beta[:, 1], style.INK, "now", size=13)


def _progress(problem: Geometry, solution: Solution, title: str) -> Picture:
    alt = f"Loss left and kernel distance against time. {solution.regime.basis}"
    picture = style.figure(problem, short="loss", title=title, alt=alt, x="gradient-flow time t (log)")
    picture.lay(xaxis=style.log_axis(solution.times[1], solution.times[-1]), yaxis={"range": [-0.03, 1.06]})
    return style.key(picture, (("━ loss left", style.LOSS_LINE), (f"{dashes.KERNEL.mark} kernel S(0,t)", style.KERNEL)))


def _progress_lines(solution: Solution, path: Paths) -> list[dict]:
    left = path.loss[0] / max(path.loss[0, 0], 1e-300)
    times = solution.times[1:]
    return [
        style.line(times, left[1:], style.LOSS_LINE, "loss left"),
        style.line(times, path.kernel_distance[0, 1:], style.KERNEL, "kernel distance", dash=dashes.KERNEL),
    ]


def _cursor_line(time: float, low: float = -0.03, high: float = 1.03) -> dict:
    return style.line([time, time], [low, high], style.INK, width=1.5)
