"""The regime map's curves: a measure above its companion along the steps, for the cells one follows, stored or live."""

from typing import Any

import numpy as np

from core.figures import dashes, handles, style
from core.figures.picture import Picture, moving
from core.problems.regime_map import FIELDS, View, cell_number, cell_of, half_times, over_seeds, row
from core.problems.regime_map_run import LiveSnapshot
from core.training.regime_map import RegimeMap

ON_LOG = ("train loss", "test loss", "time")
LOWEST_TRAIN = 1e-9
HEIGHT = 470
TITLE = {"font": {"size": 15}, "y": 0.985, "yanchor": "top"}


def companion(measure: str) -> str:
    """The measure shown beside another: kernel and losses never without flips, flips beside the test loss."""
    return "test loss" if measure == "flips" else "flips"


def pair_of_curves(measure: str) -> tuple[str, str]:
    """The measures drawn along the steps, above and below; the time of flips is read off the flips themselves."""
    return ("test loss", "flips") if measure == "time" else (measure, companion(measure))


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
    picture.handles.append(handles.time())
    return picture.move(places, *([moving(one) for one in both] for both in lines))


def live(view: View, solution: RegimeMap, snapshot: LiveSnapshot) -> Picture:
    """The cell trained just now (points) on the stored run of the same seed (lines)."""
    pair = pair_of_curves(view.measure)
    worst = disagreement(view, solution, snapshot)
    says = "Trained just now" if worst is None else f"Live: within {100 * worst:.1f}% of the stored test loss"
    last = {name: _of(snapshot, name)[-1] for name in FIELDS}
    alt = (
        f"Live run at tau = {view.tau:g}, delta = {view.delta:g}, {style.side_name(view.delta)}, seed {view.seed}, to step "
        f"{snapshot.steps[-1]:,}: test loss {last['test loss']:.3g}, flips {last['flips']:.3g}"
    )
    ranges = [_range(view, solution, measure, [cell_number(view.tau, view.delta)]) for measure in pair]
    picture = _stacked(view, pair, ranges, says, alt)
    for axis, measure in enumerate(pair):
        stored = over_seeds(solution, measure, "seed", view.seed)[view.place]
        colour = style.delta_colour(view.delta, 1.0)
        on: dict[str, Any] = {"yaxis": "y" if axis == 0 else "y2"}
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
    return getattr(snapshot.measures, FIELDS[measure])


def _stacked(view: View, pair: tuple[str, str], ranges: list[tuple[float, float]], title: str, alt: str) -> Picture:
    picture = style.figure(view, short="cell", title=title, alt=alt, x="steps (log)", height=HEIGHT)
    upper = {"title": {"text": _axis_title(pair[0]), "standoff": 8}, "domain": [0.54, 1.0]}
    lower = {**style.AXIS, "title": {"text": _axis_title(pair[1]), "standoff": 8}, "domain": [0.0, 0.46], "anchor": "x"}
    picture.lay(xaxis={**style.log_axis(8, 1.3e6), "anchor": "y2"}, yaxis=upper, yaxis2=lower)
    picture.lay(title=TITLE)
    for axis, measure, (low, high) in zip(("yaxis", "yaxis2"), pair, ranges, strict=True):
        if measure in ON_LOG:
            span = [float(np.log10(low)) - 0.06, float(np.log10(high)) + 0.06]
            picture.lay(**{axis: {"type": "log", "range": span, **style.plain_ticks(*span)}})
        else:
            picture.lay(**{axis: {"range": [-0.04 * high, 1.06 * high]}})
    return picture


def _range(view: View, solution: RegimeMap, measure: str, numbers: list[int]) -> tuple[float, float]:
    """(least, greatest) of a measure over the cells shown."""
    seeds = slice(None) if view.over != "seed" else solution.seed == view.seed
    shown = np.array([row(solution, measure)[seeds, i, j] for i, j in map(cell_of, numbers)])
    return max(float(shown.min()), LOWEST_TRAIN), float(shown.max())


def _axis_title(measure: str) -> str:
    return {"flips": "Hamming", "kernel": "kernel distance", "distance": "distance"}.get(measure, measure)


def _curve(view: View, solution: RegimeMap, measure: str, number: int, order: int, axis: str) -> list[dict]:
    i, j = cell_of(number)
    colour = style.delta_colour(float(solution.delta[j]), 1.0)
    name = f"{measure}, τ = {solution.tau[i]:.2g}, δ = {solution.delta[j]:g}"
    centre = over_seeds(solution, measure, "seed" if view.over == "seed" else "mean", view.seed)[i, j]
    middle = style.line(
        solution.checkpoint, centre, colour, name, dash=dashes.OTHER if order else dashes.SOLID, yaxis=axis
    )
    if view.over == "seed":
        return [middle]
    every = row(solution, measure)[:, i, j].astype(float)
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
