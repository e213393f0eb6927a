"""Loss landscapes: the minimal model's level set in space and unrolled, and a student's slices with its trajectory."""

import math

import numpy as np

from core.figures import dashes, handles, network, phases, style
from core.figures.picture import Picture, moving
from core.problems.geometry import half_sheets
from core.problems.landscape import Problem, Slice, Solution
from core.theory import landscape as minimal

REACH = 2.6
FLOOR, TOP, GRID = 1e-2, 1e1, (81, 61)
THIN = 2  # a contour has more points than a picture shows
HEIGHT = 470


def figures(problem: Problem, solution: Solution) -> tuple[Picture, Picture]:
    """The minimal model's level set in (w₁, w₂, a), and the same surface unrolled into (direction of w, a)."""
    return level_set(problem, solution), chart(problem, solution)


def slices(problem: Problem, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """The student's loss over its path's components in space and from above, and over two random directions."""
    return hills(problem, solution), components(problem, solution), at_random(problem, solution)


def level_set(problem: Problem, solution: Solution) -> Picture:
    """The level set δ with exact contours of the loss, both minima, the ridge between them, and the flow."""
    flow = solution.neuron
    picture = style.space(
        problem,
        short="surface",
        title=_title(flow.delta),
        alt=_alt(flow),
        axes=("w₁", "w₂", "a"),
        reach=REACH,
        height=HEIGHT,
    )
    picture.lay(scene={"camera": {"eye": {"x": 1.15, "y": -1.93, "z": 1.26}}})
    picture.add(*_sheets(flow.delta))
    for one in flow.contours:
        width = 4 if one.level == minimal.SADDLE_LOSS else 2
        rings = np.concatenate([one.w, one.a[..., None]], axis=-1)[:, ::THIN]
        picture.add(style.line3d(_ring(rings), style.LOSS_LINE, f"loss {one.level:g}", width=width))
    if flow.separatrix is not None:
        picture.add(style.line3d(_ring(_lifted(flow)), style.INK, "ridge", width=4, dash=dashes.BORDER))
    a, w = minimal.single_neuron.split(minimal.BETA_STAR, flow.delta, sign=np.array([1, -1]))
    [minima] = picture.add(style.points3d(np.column_stack([w, a]), style.MINIMA, "zero loss", size=7, symbol="diamond"))
    style.name3d(picture, minima, "zero loss", style.MINIMA)
    path = np.column_stack([flow.w, flow.a])
    colour = style.side_colour(flow.delta)
    line = style.line3d(path, colour, "gradient flow", width=9)
    start = style.points3d(path[:1], colour, "start", size=7, symbol="circle-open")
    ways = picture.add(line, start, style.points3d(path[-1:], style.INK, "now", size=7))
    for place, at in zip(ways, ("all", "start", "now"), strict=True):
        handles.role(picture, place, 0, at, x="w1", y="w2", z="a")
    picture.network = network.single([("of the path", flow.w, flow.a, flow.delta)])
    return picture.move(ways[-1:], *([moving(style.points3d(path[[k]], style.INK))] for k in range(len(path))))


def chart(problem: Problem, solution: Solution) -> Picture:
    """The level set unrolled: direction of w across, a upwards; a band is empty where δ > 0 parts the sheets."""
    flow = solution.neuron
    picture = style.figure(
        problem,
        short="unrolled",
        title=_finding(flow),
        alt="The level set unrolled. " + _alt(flow),
        x="direction of w from β* (degrees)",
        y="a",
        height=HEIGHT,
    )
    picture.lay(xaxis={"range": [-90, 270], "dtick": 90}, yaxis={"range": [-REACH, REACH]})
    picture.add(_shade(flow.delta))
    for one in flow.contours:
        width = 2.5 if one.level == minimal.SADDLE_LOSS else 1
        for theta, a in zip(one.theta, one.a, strict=True):
            picture.add(
                style.line(*_unrolled(theta[::THIN], a[::THIN]), style.LOSS_LINE, f"loss {one.level:g}", width=width)
            )
    if flow.separatrix is not None:
        for side in flow.separatrix:
            picture.add(style.line(*_unrolled(*side.T), style.INK, "ridge", width=3, dash=dashes.BORDER))
    _mark_rest(picture, flow)
    colour = style.side_colour(flow.delta)
    line = style.line(*_unrolled(flow.theta, flow.a), colour, "gradient flow", width=5)
    start = style.points(flow.theta[:1], flow.a[:1], colour, "start", size=13, symbol="circle-open")
    ways = picture.add(line, start, style.points(flow.theta[-1:], flow.a[-1:], style.INK, "now", size=13))
    phases.shade(picture, [("", "", solution.phases)], axis=False)
    _hold(problem, flow, picture, ways)
    places = ways[-1:]
    here = (style.points(flow.theta[[k]], flow.a[[k]], style.INK) for k in range(len(flow.time)))
    return picture.move(places, *([moving(point)] for point in here))


def _hold(problem: Problem, flow: minimal.Flow, picture: Picture, ways: list[int]) -> None:
    """The start can be dragged over the level set, across the ridge too; the flow from there follows."""
    picture.flow = handles.flow(problem, flow.time, [flow.delta], kind="unrolled")
    picture.handles.append(
        handles.unrolled(
            problem, "start", "start of the one neuron", angle="angle", size="size", side="side", delta=problem.delta
        )
    )
    for place, at, x, y in zip(
        ways, ("all", "start", "now"), ("across", "theta", "theta"), ("up", "a", "a"), strict=True
    ):
        handles.role(picture, place, 0, at, x=x, y=y)


def hills(problem: Problem, solution: Solution) -> Picture:
    """log₁₀ loss as a surface over the path's two components, and the path's shadow on it."""
    cut = solution.components
    height = _log(cut.loss)
    way = np.maximum(_log(cut.path_loss), height.min())
    picture = style.figure(
        problem,
        short="hill",
        title="The student's hill",
        alt="Surface. " + _slice_alt(problem, solution, cut, "its components"),
    )
    del picture.layout["xaxis"], picture.layout["yaxis"]
    axes = {f"{axis}axis": {"title": {"text": f"comp. {k}"}, "nticks": 4} for k, axis in ((1, "x"), (2, "y"))}
    low, high = math.ceil(height.min()), float(height.max())
    named = {"tickvals": [*range(low, math.ceil(high - 0.5)), high]}
    named["ticktext"] = [*(style.minus(str(k)) for k in named["tickvals"][:-1]), "log₁₀ loss"]
    upright = {"title": {"text": ""}, **named}
    scene = {**axes, "zaxis": upright, "aspectmode": "cube", "uirevision": "kept"}
    scene["camera"] = {"eye": {"x": 1.45, "y": -1.75, "z": 1.2}, "up": {"x": 0, "y": 0, "z": 1}}
    picture.lay(scene=scene, margin={"l": 0, "r": 0, "t": 52, "b": 0}, height=HEIGHT)
    picture.add(_surface(cut.x, cut.y, height, height, float(height.min()), float(height.max())))
    lifted = np.column_stack([cut.path, way + 0.02 * (height.max() - height.min())])
    colour = style.side_colour(problem.delta)
    picture.add(style.line3d(lifted, colour, "path", width=8))
    picture.add(style.points3d(lifted[:1], colour, "start", size=6, symbol="circle-open"))
    places = picture.add(style.points3d(lifted[-1:], style.INK, "now", size=6))
    return picture.move(places, *([moving(style.points3d(lifted[[k]], style.INK))] for k in range(len(lifted))))


def components(problem: Problem, solution: Solution) -> Picture:
    """The loss over the two principal components of the path, with the path in it."""
    cut = solution.components
    share = 100 * float(cut.explained.sum())
    first, second = (f"component {k + 1}: {_percent(cut.explained[k])} of the path" for k in (0, 1))
    title = f"Own plane: {share:.3g}% of its path"
    return _slice(problem, solution, cut, title, first, second, "its components")


def at_random(problem: Problem, solution: Solution) -> Picture:
    """The loss over two random directions, which hardly see the path."""
    cut = solution.random
    title = f"Random plane: {_percent(cut.explained.sum())}"
    return _slice(problem, solution, cut, title, "random direction 1", "random direction 2", "two random directions")


def _slice(problem: Problem, solution: Solution, cut: Slice, title: str, x: str, y: str, what: str) -> Picture:
    picture = style.figure(
        problem,
        short=what.removeprefix("its ").removeprefix("two "),
        title=title,
        alt=_slice_alt(problem, solution, cut, what),
        x=x,
        y=y,
        height=HEIGHT,
    )
    picture.lay(xaxis={"range": [cut.x[0], cut.x[-1]]}, yaxis={"range": [cut.y[0], cut.y[-1]]})
    picture.add(
        {
            "type": "contour",
            "x": style.f32(cut.x),
            "y": style.f32(cut.y),
            "z": style.f32(_log(cut.loss)),
            "colorscale": style.LOSS,
            "ncontours": 18,
            "line": {"width": 0.6, "color": style.EQUIVALENT},
            "showscale": False,
            "hovertemplate": "log₁₀ loss %{z:.2f}<extra></extra>",
        }
    )
    colour = style.side_colour(problem.delta)
    picture.add(style.line(cut.path[:, 0], cut.path[:, 1], colour, "path"))
    picture.add(style.points(cut.path[:1, 0], cut.path[:1, 1], colour, "start", symbol="circle-open"))
    picture.add(style.points([0], [0], style.MINIMA, "end of training", size=14, symbol="star"))
    places = picture.add(style.points(cut.path[-1:, 0], cut.path[-1:, 1], style.INK, "now"))
    here = (style.points(cut.path[[k], 0], cut.path[[k], 1], style.INK) for k in range(len(cut.path)))
    return picture.move(places, *([moving(point)] for point in here))


def _sheets(delta: float) -> list[dict]:
    sheets = []
    for x, y, z in half_sheets(delta, 1.0, 1.0, REACH):
        loss = 0.5 * ((x * z - minimal.BETA_STAR[0]) ** 2 + (y * z - minimal.BETA_STAR[1]) ** 2)
        shown = np.where(np.abs(z) <= REACH, z, np.nan)
        sheets.append(_surface(x, y, shown, _log(loss, FLOOR), np.log10(FLOOR), np.log10(TOP)))
    return sheets


def _surface(x: np.ndarray, y: np.ndarray, z: np.ndarray, shade: np.ndarray, low: float, high: float) -> dict:
    return {
        "type": "surface",
        "x": style.f32(x),
        "y": style.f32(y),
        "z": style.f32(z),
        "surfacecolor": style.f32(shade),
        "cmin": float(low),
        "cmax": float(high),
        "colorscale": style.LOSS,
        "opacity": 0.85,
        "showscale": False,
        "hoverinfo": "skip",
        "lighting": {"ambient": 0.9, "diffuse": 0.25, "specular": 0.0},
    }


def _shade(delta: float) -> dict:
    theta, a = np.linspace(-90, 270, GRID[0]), np.linspace(-REACH, REACH, GRID[1])
    return {
        "type": "heatmap",
        "x": style.f32(theta),
        "y": style.f32(a),
        "z": style.f32(_log(minimal.loss(theta[None], a[:, None], delta), FLOOR)),
        "zmin": float(np.log10(FLOOR)),
        "zmax": float(np.log10(TOP)),
        "colorscale": style.LOSS,
        "zsmooth": "best",
        "showscale": False,
        "hovertemplate": "log₁₀ loss %{z:.2f}<extra></extra>",
    }


def _mark_rest(picture: Picture, flow: minimal.Flow) -> None:
    """The places where the flow can rest: two minima, and two saddles where δ ≤ 0 leaves a way through a = 0."""
    theta, a = minimal.minima(flow.delta)
    picture.add(style.points(theta, a, style.MINIMA, "zero loss", size=15, symbol="star"))
    for x, y in zip(theta, a, strict=True):
        style.label(picture, x, y, "zero loss", style.MINIMA, xanchor="center", xshift=0, yshift=math.copysign(20, y))
    if flow.delta < 0:
        picture.add(style.points([-90, 90, 270], [0, 0, 0], style.INK, "saddle, loss ½", size=11, symbol="x"))
        side, by = ("right", -12) if flow.branch < 0 else ("left", 12)  # away from the flow
        style.label(picture, 90, 0, "saddle", style.INK, xanchor=side, xshift=by, yshift=-1.2 * by)
    if flow.delta > 0:
        style.label(picture, 90, 0, "no weights here: a² < δ", style.EQUIVALENT, xanchor="center")


def _lifted(flow: minimal.Flow) -> np.ndarray:
    """The ridge's points (w₁, w₂, a) of both sides: [2, k, 3]."""
    assert flow.separatrix is not None
    theta, a = np.deg2rad(flow.separatrix[..., 0]), flow.separatrix[..., 1]
    length = np.sqrt(np.maximum(a**2 - flow.delta, 0.0))
    return np.stack([-length * np.sin(theta), length * np.cos(theta), a], axis=-1)


def _ring(curves: np.ndarray) -> np.ndarray:
    """Curves [2, k, 3] as one line parted by NaN, without what lies outside the picture."""
    line = np.concatenate([curves[0], np.full((1, 3), np.nan), curves[1]])
    return np.where((np.abs(line) <= REACH).all(axis=1, keepdims=True), line, np.nan)


def _unrolled(theta: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A line on the chart, parted where it leaves at one side and comes back at the other."""
    wraps = np.flatnonzero(np.abs(np.diff(theta)) > 180) + 1
    return np.insert(theta, wraps, np.nan), np.insert(a, wraps, np.nan)


def _log(loss: np.ndarray, floor: float = 1e-12) -> np.ndarray:
    return np.log10(np.maximum(loss, floor))


def _percent(share: float) -> str:
    return f"{style.number(100 * float(share))}%"


def _title(delta: float) -> str:
    sheets = "two sheets" if delta > 0 else "one sheet" if delta < 0 else "a double cone"
    return f"{style.side_mark(delta)} δ = {delta:g}: {sheets}"


def _finding(flow: minimal.Flow) -> str:
    if flow.delta > 0:
        return "No way from one valley to the other"
    if flow.branch == 0:
        return "On the ridge: it ends at the saddle"
    crossed = flow.a[0] * flow.branch < 0
    return "It changes the sign of a" if crossed else "It stays on its side of the ridge"


def _alt(flow: minimal.Flow) -> str:
    return (
        f"Loss on the level set delta = {flow.delta:.3g}, {style.side_name(flow.delta)}: {_finding(flow)}; "
        f"the flow ends at a = {flow.a[-1]:.3g} with loss {flow.loss[-1]:.2g}"
    )


def _slice_alt(problem: Problem, solution: Solution, cut: Slice, what: str) -> str:
    run = solution.student.run
    return (
        f"The ReLU student's loss over {what}, which hold {_percent(cut.explained.sum())} of its path; "
        f"tau = {problem.tau:g}, delta = {problem.delta:g}, final train loss {run.loss[-1]:.2g}"
    )
