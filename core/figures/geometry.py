"""Geometry: the level set of δ with trajectories on it, the β-plane beside it, and the progress of loss and kernel."""

import math

import numpy as np

from core.figures import handles, network, phases, style
from core.figures.picture import Picture, moving
from core.problems.geometry import Geometry, Paths, Solution, equivalent, excess_loss, half_sheets

FLOOR, TOP = 1e-2, 1e1
CONTOURS = 48
STAR, START = 1, 2


def figures(problem: Geometry, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """The surface in (w₁, w₂, a), the β-plane, and the progress curves; frames follow the problem's cursor."""
    if problem.moves == "delta":
        return surface_sweep(problem, solution), plane_sweep(problem, solution), progress_sweep(problem, solution)
    return surface(problem, solution), plane(problem, solution), progress(problem, solution)


def surface(problem: Geometry, solution: Solution) -> Picture:
    """The level set coloured by loss; the marker runs along the trajectory, one frame per time."""
    path = solution.paths[0]
    picture = _space(problem, solution, path, _surface_title(problem, path))
    picture.add(*_sheets(problem, path, solution.reach), *_manifolds(problem, path, solution.reach))
    picture.add(_parting(solution, 0))
    ways = picture.add(*_ways(path))
    places = picture.add(_now3d(path, 0))
    picture.network = network.single([("of the path", path.w[0], path.a[0], path.delta)])
    if problem.start == "function":
        _hold_in_space(problem, solution, picture, [*ways, *places])
    return picture.move(places, *([moving(_now3d(path, k))] for k in range(solution.times.size)))


def surface_sweep(problem: Geometry, solution: Solution) -> Picture:
    """The level set as δ runs from −2 to 2: one sheet pinches to a cone and splits in two."""
    middle = len(solution.paths) // 2
    path = solution.paths[middle]
    picture = _space(problem, solution, path, "One sheet pinches to a cone at δ = 0 and splits in two")
    picture.add(*_manifolds(problem, path, solution.reach))

    def changing(k: int) -> list[dict]:
        sheets = _sheets(problem, solution.paths[k], solution.reach)
        return [*sheets, _parting(solution, k), *_ways(solution.paths[k])]

    starts = [np.stack([getattr(path, name)[0, 0] for path in solution.paths]) for name in ("w", "a")]
    copy = network.copy("at the start", starts[0][:, None], starts[1][:, None], solution.deltas)
    picture.network = network.picture([copy])
    places = picture.add(*changing(middle))
    style.told(picture, (_surface_title(problem, path) for path in solution.paths))
    frames = ([moving(trace, "surfacecolor", "line", "marker") for trace in changing(k)] for k in _each(solution))
    return picture.move(places, *frames)


def plane(problem: Geometry, solution: Solution) -> Picture:
    """β = a w over the loss contours: what the function does while the weights walk on the surface."""
    path = solution.paths[0]
    picture = _plane(problem, solution, "The function's path β over the loss")
    lines = picture.add(*_paths2d(path))
    places = picture.add(_now2d(path, 0))
    if problem.start == "function":
        _hold_in_plane(problem, picture, lines[0], places[0])
    return picture.move(places, *([moving(_now2d(path, k))] for k in range(solution.times.size)))


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


def progress_sweep(problem: Geometry, solution: Solution) -> Picture:
    """Loss left and kernel distance against log t, one frame per δ."""
    picture = _progress(problem, solution, "Loss and kernel for the δ at the cursor")
    places = picture.add(*_progress_lines(solution, solution.paths[len(solution.paths) // 2]))
    return picture.move(places, *([moving(t) for t in _progress_lines(solution, p)] for p in solution.paths))


def _hold_in_space(problem: Geometry, solution: Solution, picture: Picture, ways: list[int]) -> None:
    """δ moves the start along the weights of the same function; the flow on the new level set follows."""
    weights = {"x": "w1", "y": "w2", "z": "a"}
    picture.flow = handles.flow(problem, solution.times, solution.deltas, reach=solution.reach)
    picture.handles.append(
        handles.equivalents(problem, "delta", "start in weight space: relative scale δ", field="delta")
    )
    for place, side in enumerate((1, -1)):
        picture.roles.append({"place": place, "run": 0, "at": "sheet", "side": side, "floor": FLOOR})
    for place, at in enumerate(("minima", "same function", "separatrix"), 2):
        picture.roles.append({"place": place, "run": 0, "at": at})
    for place, at in zip(ways, ("all", "start", "end", "now"), strict=True):
        handles.role(picture, place, 0, at, **weights)


def _hold_in_plane(problem: Geometry, picture: Picture, line: int, now: int) -> None:
    picture.handles.append(handles.polar(problem, "beta_0", "start β₀", angle="angle", norm="norm", flow="beta_0"))
    picture.handles.append(
        handles.polar(problem, "beta_star", "target β*", angle="target_angle", norm="target_norm", flow="beta_star")
    )
    grid = picture.data[0]["x"].astype(float).tolist()
    picture.roles.append({"place": 0, "run": 0, "at": "contours", "grid": grid, "floor": FLOOR})
    for place, at in ((STAR, "target"), (START, "start"), (line, "all"), (now, "now")):
        handles.role(picture, place, 0, at, x="beta1", y="beta2")


def _each(solution: Solution) -> range:
    return range(solution.deltas.size)


def _sheet_words(delta: float) -> str:
    return "two sheets" if delta > 0 else "one sheet" if delta < 0 else "a double cone"


def _surface_title(problem: Geometry, path: Paths) -> str:
    if problem.start == "pair":
        return "A hair’s breadth apart at the start, on opposite branches at the end"
    mark, side = style.side_mark(path.delta), style.side_name(path.delta)
    return f"{mark} δ = {style.number(path.delta)}, {side}: the flow stays on {_sheet_words(path.delta)}"


def _alt(path: Paths) -> str:
    end = path.beta[0, -1]
    return (
        f"Level set of delta = {path.delta:.3g}, {_sheet_words(path.delta)}, {style.side_name(path.delta)}; "
        f"the trajectory ends at beta = ({end[0]:.3g}, {end[1]:.3g}) with loss {path.loss[0, -1]:.2g}"
    )


def _space(problem: Geometry, solution: Solution, path: Paths, title: str) -> Picture:
    return style.space(
        problem, short="surface", title=title, alt=_alt(path), axes=("w₁", "w₂", "a"), reach=solution.reach
    )


def _sheets(problem: Geometry, path: Paths, reach: float) -> list[dict]:
    return [
        {
            "type": "surface",
            "x": style.f32(x),
            "y": style.f32(y),
            "z": style.f32(np.where(np.abs(z) <= reach, z, np.nan)),
            "surfacecolor": style.f32(_shade(np.stack([x * z, y * z], axis=-1), problem)),
            "cmin": math.log10(FLOOR),
            "cmax": math.log10(TOP),
            "colorscale": style.LOSS,
            "opacity": 0.72,
            "showscale": False,
            "hoverinfo": "skip",
            "lighting": {"ambient": 0.95, "diffuse": 0.15, "specular": 0.0},
        }
        for x, y, z in half_sheets(path.delta, problem.eta_a, problem.eta_w, reach)
    ]


def _shade(beta: np.ndarray, problem: Geometry) -> np.ndarray:
    return np.log10(np.maximum(excess_loss(beta, problem.beta_star), FLOOR))


def _manifolds(problem: Geometry, path: Paths, reach: float) -> list[dict]:
    """Zero loss and the same function: hyperbolas that do not depend on δ."""
    minima = _two_branches(equivalent(problem.beta_star, reach))
    same = _two_branches(equivalent(path.beta[0, 0], reach))
    return [
        style.line3d(minima, style.MINIMA, "zero loss, a w = β*", width=9),
        style.line3d(same, style.EQUIVALENT, "same function as the start", width=6),
    ]


def _two_branches(curves: np.ndarray) -> np.ndarray:
    return np.concatenate([curves[0], np.full((1, 3), np.nan), curves[1]])


def _parting(solution: Solution, k: int) -> dict:
    curve = solution.separatrix[k]
    inside = (np.abs(curve) <= solution.reach).all(axis=1, keepdims=True)
    name = "separating curve, flows to the saddle"
    return style.line3d(np.where(inside, curve, np.nan), style.INK, name, width=4, dash="dash")


def _ways(path: Paths) -> list[dict]:
    colour = style.side_colour(path.delta)
    weights = np.concatenate([path.w, path.a[..., None]], axis=-1)
    lines = [style.line3d(way, colour, "gradient flow", width=9) for way in weights]
    start = style.points3d(weights[:, 0], colour, "start", size=7, symbol="circle-open")
    end = style.points3d(weights[:, -1], colour, "end", size=6, symbol="diamond")
    return [*lines, start, end]


def _now3d(path: Paths, k: int) -> dict:
    return style.points3d(np.column_stack([path.w[:, k], path.a[:, k]]), style.INK, "now", size=8)


def _plane(problem: Geometry, solution: Solution, title: str) -> Picture:
    path = solution.paths[0]
    far = _view(problem, solution)
    grid = np.linspace(-far, far, CONTOURS)
    picture = style.figure(problem, short="plane", title=title, alt="Function space. " + _alt(path), x="β₁", y="β₂")
    picture.lay(xaxis={"range": [-far, far], "constrain": "domain"})
    picture.lay(yaxis={"range": [-far, far], "scaleanchor": "x", "constrain": "domain"})
    picture.add(
        {
            "type": "contour",
            "x": style.f32(grid),
            "y": style.f32(grid),
            "z": style.f32(_shade(np.stack(np.meshgrid(grid, grid), axis=-1), problem)),
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
    if np.abs(start).max() < far:
        style.label(picture, start[0], start[1], "β₀", style.INK, yshift=12, name=f"at {START}")
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


def _now2d(path: Paths, k: int) -> dict:
    return style.points(path.beta[:, k, 0], path.beta[:, k, 1], style.INK, "now", size=13)


def _progress(problem: Geometry, solution: Solution, title: str) -> Picture:
    alt = f"Loss left and kernel distance against time. {solution.regime.basis}"
    picture = style.figure(problem, short="loss", title=title, alt=alt, x="gradient-flow time t (log)")
    low = math.log10(solution.times[1])
    picture.lay(xaxis=style.log_axis(solution.times[1], solution.times[-1]), yaxis={"range": [-0.03, 1.3]})
    style.label(picture, low, 1.23, "━ loss left L/L₀", style.LOSS_LINE)
    return style.label(picture, low, 1.11, "╌ kernel distance S(0,t)", style.KERNEL)


def _progress_lines(solution: Solution, path: Paths) -> list[dict]:
    left = path.loss[0] / max(path.loss[0, 0], 1e-300)
    times = solution.times[1:]
    return [
        style.line(times, left[1:], style.LOSS_LINE, "loss left"),
        style.line(times, path.kernel_distance[0, 1:], style.KERNEL, "kernel distance", dash="dash"),
    ]


def _cursor_line(time: float) -> dict:
    return style.line([time, time], [-0.03, 1.03], style.INK, width=1.5)
