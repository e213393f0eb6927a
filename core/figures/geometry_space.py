"""Geometry's scenes: the level set of δ with gradient flow on it, three of them beside each other, and what separates the
basins (paper, figures 2 and 7)."""

import math

import numpy as np

from core.figures import dashes, handles, network, style
from core.figures.picture import Picture, moving
from core.problems.geometry import LEAST_APART, Geometry, Paths, Solution, equivalent, excess_loss, half_sheets

FLOOR, TOP = 1e-2, 1e1
FARTHEST = 10.0
SMALL = 5
NEARER = 1.05
WEIGHTS = {"x": "w1", "y": "w2", "z": "a"}
BY_LOSS = {
    "cmin": math.log10(FLOOR),
    "cmax": math.log10(TOP),
    "colorscale": style.LOSS,
    "opacity": 0.72,
    "lighting": {"ambient": 0.95, "diffuse": 0.15, "specular": 0.0},
}


def surface(problem: Geometry, solution: Solution) -> Picture:
    """The level set coloured by loss; the marker runs along the trajectory, one frame per time."""
    path = solution.paths[0]
    picture = _space(problem, solution, path, _surface_title(problem, path))
    picture.add(*_sheets(problem, path, solution.reach))
    _named(picture, picture.add(*_manifolds(problem, path, solution.reach)))
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
    _named(picture, picture.add(*_manifolds(problem, path, solution.reach)))

    def changing(k: int) -> list[dict]:
        sheets = _sheets(problem, solution.paths[k], solution.reach)
        return [*sheets, _parting(solution, k), *_ways(solution.paths[k])]

    starts = [np.stack([getattr(path, name)[0, 0] for path in solution.paths]) for name in ("w", "a")]
    copy = network.copy("at the start", starts[0][:, None], starts[1][:, None], solution.deltas)
    picture.network = network.picture([copy])
    places = picture.add(*changing(middle))
    style.told(picture, (_surface_title(problem, path) for path in solution.paths))
    frames = (
        [moving(trace, "surfacecolor", "line", "marker") for trace in changing(k)] for k in range(solution.deltas.size)
    )
    return picture.move(places, *frames)


def three(problem: Geometry, solution: Solution) -> tuple[Picture, ...]:
    """Figure 2 at one glance: one start on the level sets −|δ|, 0 and |δ|, on one clock and in one cube."""
    pictures = tuple(_one_of_three(problem, solution, k) for k in range(len(solution.beside)))
    runs = [(f"of δ = {path.delta:g}", path.w[0], path.a[0], path.delta) for path in solution.beside]
    pictures[0].network = network.single(runs)
    return pictures


def _one_of_three(problem: Geometry, solution: Solution, k: int) -> Picture:
    path, word = solution.beside[k], solution.words[k]
    named = f"{style.side_mark(path.delta)} δ = {style.number(path.delta)}"
    title = f"{named}: {_sheet_words(path.delta)}, {word.word}, S ends at\u00a0{style.number(word.kernel_distance)}"
    picture = _space(problem, solution, path, title, short=named)
    picture.lay(scene={"aspectmode": "manual", "aspectratio": dict.fromkeys("xyz", NEARER)})
    picture.lay(scene={f"{axis}axis": {"showticklabels": False} for axis in "xy"})
    picture.lay(scene={"zaxis": style.upright("a", solution.reach, numbers=False)})
    halves = half_sheets(path.delta, problem.eta_a, problem.eta_w, solution.reach)
    picture.add(*(_mesh(np.moveaxis(half, 0, -1), problem) for half in halves))
    _named(picture, picture.add(*_manifolds(problem, path, solution.reach)))
    ways = picture.add(*_ways(path))
    places = picture.add(_now3d(path, 0, SMALL))
    if problem.start == "function":
        _hold_three(problem, solution, picture, k, [*ways, *places])
    return picture.move(places, *([moving(_now3d(path, t, SMALL))] for t in range(solution.times.size)))


def basins(problem: Geometry, solution: Solution) -> Picture:
    """Figure 7: the surface that separates the basins, the saddles on it, and starts beside it."""
    path = solution.paths[0]
    picture = _space(problem, solution, path, _basins_title(problem, solution), alt=_basins_alt(solution))
    minima, same = _manifolds(problem, path, solution.reach)
    picture.add(_mesh(solution.sheet, problem, "separating surface"), _saddles(problem, solution.reach))
    _named(picture, picture.add(minima, *([same] if problem.start != "pair" else [])))
    for one in solution.beside:
        picture.add(*_ways(one, _colour(one.delta)))
    runs = [(f"of δ = {one.delta:g}", one.w[0], one.a[0], one.delta) for one in solution.beside]
    picture.network = network.single(runs)

    def now(k: int) -> dict:
        at = [np.column_stack([one.w[:, k], one.a[:, k]]) for one in solution.beside]
        return style.points3d(np.concatenate(at), style.INK, "now", size=SMALL)

    places = picture.add(now(0))
    return picture.move(places, *([moving(now(k))] for k in range(solution.times.size)))


def _saddles(problem: Geometry, reach: float) -> dict:
    """a = 0 and w at a right angle to β*: a line, on which the separating surface's flow ends."""
    e = problem.beta_star / problem.target_norm
    across = np.array([-e[1], e[0], 0.0]) * reach / max(abs(e[0]), abs(e[1]))
    return style.line3d(np.stack([-across, across]), style.INK, "saddles", width=5)


def _basins_title(problem: Geometry, solution: Solution) -> str:
    if problem.start == "pair":
        return "Starts 10⁻³ apart run along the surface to a saddle, then part"
    branch = int(solution.beside[0].branch[0])
    if problem.delta > 0:
        return f"δ > 0 lies apart from the surface: a stays {'above' if branch > 0 else 'below'} 0"
    if branch == 0:
        return "The start lies on the surface, and ends at a saddle"
    return f"The start’s side of the surface ends {'above' if branch > 0 else 'below'} a = 0"


def _basins_alt(solution: Solution) -> str:
    ends = "; ".join(
        f"delta = {one.delta:.3g}: " + " and ".join(f"a = {a:.3g}" for a in one.a[:, -1]) for one in solution.beside
    )
    return f"The surface of all starts with delta at most 0 that flow to a saddle, and flow beside it, ending at {ends}"


def _colour(delta: float) -> str:
    return style.delta_colour(delta, FARTHEST)


def _hold_in_space(problem: Geometry, solution: Solution, picture: Picture, ways: list[int]) -> None:
    """δ moves the start along the weights of the same function; the flow on the new level set follows."""
    picture.layout["meta"]["level"] = 0
    picture.flow = handles.flow(problem, solution.times, solution.deltas, reach=solution.reach)
    picture.handles.append(
        handles.equivalents(problem, "delta", "start in weight space: relative scale δ", field="delta")
    )
    for place, half in enumerate((1, -1)):
        picture.roles.append({"place": place, "run": 0, "at": "sheet", "side": half, "floor": FLOOR})
    for place, at in enumerate(("minima", "same function", "separatrix"), 2):
        picture.roles.append({"place": place, "run": 0, "at": at})
    for place, at in zip(ways, ("all", "start", "end", "now"), strict=True):
        handles.role(picture, place, 0, at, **WEIGHTS)


def _hold_three(problem: Geometry, solution: Solution, picture: Picture, k: int, ways: list[int]) -> None:
    """|δ| moves both outer starts, each on its own side of 0, and all that lies on the three level sets."""
    deltas = [path.delta for path in solution.beside]
    picture.layout["meta"]["level"] = k
    picture.flow = handles.flow(problem, solution.times, deltas, reach=solution.reach)
    if deltas[k]:
        held = handles.equivalents(problem, "delta", "start in weight space: relative scale δ", field="delta")
        side = {"low": LEAST_APART} if deltas[k] > 0 else {"high": -LEAST_APART}
        aside = {"knob": held["knob"] | side, "values": {"delta": deltas[k]}, "run": k, "apart": LEAST_APART}
        picture.handles.append(held | aside)
    for place, half in enumerate((1, -1)):
        handles.role(picture, place, k, "mesh", side=half, floor=FLOOR)
    for place, at in enumerate(("minima", "same function"), 2):
        handles.role(picture, place, k, at)
    for place, at in zip(ways, ("all", "start", "end", "now"), strict=True):
        handles.role(picture, place, k, at, **WEIGHTS)


def _sheet_words(delta: float) -> str:
    return "two sheets" if delta > 0 else "one sheet" if delta < 0 else "a double cone"


def _surface_title(problem: Geometry, path: Paths) -> str:
    if problem.start == "pair":
        return "A hair’s breadth apart at the start, on opposite branches at the end"
    mark, side = style.side_mark(path.delta), style.side_name(path.delta)
    swept = problem.moves == "delta"
    here = f"δ = {style.number(path.delta)}" if swept else style.delta_here(path.delta, problem.delta)
    return f"{mark} {here}, {side}: the flow stays on {_sheet_words(path.delta)}"


def end_in_words(path: Paths) -> str:
    """The text alternative: δ, the sheets, and where the flow has come to."""
    end = path.beta[0, -1]
    return (
        f"Level set of delta = {path.delta:.3g}, {_sheet_words(path.delta)}, {style.side_name(path.delta)}; "
        f"the trajectory ends at beta = ({end[0]:.3g}, {end[1]:.3g}) with loss {path.loss[0, -1]:.2g}"
    )


def _space(
    problem: Geometry, solution: Solution, path: Paths, title: str, *, short: str = "surface", alt: str = ""
) -> Picture:
    axes = ("w₁", "w₂", "a")
    return style.space(
        problem, short=short, title=title, alt=alt or end_in_words(path), axes=axes, reach=solution.reach
    )


def _sheets(problem: Geometry, path: Paths, reach: float) -> list[dict]:
    halves = half_sheets(path.delta, problem.eta_a, problem.eta_w, reach)
    return [_surface_of(x, y, np.where(np.abs(z) <= reach, z, np.nan), problem) for x, y, z in halves]


def _surface_of(x: np.ndarray, y: np.ndarray, z: np.ndarray, problem: Geometry) -> dict:
    level = shade(np.stack([x * z, y * z], axis=-1), problem)
    places = {"x": style.f32(x), "y": style.f32(y), "z": style.f32(z), "surfacecolor": style.f32(level)}
    return {"type": "surface", **places, "showscale": False, "hoverinfo": "skip", **BY_LOSS}


def _mesh(points: np.ndarray, problem: Geometry, name: str = "") -> dict:
    """points[m, k, 3] of weight space as a mesh, since plotly divides a surface of uneven steps into a hundred times its
    faces. They are drawn row by row: one order for what lies before and behind, so that the mixed colours have no seams."""
    rows, columns, _ = points.shape
    flat = points.reshape(-1, 3)
    level = shade(flat[:, :2] * flat[:, 2:], problem)
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    above = corner + columns
    faces = np.array([[corner, corner + 1, above], [corner + 1, above + 1, above]], dtype=np.int16)
    places = {n: style.f32(flat[:, k]) for k, n in enumerate("xyz")} | {"intensity": style.f32(level)}
    corners = dict(zip("ijk", faces.transpose(1, 2, 0).reshape(3, -1), strict=True))
    named = {"meta": [rows, columns]} | ({"name": name} if name else {})
    return {"type": "mesh3d", **places, **corners, "showscale": False, "hoverinfo": "skip", **BY_LOSS, **named}


def shade(beta: np.ndarray, problem: Geometry) -> np.ndarray:
    """log₁₀ of the excess loss at beta[..., 2], no lower than FLOOR's."""
    return np.log10(np.maximum(excess_loss(beta, problem.beta_star), FLOOR))


def _manifolds(problem: Geometry, path: Paths, reach: float) -> list[dict]:
    """Zero loss and the same function: hyperbolas that do not depend on δ."""
    minima = _two_branches(equivalent(problem.beta_star, reach))
    same = _two_branches(equivalent(path.beta[0, 0], reach))
    return [
        style.line3d(minima, style.MINIMA, "zero loss, a w = β*", width=9),
        style.line3d(same, style.EQUIVALENT, "same function as the start", width=6),
    ]


def _named(picture: Picture, places: list[int]) -> None:
    """What the two curves are, where they leave the picture."""
    names = (("zero loss", style.MINIMA, 1), ("same function", style.EQUIVALENT, -1))
    for place, (text, colour, up) in zip(places, names, strict=False):
        style.name3d(picture, place, text, colour, up=up)


def _two_branches(curves: np.ndarray) -> np.ndarray:
    return np.concatenate([curves[0], np.full((1, 3), np.nan), curves[1]])


def _parting(solution: Solution, k: int) -> dict:
    curve = solution.separatrix[k]
    inside = (np.abs(curve) <= solution.reach).all(axis=1, keepdims=True)
    name = "separating curve, flows to the saddle"
    return style.line3d(np.where(inside, curve, np.nan), style.INK, name, width=4, dash=dashes.BORDER)


def _ways(path: Paths, colour: str = "") -> list[dict]:
    colour = colour or style.side_colour(path.delta)
    weights = np.concatenate([path.w, path.a[..., None]], axis=-1)
    lines = [style.line3d(way, colour, "gradient flow", width=9) for way in weights]
    start = style.points3d(weights[:, 0], colour, "start", size=7, symbol="circle-open")
    end = style.points3d(weights[:, -1], colour, "end", size=6, symbol="diamond")
    return [*lines, start, end]


def _now3d(path: Paths, k: int, size: int = 8) -> dict:
    return style.points3d(np.column_stack([path.w[:, k], path.a[:, k]]), style.INK, "now", size=size)
