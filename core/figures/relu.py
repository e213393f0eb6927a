"""Figures 5a and 9, exact and moving: a ReLU network's surface, its conic regions, and its flips against its path.

Every triangle drawn is one piece on which the network is linear; the two greys are the parity of active neurons.
"""

from typing import Any

import numpy as np

from core.figures import dashes, handles, network, phases, relu_words, style
from core.figures.here import here
from core.figures.picture import Picture, moving
from core.problems.relu import CLUSTERS, Problem, Solution
from core.theory import relu_partition as partition
from core.training.plane import Run

RADIUS = 1.6
HEIGHT = 390
RIM = 1.42
FAINT = 1e-9
CLASSES = ((1.0, style.POSITIVE, "circle", "y = +1"), (-1.0, style.NEGATIVE, "x", "y = −1"))


def figures(problem: Problem, solution: Solution) -> tuple[Picture, ...]:
    """Surface and partition of the network and of its rival, then flips against distance and the progress of both."""
    one, two = ((surface(problem, solution, k), plane(problem, solution, k)) for k in (0, 1))
    return *one, flips(problem, solution), *two, progress(problem, solution)


def surface(problem: Problem, solution: Solution, which: int) -> Picture:
    """f over the square, one exact triangle per sector and side, coloured by parity; points are the data at their y."""
    run, start = relu_words.both(solution)[which]
    title = f"{relu_words.name(start)}: the surface f"
    picture = style.space(
        problem,
        short=("surface", "rival: surface")[which],
        title=title,
        alt=relu_words.alt(run, start, "Surface"),
        axes=("x₁", "x₂", "f"),
        reach=RADIUS,
        height=HEIGHT,
    )
    picture.lay(
        scene={"zaxis": style.upright("f", 2.0), "aspectmode": "manual", "aspectratio": {"x": 1, "y": 1, "z": 0.7}}
    )
    picture.lay(scene={"camera": {"eye": {"x": 0.93, "y": -1.6, "z": 1.05}, "center": {"x": 0, "y": 0, "z": -0.22}}})
    for label, colour, symbol, name in CLASSES:
        mine = solution.X[solution.y == label]
        xyz = np.column_stack([mine, np.full(len(mine), label)])
        picture.add(style.points3d(xyz, colour, name, size=3, symbol="cross" if symbol == "x" else symbol))
    if which == 0:
        networks = zip(("followed", "rival"), (solution.main, solution.rival), solution.starts, strict=True)
        copies = [network.copy(name, one.W, one.a, delta, X=solution.X) for name, one, (_, delta) in networks]
        picture.network = {**network.picture(copies), "here": here(solution.starts)}
    pieces = _pieces(problem, solution, which)
    places = picture.add(*_mesh(*pieces[-1]))
    return picture.move(places, *([moving(t, "i", "j", "k", "intensity") for t in _mesh(*now)] for now in pieces))


def plane(problem: Problem, solution: Solution, which: int) -> Picture:
    """The same regions from above, the line f = 0, the data, and each neuron's direction on the rim by its weight."""
    run, start = relu_words.both(solution)[which]
    picture = style.figure(
        problem,
        short=("partition", "rival: partition")[which],
        title=relu_words.map_title(run, -1),
        alt=relu_words.alt(run, start, "Partition"),
        x="x₁",
        y="x₂",
        height=HEIGHT,
    )
    axis = {"range": [-RADIUS, RADIUS], "constrain": "domain", "showgrid": False, "zeroline": False, "nticks": 5}
    picture.lay(xaxis=axis, yaxis={**axis, "scaleanchor": "x"}, margin={"l": 48, "r": 4, "b": 48})
    pieces = _pieces(problem, solution, which)
    picture.add(_square())
    ground = picture.add(*_cones(*pieces[-1]))
    for label, colour, symbol, name in CLASSES:
        mine = solution.X[solution.y == label]
        picture.add(style.points(mine[:, 0], mine[:, 1], colour, name, size=8, symbol=f"{symbol}-open"))
    picture.handles += [*_clusters(problem), *_single(problem, solution)]
    weight = np.abs(run.a) * np.linalg.norm(run.W, axis=-1)
    size = 3 + 13 * np.sqrt(weight / weight.max())
    rim = picture.add(*_rim(run, -1, size))
    frames = (
        [*(moving(t) for t in _cones(*now)), *(_moving_rim(t) for t in _rim(run, k, size))]
        for k, now in enumerate(pieces)
    )
    style.told(picture, (relu_words.map_title(run, k) for k in range(len(pieces))))
    return picture.move(ground + rim, *frames)


def _clusters(problem: Problem) -> list[dict]:
    """Each cluster can be taken at its middle: its points all go with it."""
    middles = zip(CLUSTERS, (0.0, 180.0, 90.0, 270.0), (0, 0, 1, 1), strict=True)
    return [
        {
            **handles.polar(
                problem, place, f"{place} cluster of data", angle=place, norm=f"far_{place}", offset=offset
            ),
            "colour": CLASSES[which][1],
            "whole": True,
        }
        for place, offset, which in middles
    ]


def _single(problem: Problem, solution: Solution) -> list[dict]:
    """Or its points, one by one."""
    of_class = [np.flatnonzero(solution.y == label) for label, *_ in CLASSES]
    return [
        handles.entries(problem, solution.X[mine], mine, field="moved", step=0.01, colour=colour)
        for mine, (_, colour, *_) in zip(of_class, CLASSES, strict=True)
    ]


def flips(problem: Problem, solution: Solution) -> Picture:
    """The share of activations flipped against the distance the parameters moved, both networks."""
    picture = style.figure(
        problem,
        short="flips",
        title=relu_words.comparison(solution, -1),
        alt="Share of activations flipped against parameter distance. "
        + "; ".join(relu_words.words(run, start) for run, start in relu_words.both(solution)),
        x="parameter distance ‖θ − θ₀‖",
        y="activations flipped (%)",
        height=HEIGHT,
    )
    top = 100 * max(0.1, *(float(run.flipped.max()) for run, _ in relu_words.both(solution)))
    far = max(float(run.distance.max()) for run, _ in relu_words.both(solution))
    picture.lay(xaxis={"range": [-0.03 * far, 1.15 * far]}, yaxis={"range": [-0.04 * top, 1.2 * top]})
    for (run, start), dash in zip(relu_words.both(solution), (dashes.SOLID, dashes.OTHER), strict=True):
        colour = style.side_colour(start[1])
        picture.add(style.line(run.distance, 100 * run.flipped, colour, relu_words.name(start), width=3.5, dash=dash))
        _label_end(picture, run, start, far, top)
    places = picture.add(*_now(solution, -1))
    style.told(picture, (relu_words.comparison(solution, k) for k in range(_frames(solution))))
    return picture.move(places, *([moving(t) for t in _now(solution, k)] for k in range(_frames(solution))))


def progress(problem: Problem, solution: Solution) -> Picture:
    """Loss left and share of activations flipped over log time, both networks."""
    time = solution.main.time[1:]
    picture = style.figure(
        problem,
        short="loss",
        title="Loss (thick) and flips (pink)",
        alt="Loss left and flips over time. "
        + "; ".join(relu_words.words(run, start) for run, start in relu_words.both(solution)),
        x="flow time t (log)",
        height=HEIGHT,
    )
    picture.lay(xaxis=style.log_axis(float(time[0]) / 1.5, 1.5 * float(time[-1])), yaxis={"range": [-0.03, 1.06]})
    for k, ((run, start), dash) in enumerate(zip(relu_words.both(solution), (dashes.SOLID, dashes.OTHER), strict=True)):
        colour = style.side_colour(start[1])
        left = run.loss / float(run.loss[0])
        picture.add(
            style.line(run.time[1:], left[1:], colour, f"loss left, {relu_words.name(start)}", width=4, dash=dash)
        )
        picture.add(
            style.line(
                run.time[1:], run.flipped[1:], style.FLIPS, f"flipped, {relu_words.name(start)}", width=2, dash=dash
            )
        )
        words = f"{dash.mark} {style.side_mark(start[1])} τ = {start[0]:g}"
        above = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "xshift": 0}
        style.label(picture, 0.5 * k, 1.0, words, colour, **above)
    marks = [(style.side_mark(delta), style.side_colour(delta)) for _, delta in solution.starts]
    phases.shade(picture, [(*mark, one) for mark, one in zip(marks, solution.phases, strict=True)])
    picture.handles.append(handles.time(float(time[0])))
    places = picture.add(_cursor(time[0]))
    return picture.move(places, *([moving(_cursor(max(float(t), time[0])))] for t in solution.main.time))


def _pieces(problem: Problem, solution: Solution, which: int) -> list[tuple[partition.Sectors, partition.Sectors]]:
    """At each time, the network's sectors, and those whose parity is its tone: of one neuron of each pair, if paired."""
    run = relu_words.both(solution)[which][0]
    counted = slice(problem.width // 2) if solution.paired[which] else slice(None)
    return [
        (partition.sectors(W, a, slope=problem.slope), partition.sectors(W[counted], a[counted]))
        for W, a in zip(run.W, run.a, strict=True)
    ]


def _tones(cut: partition.Fan, counted: partition.Sectors) -> np.ndarray:
    middle = (cut.angle[:-1] + cut.angle[1:]) / 2
    return partition.colours(counted)[partition.containing(counted, middle)]


def _mesh(pieces: partition.Sectors, counted: partition.Sectors) -> list[dict]:
    """The surface as one Mesh3d, one triangle per linear piece, and the creases between them as lines."""
    cut = partition.fan(pieces, RADIUS)
    rim = np.column_stack([cut.corner[:-1], cut.height[:, 0]])
    xyz = np.concatenate([[[0.0, 0.0, 0.0]], rim])
    count = len(rim)
    index = np.uint8 if count < 255 else np.uint16
    here = np.arange(1, count + 1)
    faces = {
        "type": "mesh3d",
        **dict(zip("xyz", style.f32(xyz.T), strict=True)),
        "i": np.zeros(count, index),
        "j": here.astype(index),
        "k": (here % count + 1).astype(index),
        "intensity": _tones(cut, counted).astype(np.uint8),
        "intensitymode": "cell",
        "cmin": 0,
        "cmax": 1,
        "colorscale": [[0, style.EVEN], [1, style.ODD]],
        "showscale": False,
        "flatshading": True,
        "opacity": 0.96,
        "hoverinfo": "skip",
        "lighting": {"ambient": 0.85, "diffuse": 0.3, "specular": 0.0},
    }
    spokes = np.stack([np.zeros_like(rim), rim], axis=1).reshape(-1, 3)
    return [faces, style.line3d(spokes, style.LOSS_LINE, width=1.5)]


def _square() -> dict:
    """The ground: all of it in the colour of even regions."""
    corners = RADIUS * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    return _filled(corners, style.EVEN)


def _cones(pieces: partition.Sectors, counted: partition.Sectors) -> list[dict]:
    """The odd regions as exact wedges on the even ground, and the rays where f = 0."""
    cut = partition.fan(pieces, RADIUS)
    wedges = np.stack([np.zeros_like(cut.corner[:-1]), cut.corner[:-1], cut.corner[1:]], axis=1)
    odd = wedges[_tones(cut, counted) == 1].reshape(-1, 2)
    return [_filled(odd if len(odd) else np.full((1, 2), np.nan), style.ODD), _decision(pieces)]


def _filled(outline: np.ndarray, fill: str) -> dict:
    filled: dict[str, Any] = {"fill": "toself", "fillcolor": fill, "opacity": 1}
    return style.line(outline[:, 0], outline[:, 1], fill, width=0, **filled)


def _decision(pieces: partition.Sectors) -> dict:
    """The rays on which f = 0 and changes sign, from the origin to beyond the picture."""
    angle = partition.roots(pieces)
    ends = 2 * RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    rays = np.stack([np.zeros_like(ends), ends, np.full_like(ends, np.nan)], axis=1).reshape(-1, 2)
    rays = rays if len(rays) else np.full((1, 2), np.nan)
    return style.line(rays[:, 0], rays[:, 1], style.INK, "f = 0", width=2.5, dash=dashes.BORDER)


def _rim(run: Run, k: int, size: np.ndarray) -> list[dict]:
    unit = RIM * run.W[k] / np.maximum(np.linalg.norm(run.W[k], axis=-1, keepdims=True), FAINT)
    traces = []
    for sign, (_, colour, symbol, _) in zip((1, -1), CLASSES, strict=True):
        mine = np.sign(run.a[0]) == sign
        name = f"neuron, a {'>' if sign > 0 else '<'} 0"
        traces.append(
            style.points(unit[mine, 0], unit[mine, 1], colour, name, symbol=symbol, size=style.f32(size[k, mine]))
        )
        traces[-1]["opacity"] = 0.8
    return traces


def _moving_rim(trace: dict) -> dict:
    return {**moving(trace), "marker": {"size": trace["marker"]["size"]}}


def _now(solution: Solution, k: int) -> list[dict]:
    return [
        style.points(
            run.distance[[k]],
            100 * run.flipped[[k]],
            style.side_colour(start[1]),
            relu_words.name(start),
            size=13,
            symbol=symbol,
        )
        for (run, start), symbol in zip(relu_words.both(solution), ("circle", "diamond"), strict=True)
    ]


def _label_end(picture: Picture, run: Run, start: tuple[float, float], far: float, top: float) -> None:
    end = float(run.distance[-1]), 100 * float(run.flipped[-1])
    right = end[0] > 0.6 * far
    place: dict[str, Any] = {
        "xanchor": "right" if right else "left",
        "yshift": 16 if end[1] < 0.9 * top else -16,
        "xshift": 0,
    }
    style.label(picture, *end, relu_words.name(start), style.side_colour(start[1]), **place)


def _frames(solution: Solution) -> int:
    return len(solution.main.time)


def _cursor(time: float) -> dict:
    return style.line([time, time], [-0.03, 1.03], style.INK, width=1.5)
