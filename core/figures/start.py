"""Start: the race of three splits, who arrives first, and who has learned features."""

import math

import numpy as np

from core.figures import dashes, handles, network, phases, style
from core.figures.picture import Picture, moving
from core.problems.start import ALIGNED, UNTIL, Linear, Relu, Start
from core.theory.checks import Floats

HEIGHT = 380
WORDS = ("▼ downstream", "● balanced", "▲ upstream")
PLAINLY = ("▼ first layer big", "● both equal", "▲ second layer big")
KEYS = ("▼ first big", "● equal", "▲ second big")
TIME = "time (log)"


def figures(problem: Start, solution: Linear | Relu) -> tuple[Picture, Picture, Picture]:
    """The race itself, how far each has come, and how far its kernel or its features have moved."""
    if isinstance(solution, Relu):
        return function(problem, solution), _relu_loss(problem, solution), _flips(problem, solution)
    return race(problem, solution), _aligned(problem, solution), _kernel(problem, solution)


def findings(solution: Linear | Relu) -> dict[str, str]:
    """What this setting shows, in words: who is first and when, who last, who has changed most and how much."""
    reached = np.where(np.isfinite(solution.reached), solution.reached, np.inf)
    changed = solution.flipped[:, -1] if isinstance(solution, Relu) else solution.kernel_distance[:, -1]
    first, last, most = int(reached.argmin()), int(reached.argmax()), int(changed.argmax())
    never = not np.isfinite(reached[last])
    return {
        "first": WORDS[first],
        "soon": style.number(float(reached[first])),
        "last": WORDS[last],
        "late": f"not by t = {solution.times[-1]:g}" if never else f"from t = {style.number(float(reached[last]))}",
        "most": WORDS[most],
        "moved": f"{changed[most]:.0%}" if isinstance(solution, Relu) else style.number(changed[most]),
    }


def race(problem: Start, solution: Linear) -> Picture:
    """Three dots from the same β₀ to the same β*."""
    ends = ", ".join(
        f"({b[0]:.2f}, {b[1]:.2f}) for delta = {d:g}"
        for b, d in zip(solution.beta[:, -1], solution.deltas, strict=True)
    )
    alt = f"Race in the plane of beta from (-1, 0) to the target; at t = {solution.times[-1]:g} the dots are at {ends}"
    picture = style.figure(
        problem,
        short="race",
        title="Same start, same goal, three ways",
        alt=alt,
        x="answer to input 1",
        y="answer to input 2",
        height=HEIGHT,
    )
    picture.lay(xaxis={"range": [-1.35, 1.25], "constrain": "domain"})
    picture.lay(yaxis={"range": [-0.6, 1.35], "scaleanchor": "x", "constrain": "domain"})
    colours = [style.side_colour(delta) for delta in solution.deltas]
    for path, colour, word in zip(solution.beta, colours, WORDS, strict=True):
        picture.add(style.line(path[:, 0], path[:, 1], colour, word, width=2, opacity=0.45))
    star = solution.beta_star
    [aim] = picture.add(
        style.points(star[:1], star[1:], style.MINIMA, "the goal: no error left", size=20, symbol="star")
    )
    picture.add(style.points([-1.0], [0.0], style.INK, "the start, same for all", size=14, symbol="circle-open"))
    style.label(
        picture,
        star[0],
        star[1],
        "goal",
        style.MINIMA,
        yshift=16,
        xanchor="center",
        xshift=0,
        name=f"at {aim}",
    )
    style.label(picture, -1.0, 0.0, "start: the same", yanchor="top", yshift=-10, xshift=-10)

    def now(k: int) -> list[dict]:
        trails = [
            style.line(path[: k + 1, 0], path[: k + 1, 1], colour, word, width=6)
            for path, colour, word in zip(solution.beta, colours, WORDS, strict=True)
        ]
        x, y = solution.beta[:, k].T
        symbols = ["triangle-down", "circle", "triangle-up"]
        return [*trails, style.points(x, y, colours, "now", size=17, symbol=symbols, cliponaxis=False)]

    places = picture.add(*now(solution.times.size - 1))
    _hold(problem, solution, picture, aim, places)
    return picture.move(places, *([moving(trace) for trace in now(k)] for k in range(solution.times.size)))


def _hold(problem: Start, solution: Linear, picture: Picture, aim: int, places: list[int]) -> None:
    """The target can be dragged round the circle; the three paths, their trails and dots follow."""
    picture.flow = handles.flow(problem, solution.times, solution.deltas)
    runs = zip(WORDS, solution.w, solution.a, solution.deltas, strict=True)
    picture.network = network.in_front(network.single(list(runs)), PLAINLY)
    picture.handles.append(
        handles.polar(problem, "beta_star", "goal", angle="angle", norm=1.0, flow="beta_star", offset=180.0, side=-1)
    )
    handles.role(picture, aim, 0, "target", x="beta1", y="beta2")
    for k, trail in enumerate(places[:-1]):
        handles.role(picture, k, k, "all", x="beta1", y="beta2")
        handles.role(picture, trail, k, "trail", x="beta1", y="beta2")
    handles.role(picture, places[-1], None, "now", x="beta1", y="beta2")


def function(problem: Start, solution: Relu) -> Picture:
    """The three networks' outputs round the circle, on their way to the teacher's."""
    alt = "Outputs of three ReLU networks round the circle of inputs, the teacher dotted; loss left at the end: "
    alt += ", ".join(
        f"{left:.2g} for delta = {d:g}" for left, d in zip(solution.loss[:, -1], solution.deltas, strict=True)
    )
    fastest = WORDS[int(np.nanargmin(np.where(np.isnan(solution.reached), np.inf, solution.reached)))]
    picture = style.figure(
        problem,
        short="function",
        title=f"{fastest} fits the teacher first",
        alt=alt,
        x="direction of the input (°)",
        y="answer",
        height=HEIGHT,
    )
    _keyed(picture, solution)
    networks = zip(WORDS, solution.W, solution.a, solution.deltas, strict=True)
    picture.network = network.picture([network.copy(*one, X=solution.X) for one in networks])
    high = 1.25 * max(0.3, float(np.abs(solution.teacher).max()))
    picture.lay(xaxis={"range": [-180, 180], "dtick": 90}, yaxis={"range": [-high, high]})
    picture.add(style.line(solution.angles, solution.teacher, style.MINIMA, "teacher", width=3, dash=dashes.LEVEL))
    picture.add(style.points(solution.data, solution.labels, style.MINIMA, "training data", size=7))
    style.key(picture, ((f"{dashes.LEVEL.mark} teacher", style.MINIMA), ("● data", style.MINIMA)))

    def now(k: int) -> list[dict]:
        return [
            style.line(solution.angles, f[k], style.side_colour(delta), word, width=4)
            for f, delta, word in zip(solution.function, solution.deltas, WORDS, strict=True)
        ]

    places = picture.add(*now(solution.times.size - 1))
    frames = ([{"y": trace["y"]} for trace in now(k)] for k in range(solution.times.size))
    return picture.move(places, *frames)


def _aligned(problem: Start, solution: Linear) -> Picture:
    late = f"at {style.number(solution.reached[0])}" if np.isfinite(solution.reached[0]) else f"not by {UNTIL:g}"
    title = f"Fast: ▲ is there at {style.number(solution.reached[2])}, ▼ {late}"
    picture = _against_time(
        problem, solution, solution.alignment, title, "turned to the goal, 1: all the way", "alignment with the target"
    )
    ends = np.array([solution.times[1], solution.times[-1]])
    picture.add(
        style.line(ends, [ALIGNED, ALIGNED], style.EQUIVALENT, f"there: {ALIGNED:g}", width=1.5, dash=dashes.LEVEL)
    )
    return _following(picture, "alignment")


def _kernel(problem: Start, solution: Linear) -> Picture:
    titles = [_most_changed(solution, moment) for moment in solution.kernel_distance.T]
    moved = solution.kernel_distance
    picture = _against_time(problem, solution, moved, titles[-1], "changed inside, 0: lazy, 1: rich", "kernel distance")
    return _following(style.told(picture, titles), "kernel_distance")


def _most_changed(solution: Linear, moved: np.ndarray) -> str:
    """Who has changed most by the end comes first; the least beside it."""
    most, least = (int(pick(solution.kernel_distance[:, -1])) for pick in (np.argmax, np.argmin))
    marks = [style.side_mark(delta) for delta in solution.deltas]
    return f"Rich: {marks[most]} has changed {moved[most]:.2f} inside, {marks[least]} {moved[least]:.2f}"


def _following(picture: Picture, curve: str) -> Picture:
    """The three curves and their marks follow the hand."""
    for k in range(3):
        handles.role(picture, k, k, "later", x="t", y=curve)
    handles.role(picture, 3, None, "now", x="t", y=curve)
    return picture


def _relu_loss(problem: Start, solution: Relu) -> Picture:
    title = "Fast: how much error is left"
    return _against_time(problem, solution, solution.loss, title, "error left, 1 at the start", "loss left")


def _flips(problem: Start, solution: Relu) -> Picture:
    titles = [f"Rich: ▲ has {up:.0%} of its switches flipped, ▼ {down:.0%}" for down, _, up in solution.flipped.T]
    return style.told(
        _against_time(
            problem,
            solution,
            solution.flipped,
            titles[-1],
            "changed inside, share of flips",
            "share of changed activations",
        ),
        titles,
    )


def _against_time(problem: Start, solution: Linear | Relu, curves: Floats, title: str, y: str, what: str) -> Picture:
    ends = ", ".join(f"{end:.3g} for delta = {d:g}" for end, d in zip(curves[:, -1], solution.deltas, strict=True))
    picture = style.figure(
        problem,
        short=style.briefly(y),
        title=title,
        alt=f"{what} against time, at the end {ends}",
        x=TIME,
        y=y,
        height=HEIGHT,
    )
    times = np.maximum(solution.times, solution.times[1])
    span = [math.log10(times[0]), math.log10(times[-1])]
    picture.lay(
        xaxis={"type": "log", "range": span, "dtick": 1},
        yaxis={"range": [min(-0.04, curves.min()), 1.08 * max(curves.max(), 0.05)]},
    )
    picture.lay(margin={"r": 40})
    colours = [style.side_colour(delta) for delta in solution.deltas]
    for curve, colour, word in zip(curves, colours, WORDS, strict=True):
        picture.add(style.line(times[1:], curve[1:], colour, word, width=4))

    def now(k: int) -> dict:
        symbols = ["triangle-down", "circle", "triangle-up"]
        return style.points(
            np.full(3, times[k]), curves[:, k], colours, "now", size=14, symbol=symbols, cliponaxis=False
        )

    places = picture.add(now(len(times) - 1))
    runs = [(word[0], colour, one) for word, colour, one in zip(WORDS, colours, solution.phases, strict=True)]
    phases.shade(picture, runs, titled="kernel" not in what and "activations" not in what)
    picture.handles.append(handles.time(float(times[0])))
    return picture.move(places, *([moving(now(k))] for k in range(len(times))))


def _keyed(picture: Picture, solution: Linear | Relu) -> Picture:
    """The three networks' marks, words and colours, in a row above the picture."""
    for k, delta in enumerate(solution.deltas):
        text = KEYS[k]
        colour = style.side_colour(delta)
        font = {"color": style.AS_TEXT.get(colour, colour), "size": 14, "shadow": "none"}
        style.label(picture, k / 3, 1.0, text, xref="paper", yref="paper", yanchor="bottom", xshift=0, font=font)
    return picture
