"""Deep linear chains: the bias picture, loss at every depth, who learns, theory against training."""

import math

import numpy as np

from core.figures import dashes, handles, network, phases, style
from core.figures.picture import Picture, moving
from core.problems.deep import DEEPEST, DeepChain, Solution, start
from core.problems.deep_run import Comparison
from core.theory.deep_potential import chain_potential

FLOOR = 1e-12
GRID = 61
FARTHEST = 2.5
"""Times everything else: how far off the end c → −∞ may lie to be shown itself, not by an arrow."""


def figures(problem: DeepChain, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """Where β goes and lands, the loss over time, and the layers' shares in learning."""
    return plane(problem, solution), losses(problem, solution), profile(problem, solution)


def plane(problem: DeepChain, solution: Solution) -> Picture:
    """Level sets of what this depth and imbalance minimise, touching the line of zero loss at the predicted landing."""
    landing, x, colour = solution.landing, problem.X[0], style.side_colour(problem.imbalance)
    far = _reach(solution)
    finding = "Waits near a saddle" if solution.reason else "Lands where the level set touches"
    picture = style.figure(
        problem,
        short="plane",
        title=f"{style.side_mark(problem.imbalance)} {finding}",
        alt=_alt(problem, solution),
        x="β₁",
        y="β₂",
    )
    picture.lay(xaxis={"range": [-far, far], "constrain": "domain"})
    picture.lay(yaxis={"range": [-far, far], "scaleanchor": "x", "constrain": "domain"})
    if not solution.reason:
        picture.add(*_level_sets(problem, solution, far))
        away = 14 if x[0] * x[1] > 0 else -14
        style.label(picture, landing[0], landing[1], "predicted", style.MINIMA, yshift=away, xshift=8)
    along = np.array([-x[1], x[0]]) * 3 * far
    ends = problem.y * x + np.stack([along, -along])
    picture.add(style.line(ends[:, 0], ends[:, 1], style.MINIMA, "zero loss, xᵀβ = y"))
    for point, name in ((solution.nearest, "c → +∞: nearest point"), (solution.along, "c → −∞: along β₀")):
        picture.add(style.points(point[:1], point[1:], style.EQUIVALENT, name, size=10, symbol="diamond-open"))
    _beyond(picture, solution.along, far)
    picture.add(style.line(solution.beta[:, 0], solution.beta[:, 1], colour, "β"))
    first = problem.beta_0
    picture.add(style.points(first[:1], first[1:], style.INK, "β₀, start", size=12, symbol="circle-open"))
    picture.add(style.points(landing[:1], landing[1:], style.MINIMA, "predicted landing", size=15, symbol="star"))
    style.label(picture, first[0], first[1], "β₀", style.INK, yshift=-14)
    layers = np.column_stack([np.linalg.norm(solution.w, axis=-1), solution.a])
    picture.network = network.picture([network.chain("chain", layers, problem.imbalance)])
    places = picture.add(_now(solution.beta, 0))
    return picture.move(places, *([moving(_now(solution.beta, k))] for k in range(len(solution.times))))


def losses(problem: DeepChain, solution: Solution) -> Picture:
    """Loss against log time at this depth, and thin at every other depth from the same start."""
    left = solution.loss / max(float(solution.loss[0]), 1e-300)
    alt = f"Loss left against time at depths 1 to {DEEPEST}; {_alt(problem, solution)}"
    picture = _against_time(problem, solution, _wait(solution), alt, "loss left, L/L₀")
    picture.lay(yaxis={"range": [-0.04, 1.06]})
    for depth, other in enumerate(solution.loss_by_depth, 1):
        line = style.line(
            problem.depth_times[1:],
            other[1:] / max(float(other[0]), 1e-300),
            style.EQUIVALENT,
            f"depth {depth}",
            width=1.5,
        )
        picture.add(line)
    picture.add(style.line(solution.times[1:], left[1:], style.LOSS_LINE, f"depth {problem.depth}", width=5))
    style.key(picture, ((f"━ depth {problem.depth}", style.LOSS_LINE), ("─ depths 1 to 8", style.EQUIVALENT)))
    places = picture.add(_marker(solution, left, 0))
    picture.handles.append(handles.time(float(solution.times[1])))
    return picture.move(places, *([moving(_marker(solution, left, k))] for k in range(len(solution.times))))


def profile(problem: DeepChain, solution: Solution) -> Picture:
    """Which layer learns: each layer's share in the change of |β|, moving with time."""
    first = solution.shares[0]
    most = int(np.argmax(first))
    even = np.ptp(first) < 0.05
    title = "All layers learn alike at first" if even else f"Layer {most + 1} learns {first[most]:.0%} at first"
    shares = ", ".join(f"{share:.0%}" for share in first)
    alt = (
        f"Share of each layer in learning at imbalance {problem.imbalance:g}, first layer first; at the start {shares}"
    )
    picture = style.figure(problem, short="layers", title=title, alt=alt, x="layer", y="share of learning")
    layers = list(range(1, problem.depth + 1))
    picture.lay(
        yaxis={"range": [0, 1.02], "tickformat": ".0%"}, xaxis={"tickvals": layers, "range": [0.4, problem.depth + 0.6]}
    )
    picture.add(style.points(layers, first, style.INK, "at the start", size=10, symbol="line-ew-open"))
    places = picture.add(_bars(layers, first))
    return picture.move(places, *([{"y": style.f32(share)}] for share in solution.shares))


def comparison(problem: DeepChain, compared: Comparison) -> tuple[Picture, Picture]:
    """Trained β on the flow's, and the error, the drift of the offsets and the distance to the landing over time."""
    solution = compared.solution
    alt = (
        f"Trained and integrated weights at depth {problem.depth}, imbalance {problem.imbalance:g}; largest relative error "
        f"{compared.worst:.2g}, the end is {compared.miss:.2g} from the predicted landing"
    )
    picture = _against_time(problem, solution, "━ trained ╌ gradient flow", alt, "β₁, β₂")
    colour = style.side_colour(problem.imbalance)
    for k in (0, 1):
        picture.add(
            style.line(solution.times[1:], compared.beta[1:, k], style.EQUIVALENT, f"trained β{'₁₂'[k]}", width=6)
        )
        picture.add(
            style.line(solution.times[1:], solution.beta[1:, k], colour, f"β{'₁₂'[k]}", width=2, dash=dashes.THEORY)
        )
        picture.add(
            style.line(
                solution.times[[1, -1]],
                [solution.landing[k]] * 2,
                style.MINIMA,
                "landing",
                width=1.5,
                dash=dashes.LEVEL,
            )
        )
    errors = _against_time(
        problem, solution, f"Relative error ≤ {style.number(compared.worst)}", "Error strip. " + alt, ""
    )
    gap = np.linalg.norm(compared.beta - solution.landing, axis=1)
    rows = (
        (gap, style.MINIMA, "━ to landing"),
        (compared.error, style.WARNING, "━ error"),
        (compared.drift, style.DISTANCE, "━ drift of c"),
    )
    for values, tint, name in rows:
        errors.add(style.line(solution.times[1:], np.maximum(values[1:], 1e-17), tint, name[2:], width=3))
    style.key(errors, tuple((name, tint) for _, tint, name in rows))
    errors.lay(yaxis={"type": "log", "exponentformat": "power", "range": [-17.5, 1.2], "dtick": 4})
    return picture, errors


def _reach(solution: Solution) -> float:
    """Half the width of the plane: all that moves, and both ends unless the second is much farther off."""
    own = [1.0, *np.abs(solution.landing), *np.abs(solution.beta).ravel(), *np.abs(solution.nearest)]
    reach, end = float(np.nanmax(own)), float(np.abs(solution.along).max())
    return 1.2 * (end if reach < end <= FARTHEST * reach else reach)


def _beyond(picture: Picture, end: np.ndarray, far: float) -> None:
    """An arrow at the frame towards an end that lies outside it."""
    away = float(np.abs(end).max())
    if not away > far:
        return
    at = end / away * 0.93 * far
    tail = {"showarrow": True, "arrowhead": 2, "arrowwidth": 2, "arrowcolor": style.EQUIVALENT, "xshift": 0}
    side = -40 if end[0] > 0 else 40
    tail |= {"ax": side * abs(end[0]) / away, "ay": 40 * end[1] / away, "xanchor": "center"}
    style.label(picture, at[0], at[1], "c → −∞", style.EQUIVALENT, **tail)


def _level_sets(problem: DeepChain, solution: Solution, far: float) -> list[dict]:
    grid = np.linspace(-far, far, GRID)
    sign = float(np.sign(np.prod(solution.a[-1])))
    w_0, _ = start(problem)
    radii = np.linspace(0, 1.5 * far, 240)
    radial = chain_potential(np.column_stack([radii, np.zeros_like(radii)]), problem.offsets, etas=problem.etas)
    beta = np.stack(np.meshgrid(grid, grid), axis=-1)

    def penalty(points):
        return np.interp(np.linalg.norm(points, axis=-1), radii, radial) - sign * points @ w_0

    values, touching = penalty(beta), float(penalty(solution.landing))
    base = {"type": "contour", "x": style.f32(grid), "y": style.f32(grid), "z": style.f32(values), "showscale": False}
    quiet = {"contours": {"coloring": "none"}, "hoverinfo": "skip", "ncontours": 16}
    one = {"contours": {"coloring": "none", "start": touching, "end": touching, "size": 1}, "hoverinfo": "skip"}
    return [
        {**base, **quiet, "line": {"width": 1, "color": style.EQUIVALENT}},
        {**base, **one, "line": {"width": 3, "color": style.KERNEL}, "autocontour": False},
    ]


def loss_halved(solution: Solution) -> float:
    """The first time at which half of the loss is gone; NaN where it is not."""
    below = np.flatnonzero(solution.loss <= solution.loss[0] / 2)
    return float(solution.times[below[0]]) if below.size else math.nan


def _wait(solution: Solution) -> str:
    halved = loss_halved(solution)
    if solution.loss[0] == 0:
        return "Fits from the start: no loss to lose"
    return "Still waiting" if math.isnan(halved) else f"Half of the loss by t = {style.number(halved)}"


def _alt(problem: DeepChain, solution: Solution) -> str:
    end, goal = solution.beta[-1], solution.landing
    landing = "no landing point" if solution.reason else f"predicted ({goal[0]:.3g}, {goal[1]:.3g})"
    return (
        f"A linear chain of {problem.depth} layers with imbalance {problem.imbalance:g}, "
        f"{style.side_name(problem.imbalance)} in the sense of delta, ends at beta = ({end[0]:.3g}, {end[1]:.3g}), "
        f"{landing}, loss {solution.loss[-1]:.2g}"
    )


def _against_time(problem: DeepChain, solution: Solution, title: str, alt: str, y: str) -> Picture:
    picture = style.figure(
        problem,
        short=style.briefly(y) or ("error" if "rror" in title else "loss"),
        title=title,
        alt=alt,
        x="gradient-flow time t (log)",
        y=y,
    )
    phases.shade(picture, [("", "", solution.phases)])
    low, high = np.log10(solution.times[[1, -1]])
    return picture.lay(
        xaxis={
            "type": "log",
            "range": [float(low), float(high)],
            "exponentformat": "power",
            "dtick": 1 if high - low < 4.5 else 2,
        }
    )


def _bars(layers: list[int], shares: np.ndarray) -> dict:
    return {
        "type": "bar",
        "x": layers,
        "y": style.f32(shares),
        "marker": {"color": style.LOSS_LINE},
        "hovertemplate": "layer %{x}: %{y:.0%}<extra></extra>",
    }


def _marker(solution: Solution, left: np.ndarray, k: int) -> dict:
    return style.points(
        [max(solution.times[k], solution.times[1])], [left[k]], style.INK, "now", size=12, cliponaxis=False
    )


def _now(beta: np.ndarray, k: int) -> dict:
    return style.points(beta[k, :1], beta[k, 1:], style.INK, "now", size=12)
