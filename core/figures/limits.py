"""Limits: δ that should stand still, the function against the exact flow, and the drift against the step size."""

import numpy as np

from core.figures import dashes, handles, network, style
from core.figures.picture import Picture, moving
from core.problems.limits import Limits, Solution

AS_THE_FORMULA = 0.1


def figures(problem: Limits, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """δ against time, error and loss against time (one frame for each recorded time), drift against η."""
    return balance(problem, solution), error(problem, solution), drift(problem, solution)


def balance(problem: Limits, solution: Solution) -> Picture:
    """Mean δ of each run, the sum of the steps' formulas on it, and the flow's constant."""
    now, start = solution.delta[:, -1].mean(), solution.delta[0, 0]
    title = f"δ should stay at {style.number(start)}; it ends at {style.number(float(now))}"
    picture = style.figure(
        problem, short="δ(t)", title=title, alt=_alt(problem, solution), x="time t", y="δ, mean over neurons"
    )
    every = np.concatenate([solution.delta.ravel(), solution.predicted, [start]])
    low, high = every.min(), every.max()
    room = max(0.12 * (high - low), 0.05)
    picture.lay(
        xaxis={"range": [0, 1.04 * solution.times[-1]]}, yaxis={"range": [low - room, high + room]}, margin={"r": 16}
    )
    lit = solution.X if problem.model == "relu" else None
    picture.network = network.picture([network.copy("of a run", solution.w, solution.a, solution.delta[0], X=lit)])
    ends = solution.times[[0, -1]]
    picture.add(
        style.line(ends, [start, start], style.EQUIVALENT, "exact flow: conserved", dash=dashes.THEORY, width=3)
    )
    for row in solution.delta:
        picture.add(style.line(solution.times, row, style.UPSTREAM, "descent, one run", width=1.5, opacity=0.5))
    mean = solution.delta.mean(0)
    picture.add(style.line(solution.times, mean, style.UPSTREAM, "descent, mean"))
    if problem.bias:
        words = "with the bias counted"
        picture.add(style.line(solution.times, solution.counted.mean(0), style.KERNEL, words, width=3))
    sums = solution.formula.mean(0)
    picture.add(style.line(solution.times, sums, style.INK, "sum of each step's formula", dash=dashes.THEORY, width=2))
    picture.add(
        style.line(
            solution.times,
            solution.predicted,
            style.DISTANCE,
            "first order in η, along the flow",
            dash=dashes.THEORY,
            width=2,
        )
    )
    style.key(picture, *_rows(problem), lift=6)
    places = picture.add(_dot(solution.times, mean, 0))
    picture.handles.append(handles.time())
    return picture.move(places, *([moving(_dot(solution.times, mean, k))] for k in range(len(mean))))


def _rows(problem: Limits) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What the lines of δ are."""
    formula = dashes.THEORY.mark
    measured = [("━ descent", style.UPSTREAM), (f"{formula} exact flow", style.EQUIVALENT)]
    if problem.bias:
        measured.insert(1, ("━ bias counted", style.KERNEL))
    return tuple(measured), (
        (f"{formula} sum of its steps", style.INK),
        (f"{formula} first order in η", style.DISTANCE),
    )


def error(problem: Limits, solution: Solution) -> Picture:
    """How far the function is from the exact flow's, relative to its size, and both losses."""
    last = _percent(float(solution.error[:, -1].mean()))
    title = f"Exact prediction off by {_percent(solution.worst)} at worst, {last} at the end"
    picture = style.figure(
        problem, short="error", title=title, alt=_alt(problem, solution), x="time t", y="relative (log)"
    )
    floor = 1e-8
    picture.lay(
        xaxis={"range": [0, 1.04 * solution.times[-1]]},
        yaxis={
            **style.log_axis(floor / 4, 3 * max(1.0, solution.worst, solution.loss.max())),
            "exponentformat": "power",
        },
    )
    shown = np.maximum(solution.error.mean(0), floor)
    colour = style.WARNING if solution.worst > 0.05 else style.INK
    picture.add(style.line(solution.times, shown, colour, "error of the function"))
    loss = np.maximum(solution.loss.mean(0), floor)
    picture.add(style.line(solution.times, loss, style.LOSS_LINE, "loss of descent", width=3))
    flow = np.maximum(solution.flow_loss, floor)
    picture.add(
        style.line(solution.times, flow, style.LOSS_LINE, "loss of the exact flow", dash=dashes.THEORY, width=2)
    )
    _end(picture, solution.times[-1], float(np.log10(shown[-1])), "error", colour)
    _end(picture, solution.times[-1], float(np.log10(loss[-1])), "loss", style.LOSS_LINE, below=shown[-1] > loss[-1])
    places = picture.add(_dot(solution.times, shown, 0))
    picture.handles.append(handles.time())
    return picture.move(places, *([moving(_dot(solution.times, shown, k))] for k in range(len(shown))))


def drift(problem: Limits, solution: Solution) -> Picture:
    """|δ(T) − δ(0)| of plain descent against η, on its first-order formula, with the edge of stability."""
    ratio = solution.drift / solution.drift_predicted
    title = f"Drift grows as η; at the edge it is {style.number(float(ratio[6]))} × the formula"
    if not np.isfinite(ratio[6]):
        title = "Drift grows as η, until descent blows up"
    if np.abs(ratio[:3] - 1).max() > AS_THE_FORMULA:
        title = "Drift is not in proportion to η: its first order nearly cancels"
    alt = f"{title}. Ratio of measured drift to formula at the smallest step {ratio[0]:.3g}. {_alt(problem, solution)}"
    words = "η / largest stable step (log)"
    picture = style.figure(problem, short="η", title=title, alt=alt, x=words, y="|δ(T) − δ(0)| of plain descent (log)")
    both = np.concatenate([solution.drift, solution.drift_predicted])
    both = both[np.isfinite(both) & (both > 0)]
    floor = 1e-12
    top, low = (both.max(), both.min()) if both.size else (1.0, floor)
    picture.lay(xaxis=style.log_axis(0.012, 2.2), yaxis=style.log_axis(max(low, floor) / 2, 3 * top))
    shown = np.maximum(solution.drift_predicted, floor)
    picture.add(
        style.line(
            solution.sizes, shown, style.DISTANCE, "η ∫ (g<sub>a</sub>² − ‖g<sub>w</sub>‖²) dt", dash=dashes.THEORY
        )
    )
    picture.add(style.points(solution.sizes, np.maximum(solution.drift, floor), style.UPSTREAM, "measured"))
    picture.layout["shapes"].append(
        {
            "type": "line",
            "x0": 1,
            "x1": 1,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": style.WARNING, "dash": dashes.LEVEL.pattern},
        }
    )
    style.label(picture, 0, 0.03, "edge of stability", style.WARNING, yref="paper", xanchor="right", xshift=-4)
    mine = {"type": "line", "x0": problem.eta, "x1": problem.eta, "yref": "paper", "y0": 0, "y1": 1}
    picture.layout["shapes"].append({**mine, "line": {"color": style.INK, "width": 1}})
    return picture


def _end(picture: Picture, x: float, y: float, text: str, colour: str, *, below: bool = False) -> None:
    """A line's name at its end, inside the picture, above it or below."""
    style.label(picture, x, y, text, colour, xanchor="right", xshift=-10, yshift=-13 if below else 13)


def _dot(times: np.ndarray, values: np.ndarray, k: int) -> dict:
    return style.points(times[k : k + 1], values[k : k + 1], style.INK, "now", size=11)


def _percent(share: float) -> str:
    if share >= 10:
        return f"{style.number(share)} × its size"
    return f"{share:.0%}" if share >= 0.1 else f"{100 * share:.1f}%" if share >= 1e-3 else f"{style.number(share)}"


def _alt(problem: Limits, solution: Solution) -> str:
    end = "it diverged" if solution.diverged else f"loss {solution.loss[:, -1].mean():.2g}"
    return (
        f"delta started at {solution.delta[0, 0]:.3g} and ended at {solution.delta[:, -1].mean():.3g} "
        f"after time {solution.times[-1]:.3g} with steps {problem.eta:g} of the largest stable; {end}"
    )
