"""The regime map: a measure over the (τ, δ) plane beside its companion, and the curves of the cells one follows.

Frames run over the map's checkpoints. Every map shows cells, not contours, on one colour scale for all times.
"""

from typing import Any

import numpy as np

from core.figures import dashes, handles, style
from core.figures.palette import SCALES
from core.figures.picture import Picture
from core.figures.regime_map_curves import HEIGHT, LOWEST_TRAIN, ON_LOG, TITLE, companion, curves
from core.params import Params
from core.problems.regime_map import View, cell_number, cell_of, over_seeds
from core.problems.regime_map_borders import LEAST, borders
from core.problems.regime_map_run import OwnSweep
from core.training.regime_map import PAPER, RegimeMap

UNITS = {
    "kernel": "kernel distance S(0, t)",
    "flips": "Hamming distance, in neurons",
    "distance": "parameter distance",
    "train loss": "train loss (log), lower is better",
    "test loss": "test loss (log), lower is better",
    "time": "steps until half of its flips (log)",
}
EARLY = {"test loss": 1000, "train loss": 1000, "flips": 100}
TAU_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0)


def figures(view: View, solution: RegimeMap) -> tuple[Picture, Picture, Picture]:
    """The chosen measure's map, its companion's, and curves of the cell in question and of the pinned ones."""
    pair = (view.measure, companion(view.measure))
    lines = _borders(solution, PAPER.width)
    marks = [*lines, *_marks(view, solution)]
    maps = [_map(view, solution, measure, view.over, view.seed, marks) for measure in pair]
    for picture in maps:
        picture.inset = {"positive": style.POSITIVE, "negative": style.NEGATIVE}
        picture.handles.append(handles.pair(view, "cell", "followed cell", x="tau", y="delta", log=True))
    return maps[0], maps[1], curves(view, solution)


def own_maps(own: OwnSweep, solution: RegimeMap) -> tuple[Picture, Picture, Picture]:
    """Test loss, flips and kernel distance of a sweep of one's own, as far as it has come."""
    lines = _borders(solution, own.width)
    return (
        _map(own, solution, "test loss", "mean", 0, lines),
        _map(own, solution, "flips", "mean", 0, lines),
        _map(own, solution, "kernel", "mean", 0, lines),
    )


def _borders(solution: RegimeMap, width: int) -> list[dict]:
    """Where flips and fit are half done at the same step (whole), and where LEAST of the activations flip (broken)."""
    found = borders(solution, width)
    traces = []
    for values, level, dash in ((found.order, 0.0, dashes.SOLID), (found.share, LEAST, dashes.BORDER)):
        ring: dict[str, Any] = {
            "type": "contour",
            "x": style.f32(np.log10(solution.tau)),
            "y": style.f32(solution.delta),
        }
        ring |= {"z": style.f32(values.T), "showscale": False, "hoverinfo": "skip", "autocontour": False}
        ring |= {"contours": {"coloring": "none", "start": level, "end": level, "size": 1}}
        traces += [
            {**ring, "line": {"width": wide, "color": colour, "dash": pattern, "smoothing": 0}}
            for wide, colour, pattern in ((5, "#000000", dashes.SOLID.pattern), (2.5, "#ffffff", dash.pattern))
        ]
    return traces


def _map(problem: Params, solution: RegimeMap, measure: str, over: str, seed: int, marks: list[dict]) -> Picture:
    values = over_seeds(solution, measure, over, seed)
    shown, low, high = _scaled(measure, over, values)
    where = _headline(solution, measure, over, values)
    picture = style.figure(
        problem, short=measure, title=where, alt=_map_alt(solution, measure, values), x="overall scale τ", height=HEIGHT
    )
    ticks = {"tickvals": [float(np.log10(t)) for t in TAU_TICKS], "ticktext": [f"{t:g}" for t in TAU_TICKS]}
    bare = {"showgrid": False, "zeroline": False}
    picture.lay(xaxis={**ticks, **bare, "range": _edges(np.log10(solution.tau))})
    picture.lay(yaxis={"title": {"text": "relative scale δ"}, **bare, "range": _edges(solution.delta)})
    picture.lay(title=TITLE, margin={"r": 10, "b": 118})
    heat = {
        "type": "heatmap",
        "x": style.f32(np.log10(solution.tau)),
        "y": style.f32(solution.delta),
        "z": style.f32(shown[..., -1].T),
        "zmin": low,
        "zmax": high,
        "colorscale": _scale(SCALES[measure]),
        "xgap": 1,
        "ygap": 1,
        "colorbar": _bar(measure, over, low, high),
        "text": [[f"τ {tau:.3g}, δ {style.number(delta)}" for tau in solution.tau] for delta in solution.delta],
        "customdata": style.f32(values[..., -1].T),
        "hovertemplate": "%{text}: %{customdata:.3g}<extra></extra>",
    }
    places = picture.add(heat)
    picture.add(*marks)
    for tau, delta, words in ((0.11, 0.87, "▲ rapid"), (0.11, -0.93, "▼ late"), (0.62, 0.4, "● lazy")):
        font = {"size": 15, "color": "#ffffff", "shadow": "0 0 4px #000, 0 0 3px #000, 0 0 2px #000"}
        style.label(picture, np.log10(tau), delta, words, font=font, xshift=14 if tau < 0.5 else 0)
    style.key(picture, ((f"━ flips and fit equally long  {dashes.BORDER.mark} {LEAST:.0%} flip", style.INK),), lift=14)
    frames = (
        [{"z": style.f32(shown[..., k].T), "customdata": style.f32(values[..., k].T)}] for k in range(shown.shape[-1])
    )
    return picture.move(places, *frames)


def _edges(middles: np.ndarray) -> list[float]:
    """Where the outermost cells of an axis end."""
    half = float(middles[-1] - middles[0]) / max(len(middles) - 1, 1) / 2 or 0.5
    return [float(middles[0]) - half, float(middles[-1]) + half]


def _scaled(measure: str, over: str, values: np.ndarray) -> tuple[np.ndarray, float, float]:
    """(what is coloured, lowest, highest): one scale for all times; losses and times by their logarithm."""
    if measure in ON_LOG and over != "spread":
        shown = np.log10(np.maximum(values, LOWEST_TRAIN))
        there = shown[np.isfinite(shown)]
        return shown, float(np.min(there, initial=0.0)), float(np.max(there, initial=-9.0))
    return values, 0.0, float(np.max(values[np.isfinite(values)], initial=1e-12))


def _scale(colours: tuple[str, ...]) -> list[list]:
    return [[k / (len(colours) - 1), colour] for k, colour in enumerate(colours)]


def _bar(measure: str, over: str, low: float, high: float) -> dict:
    """The colour bar under the map; round numbers on a logarithmic one."""
    unit = UNITS[measure].replace(" (log)", "") if over == "spread" else UNITS[measure]
    bar = {
        "orientation": "h",
        "yref": "container",
        "y": 0,
        "yanchor": "bottom",
        "thickness": 10,
        "tickangle": 0,
        "tickfont": {"size": 11},
        "title": {
            "text": f"{unit}, standard deviation" if over == "spread" else unit,
            "side": "bottom",
            "font": {"size": 12},
        },
    }
    if measure in ON_LOG and over != "spread":
        steps = (1, 2, 5) if high - low < 1 else (1, 3) if high - low < 2.5 else (1,)
        ticks = [
            m * 10.0**e for e in range(-10, 7) for m in steps if low - 0.01 <= np.log10(m * 10.0**e) <= high + 0.01
        ]
        every = max(1, len(ticks) // 4)
        bar |= {
            "tickvals": [float(np.log10(t)) for t in ticks[::every]],
            "ticktext": [f"{t:g}" for t in ticks[::every]],
        }
    return bar


def _headline(solution: RegimeMap, measure: str, over: str, values: np.ndarray) -> str:
    """The finding: where the measure is most extreme, early for losses and flips, at the end for the others."""
    k = int(np.argmin(np.abs(solution.checkpoint - EARLY.get(measure, solution.checkpoint[-1]))))
    slab = values[..., k]
    if not np.isfinite(slab).any():
        return f"{measure.capitalize()}: the first cells are on their way"
    lowest = measure in ON_LOG and over != "spread"
    i, j = np.unravel_index(np.nanargmin(slab) if lowest else np.nanargmax(slab), slab.shape)
    delta, tau = float(solution.delta[j]), float(solution.tau[i])
    where = f"{style.side_mark(delta)} δ {style.number(delta)}, τ {tau:.2g}"
    if over == "spread":
        return f"Seeds differ most: {where}"
    return {
        "test loss": f"First to learn: {where}",
        "train loss": f"First to fit: {where}",
        "flips": f"First to flip: {where}",
        "kernel": f"Kernel peak: {where}",
        "distance": f"Weights go farthest: {where}",
        "time": f"Soonest to flip: {where}",
    }[measure]


def _plain(measure: str) -> str:
    return {"kernel": "kernel distance", "distance": "parameter distance"}.get(measure, measure)


def _map_alt(solution: RegimeMap, measure: str, values: np.ndarray) -> str:
    rapid, late, lazy = values[0, -1, -1], values[0, 0, -1], values[-1, values.shape[1] // 2, -1]
    return (
        f"Map of {_plain(measure)} over tau and delta, {len(solution.seed)} seeds; after {solution.checkpoint[-1]:,} steps "
        f"{rapid:.3g} at delta = 1 and small tau, {late:.3g} at delta = -1 and small tau, {lazy:.3g} at large tau"
    )


def _marks(view: View, solution: RegimeMap) -> list[dict]:
    """The cell in question and the pinned ones, numbered as in the curves."""
    cells = [cell_number(view.tau, view.delta), *view.pins]
    at = np.array([cell_of(number) for number in cells])
    text = ["●", *(str(k) for k in range(1, len(cells)))]
    trace = style.points(
        np.log10(solution.tau)[at[:, 0]], solution.delta[at[:, 1]], "#ffffff", size=17, symbol="square"
    )
    trace["marker"]["line"] = {"width": 2, "color": "#111111"}
    return [
        {
            **trace,
            "cliponaxis": False,
            "mode": "markers+text",
            "text": text,
            "textfont": {"color": "#111111", "size": 13},
        }
    ]
