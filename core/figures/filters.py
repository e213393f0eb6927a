"""Filters: the first layer before and after for each α, and smoothness against accuracy for every run."""

import numpy as np

from core.figures import dashes, experiment, style
from core.figures.picture import Picture, moving
from core.figures.png import data_uri
from core.problems.filters import Problem, Solution, of_control, spread
from core.training.practice.filters import DATA

GAP, ACROSS = 1, 8
EACH = 2  # units of a pixel at the end; the start, the same noise everywhere, is drawn half as large
APART = 14
ROUNDING = 12  # levels of 255: one shade
SHADES = 23  # as many of a colour as an eye tells apart in a tile; twice as many bytes would be noise


def figures(problem: Problem, solution: Solution) -> tuple[Picture, ...]:
    """One mosaic for each α, then smoothness against accuracy with one frame for each recorded epoch."""
    here = of_control(solution, problem.control)
    there = [k for k in range(len(here.alpha)) if np.isfinite(here.test_accuracy[:, k]).any()] or [0]
    return *(mosaic(problem, here, k) for k in there), trade(problem, here)


def mosaic(problem: Problem, solution: Solution, k: int) -> Picture:
    """All filters of one run in colour, at the start (left) and at the last epoch, each stretched to its own range."""
    seed = experiment.bold(problem.seed, solution.seed)
    alpha, last = solution.alpha[k], experiment.reached(solution.test_accuracy[:, k])
    before, after = solution.smoothness[seed, k, [0, last]]
    known = np.isfinite(after)
    name = experiment.named(alpha)
    title = f"{name}: smoothness {style.number(before)} → {style.number(after)}" if known else f"{name}: …"
    count = solution.filters.shape[3]
    alt = (
        f"{count} first-layer filters, 15 by 15, before and after training, with the first layer divided by {alpha:g}, seed "
        f"{solution.seed[seed]}: smoothness {before:.3g} to {after:.3g} (lower is smoother), test accuracy "
        f"{solution.test_accuracy[seed, k, last]:.0%} on {DATA[str(solution.data)]}, {problem.control}."
    )
    picture = style.figure(problem, short=name, title=title, alt=alt, height=330)
    began, ended = _start(solution, seed, k), pixels(solution.filters[seed, k, 1])
    high, wide = began.shape[:2]
    top = high + APART
    picture.lay(xaxis={"visible": False, "range": [-2, EACH * wide + 2], "constrain": "domain"})
    bottom = top + EACH * high + 2
    picture.lay(yaxis={"visible": False, "range": [bottom, -2], "scaleanchor": "x", "constrain": "domain"})
    picture.lay(margin={"l": 8, "r": 8, "b": 8})
    for down, told in ((0.25, "  ← start"), (0.8, f"  ↓ epoch {solution.epochs[last]}")):
        picture.add(experiment.words(wide, down * high, told, style.INK))
    for word, drawn, y, each in (("before", began, 0, EACH / 2), ("after", ended, top, EACH)):
        size = {"x0": each / 2, "dx": each, "y0": y + each / 2, "dy": each}
        picture.add({"type": "image", "name": word, "source": data_uri(drawn), **size, "hoverinfo": "skip"})
    return picture


def _start(solution: Solution, seed: int, k: int) -> np.ndarray:
    """The picture before training: the runs of a seed start from the same filters, so that one serves them all where
    nothing but rounding tells them apart."""
    first, own = (pixels(solution.filters[seed, j, 0]) for j in (0, k))
    return first if np.abs(first.astype(int) - own).max() <= ROUNDING else own


def pixels(filters: np.ndarray) -> np.ndarray:
    """[filter, 3, side, side] as one RGB picture, uint8; grey gaps, NaN filters grey."""
    low, high = (edge(filters, (1, 2, 3), keepdims=True) for edge in (np.min, np.max))
    unit = np.nan_to_num((filters - low) / np.where(high > low, high - low, 1), nan=0.5)
    shown = (SHADES * unit).round() * (255 / SHADES)
    tiles = shown.round().astype(np.uint8)
    side = tiles.shape[-1] + GAP
    canvas = np.full((3, -(-len(tiles) // ACROSS) * side - GAP, ACROSS * side - GAP), 127, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = divmod(k, ACROSS)
        canvas[:, top * side : top * side + side - GAP, left * side : left * side + side - GAP] = tile
    return canvas.transpose(1, 2, 0)


def trade(problem: Problem, solution: Solution) -> Picture:
    """Mean smoothness over test accuracy, one mark for each run, moving with the epochs."""
    last = experiment.reached(solution.test_accuracy)
    picture = style.figure(
        problem,
        short="accuracy",
        title=in_short(solution, last),
        alt=_alt(solution, last),
        x="test accuracy",
        y="smoothness (lower is smoother)",
    )
    rough = solution.smoothness
    picture.lay(
        xaxis={"range": [0, 1], "tickformat": ".0%"},
        yaxis={"range": [0, 1.1 * float(np.max(rough[np.isfinite(rough)], initial=3.94))]},
    )
    chance = 1 / (8 if str(solution.data) == "patches" else 10)
    picture.add(style.line([chance, chance], [0, 9], style.EQUIVALENT, width=1.5, dash=dashes.LEVEL))
    style.label(picture, chance, 0.12, "chance", style.EQUIVALENT)
    places = picture.add(*_marks(problem, solution, rough, last))
    frames = ([moving(t) for t in _marks(problem, solution, rough, k)] for k in range(len(solution.epochs)))
    style.told(picture, (in_short(solution, k) for k in range(len(solution.epochs))))
    return picture.move(places, *frames)


def _marks(problem: Problem, solution: Solution, rough: np.ndarray, k: int) -> list[dict]:
    shades = experiment.colours(Problem)
    seed = experiment.bold(problem.seed, solution.seed)
    x, y = solution.test_accuracy, rough
    traces = []
    for j, alpha in enumerate(solution.alpha):
        shade, name = shades[float(alpha)], experiment.named(alpha)
        traces += [
            style.line(x[seed, j, : k + 1], y[seed, j, : k + 1], shade, width=1.5),
            style.points(x[:, j, k], y[:, j, k], shade, name, size=11, symbol=experiment.symbol(alpha)),
            style.points(x[seed, j, k : k + 1], y[seed, j, k : k + 1], shade, size=19, symbol="circle-open"),
            experiment.words(_rightmost(x[:, j, k]), float(experiment.mean(y[:, j, k])), f"   {name}", shade),
        ]
    return traces


def _rightmost(values: np.ndarray) -> float:
    return float(np.max(values[np.isfinite(values)], initial=0))


def in_short(solution: Solution, k: int) -> str:
    """The mean smoothness at the two ends of α, as of one recorded epoch."""
    rough = solution.smoothness[..., k]
    there = np.flatnonzero(np.isfinite(rough).any(0))
    if not there.size:
        return "Smoothness and accuracy: the first epoch is on its way"
    ends = dict.fromkeys((there[-1], there[0]))
    said = (f"{float(experiment.mean(rough[:, j])):.2f} at α = {solution.alpha[j]:g}" for j in ends)
    return f"Mean smoothness {', '.join(said)}"


def finding(solution: Solution, k: int) -> str:
    """Smoothness at the two ends of α and the accuracies there, mean ± half the range of the seeds."""
    there = np.isfinite(solution.test_accuracy[..., k]).all(1)
    rough, right = solution.smoothness[there][..., k], solution.test_accuracy[there][..., k]
    name = DATA[str(solution.data)]
    name = name[0].upper() + name[1:]
    if len(solution.alpha) < 2 or not there.any():
        return f"{name}: smoothness and accuracy over {solution.epochs[k]} epochs"
    low, high = solution.alpha[0], solution.alpha[-1]
    smoother = high if rough[:, -1].mean() < rough[:, 0].mean() else low
    return (
        f"{name}: α = {smoother:g} is the smoother, {spread(rough[:, -1], '{:.2f}')} at {high:g}, "
        f"{spread(rough[:, 0], '{:.2f}')} at {low:g}; "
        f"accuracy {spread(right[:, -1], '{:.0%}')} and {spread(right[:, 0], '{:.0%}')}"
    )


def _alt(solution: Solution, k: int) -> str:
    return f"Smoothness of the filters against test accuracy, one mark for each run. {finding(solution, k)}."
