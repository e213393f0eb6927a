"""The regime map: a measure over the (τ, δ) plane beside its companion, and the curves of the cells one follows.

Frames run over the map's checkpoints. Every map shows cells, not contours, on one colour scale for all times.
"""

import numpy as np

from core.figures import style
from core.figures.palette import SCALES
from core.figures.picture import Picture, moving
from core.params import Params
from core.problems.regime_map import LiveSnapshot, OwnSweep, RegimeMap, View, cell_number, cell_of

UNITS = {
    "kernel": "kernel distance S(0, t)",
    "flips": "Hamming distance, in neurons",
    "distance": "parameter distance",
    "train loss": "train loss (log), lower is better",
    "test loss": "test loss (log), lower is better",
    "time": "steps until half of its flips (log)",
}
ON_LOG = ("train loss", "test loss", "time")
DASHES = ("solid", "dash", "dot", "dashdot")
LOWEST_TRAIN = 1e-9
EARLY = {"test loss": 1000, "train loss": 1000, "flips": 100}
TAU_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0)
HEIGHT = 470
TITLE = {"font": {"size": 15}, "y": 0.985, "yanchor": "top"}


def figures(view: View, solution: RegimeMap) -> tuple[Picture, Picture, Picture]:
    """The chosen measure's map, its companion's, and curves of the cell in question and of the pinned ones."""
    pair = (view.measure, companion(view.measure))
    maps = [_map(view, solution, measure, view.over, view.seed, _marks(view, solution)) for measure in pair]
    return maps[0], maps[1], curves(view, solution)


def companion(measure: str) -> str:
    """The measure shown beside another: kernel and losses never without flips, flips beside the test loss."""
    return "test loss" if measure == "flips" else "flips"


def pair_of_curves(measure: str) -> tuple[str, str]:
    """The measures drawn along the steps, above and below; the time of flips is read off the flips themselves."""
    return ("test loss", "flips") if measure == "time" else (measure, companion(measure))


def own_maps(own: OwnSweep, solution: RegimeMap) -> tuple[Picture, Picture, Picture]:
    """Test loss, flips and kernel distance of a sweep of one's own, as far as it has come."""
    return (
        _map(own, solution, "test loss", "mean", 0, []),
        _map(own, solution, "flips", "mean", 0, []),
        _map(own, solution, "kernel", "mean", 0, []),
    )


def over_seeds(solution: RegimeMap, measure: str, over: str, seed: int) -> np.ndarray:
    """[tau, delta, checkpoint]: mean or standard deviation over seeds (those there are), or one seed.

    "time" is the same at every checkpoint: the first at which the mean Hamming distance is half of its last.
    """
    if measure == "time":
        return np.repeat(half_times(solution)[..., None], len(solution.checkpoint), axis=-1)
    row = solution.row(measure).astype(float)
    if over == "seed":
        return row[int(np.argmin(np.abs(solution.seed - seed)))]
    there = np.isfinite(row)
    count = there.sum(axis=0)
    mean = np.where(there, row, 0).sum(axis=0) / np.maximum(count, 1)
    if over == "spread":
        mean = np.sqrt((np.where(there, row - mean, 0) ** 2).sum(axis=0) / np.maximum(count, 1))
    return np.where(count > 0, mean, np.nan)


def _map(problem: Params, solution: RegimeMap, measure: str, over: str, seed: int, marks: list[dict]) -> Picture:
    values = over_seeds(solution, measure, over, seed)
    shown, low, high = _scaled(measure, over, values)
    where = _headline(solution, measure, over, values)
    picture = style.figure(
        problem, short=measure, title=where, alt=_map_alt(solution, measure, values), x="overall scale τ", height=HEIGHT
    )
    ticks = {"tickvals": [float(np.log10(t)) for t in TAU_TICKS], "ticktext": [f"{t:g}" for t in TAU_TICKS]}
    bare = {"showgrid": False, "zeroline": False}
    picture.lay(xaxis={**ticks, **bare}, yaxis={"title": {"text": "relative scale δ"}, **bare})
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
        "hovertemplate": "δ %{y:.3g}, log₁₀ τ %{x:.2f}: %{z:.3g}<extra></extra>",
    }
    places = picture.add(heat)
    picture.add(*marks)
    for tau, delta, words in ((0.11, 0.87, "▲ rapid"), (0.11, -0.93, "▼ late"), (0.62, 0.4, "● lazy")):
        font = {"size": 15, "color": "#ffffff", "shadow": "0 0 4px #000, 0 0 3px #000, 0 0 2px #000"}
        style.label(picture, np.log10(tau), delta, words, font=font, xshift=14 if tau < 0.5 else 0)
    return picture.move(places, *([{"z": style.f32(shown[..., k].T)}] for k in range(shown.shape[-1])))


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
        "y": -0.3,
        "yanchor": "top",
        "thickness": 10,
        "title": {"text": f"{unit}, standard deviation" if over == "spread" else unit, "side": "bottom"},
    }
    if measure in ON_LOG and over != "spread":
        steps = (1, 2, 5) if high - low < 2.5 else (1,)
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
    return [{**trace, "mode": "markers+text", "text": text, "textfont": {"color": "#111111", "size": 13}}]


def curves(view: View, solution: RegimeMap) -> Picture:
    """The measure above, its companion below, along the steps: one line a cell, a band from least to most seed."""
    pair = pair_of_curves(view.measure)
    numbers = [cell_number(view.tau, view.delta), *view.pins]
    ranges = [_range(view, solution, measure, numbers) for measure in pair]
    picture = _stacked(view, pair, ranges, _curves_title(view, solution), _curves_alt(view, solution, numbers))
    for order, number in enumerate(numbers):
        for axis, measure in enumerate(pair):
            picture.add(*_curve(view, solution, measure, number, order, "y" if axis == 0 else "y2"))
    _name_cells(picture, solution, numbers)
    lines = [_cursor(picture, step) for step in solution.checkpoint]
    places = picture.add(*lines[-1])
    return picture.move(places, *([moving(one) for one in both] for both in lines))


def live(view: View, solution: RegimeMap, snapshot: LiveSnapshot) -> Picture:
    """The cell trained just now (points) on the stored run of the same seed (lines)."""
    pair = pair_of_curves(view.measure)
    worst = disagreement(view, solution, snapshot)
    says = "Trained just now" if worst is None else f"Live: within {100 * worst:.1f} % of the stored test loss"
    last = dict(zip(("kernel", "flips", "distance", "train loss", "test loss"), snapshot.values[:, -1], strict=True))
    alt = (
        f"Live run at tau = {view.tau:g}, delta = {view.delta:g}, {style.side_name(view.delta)}, seed {view.seed}, to step "
        f"{snapshot.steps[-1]:,}: test loss {last['test loss']:.3g}, flips {last['flips']:.3g}"
    )
    ranges = [_range(view, solution, measure, [cell_number(view.tau, view.delta)]) for measure in pair]
    picture = _stacked(view, pair, ranges, says, alt)
    for axis, measure in enumerate(pair):
        stored = over_seeds(solution, measure, "seed", view.seed)[view.place]
        colour = style.delta_colour(view.delta, 1.0)
        on = {"yaxis": "y" if axis == 0 else "y2"}
        picture.add(style.line(solution.checkpoint, stored, colour, f"{measure}, stored", width=3, **on))
        picture.add(style.points(snapshot.steps, _of(snapshot, measure), style.INK, f"{measure}, live", size=8, **on))
    return picture


def disagreement(view: View, solution: RegimeMap, snapshot: LiveSnapshot) -> float | None:
    """Largest relative difference in test loss between the live and the stored run, at the steps both have."""
    both, mine, theirs = np.intersect1d(snapshot.steps, solution.checkpoint, return_indices=True)
    if not both.size:
        return None
    stored = over_seeds(solution, "test loss", "seed", view.seed)[view.place][theirs]
    return float(np.max(np.abs(_of(snapshot, "test loss")[mine] / stored - 1)))


def _of(snapshot: LiveSnapshot, measure: str) -> np.ndarray:
    return snapshot.values[("kernel", "flips", "distance", "train loss", "test loss").index(measure)]


def _stacked(view: View, pair: tuple[str, str], ranges: list[tuple[float, float]], title: str, alt: str) -> Picture:
    picture = style.figure(view, short="cell", title=title, alt=alt, x="steps of gradient descent (log)", height=HEIGHT)
    upper = {"title": {"text": _axis_title(pair[0]), "standoff": 8}, "domain": [0.54, 1.0]}
    lower = {**style.AXIS, "title": {"text": _axis_title(pair[1]), "standoff": 8}, "domain": [0.0, 0.46], "anchor": "x"}
    picture.lay(xaxis={**style.log_axis(8, 1.3e6), "anchor": "y2"}, yaxis=upper, yaxis2=lower)
    picture.lay(title=TITLE)
    for axis, measure, (low, high) in zip(("yaxis", "yaxis2"), pair, ranges, strict=True):
        if measure in ON_LOG:
            span = [float(np.log10(low)) - 0.06, float(np.log10(high)) + 0.06]
            picture.lay(**{axis: {"type": "log", "range": span, "dtick": 2 if span[1] - span[0] > 3 else "D2"}})
        else:
            picture.lay(**{axis: {"range": [-0.04 * high, 1.06 * high]}})
    return picture


def _range(view: View, solution: RegimeMap, measure: str, numbers: list[int]) -> tuple[float, float]:
    """(least, greatest) of a measure over the cells shown."""
    seeds = slice(None) if view.over != "seed" else solution.seed == view.seed
    shown = np.array([solution.row(measure)[seeds, i, j] for i, j in map(cell_of, numbers)])
    return max(float(shown.min()), LOWEST_TRAIN), float(shown.max())


def _axis_title(measure: str) -> str:
    return {"flips": "Hamming", "kernel": "kernel distance", "distance": "distance"}.get(measure, measure)


def _curve(view: View, solution: RegimeMap, measure: str, number: int, order: int, axis: str) -> list[dict]:
    i, j = cell_of(number)
    colour = style.delta_colour(float(solution.delta[j]), 1.0)
    name = f"{measure}, τ = {solution.tau[i]:.2g}, δ = {solution.delta[j]:g}"
    centre = over_seeds(solution, measure, "seed" if view.over == "seed" else "mean", view.seed)[i, j]
    middle = style.line(solution.checkpoint, centre, colour, name, dash=DASHES[order % len(DASHES)], yaxis=axis)
    if view.over == "seed":
        return [middle]
    every = solution.row(measure)[:, i, j].astype(float)
    there_and_back = np.concatenate([solution.checkpoint, solution.checkpoint[::-1]])
    edge = np.concatenate([every.min(axis=0), every.max(axis=0)[::-1]])
    band = style.line(there_and_back, edge, colour, width=0, yaxis=axis, fill="toself", opacity=0.18)
    return [band, middle]


def _name_cells(picture: Picture, solution: RegimeMap, numbers: list[int]) -> None:
    picture.lay(margin={"t": 92})
    for order, number in enumerate(numbers):
        i, j = cell_of(number)
        delta = float(solution.delta[j])
        words = (
            f"{'●' if order == 0 else order}  {style.side_mark(delta)} τ {solution.tau[i]:.2g}, δ {style.number(delta)}"
        )
        place = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "xshift": 0}
        style.label(
            picture, 0.5 * (order % 2), 1.075 - 0.065 * (order // 2), words, style.delta_colour(delta, 1.0), **place
        )


def _cursor(picture: Picture, step: int) -> list[dict]:
    x = [step, step]
    return [
        style.line(x, _ends(picture.layout[f"{axis[0]}axis{axis[1:]}"]), style.INK, width=1.5, yaxis=axis)
        for axis in ("y", "y2")
    ]


def _ends(axis: dict) -> list[float]:
    low, high = axis["range"]
    return [10**low, 10**high] if axis.get("type") == "log" else [low, high]


def _curves_title(view: View, solution: RegimeMap) -> str:
    i, j = view.place
    delta = float(solution.delta[j])
    half = int(half_times(solution)[i, j])
    return f"{style.side_mark(delta)} half of its flips by step {half:,}"


def half_times(solution: RegimeMap) -> np.ndarray:
    """[tau, delta]: the first checkpoint at which a cell's mean Hamming distance is at least half of its last."""
    flips = over_seeds(solution, "flips", "mean", 0)
    reached = np.argmax(flips >= 0.5 * flips[..., -1:], axis=-1)
    return np.where(np.isfinite(flips[..., -1]), solution.checkpoint[reached], np.nan).astype(float)


def _curves_alt(view: View, solution: RegimeMap, numbers: list[int]) -> str:
    ends = []
    for number in numbers:
        i, j = cell_of(number)
        last = {m: over_seeds(solution, m, "mean", 0)[i, j, -1] for m in ("test loss", "flips", "kernel")}
        ends.append(
            f"tau = {solution.tau[i]:.2g}, delta = {solution.delta[j]:g} ends at test loss {last['test loss']:.3g}, "
            f"{last['flips']:.3g} flips, kernel distance {last['kernel']:.3g}"
        )
    return f"Curves of {' and '.join(pair_of_curves(view.measure))} along the steps: " + "; ".join(ends)
