"""A picture as a small drawing: one SVG without axes' text, for lists of many pictures on one page.

Drawn from the picture's own traces at one of its moments: lines, markers, filled areas, maps and images; surfaces and
meshes in space by the picture's camera, far faces first. Contour lines and words are left out. A colour of the palette
carries its dark twin as light-dark(), so the drawing follows the page's theme by itself.
"""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from plotly.colors import get_colorscale

from core.figures import dashes
from core.figures.palette import DARK, INK
from core.figures.picture import Picture
from core.figures.png import data_uri

Floats = np.ndarray
Placing = Callable[[dict], tuple[Floats, Floats]]

MARGIN = 6.0
THIN = 0.5
STEP_PX = 0.8
FACES = 8
SOLID = ("surface", "mesh3d")
DASHES = {"dot": "1 3", "dash": "5 3", "dashdot": "5 2 1 2", "longdash": "8 5", dashes.KERNEL.pattern: "8 1.5"}
SYMBOLS = {
    "circle": "m-{r},0a{r},{r} 0 1,0 {d},0a{r},{r} 0 1,0 -{d},0",
    "square": "m-{r},-{r}h{d}v{d}h-{d}z",
    "triangle-up": "m0,-{r}l{r},{d}h-{d}z",
    "triangle-down": "m0,{r}l{r},-{d}h-{d}z",
    "x": "m-{r},-{r}l{d},{d}m0,-{d}l-{d},{d}",
}


def svg(picture: Picture, width: int = 240, height: int = 160, moment: int = -1) -> str:
    """The picture's drawing in a box of width × height px, at the given frame (default: the last, where it has any).

    <title> is the picture's title, aria-label its text alternative. Whole in itself: it can stand in a page or in an <img>,
    whose colour scheme it takes.
    """
    traces = [trace for trace in at(picture, moment) if trace.get("visible", True) is True]
    draw = _in_space if "scene" in picture.layout else _in_plane
    body = "".join(draw(traces, picture.layout, (float(width), float(height))))
    title = " ".join(re.sub(r"<[^>]*>", " ", picture.layout["title"]["text"]).split())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" style="color-scheme:light dark" '
        f'role="img" aria-label="{html.escape(picture.layout["meta"]["alt"])}" fill="none" stroke-linejoin="round">'
        f"<title>{html.escape(title)}</title>{body}</svg>"
    )


def at(picture: Picture, moment: int) -> list[dict]:
    """The traces as they stand at one frame; without frames as they are."""
    traces = [dict(trace) for trace in picture.data]
    if picture.frames:
        frame = picture.frames[moment]
        for place, change in zip(frame["traces"], frame["data"], strict=True):
            for key, value in change.items():
                both = isinstance(value, dict) and isinstance(traces[place].get(key), dict)
                traces[place][key] = {**traces[place][key], **value} if both else value
    return traces


def _in_plane(traces: list[dict], layout: dict, box: tuple[float, float]) -> Iterator[str]:
    """One band for each y axis, in their order."""
    rows = list(dict.fromkeys(trace.get("yaxis", "y") for trace in traces)) or ["y"]
    high = box[1] / len(rows)
    for k, row in enumerate(rows):
        own = [trace for trace in traces if trace.get("yaxis", "y") == row]
        axes = {**layout, "yaxis": layout.get(row.replace("y", "yaxis"), {})}
        drawn = "".join(_in_band(own, axes, (box[0], high)))
        yield f'<g transform="translate(0 {k * high:.1f})">{drawn}</g>' if k else drawn


def _in_band(traces: list[dict], layout: dict, box: tuple[float, float]) -> Iterator[str]:
    place = _plane(traces, layout, box)
    for trace in traces:
        if trace["type"] == "image":
            yield _image(trace["source"], 0, 0, *box, keep=True)
        elif trace["type"] == "heatmap":
            yield _map(trace, place)
        elif trace["type"] == "scatter":
            yield from _scatter(trace, *place(trace))


def _plane(traces: list[dict], layout: dict, box: tuple[float, float]) -> Placing:
    """Data to pixels, y downwards; equal units where the picture's y axis is tied to x."""
    axes = layout.get("xaxis", {}), layout.get("yaxis", {})
    ranges = [_range(axis, [t[n] for t in traces if n in t]) for n, axis in zip("xy", axes, strict=True)]
    scales = [(side - 2 * MARGIN) / (high - low) for side, (low, high) in zip(box, ranges, strict=True)]
    if axes[1].get("scaleanchor"):
        scales = [float(np.copysign(min(map(abs, scales)), scale)) for scale in scales]

    def place(trace: dict) -> tuple[Floats, Floats]:
        x, y = (
            side / 2 + sign * scale * (_values(trace[n], axis) - (low + high) / 2)
            for n, axis, side, scale, (low, high), sign in zip("xy", axes, box, scales, ranges, (1, -1), strict=True)
        )
        return x, y

    return place


def _values(values: Any, axis: dict) -> Floats:
    values = np.asarray(values, dtype=float)
    if axis.get("type") != "log":
        return values
    return np.log10(values, where=values > 0, out=np.full(values.shape, np.nan))


def _range(axis: dict, known: list) -> tuple[float, float]:
    """The axis' own range, or what the data need and a little more."""
    if axis.get("range") is not None:
        low, high = map(float, axis["range"])
        return low, high
    values = np.concatenate([_values(v, axis).ravel() for v in known]) if known else np.zeros(1)
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    spare = 0.04 * (high - low) or 0.5
    return low - spare, high + spare


def _scatter(trace: dict, x: Floats, y: Floats) -> Iterator[str]:
    """A trace's area, line and markers, at pixels x[n], y[n]."""
    mode, line = trace.get("mode", "lines"), trace.get("line", {})
    if trace.get("fill") == "toself":
        yield _path(_way(x, y), trace, fill=trace.get("fillcolor", INK))
    if "lines" in mode and line.get("width", 2) > 0:
        dash = DASHES.get(line.get("dash", "solid"), "")
        wide = max(0.8, THIN * line.get("width", 2))
        more = f' stroke-width="{wide:g}"' + (f' stroke-dasharray="{dash}"' if dash else "")
        yield _path(_way(x, y), trace, more, stroke=line.get("color", INK))
    if "markers" in mode:
        yield from _markers(x, y, trace)


def _markers(x: Floats, y: Floats, trace: dict) -> Iterator[str]:
    """One path for each colour, symbol and size."""
    marker = trace.get("marker", {})
    given = (marker.get(key, usual) for key, usual in (("color", INK), ("symbol", "circle"), ("size", 6)))
    looks = (np.resize(np.asarray(value, dtype=object), x.size) for value in given)
    groups: dict[tuple, list[str]] = {}
    for px, py, *look in zip(x, y, *looks, strict=True):
        if np.isfinite([px, py]).all():
            groups.setdefault(tuple(look), []).append(_mark(px, py, str(look[1]), float(look[2])))
    for (colour, symbol, _), marks in groups.items():
        hollow = str(symbol).endswith("-open") or symbol == "x"
        colours = {"stroke": colour} if hollow else {"stroke": colour, "fill": colour}
        yield _path("".join(marks), trace, ' stroke-width="1"', **colours)


def _mark(x: float, y: float, symbol: str, size: float) -> str:
    radius = max(1.2, 0.5 * THIN * size)
    shape = SYMBOLS.get(symbol.removesuffix("-open"), SYMBOLS["circle"])
    return f"M{x:.1f},{y:.1f}" + shape.format(r=f"{radius:.1f}", d=f"{2 * radius:.1f}")


def _way(x: Floats, y: Floats) -> str:
    """A path through the points; NaN parts it, and steps that no eye sees are left out."""
    parts, last, begun = [], (np.inf, np.inf), False
    known = np.isfinite(x) & np.isfinite(y)
    ends = known & ~np.append(known[1:], False)
    for px, py, there, ends_here in zip(x, y, known, ends, strict=True):
        if there and (not begun or ends_here or abs(px - last[0]) + abs(py - last[1]) >= STEP_PX):
            parts.append(f"{'L' if begun else 'M'}{px:.1f},{py:.1f}")
            last = (px, py)
        begun = bool(there)
    return "".join(parts)


def _path(way: str, trace: dict, more: str = "", **colours: str) -> str:
    """A path element; colours of the palette with their dark twins."""
    if not way:
        return ""
    plain = "".join(f' {name}="{colour}"' for name, colour in colours.items())
    twins = ";".join(f"{n}:light-dark({c},{DARK[c]})" for n, c in colours.items() if c in DARK)
    opacity = f' opacity="{trace["opacity"]:g}"' if trace.get("opacity", 1) != 1 else ""
    return f'<path d="{way}"{plain}{more}{opacity}' + (f' style="{twins}"' if twins else "") + "/>"


def _map(trace: dict, place: Placing) -> str:
    """A map as an image of one pixel a cell; unknown cells are grey."""
    z = np.asarray(trace["z"], dtype=float)
    low, high = trace.get("zmin", np.nanmin(z)), trace.get("zmax", np.nanmax(z))
    pixels = shades(trace["colorscale"], (z - low) / ((high - low) or 1))
    half = [np.diff(trace[n]).mean() / 2 for n in "xy"]
    x, y = place({n: np.asarray(trace[n])[[0, -1]] + [-h, h] for n, h in zip("xy", half, strict=True)})
    return _image(data_uri(pixels[::-1]), x[0], y[1], x[1] - x[0], y[0] - y[1])


def shades(scale: list | str, share: Floats) -> np.ndarray:
    """Colours [..., 3] uint8 of a plotly colour scale, or one of its names, at shares from 0 to 1; grey where the share is
    NaN."""
    scale = get_colorscale(scale) if isinstance(scale, str) else scale
    stops = [stop for stop, _ in scale]
    rgb = np.array([list(bytes.fromhex(colour[1:])) for _, colour in scale], dtype=float)
    known = np.isfinite(share)
    mixed = [np.where(known, np.interp(np.where(known, share, 0), stops, rgb[:, k]), 128) for k in range(3)]
    return np.stack(mixed, axis=-1).round().astype(np.uint8)


def _image(source: str, x: float, y: float, width: float, height: float, *, keep: bool = False) -> str:
    ratio = "" if keep else ' preserveAspectRatio="none"'
    return (
        f'<image href="{source}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{ratio} '
        'style="image-rendering:pixelated"/>'
    )


def _in_space(traces: list[dict], layout: dict, box: tuple[float, float]) -> Iterator[str]:
    look = _camera(layout["scene"])
    seen = [look(trace) for trace in traces]
    x, y = (np.concatenate([axes[k].ravel() for axes in seen]) for k in (0, 1))
    spans = [(float(np.nanmin(v)), float(np.nanmax(v))) for v in (x, y)]
    scale = min((side - 2 * MARGIN) / ((high - low) or 1) for side, (low, high) in zip(box, spans, strict=True))
    faces_first = sorted(zip(traces, seen, strict=True), key=lambda pair: pair[0]["type"] not in SOLID)
    for trace, (right, up, depth) in faces_first:
        px = box[0] / 2 + scale * (right - sum(spans[0]) / 2)
        py = box[1] / 2 - scale * (up - sum(spans[1]) / 2)
        if trace["type"] in SOLID:
            yield from _faces(trace, px, py, depth)
        elif trace["type"] == "scatter3d":
            yield from _scatter(trace, px, py)


def _camera(scene: dict) -> Callable[[dict], tuple[Floats, Floats, Floats]]:
    """Points to (right, up, depth) by the scene's camera, in perspective; outside the cube NaN, of a mesh its wall."""
    camera, ratio = scene["camera"], scene.get("aspectratio", {})
    eye, centre = (np.array([camera[key][n] for n in "xyz"], dtype=float) for key in ("eye", "center"))
    ahead = (centre - eye) / np.linalg.norm(centre - eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(right, ahead), ahead])

    def look(trace: dict) -> tuple[Floats, Floats, Floats]:
        cube = []
        for n in "xyz":
            low, high = scene[f"{n}axis"]["range"]
            share = (np.asarray(trace[n], dtype=float) - low) / (high - low) - 0.5
            inside = np.clip(share, -0.5, 0.5)
            there = (trace["type"] == "mesh3d") | (np.abs(share - inside) < 1e-6)
            cube.append(np.where(there, inside, np.nan) * ratio.get(n, 1))
        x, y, depth = np.tensordot(turn, np.stack(cube) - eye.reshape(3, *[1] * cube[0].ndim), axes=1)
        return x / depth, y / depth, depth

    return look


def _faces(trace: dict, x: Floats, y: Floats, depth: Floats) -> Iterator[str]:
    """The faces of a surface or a mesh, far ones first, in one group of the trace's opacity. A mesh whose points are a grid
    says so: meta = [rows, columns]."""
    level = np.asarray(trace["surfacecolor" if trace["type"] == "surface" else "intensity"], dtype=float).ravel()
    grid = np.shape(trace["z"]) if trace["type"] == "surface" else trace.get("meta")
    corners = _quads(*grid) if grid else np.stack([np.asarray(trace[n], dtype=int) for n in "ijk"], axis=-1)
    level = level[corners].mean(axis=1) if level.size == x.size else level
    colours = shades(trace["colorscale"], (level - trace["cmin"]) / (trace["cmax"] - trace["cmin"]))
    x, y, depth = (values.ravel()[corners] for values in (x, y, depth))
    order = np.argsort(-depth.mean(axis=1))
    yield f'<g opacity="{trace.get("opacity", 1):g}" stroke-width=".5">'
    for k in order[np.isfinite(depth.mean(axis=1)[order])]:
        colour = "#" + bytes(colours[k]).hex()
        yield _path(_way(x[k], y[k]) + "z", {}, stroke=colour, fill=colour)
    yield "</g>"


def _quads(rows: int, columns: int) -> np.ndarray:
    """Corners [face, 4] as places in the flattened grid, thinned to FACES rows and twice as many columns."""
    i, j = (
        np.unique(np.linspace(0, n - 1, min(n, most + 1)).round().astype(int))
        for n, most in ((rows, FACES), (columns, 2 * FACES))
    )
    grid = i[:, None] * columns + j
    return np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=-1).reshape(-1, 4)
