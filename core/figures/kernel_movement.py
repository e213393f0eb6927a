"""Kernel movement: the kernel's distance against flips and against parameters, and the two causes apart."""

import numpy as np

from core.figures import dashes, experiment, style
from core.figures.picture import Picture, moving
from core.problems.kernel_movement import Problem, Solution, early, moment, rank_correlation
from core.training.practice.kernel_movement import DATA

CAUSES = (
    ("kernel_distance", style.KERNEL, dashes.KERNEL, "kernel"),
    ("distance_flipped", style.FLIPS, dashes.SOLID, "by flips"),
    ("distance_moved", style.DISTANCE, dashes.SOLID, "by weights"),
)

NAMED = (0.1, 1.0, 10.0)
TICKS = (0.1, 0.25, 1.0, 4.0, 10.0)


def figures(problem: Problem, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """Causes apart, kernel against flips, kernel against parameters; one frame for each recorded step."""
    return causes(problem, solution), against_flips(problem, solution), against_parameters(problem, solution)


def causes(problem: Problem, solution: Solution) -> Picture:
    """Kernel distance for each α: as it is, with only the flips, with only the new weights."""
    step = experiment.reached(solution.kernel_distance)
    titles = [f"{_data(solution)}: flips outweigh weights for {_by_flips(solution, k)}" for k in _each(solution)]
    alt = f"{verdict(solution, early(solution.steps, step), step)}. {_alt(solution, step)}"
    picture = style.figure(problem, short="sweep", title=titles[step], alt=alt, x="α (log)", y="kernel distance S")
    style.told(picture, (titles[min(k, step)] for k in _each(solution)))
    ticks = [float(alpha) for alpha in solution.alpha if alpha in TICKS or len(solution.alpha) < 6]
    ends = np.log10(solution.alpha[[0, -1]])
    axis = {
        "type": "log",
        "range": [ends[0] - 0.12, ends[1] + 0.12],
        "tickvals": ticks,
        "ticktext": [f"{a:g}" for a in ticks],
    }
    picture.lay(xaxis=axis, yaxis={"range": [0, _top(solution.kernel_distance, solution.distance_flipped)]})
    style.key(picture, tuple((f"{dash.mark} {name}", colour) for _, colour, dash, name in CAUSES))
    places = picture.add(*_causes(problem, solution, step))
    return picture.move(places, *([moving(t) for t in _causes(problem, solution, k)] for k in _each(solution)))


def _causes(problem: Problem, solution: Solution, k: int) -> list[dict]:
    seed = experiment.bold(problem.seed, solution.seed)
    traces = []
    for name, colour, dash, words in CAUSES:
        values = getattr(solution, name)[..., k]
        alphas = np.tile(solution.alpha, len(solution.seed))
        traces += [
            style.line(solution.alpha, experiment.mean(values), colour, f"{words}, mean", dash=dash),
            style.points(alphas, values.ravel(), colour, words, size=4),
            style.points(
                solution.alpha,
                values[seed],
                colour,
                f"{words}, seed {solution.seed[seed]}",
                size=12,
                symbol="circle-open",
            ),
        ]
    return traces


def against_flips(problem: Problem, solution: Solution) -> Picture:
    """S over the share of activations that switched, one dot for each run."""
    return _against(problem, solution, "flipped_share", "share of activations flipped")


def against_parameters(problem: Problem, solution: Solution) -> Picture:
    """S over the distance the parameters went, one dot for each run."""
    return _against(problem, solution, "parameter_distance", "parameter distance ‖θ − θ₀‖")


def _against(problem: Problem, solution: Solution, cause: str, axis: str) -> Picture:
    step = experiment.reached(solution.kernel_distance)
    what = "flips" if cause == "flipped_share" else "parameter distance"
    orders = [_order(solution, cause, k) for k in _each(solution)]
    titles = [f"By {what}: {order}" for order in orders]
    ends = dict.fromkeys((early(solution.steps, step), step))
    runs = solution.kernel_distance[..., 0].size
    told = ", ".join(f"{orders[k]} at {moment(solution, k)}" for k in ends)
    alt = f"Kernel by {what}: {told} ({runs} runs). {_alt(solution, step)}"
    picture = style.figure(problem, short=what, title=titles[step], alt=alt, x=axis, y="kernel distance S")
    style.told(picture, (titles[min(k, step)] for k in _each(solution)))
    right = _top(getattr(solution, cause))
    picture.lay(xaxis={"range": [-0.03 * right, right]}, yaxis={"range": [-0.02, _top(solution.kernel_distance)]})
    places = picture.add(*_runs(problem, solution, cause, step))
    return picture.move(places, *([moving(t) for t in _runs(problem, solution, cause, k)] for k in _each(solution)))


def _order(solution: Solution, cause: str, k: int) -> str:
    order = rank_correlation(getattr(solution, cause)[..., k], solution.kernel_distance[..., k])
    return f"rank correlation {style.number(round(order, 2))}" if np.isfinite(order) else "nothing has moved yet"


def _runs(problem: Problem, solution: Solution, cause: str, k: int) -> list[dict]:
    shades = experiment.colours(Problem)
    seed = experiment.bold(problem.seed, solution.seed)
    x, y = getattr(solution, cause), solution.kernel_distance
    traces, names = [], []
    for j, alpha in enumerate(solution.alpha):
        shade, name = shades[float(alpha)], experiment.named(alpha)
        trail = style.line(x[seed, j, : k + 1], y[seed, j, : k + 1], shade, width=1.5)
        dots = style.points(x[:, j, k], y[:, j, k], shade, name, size=8, symbol=experiment.symbol(alpha))
        ring = style.points(x[seed, j, k : k + 1], y[seed, j, k : k + 1], shade, size=15, symbol="circle-open")
        middle = experiment.mean(x[:, j, k]), experiment.mean(y[:, j, k])
        traces += [trail, dots, ring]
        if alpha in NAMED:
            place = "bottom right" if alpha < 1 else "middle right"
            names.append(experiment.words(float(middle[0]), float(middle[1]), f"  α = {alpha:g}", shade, place))
    return [*traces, *names]


def verdict(solution: Solution, *steps: int) -> str:
    """For which α the flips alone move the kernel more than the weights alone, at each of the recorded steps."""
    told = [f"for {_by_flips(solution, k)} at {moment(solution, k)}" for k in dict.fromkeys(steps)]
    return "flips outweigh weights " + ", ".join(told)


def _by_flips(solution: Solution, k: int) -> str:
    flipped = experiment.mean(solution.distance_flipped[..., k])
    moved = experiment.mean(solution.distance_moved[..., k])
    scales = solution.alpha[flipped > moved]
    if not scales.size:
        return "no α"
    if scales.size == solution.alpha.size:
        return "every α"
    if np.array_equal(scales, solution.alpha[-scales.size :]):
        return f"α ≥ {scales[0]:g}"
    return "α = " + ", ".join(f"{alpha:g}" for alpha in scales)


def _data(solution: Solution) -> str:
    return DATA[str(solution.data)].split(",")[0]


def _each(solution: Solution) -> range:
    return range(len(solution.steps))


def _top(*values: np.ndarray) -> float:
    return 1.12 * max(float(np.nanmax(np.nan_to_num(value))) for value in values) or 1.0


def _alt(solution: Solution, step: int) -> str:
    last = experiment.mean(solution.kernel_distance[..., step])
    ends = ", ".join(f"alpha {alpha:g}: {value:.2g}" for alpha, value in zip(solution.alpha, last, strict=True))
    return f"Kernel distance at {moment(solution, step)} on {DATA[str(solution.data)]}, {ends}"
