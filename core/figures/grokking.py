"""Grokking: accuracies over log steps at one τ; the steps to fit, and from there to grok, for every α, τ and seed."""

from dataclasses import dataclass

import numpy as np

from core.figures import dashes, experiment, handles, style
from core.figures.picture import Picture, moving
from core.problems.grokking import Problem, Solution, of_row, waits
from core.training.practice.grokking import LOOK

NEVER = 1.6
TICKS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]


def figures(problem: Problem, solution: Solution) -> tuple[Picture, Picture, Picture]:
    """Accuracy of one seed at the chosen τ, when all runs fitted, and how long they then waited; one frame a recorded step."""
    here = of_row(solution, problem.row)
    fit = Delay("fit", "steps to fit", "fitted", here.fitted, here.fitted)
    wait = Delay("wait", "steps from fitting to grokking", "waits", waits(here), here.grokked)
    return curves(problem, here), delays(problem, here, fit), delays(problem, here, wait)


@dataclass(frozen=True)
class Delay:
    """What one picture counts [seed, tau, alpha], and the step at which it is known."""

    short: str
    axis: str
    verb: str
    steps: np.ndarray
    known_at: np.ndarray


def curves(problem: Problem, solution: Solution) -> Picture:
    """Validation accuracy (thick) grows with the cursor, train accuracy is thin; one colour for each α."""
    seed, tau = _place(problem, solution)
    which = f"Addition mod {solution.modulus}, τ = {solution.tau[tau]:g}, seed {solution.seed[seed]}"
    title = f"{which}: {waiting(solution, seed, tau)}"
    picture = style.figure(
        problem, short="curves", title=title, alt=_alt(problem, solution), x="training step (log)", y="accuracy"
    )
    last = float(np.log10(solution.steps[-1]))
    first = float(np.log10(solution.steps[1])) - 0.05
    picture.lay(xaxis={"type": "log", "range": [first, last + 0.02], "dtick": 1}, yaxis={"range": [-0.03, 1.08]})
    picture.lay(margin={"r": 90})
    shades = experiment.colours(Problem)
    steps = solution.steps[1:]
    for k, alpha in enumerate(solution.alpha):
        shade = shades[float(alpha)]
        picture.add(style.line(steps, solution.train_accuracy[seed, tau, k, 1:], shade, width=1.2, opacity=0.8))
        picture.add(style.line(*_validation(solution, seed, tau, k), shade, opacity=0.2))
    style.key(picture, (("─ train", style.INK), ("━ validation", style.INK)))
    places = picture.add(*_growing(solution, seed, tau, len(steps) - 1))
    picture.handles.append(handles.time())
    return picture.move(places, *([moving(t) for t in _growing(solution, seed, tau, k)] for k in range(len(steps))))


def waiting(solution: Solution, seed: int, tau: int) -> str:
    """When the runs of one seed and τ fitted, and when they grokked."""
    fitted, grokked = solution.fitted[seed, tau], solution.grokked[seed, tau]
    there = np.isfinite(fitted)
    if not there.any():
        return "none fitted yet"
    part = "" if there.all() else f"{there.sum()} of {there.size} "
    known = grokked[np.isfinite(grokked)]
    late = f"grokked by step {_range(known)}" if known.size else "none grokked yet"
    rest = f", {grokked.size - known.size} not" if 0 < known.size < grokked.size else ""
    return f"{part}fitted by step {_range(fitted[there])}, {late}{rest}"


def _range(values: np.ndarray) -> str:
    low, high = f"{values.min():,.0f}", f"{values.max():,.0f}"
    return low if low == high else f"{low} to {high}"


def _growing(solution: Solution, seed: int, tau: int, k: int) -> list[dict]:
    """Validation curves up to the k-th recorded step, with the names of the scales at their ends."""
    now = solution.steps[k + 1]
    shades = experiment.colours(Problem)
    lines, ends = [], []
    for j, alpha in enumerate(solution.alpha):
        steps, accuracy = _validation(solution, seed, tau, j)
        past = (steps <= now) & np.isfinite(accuracy)
        shown = past if past.any() else [0]
        values = np.where(past, accuracy, np.nan)
        lines.append(style.line(steps[shown], values[shown], shades[float(alpha)], experiment.named(alpha)))
        ends.append((steps[past][-1], accuracy[past][-1]) if past.any() else (np.nan, np.nan))
    heights = experiment.spread(np.array([y for _, y in ends]), 0.085, 1.03)
    names = [
        experiment.words(x, y, f" {experiment.named(alpha)}", shades[float(alpha)])
        for alpha, (x, _), y in zip(solution.alpha, ends, heights, strict=True)
    ]
    return [*lines, *names]


def _validation(solution: Solution, seed: int, tau: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Validation accuracy over steps; the step of grokking itself is its last point."""
    steps, accuracy = solution.steps[1:].astype(float), solution.validation_accuracy[seed, tau, k, 1:].copy()
    grokked = solution.grokked[seed, tau, k]
    if np.isfinite(grokked):
        after = np.flatnonzero(steps >= grokked)[0]
        steps[after], accuracy[after] = grokked, max(0.99, np.nan_to_num(accuracy[after]))
    return steps, accuracy


def delays(problem: Problem, solution: Solution, delay: Delay) -> Picture:
    """One dot for each run, a line through the medians of each τ; ✕ above the line for runs that never got there."""
    title = finding(problem, solution, delay)
    alt = f"{delay.axis} over alpha. {_alt(problem, solution)} {title}."
    picture = style.figure(problem, short=delay.short, title=title, alt=alt, x="α (log)")
    budget, ends = float(solution.steps[-1]), np.log10(solution.alpha[[0, -1]])
    known = _positive(delay.steps[np.isfinite(delay.steps)])
    low = np.log10(known.min() if known.size else budget / 10) - 0.25
    ticks = [float(alpha) for alpha in solution.alpha]
    axis = {
        "type": "log",
        "range": [ends[0] - 0.15, ends[1] + 0.75],
        "tickvals": ticks,
        "ticktext": [f"{a:g}" for a in ticks],
    }
    heights = {
        "type": "log",
        "range": [low, np.log10(budget * 2)],
        "tickvals": TICKS,
        "title": {"text": delay.axis},
    }
    picture.lay(xaxis=axis, yaxis=heights)
    across = [solution.alpha[0] / 1.4, solution.alpha[-1] * 5.5]
    picture.add(style.line(across, [budget, budget], style.EQUIVALENT, width=1.5, dash=dashes.LEVEL))
    style.key(picture, ((f"✕ not within {budget:,.0f} steps", style.INK),))
    _medians(picture, solution, delay)
    places = picture.add(*_dots(problem, solution, delay, budget))
    return picture.move(
        places, *([moving(t) for t in _dots(problem, solution, delay, now)] for now in solution.steps[1:])
    )


def _medians(picture: Picture, solution: Solution, delay: Delay) -> None:
    """One line for each τ, named at its right end."""
    middles = [_positive(experiment.median(delay.steps[:, k], np.inf)) for k in range(len(solution.tau))]
    for tau, middle in zip(solution.tau, middles, strict=True):
        picture.add(style.line(solution.alpha, middle, style.INK, width=2 * float(tau)))
    ends = np.log10([middle[-1] for middle in middles])
    heights = experiment.spread(ends, 0.1, 9.0)
    for tau, end, height in zip(solution.tau, ends, heights, strict=True):
        if np.isfinite(end):
            style.label(picture, np.log10(solution.alpha[-1]) + 0.1, float(height), f"τ = {tau:g}", style.INK)


def _positive(values: np.ndarray) -> np.ndarray:
    """A logarithmic axis has no place for 0 and infinity: 0 steps are drawn at half a look, what never came is a gap."""
    return np.where(np.isfinite(values), np.maximum(values, LOOK / 2), np.nan)


def _dots(problem: Problem, solution: Solution, delay: Delay, now: float) -> list[dict]:
    """Runs that have got there by now, one trace for each α; the bold seed as open rings."""
    shades = experiment.colours(Problem)
    middle, budget = (len(solution.seed) - 1) / 2, float(solution.steps[-1])
    seed = experiment.bold(problem.seed, solution.seed)
    jitter = 10 ** (0.03 * (np.arange(len(solution.seed)) - middle))[:, None]
    traces, rings = [], []
    for k, alpha in enumerate(solution.alpha):
        steps = _positive(delay.steps[:, :, k])
        ended = np.isfinite(solution.train_accuracy[:, :, k, -1]) & (now >= budget)
        never = np.where(ended & ~np.isfinite(steps), budget * NEVER / 1.25, np.nan)
        heights = np.where(delay.known_at[:, :, k] <= now, steps, never)
        x = alpha * np.broadcast_to(jitter, steps.shape)
        sign = np.where(np.isfinite(steps), experiment.symbol(alpha), "x").ravel().tolist()
        shade = shades[float(alpha)]
        traces.append(style.points(x.ravel(), heights.ravel(), shade, experiment.named(alpha), size=8, symbol=sign))
        rings.append(style.points(x[seed], heights[seed], shade, size=15, symbol="circle-open"))
    return [*traces, *rings]


def finding(problem: Problem, solution: Solution, delay: Delay) -> str:
    """The medians at the chosen τ, in a sentence that holds whatever they are."""
    tau = _place(problem, solution)[1]
    middle = experiment.median(delay.steps[:, tau], np.inf)
    best, worst = int(np.argmin(middle)), int(np.argmax(middle))
    count = f"n = {len(solution.seed)}"
    start = f"τ = {solution.tau[tau]:g}: α = {solution.alpha[best]:g} {delay.verb}"
    after = "after " if delay.short == "fit" else ""
    if not np.isfinite(middle[best]):
        return f"τ = {solution.tau[tau]:g}: most runs are not there within {solution.steps[-1]:,} steps ({count})"
    if best == worst:
        return f"{start} {after}{middle[best]:,.0f} steps (median, {count})"
    slow = f"{middle[worst]:,.0f}" if np.isfinite(middle[worst]) else f"over {solution.steps[-1]:,}"
    return f"{start} {after}{middle[best]:,.0f} steps, α = {solution.alpha[worst]:g} {after}{slow} (medians, {count})"


def _place(problem: Problem, solution: Solution) -> tuple[int, int]:
    return experiment.bold(problem.seed, solution.seed), int(np.argmin(np.abs(solution.tau - problem.tau)))


def _alt(problem: Problem, solution: Solution) -> str:
    never = int(np.isnan(solution.grokked).sum())
    runs = solution.grokked.size
    return (
        f"Grokking on addition modulo {solution.modulus}, weight decay on {problem.row}. "
        f"{never} of {runs} runs had not grokked at the end."
    )
