"""Exact: the minimal model's curves for several δ, theory over simulation, the error between them, and the time scales."""

import math

import numpy as np

from core.figures import dashes, handles, network, phases, style
from core.figures.exact_axes import (
    ERROR_FLOOR,
    FAINT,
    NOTHING,
    clipped,
    colour_of,
    shown_times,
    time_axis,
    time_name,
    until_run_again,
    where_shown,
)
from core.figures.exact_directions import directions
from core.figures.picture import Picture, moving
from core.problems.exact import Exact, Solution
from core.theory.checks import Floats

HEIGHT = 300
NEXT_TO_NOTHING = 1e-12
ALIGNED = 0.95


def figures(problem: Exact, solution: Solution, run=None) -> tuple[Picture, ...]:
    """The four curves of the chosen view and the error strip; `run` is a Simulation (core.problems.exact_run) or None."""
    if problem.view == "directions":
        return directions(problem, solution, run)
    curves = _regimes if problem.view == "regimes" else _weights
    pictures = (*curves(problem, solution, run), error_strip(problem, solution, run))
    runs = zip(solution.deltas, solution.w, solution.a, strict=True)
    pictures[-2].network = network.single([(f"of δ = {delta:g}", w, a, delta) for delta, w, a in runs])
    return pictures


def _regimes(problem: Exact, solution: Solution, run) -> list[Picture]:
    target = problem.beta_star
    size = None if run is None else run.a * np.linalg.norm(run.w, axis=-1)
    phi = None if run is None else _cosine(run.w, target)
    beta = None if run is None else run.a[..., None] * run.w
    moved = None if run is None else run.kernel_distance
    return [
        _curves(problem, solution, run, solution.mu, size, _size_title(solution), "size μ = a‖w‖", "size", keyed=True),
        _curves(
            problem,
            solution,
            run,
            solution.phi,
            phi,
            _alignment_title(solution),
            "alignment φ = cos∠(w, β*)",
            "alignment",
            keyed=True,
        ),
        _kernel(problem, solution, run, moved),
        path(problem, solution, beta),
    ]


def _kernel(problem: Exact, solution: Solution, run, moved: Floats | None) -> Picture:
    titles = [f"Kernel moved by {_from_to(near, far)}" for near, far in _spread(solution.kernel_distance)]
    y = "kernel distance S(0, t)"
    curve = "kernel_distance"
    return style.told(
        _curves(problem, solution, run, solution.kernel_distance, moved, titles[-1], y, curve, keyed=True), titles
    )


def _moved(distance: float) -> str:
    """A kernel distance, which goes up to 1, in words: next to nothing is nothing."""
    return style.number(distance) if distance > NEXT_TO_NOTHING else "0"


def _from_to(near: float, far: float) -> str:
    words = [_moved(near), _moved(far)]
    return " to ".join(dict.fromkeys(words))


def _spread(curves: Floats) -> list[tuple[float, float]]:
    return list(zip(curves.min(axis=0), curves.max(axis=0), strict=True))


def _weights(problem: Exact, solution: Solution, run) -> list[Picture]:
    target = problem.beta_star
    nu = None if run is None else clipped(np.divide((run.w * target).sum(-1), np.where(run.a == 0, np.nan, run.a)))
    a, w = (None, None) if run is None else (run.a, run.w)
    turned = solution.a[:, 0] * solution.a[:, -1] < 0
    title = "The readout a changes sign" if turned.any() else "The readout a keeps its sign"
    return [
        _curves(
            problem, solution, run, clipped(solution.nu), nu, "ν solves a Riccati equation", "ν", "ratio", keyed=True
        ),
        _curves(problem, solution, run, solution.a, a, title, "readout a", "a"),
        *(
            _curves(
                problem,
                solution,
                run,
                solution.w[..., k],
                None if w is None else w[..., k],
                _weight_title(k),
                f"w{'₁₂'[k]}",
                f"w{k + 1}",
            )
            for k in range(2)
        ),
    ]


def _curves(
    problem, solution, run, theory: Floats, simulated, title: str, y: str, curve: str, keyed: bool = False
) -> Picture:
    """One quantity against time: the run thick and pale, theory thin upon it, a mark per δ moving with the cursor."""
    picture = style.figure(
        problem,
        short=style.briefly(y),
        title=title,
        alt=_alt(y, theory, solution),
        x=time_name(problem),
        y=y,
        height=HEIGHT,
    )
    times = shown_times(problem, solution.times)
    time_axis(problem, picture, solution.times)
    picture.handles.append(handles.time(_earliest(problem, solution)))
    _phased(picture, solution, titled=curve in ("size", "ratio"))
    for k, delta in enumerate(solution.deltas):
        colour, name = colour_of(delta), f"δ = {delta:g}"
        pale = NOTHING if simulated is None else where_shown(problem, run.times, simulated[k])
        until_run_again(picture, style.line(pale[0], pale[1], colour, width=9, opacity=FAINT))
        dash = dashes.SOLID if simulated is None else dashes.THEORY
        shown = where_shown(problem, solution.times, theory[k])
        [place] = picture.add(style.line(*shown, colour, name, width=2.5, dash=dash))
        handles.role(picture, place, k, "all" if len(shown[0]) == len(times) else "later", x="t", y=curve)
    places = _marks(picture, solution, np.broadcast_to(times, theory.shape), theory)
    handles.role(picture, places[0], None, "now", x="t", y=curve)
    if keyed:
        _key(picture, solution)
    return picture


def _marks(picture: Picture, solution: Solution, x: Floats, y: Floats) -> list[int]:
    """A mark for each δ at x, y [δ, T] that moves with the cursor; its place."""
    colours, across, up = [colour_of(delta) for delta in solution.deltas], style.f32(x.T), style.f32(y.T)
    places = picture.add(style.points(across[-1], up[-1], colours, "now", size=9, cliponaxis=False))
    picture.move(places, *([{"x": one, "y": two}] for one, two in zip(across, up, strict=True)))
    return places


def path(problem: Exact, solution: Solution, simulated: Floats | None = None) -> Picture:
    """β = a w in the plane."""
    ends = solution.beta[:, -1]
    arrived = _arrived(problem, ends)
    title = (
        "Every path ends at β*"
        if arrived.all()
        else "Some are still on their way"
        if arrived.any()
        else "None is there yet"
    )
    picture = style.figure(
        problem, short="path", title=title, alt=_alt("path of β", solution.mu, solution), x="β₁", y="β₂", height=HEIGHT
    )
    picture.lay(xaxis={"constrain": "domain"}, yaxis={"scaleanchor": "x", "constrain": "domain"})
    colours = [colour_of(delta) for delta in solution.deltas]
    for k, delta in enumerate(solution.deltas):
        pale = NOTHING if simulated is None else simulated[k].T
        until_run_again(picture, style.line(pale[0], pale[1], colours[k], width=9, opacity=FAINT))
        dash = dashes.SOLID if simulated is None else dashes.THEORY
        x, y = solution.beta[k].T
        [place] = picture.add(style.line(x, y, colours[k], f"δ = {delta:g}", width=2.5, dash=dash))
        handles.role(picture, place, k, "all", x="beta1", y="beta2")
    star, start = problem.beta_star, problem.beta_0
    marks = picture.add(
        style.points(start[:1], start[1:], style.INK, "β₀, start", size=12, symbol="circle-open"),
        style.points(star[:1], star[1:], style.MINIMA, "β*, zero loss", size=15, symbol="star"),
    )
    for place, at in zip(marks, ("start", "target"), strict=True):
        handles.role(picture, place, 0, at, x="beta1", y="beta2")
    earliest = _earliest(problem, solution)
    picture.flow = handles.flow(problem, solution.times, solution.deltas, earliest=earliest)
    picture.handles += [
        handles.polar(problem, "beta_0", "start β₀", angle="angle", norm="norm", flow="beta_0"),
        handles.polar(problem, "beta_star", "target β*", angle="target_angle", norm="target_norm", flow="beta_star"),
    ]
    style.label(picture, star[0], star[1], "β*", style.MINIMA, yshift=10, name=f"at {marks[1]}")
    style.label(picture, start[0], start[1], "β₀", yshift=12, name=f"at {marks[0]}")

    places = _marks(picture, solution, solution.beta[..., 0], solution.beta[..., 1])
    handles.role(picture, places[0], None, "now", x="beta1", y="beta2")
    return picture


def error_strip(problem: Exact, solution: Solution, run) -> Picture:
    """How far the simulation is from the formula, on a log scale; empty until the run is there."""
    title, alt = "Simulating …", "Distance between simulation and theory: the simulation is not finished"
    if run is not None:
        held = "Formula holds" if not run.verdict else "Theory ends"
        title = f"{held}: error ≤ {style.number(run.largest_error)}"
        alt = (
            f"Relative error of the simulation, largest {run.largest_error:.2g}; drift of delta {run.largest_drift:.2g}"
        )
    picture = style.figure(
        problem, short="error", title=title, alt=alt, x=time_name(problem), y="error, relative to exact", height=HEIGHT
    )
    time_axis(problem, picture, solution.times)
    top = 0.0 if run is None or not np.isfinite(run.error).any() else math.log10(max(np.nanmax(run.error), 1.0))
    picture.lay(
        yaxis={"type": "log", "range": [math.log10(ERROR_FLOOR), top + 0.5], "dtick": 3, "exponentformat": "power"}
    )
    times = shown_times(problem, solution.times)
    _phased(picture, solution)
    ends = [times[0], times[-1]]
    picture.add(style.line(ends, [0.01, 0.01], style.WARNING, "amber from here: 1%", width=1.5, dash=dashes.LEVEL))
    limit = {"xref": "paper", "xshift": 0, "yshift": 9}
    style.label(picture, 0.02, -2, "amber above 1%", style.WARNING, **limit)
    for k, delta in enumerate(solution.deltas):
        error = NOTHING
        if run is not None:
            error = where_shown(problem, run.times, np.maximum(run.error[k], ERROR_FLOOR))
        until_run_again(picture, style.line(error[0], error[1], colour_of(delta), f"δ = {delta:g}", width=2.5))

    def cursor(t: int) -> dict:
        return style.line([times[t]] * 2, [ERROR_FLOOR, 10.0**top], style.INK, width=1)

    places = picture.add(cursor(len(times) - 1))
    picture.handles.append(handles.time(_earliest(problem, solution)))
    return picture.move(places, *([moving(cursor(t))] for t in range(len(times))))


def _phased(picture: Picture, solution: Solution, *, titled: bool = False) -> None:
    runs = [(style.side_mark(d), colour_of(d), one) for d, one in zip(solution.deltas, solution.phases, strict=True)]
    phases.shade(picture, runs, titled=titled)


def _key(picture: Picture, solution: Solution) -> None:
    """The δ with their marks and colours, in a row above the curves; shadow: light colours get none."""
    step = 1 / max(len(solution.deltas), 5)
    for k, delta in enumerate(solution.deltas):
        text = f"{style.side_mark(delta)} {delta:g}".replace("-", "−")
        colour = colour_of(delta)
        font = {"color": style.AS_TEXT.get(colour, colour), "size": 14, "shadow": "none"}
        style.label(picture, k * step, 1.0, text, xref="paper", yref="paper", yanchor="bottom", xshift=0, font=font)


def _earliest(problem: Exact, solution: Solution) -> float:
    return float(shown_times(problem, solution.times)[0])


def _cosine(w: Floats, target: Floats) -> Floats:
    return (w @ target) / np.linalg.norm(w, axis=-1) / np.linalg.norm(target)


def _arrived(problem: Exact, ends: Floats) -> np.ndarray:
    return np.linalg.norm(ends - problem.beta_star, axis=-1) < 0.05 * problem.target_norm


def _size_title(solution: Solution) -> str:
    lost = np.abs(solution.mu).min(axis=1) < 0.5 * np.abs(solution.mu[:, 0])
    if not lost.any():
        return "No start loses half of its size"
    if lost.all() and len(lost) > 1:
        return "Every start loses half of its size"
    return "Downstream loses its size first" if (solution.deltas[lost] < 0).all() else "Some lose half of their size"


def _alignment_title(solution: Solution) -> str:
    """Who is the first whose w points at β*, or straight away from it."""
    there = np.abs(solution.phi) >= ALIGNED
    if there[:, 0].all():
        return "Aligned from the start" if (solution.phi[:, 0] > 0).all() else "w points straight away from β*"
    if not there.any():
        return "Not yet aligned"
    first = np.where(there.any(axis=1), solution.times[there.argmax(axis=1)], np.inf)
    if len(first) == 1:
        return f"Aligned from t = {style.number(first[0])} on"
    if len({style.side_mark(delta) for delta in solution.deltas}) == 1:
        return "The larger δ, the sooner w aligns" if (np.diff(first) <= 0).all() else "Each δ aligns in its own time"
    return f"{style.side_name(solution.deltas[first.argmin()]).capitalize()} aligns first"


def _weight_title(k: int) -> str:
    return ("First", "Second")[k] + " weight of the first layer"


def _alt(what: str, values: Floats, solution: Solution) -> str:
    ends = ", ".join(f"{end:.3g} for delta = {d:g}" for end, d in zip(values[:, -1], solution.deltas, strict=True))
    return f"{what} against time; at t = {solution.times[-1]:g}: {ends}"
