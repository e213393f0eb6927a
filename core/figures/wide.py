"""Wide linear networks: modes being learnt, the kernel's movement, the map shape × sign of δ, theory against training."""

import math
from typing import Any
from urllib.parse import urlencode

import numpy as np

from core.figures import dashes, handles, network, phases, style
from core.figures.picture import Picture, moving
from core.params import Params
from core.problems.wide import Curves, Solution, WideNetwork, mean_delta
from core.problems.wide_run import Comparison
from core.theory.linear_modes import mode_flow
from core.theory.wide_linear import regime

SHAPES = {"funnel": (6, 3, 3), "square": (4, 4, 4), "inverted funnel": (3, 3, 6), "bottleneck": (5, 2, 5)}
SIGNS = (-10.0, 0.0, 10.0)
FLOOR = 1e-16
UNEVEN = 2.0
"""The ratio of the target's strengths from which on a balanced network's kernel moves by what counts as rich."""


def figures(problem: WideNetwork, solution: Solution) -> tuple[Picture, Picture]:
    """Singular values against time; kernel, loss and alignment against time."""
    return modes(problem, solution), movement(problem, solution)


def modes(problem: WideNetwork, solution: Solution) -> Picture:
    """Singular values of β climbing to those of the target; for aligned starts the closed-form modes are dashed on them."""
    curves, strengths = solution.curves, solution.strengths
    reachable = min(problem.h, len(strengths))
    picture = against_time(
        problem, curves.times, _modes_title(problem, solution), _alt(problem, solution), "singular values of β"
    )
    phases.shade(picture, [("", "", solution.phases)])
    top = 1.12 * max(float(strengths[0]), float(curves.singular_values.max()))
    picture.lay(yaxis={"range": [-0.04 * top, top]})
    ends = curves.times[[1, -1]]
    colour = style.side_colour(mean_delta(problem))
    for k, strength in enumerate(strengths):
        picture.add(
            style.line(ends, [strength] * 2, style.MINIMA, f"target s*{subscript(k + 1)}", width=1.5, dash=dashes.LEVEL)
        )
        width = 5 - 3 * k / len(strengths)
        picture.add(
            style.line(curves.times[1:], curves.singular_values[1:, k], colour, f"s{subscript(k + 1)}", width=width)
        )
        picture.add(*_closed_form(problem, strength, curves, k < reachable))
        if k < 6:
            text = f"s*{subscript(k + 1)}" + ("" if k < reachable else ", out of reach")
            style.label(picture, math.log10(ends[0]), strength, text, style.MINIMA, yshift=9, xshift=0)
    own = network.matrices("wide", curves.W, curves.A, float(solution.per_neuron.mean()))
    picture.network = network.picture([own])
    places = picture.add(_now(curves, curves.singular_values, 0, style.INK))
    picture.handles.append(handles.time(float(curves.times[1])))
    return picture.move(
        places, *([moving(_now(curves, curves.singular_values, k, ""))] for k in range(len(curves.times)))
    )


def movement(problem: WideNetwork, solution: Solution) -> Picture:
    """Kernel distance, loss left and the alignment of each mode with its target direction."""
    curves = solution.curves
    title = f"Kernel moved S = {style.number(curves.kernel_distance[-1])}: {solution.regime.word}"
    alt = (
        f"Kernel distance, loss and alignment against time for delta = {mean_delta(problem):g}. {solution.regime.basis}"
    )
    picture = against_time(problem, curves.times, title, alt, "")
    phases.shade(picture, [("", "", solution.phases)])
    picture.lay(yaxis={"range": [-0.04, 1.06], "tickvals": [0, 0.5, 1]})
    for k in range(curves.alignment.shape[1]):
        line = style.line(
            curves.times[1:],
            curves.alignment[1:, k],
            style.EQUIVALENT,
            f"alignment of mode {k + 1}",
            width=1.5,
        )
        picture.add(line)
    loss = curves.loss / max(float(curves.loss[0]), 1e-300)
    picture.add(style.line(curves.times[1:], loss[1:], style.LOSS_LINE, "loss left"))
    picture.add(
        style.line(curves.times[1:], curves.kernel_distance[1:], style.KERNEL, "kernel distance", dash=dashes.KERNEL)
    )
    kernel = f"{dashes.KERNEL.mark} kernel S(0,t)"
    style.key(picture, (("━ loss left", style.LOSS_LINE), (kernel, style.KERNEL), ("─ alignment", style.EQUIVALENT)))
    by_now = (f"Kernel moved S = {style.number(moved)} by now" for moved in curves.kernel_distance[:-1])
    style.told(picture, (*by_now, title))
    shown = np.column_stack([loss, curves.kernel_distance])
    places = picture.add(_now(curves, shown, 0, style.INK))
    picture.handles.append(handles.time(float(curves.times[1])))
    return picture.move(places, *([moving(_now(curves, shown, k, ""))] for k in range(len(curves.times))))


def shapes(problem: WideNetwork) -> tuple[Picture]:
    """The map shape × sign of δ → lazy, rich, delayed rich. Each cell links to that network; a ring marks where we are."""
    names = list(SHAPES)
    words = [[_word(SHAPES[name], delta) for delta in SIGNS] for name in names]
    own = regime(problem.d, problem.h, problem.c)
    alt = (
        "Map of shapes and signs of delta: a funnel is delayed rich downstream and lazy upstream, an inverted funnel the "
        f"reverse, a square is lazy both ways, every shape is rich at delta = 0 from a small start for an uneven target. "
        f"Now d, h, c = {problem.d}, {problem.h}, "
        f"{problem.c}: {own['downstream']} downstream, {own['upstream']} upstream"
    )
    picture = style.figure(problem, short="choices", title="Shape × sign of δ: click a cell", alt=alt, height=360)
    colours = {
        "lazy": "rgba(61,111,196,0.28)",
        "rich": "rgba(119,119,119,0.28)",
        "delayed rich": "rgba(90,61,138,0.36)",
    }
    picture.lay(
        xaxis={
            "tickvals": [0, 1, 2],
            "ticktext": ["▼ δ ≪ 0", "● δ = 0", "▲ δ ≫ 0"],
            "range": [-0.5, 2.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [f"{name}<br>{'·'.join(map(str, SHAPES[name]))}" for name in names],
            "range": [len(names) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        margin={"l": 104, "r": 8},
    )
    cells = [(x, y, delta, name) for y, name in enumerate(names) for x, delta in enumerate(SIGNS)]
    picture.add(
        {
            **style.points(
                [x for x, *_ in cells], [y for _, y, *_ in cells], "rgba(0,0,0,0)", size=40, symbol="square"
            ),
            "hoverinfo": "skip",
        }
    )
    for x, y, delta, name in cells:
        here = SHAPES[name] == (problem.d, problem.h, problem.c) and np.sign(delta) == np.sign(mean_delta(problem))
        box = {"type": "rect", "x0": x - 0.47, "x1": x + 0.47, "y0": y - 0.45, "y1": y + 0.45, "layer": "below"}
        edge = {"color": style.INK, "width": 3 if here else 0}
        picture.layout["shapes"].append({**box, "fillcolor": colours[words[y][x]], "line": edge})
        text = f'<a href="{link(problem, SHAPES[name], delta)}" target="_self">{words[y][x]}</a>'
        style.label(
            picture, x, y, text, xanchor="center", xshift=0, font={"color": style.INK, "size": 12}, captureevents=True
        )
    return (picture,)


def link(problem: WideNetwork, shape: tuple[int, int, int], delta: float) -> str:
    """The address, relative to the page, of one cell of the map; whatever the cell does not decide stays as it is."""
    d, h, c = shape
    cell = {"d": d, "h": h, "c": c, "delta": f"{delta:g}"}
    longer: dict[str, Any] = {"horizon": 100} if _word(shape, delta) == "delayed rich" and problem.horizon < 100 else {}
    if delta == 0 and problem.gap < UNEVEN:
        longer["gap"] = f"{UNEVEN:g}"
    # a minus sign in words becomes a typographical one, in an address it must not
    return "?" + urlencode(problem.changed() | cell | longer).replace("-", "%2D")


def comparison(problem: WideNetwork, compared: Comparison) -> tuple[Picture, Picture]:
    """Trained singular values with the exact ones dashed on them, and the error and drift of Δ below the eye's reach."""
    trained, exact = compared.trained.curves, compared.solution.curves
    spans = [("", "", compared.solution.phases)]
    way = (
        "gradient flow, integrated"
        if compared.trained.rate == 0
        else f"descent, η = {style.number(compared.trained.rate)}"
    )
    against = "exact" if compared.solution.exact else "integrated"
    alt = (
        f"Singular values trained by {way} and {against} at delta = {mean_delta(problem):g}; "
        f"largest relative error {compared.worst:.2g}"
    )
    picture = against_time(problem, exact.times, f"━ {way} ╌ {against}", alt, "singular values of β")
    itself = not compared.solution.exact and compared.trained.rate == 0
    title = "The same integration twice: no test" if itself else f"Relative error ≤ {style.number(compared.worst)}"
    errors = against_time(problem, exact.times, title, "Error strip. " + alt, "")
    for k in range(trained.singular_values.shape[1]):
        picture.add(
            style.line(
                trained.times[1:],
                trained.singular_values[1:, k],
                style.EQUIVALENT,
                f"trained s{subscript(k + 1)}",
                width=6,
            )
        )
    for k in range(exact.singular_values.shape[1]):
        colour = style.side_colour(mean_delta(problem))
        picture.add(
            style.line(
                exact.times[1:],
                exact.singular_values[1:, k],
                colour,
                f"{against} s{subscript(k + 1)}",
                width=2,
                dash=dashes.THEORY,
            )
        )
    rows = (
        (compared.error, style.WARNING, "━ error of β"),
        (compared.trained.drift, style.DISTANCE, "━ drift of Δ"),
    )
    for values, colour, name in rows:
        errors.add(style.line(trained.times[1:], np.maximum(values[1:], FLOOR), colour, name[2:], width=3))
    style.key(errors, tuple((name, colour) for _, colour, name in rows))
    errors.lay(yaxis={"type": "log", "exponentformat": "power", "range": [-16.5, 1.2], "dtick": 4})
    return phases.shade(picture, spans), phases.shade(errors, spans)


def _word(shape: tuple[int, int, int], delta: float) -> str:
    return "rich" if delta == 0 else regime(*shape)["upstream" if delta > 0 else "downstream"]


def _closed_form(problem: WideNetwork, strength: float, curves: Curves, reachable: bool) -> list[dict]:
    if problem.start != "aligned" or not reachable:
        return []
    s = mode_flow(problem.scale, strength, problem.delta, curves.times[1:], eta_a=problem.eta_a, eta_w=problem.eta_w)
    return [
        style.line(curves.times[1:], s, style.INK, "closed form of the aligned mode", width=1.5, dash=dashes.THEORY)
    ]


def _modes_title(problem: WideNetwork, solution: Solution) -> str:
    delta, curves = mean_delta(problem), solution.curves
    named = f"{style.side_mark(delta)} {'' if problem.isotropic else 'mean '}δ = {style.number(delta)}"
    reachable = min(problem.h, len(solution.strengths))
    halves = [_crossing(curves, k, solution.strengths[k] / 2) for k in range(reachable)]
    if not np.isfinite(halves[-1]) or curves.singular_values[0, 0] > solution.strengths[0] / 2 or reachable == 1:
        return f"{named}: on the way to the target"
    ratio = halves[-1] / halves[0]
    manner = "all modes at once" if ratio < 1.5 else f"the last mode {style.number(ratio)}× later"
    return f"{named}: {manner}"


def _crossing(curves: Curves, k: int, level: float) -> float:
    above = np.flatnonzero(curves.singular_values[:, k] >= level)
    return float(curves.times[max(above[0], 1)]) if above.size else math.inf


def _alt(problem: WideNetwork, solution: Solution) -> str:
    end = ", ".join(f"{s:.3g}" for s in solution.curves.singular_values[-1])
    return (
        f"Singular values of a {problem.d}-{problem.h}-{problem.c} linear network at delta = {mean_delta(problem):g}, "
        f"{style.side_name(mean_delta(problem))}; they end at {end} with loss {solution.curves.loss[-1]:.2g}"
    )


def against_time(problem: Params, times: np.ndarray, title: str, alt: str, y: str) -> Picture:
    """An empty picture over the logarithm of the times [T] after the first."""
    picture = style.figure(
        problem,
        short=style.briefly(y) or ("error" if "rror" in title else "loss"),
        title=title,
        alt=alt,
        x="gradient-flow time t (log)",
        y=y,
    )
    low, high = np.log10(times[[1, -1]])
    return picture.lay(
        xaxis={
            "type": "log",
            "range": [float(low), float(high)],
            "exponentformat": "power",
            "dtick": 1 if high - low < 4.5 else 2,
        }
    )


def _now(curves: Curves, values: np.ndarray, k: int, colour: str) -> dict:
    time = max(curves.times[k], curves.times[1])
    return style.points(np.full(values.shape[1], time), values[k], colour, "now", size=9, cliponaxis=False)


def subscript(number: int) -> str:
    """The digits of a number, lowered."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
