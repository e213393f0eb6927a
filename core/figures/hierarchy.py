"""Hierarchical data: test accuracy against the number of samples, the samples that each α needs, one datum's tree."""

import numpy as np

from core.datasets import hierarchy as data
from core.figures import dashes, experiment, style
from core.figures.palette import CLASS, SYMBOL
from core.figures.picture import Picture, moving
from core.problems.hierarchy import Problem, Solution, needed_interval, samples_needed, widest
from core.training.practice.hierarchy import rules


def figures(problem: Problem, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """Accuracy against samples and P* against α, one frame for each recorded epoch, and one datum's tree."""
    return accuracy(problem, solution), needed(problem, solution), tree(problem)


def accuracy(problem: Problem, solution: Solution) -> Picture:
    """Mean over seeds as a line, each seed as a dot; the curves rise with the epochs."""
    title = finding(problem, solution)
    picture = style.figure(
        problem,
        short="accuracy",
        title=title,
        alt=_alt(problem, solution),
        x="training samples P (log)",
        y="test accuracy",
    )
    ends = np.log10(solution.size[[0, -1]])
    count = rules(problem, 0).count
    every = 1 if len(solution.size) < 5 else 2
    told = solution.size[::-1][::every][::-1]
    words = [f"{size:,}<br>{100 * size / count:.2g}%" for size in told]
    axis = {
        "type": "log",
        "range": [ends[0] - 0.08, ends[1] + 0.42 * max(1.0, (ends[1] - ends[0]) / 0.9)],
        "tickvals": told.tolist(),
        "ticktext": words,
        "tickangle": 0,
        "tickfont": {"size": 12},
    }
    picture.lay(xaxis=axis, yaxis={"range": [0, 1.04]}, margin={"b": 84})
    chance = 1 / problem.classes
    across = [solution.size[0] / 1.2, solution.size[-1] * 1.2]
    picture.add(style.line(across, [chance, chance], style.EQUIVALENT, width=1.5, dash=dashes.LEVEL))
    style.label(picture, ends[0] - 0.08, chance - 0.045, "chance", style.EQUIVALENT)
    places = picture.add(*_curves(problem, solution, len(solution.epochs) - 1))
    return picture.move(
        places, *([moving(t) for t in _curves(problem, solution, k)] for k in range(len(solution.epochs)))
    )


def _curves(problem: Problem, solution: Solution, k: int) -> list[dict]:
    shades = experiment.colours(Problem)
    now = solution.test_accuracy[..., k]
    seed = experiment.bold(problem.seed, solution.seed)
    middle = experiment.mean(now)
    heights = experiment.spread(middle[-1], 0.085, 1.02)
    traces = []
    for j, alpha in enumerate(solution.alpha):
        shade, name = shades[float(alpha)], experiment.named(alpha)
        sizes = np.tile(solution.size, len(solution.seed))
        traces += [
            style.line(solution.size, middle[:, j], shade, f"{name}, mean of {len(solution.seed)} seeds"),
            style.points(sizes, now[:, :, j].ravel(), shade, name, size=5, symbol=experiment.symbol(alpha)),
            style.points(
                solution.size,
                now[seed, :, j],
                shade,
                f"{name}, seed {solution.seed[seed]}",
                size=13,
                symbol="circle-open",
            ),
            experiment.words(solution.size[-1] * 1.06, heights[j], name, shade),
        ]
    return traces


def finding(problem: Problem, solution: Solution) -> str:
    """The size at which the scales that fit their training data differ most, and by how much."""
    found = widest(solution)
    if found is None:
        return "No scale has fitted its samples yet"
    size, lines = found
    best, worst = max(lines, key=lambda line: line.accuracy), min(lines, key=lambda line: line.accuracy)
    first = f"In the end {size:,} samples give {best.accuracy:.0%} at α = {best.alpha:g}"
    return first if best is worst else f"{first}, {worst.accuracy:.0%} at α = {worst.alpha:g}"


def _alt(problem: Problem, solution: Solution) -> str:
    return (
        f"Test accuracy against the number of training samples for {len(solution.alpha)} scales alpha. "
        f"{finding(problem, solution)}, after {solution.epochs[-1]} epochs, mean of {len(solution.seed)} seeds."
    )


def needed(problem: Problem, solution: Solution) -> Picture:
    """P* of each seed as a mark, its geometric mean with the 95% interval; α at which some seed never gets there has none."""
    last = len(solution.epochs) - 1
    titles = [_finding_of_needed(problem, solution, k) for k in range(last + 1)]
    title = titles[-1]
    alt = f"Training samples for a test accuracy of {problem.target:.0%} against alpha. {title}."
    picture = style.figure(problem, short="samples", title=title, alt=alt, x="α (log)", y="samples P* (log)")
    ends = np.log10(solution.alpha[[0, -1]])
    ticks = [float(alpha) for alpha in solution.alpha]
    axis = {
        "type": "log",
        "range": [ends[0] - 0.2, ends[1] + 0.2],
        "tickvals": ticks,
        "ticktext": [f"{alpha:g}" for alpha in ticks],
    }
    each = samples_needed(solution, problem.target)
    known = each[np.isfinite(each)]
    low, high = np.log10([known.min(), known.max()] if known.size else solution.size[[0, -1]])
    told = _counts(solution, low - 0.1, high + 0.1)
    heights = {
        "type": "log",
        "range": [low - 0.1, high + 0.1],
        "tickvals": told,
        "ticktext": [f"{size:,}" for size in told],
    }
    picture.lay(xaxis=axis, yaxis=heights)
    places = picture.add(*_needs(problem, solution, last))
    style.told(picture, titles)
    return picture.move(places, *([moving(t) for t in _needs(problem, solution, k)] for k in range(last + 1)))


def _counts(solution: Solution, low: float, high: float) -> list[int]:
    """The sizes between 10^low and 10^high; where these are fewer than three, round numbers."""
    round_ones = [m * 10**e for e in range(1, 6) for m in range(1, 10)]
    sizes, between = ([n for n in some if low <= np.log10(n) <= high] for some in (solution.size.tolist(), round_ones))
    return sizes if len(sizes) > 2 else between


def _needs(problem: Problem, solution: Solution, k: int) -> list[dict]:
    shades = experiment.colours(Problem)
    each = samples_needed(solution, problem.target, k)
    middle, low, high = needed_interval(each)
    seed = experiment.bold(problem.seed, solution.seed)
    gap = np.full(len(middle), np.nan)
    bars = style.line(
        np.stack([solution.alpha, solution.alpha, gap], 1).ravel(), np.stack([low, high, gap], 1).ravel(), style.INK
    )
    traces = [bars, style.line(solution.alpha, middle, style.INK, "geometric mean", width=2)]
    for j, alpha in enumerate(solution.alpha):
        shade, sign = shades[float(alpha)], experiment.symbol(alpha)
        across = np.full(len(each), alpha)
        traces += [
            style.points(across, each[:, j], shade, experiment.named(alpha), size=8, symbol=sign),
            style.points([alpha], each[[seed], j], shade, size=15, symbol="circle-open"),
        ]
    return traces


def _finding_of_needed(problem: Problem, solution: Solution, k: int) -> str:
    """The fewest and the most samples by a recorded epoch, of the scales that all seeds bring to the target."""
    middle, *_ = needed_interval(samples_needed(solution, problem.target, k))
    start = f"For {problem.target:.0%}"
    if not np.isfinite(middle).any():
        return f"{start}: no scale gets there in every seed yet"
    best, worst = int(np.nanargmin(middle)), int(np.nanargmax(middle))
    first = f"{start}: {middle[best]:,.0f} samples at α = {solution.alpha[best]:g}"
    return first if best == worst else f"{first}, {middle[worst]:,.0f} at α = {solution.alpha[worst]:g}"


def tree(problem: Problem) -> Picture:
    """The derivation of one datum: class on top, then strings of symbols, the input at the bottom."""
    hierarchical = rules(problem, problem.seed)
    choices = np.random.default_rng(problem.sample).integers(0, problem.synonyms, (1, hierarchical.nodes))
    label = np.array([problem.sample % problem.classes])
    levels = [level[0] for level in data.derive(hierarchical, label, choices)]
    title = (
        f"Class {label[0]} written as {len(levels[-1])} symbols: one of {hierarchical.count // problem.classes:,} ways"
    )
    leaves = " ".join(map(str, levels[-1]))
    origin = f"datum {problem.sample} of the hierarchy with seed {problem.seed}"
    alt = f"Derivation tree of {origin}: class {label[0]} becomes {leaves}."
    picture = style.figure(problem, short="features", title=title, alt=alt)
    depth = len(levels) - 1
    picture.lay(
        xaxis={"visible": False, "range": [-0.06, 1.06]}, yaxis={"visible": False, "range": [-depth - 0.6, 0.6]}
    )
    picture.lay(margin={"l": 12, "r": 12})
    for level in range(1, len(levels)):
        parents = np.repeat(_across(levels[level - 1]), 2)
        picture.add(style.line(*_edges(parents, _across(levels[level]), level), style.EQUIVALENT, width=2))
    picture.add(*(_symbols(_across(symbols), level, symbols, top=level == 0) for level, symbols in enumerate(levels)))
    return picture


def _across(symbols: np.ndarray) -> np.ndarray:
    return (np.arange(len(symbols)) + 0.5) / len(symbols)


def _edges(parents: np.ndarray, x: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    gap = np.full(len(x), np.nan)
    heights = np.tile([1.0 - level, -level, np.nan], len(x))
    return np.stack([parents, x, gap], 1).ravel(), heights


def _symbols(x: np.ndarray, level: int, symbols: np.ndarray, top: bool) -> dict:
    colour = CLASS if top else SYMBOL
    trace = style.points(x, np.full(len(x), -level), colour, size=22, symbol="square" if top else "circle")
    text = {"text": [str(symbol) for symbol in symbols], "textfont": {"color": "#fdfdfd", "size": 15}}
    return {**trace, "mode": "markers+text", **text}
