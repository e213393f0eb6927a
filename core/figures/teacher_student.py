"""Figure 1a, moving: every student neuron as |a|w in the plane, the function it adds up to, and the progress."""

from dataclasses import replace

import numpy as np

from core.figures import dashes, handles, network, phases, style
from core.figures.here import here
from core.figures.picture import Picture, moving
from core.problems.teacher_student import PAPER_PANELS, TURNED, Problem, Solution
from core.theory import relu_partition

ANGLES = np.linspace(0, 360, 181)
SIGNS = ((1, style.POSITIVE, "circle", "a > 0"), (-1, style.NEGATIVE, "x", "a < 0"))
FLIPPED_MUCH, TURNED_MUCH, ALIGNED = 0.05, 30, 0.9
NOTHING = 1e-12
HEIGHT = 430


def figures(problem: Problem, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """The neurons, the function on the circle, and loss, flips and kernel over time; one frame per snapshot."""
    return neurons(problem, solution), function(problem, solution), progress(problem, solution)


def neurons(problem: Problem, solution: Solution, *, height: int = HEIGHT, named: bool = True) -> Picture:
    """|a_i| w_i along training, orange ● for a_i > 0, blue ✕ for a_i < 0; dotted rays are the teacher's directions."""
    beta, positive = solution.run.beta, solution.run.a[0] > 0
    far = 1.08 * float(np.abs(beta).max())
    title = f"{style.side_mark(solution.conserved)} {verdict(solution)}"
    if problem.eta_a != problem.eta_w:
        title += f"; {style.delta_here(solution.conserved, problem.delta)}"
    axes = {"range": [-far, far], "constrain": "domain", "nticks": 6}
    picture = style.figure(
        problem, short="neurons", title=title, alt=_alt(problem, solution), x="|a| w₁", y="|a| w₂", height=height
    ).lay(xaxis=axes, yaxis={**axes, "scaleanchor": "x"}, margin={"l": 48, "r": 4})
    if named:
        student = network.copy("student", solution.run.W, solution.run.a, solution.conserved, X=solution.X)
        picture.network = {**network.picture([student]), "here": here([(problem.tau, problem.delta)])}
    picture.add(*_teacher(solution, far))
    if named:
        _name_teachers(picture, solution, far)
        picture.handles += _rays(problem, solution, far)
    for sign, colour, _, _ in SIGNS:
        mine = beta[:, positive if sign > 0 else ~positive]
        picture.add(style.line(*_strands(mine), colour, width=1.5, opacity=0.45))
    picture.add(_start_circle(beta[0]))
    places = picture.add(*_marks(beta[-1], positive))
    return picture.move(places, *([moving(trace) for trace in _marks(now, positive)] for now in beta))


def four_panels(problem: Problem, solutions: tuple[Solution, ...]) -> tuple[Picture, ...]:
    """The neurons of the paper's four settings, each on its own axes."""
    settings = (replace(problem, tau=p.tau, delta=p.delta, eta_a=1.0, eta_w=1.0) for p in PAPER_PANELS.values())
    panels = tuple(
        neurons(one, solution, height=300, named=False) for one, solution in zip(settings, solutions, strict=True)
    )
    for panel, solution, (name, known) in zip(panels, solutions, PAPER_PANELS.items(), strict=True):
        word = verdict(solution).partition(":")[0]
        mark = style.side_mark(known.delta)
        panel.lay(
            title={"text": f"{mark} {word} (τ = {known.tau:g}, δ = {style.number(known.delta)})", "font": {"size": 14}}
        )
        panel.lay(meta={**style.meta_of(problem, panel.layout["meta"]["alt"]), "panel": name, "short": name})
        panel.lay(margin={"l": 36, "r": 2, "t": 40, "b": 44}, yaxis={"title": {"text": ""}}, xaxis={"nticks": 4})
    return panels


def function(problem: Problem, solution: Solution) -> Picture:
    """f on the unit circle against the teacher's f*, exact at every angle; dots are the training data."""
    radians = np.deg2rad(ANGLES)
    circle = np.stack([np.cos(radians), np.sin(radians)], axis=-1)
    target = solution.teacher.labels(circle)
    student = [relu_partition.value(relu_partition.sectors(W, a), radians) for W, a in _networks(solution)]
    low, high = _span(target, solution.y)
    tests = [style.number(float(loss)) for loss in solution.test_loss]
    picture = style.figure(
        problem,
        short="function",
        title=f"Function: test loss {tests[-1]}",
        alt=f"Student's and teacher's function on the unit circle; the final test loss is {tests[-1]}",
        x="direction of x (degrees)",
        y="f(x)",
        height=HEIGHT,
    ).lay(xaxis={"range": [0, 360], "dtick": 90}, yaxis={"range": [low, high]})
    picture.add(style.line(ANGLES, target, style.EQUIVALENT, "teacher", width=7, opacity=0.6))
    at = np.rad2deg(np.arctan2(solution.X[:, 1], solution.X[:, 0])) % 360
    picture.handles.append(
        handles.along(
            problem,
            "datum",
            "first datum",
            field="shift",
            axis="x",
            at=float(solution.y[0]),
            word="shifted by",
            offset=float(at[0]) - problem.shift,
        )
    )
    rest = np.arange(1, len(at))
    picture.handles.append(handles.entries(problem, np.column_stack([at, solution.y])[1:], rest, field="moved", step=1))
    picture.add(style.points(at, solution.y, style.INK, "training data", size=8, symbol="circle-open"))
    places = picture.add(style.line(ANGLES, student[-1], style.INK, "student", width=3))
    style.key(picture, (("━ student", style.INK), ("━ teacher", style.EQUIVALENT), ("○ data", style.INK)))
    style.told(picture, (f"Function: test loss {test}" for test in tests))
    return picture.move(places, *([{"y": style.f32(f)}] for f in student))


def progress(problem: Problem, solution: Solution) -> Picture:
    """Loss left (train and test), share of activations flipped, and kernel distance, against log time."""
    run = solution.run
    shown = run.time[1:]
    words, sentence = order(solution)
    picture = style.figure(
        problem,
        short="progress",
        title=words,
        alt=f"Progress over time: {sentence}. {_alt(problem, solution)}",
        x="flow time t (log)",
        height=HEIGHT,
    )
    picture.lay(
        xaxis={"type": "log", "range": np.log10(shown[[0, -1]]).tolist(), "dtick": 1}, yaxis={"range": [-0.03, 1.06]}
    )
    lines = (
        (run.loss / _first(run.loss), style.LOSS_LINE, 1.5, "train loss"),
        (solution.test_loss / _first(solution.test_loss), style.LOSS_LINE, 4, "test loss"),
        (run.flipped, style.FLIPS, 3, "flipped"),
    )
    kernel = dashes.KERNEL
    picture.add(style.line(shown, run.kernel_distance[1:], style.KERNEL, "kernel", width=3, dash=kernel))
    for values, colour, width, name in lines:
        picture.add(style.line(shown, values[1:], colour, name, width=width))
    style.key(
        picture,
        (("─ train loss", style.LOSS_LINE), ("━ test loss", style.LOSS_LINE)),
        (("━ flipped", style.FLIPS), (f"{kernel.mark} kernel", style.KERNEL)),
    )
    phases.shade(picture, [("", "", solution.phases)])
    picture.handles.append(handles.time(float(shown[0])))
    places = picture.add(_cursor(shown[0]))
    return picture.move(places, *([moving(_cursor(max(t, shown[0])))] for t in run.time))


def verdict(solution: Solution) -> str:
    """What this run shows, in a few words: whether it learnt, whether directions turned, and whether to the teacher."""
    run = solution.run
    if run.loss[-1] > 0.1 * _first(run.loss):
        return f"Not learnt by t = {run.time[-1]:g}"
    if np.isnan(solution.phases.half_turned):
        return "Lazy: directions stay"
    turned = np.degrees(solution.phases.turned)
    if turned < TURNED_MUCH or solution.alignment[-1] < ALIGNED:
        return f"Between: directions turn by {turned:.0f}°"
    return "Rich: neurons turn to the teacher"


def order(solution: Solution) -> tuple[str, str]:
    """Whether flips or fit came first, in a few words and in a sentence with half-times."""
    run = solution.run
    fit = _time(run.time, run.loss <= 0.5 * run.loss[0])
    if run.flipped[-1] < FLIPPED_MUCH:
        return "It fits without flipping", f"half the loss is gone at t = {style.number(fit)}, with hardly a flip"
    flips = _time(run.time, run.flipped >= 0.5 * float(run.flipped[-1]))
    words = "First it flips, then it fits" if flips < fit else "First it fits, then it flips"
    return (
        words,
        f"half the flips are done at t = {style.number(flips)}, half the loss is gone at t = {style.number(fit)}",
    )


def _time(times: np.ndarray, reached: np.ndarray) -> float:
    return float(times[np.argmax(reached)]) if reached.any() else float("inf")


def _alt(problem: Problem, solution: Solution) -> str:
    run = solution.run
    return (
        f"Student neurons in the plane, tau = {problem.tau:g}, delta = {solution.conserved:.3g}, "
        f"{style.side_name(solution.conserved)}: {verdict(solution)}; at the end train loss {run.loss[-1]:.2g}, "
        f"Hamming distance {run.hamming[-1]:.3g} of {problem.width}, parameter distance {run.distance[-1]:.3g}"
    )


def _teacher(solution: Solution, far: float) -> list[dict]:
    ends = solution.teacher.directions * far / np.abs(solution.teacher.directions).max(axis=1, keepdims=True)
    return [
        style.line([0, x], [0, y], _sign_colour(readout), "teacher neuron", width=2.5, dash=dashes.LEVEL)
        for (x, y), readout in zip(ends, solution.teacher.readouts, strict=True)
    ]


def _rays(problem: Problem, solution: Solution, far: float) -> list[dict]:
    """The first teacher neurons' rays can be turned."""
    held = []
    for field, (x, y), readout in zip(TURNED, solution.teacher.directions, solution.teacher.readouts, strict=False):
        drawn = float(np.degrees(np.arctan2(y, x))) - getattr(problem, field)
        label = f"teacher neuron {field[-1]}, {'+' if readout > 0 else '−'}"
        ray = handles.polar(problem, f"teacher{field[-1]}", label, angle=field, norm=0.78 * far, offset=drawn)
        held.append({**ray, "colour": _sign_colour(readout)})
    return held


def _name_teachers(picture: Picture, solution: Solution, far: float) -> None:
    for (x, y), readout in zip(solution.teacher.directions, solution.teacher.readouts, strict=True):
        edge = 0.97 * far / max(abs(x), abs(y))
        place = {"xanchor": "right" if x > 0 else "left", "yanchor": "bottom", "xshift": 0}
        style.label(
            picture, edge * x, edge * y, "teacher +" if readout > 0 else "teacher −", _sign_colour(readout), **place
        )


def _sign_colour(readout: float) -> str:
    return style.POSITIVE if readout > 0 else style.NEGATIVE


def _start_circle(beta: np.ndarray) -> dict:
    around = np.linspace(0, 2 * np.pi, 73)
    radius = float(np.linalg.norm(beta, axis=-1).mean())
    return style.line(radius * np.cos(around), radius * np.sin(around), style.INK, "start, ‖aw‖ = τ²", width=1.5)


def _marks(beta: np.ndarray, positive: np.ndarray) -> list[dict]:
    traces = []
    for sign, colour, symbol, name in SIGNS:
        x, y = beta[positive if sign > 0 else ~positive].T
        traces.append(style.points(x, y, colour, name, size=9, symbol=symbol, opacity=0.85))
    return traces


def _strands(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All neurons' paths [k, m, 2] as one line, parted by NaN."""
    gap = np.full((1, *beta.shape[1:]), np.nan)
    strung = np.concatenate([beta, gap]).transpose(1, 0, 2).reshape(-1, 2)
    return strung[:, 0], strung[:, 1]


def _networks(solution: Solution):
    return zip(solution.run.W, solution.run.a, strict=True)


def _span(*values: np.ndarray) -> tuple[float, float]:
    low, high = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
    reach = max(high - low, 0.1)
    return low - 0.2 * reach, high + 0.3 * reach


def _first(curve: np.ndarray) -> float:
    """The start's value to divide by; data that the teacher does not see leave nothing to learn but rounding."""
    return max(float(curve[0]), NOTHING)


def _cursor(time: float) -> dict:
    return style.line([time, time], [-0.03, 1.03], style.INK, width=1.5)
