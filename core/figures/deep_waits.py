"""How long a deep linear chain waits, depth by depth: half-times of the matching scalar chain in closed form."""

import dataclasses
import math

import numpy as np

from core.errors import OutsideTheory
from core.figures import style
from core.figures.picture import Picture
from core.problems.deep import DEEPEST, DeepChain, start
from core.theory.scalar_chain import learning_time

SMALL_START = 0.01
"""Below half of every label that the page offers."""


def waits_from(problem: DeepChain) -> float:
    """The size ‖β₀‖ from which depths are compared: the problem's own, or a small one where that has no wait at any depth."""
    return problem.norm if problem.norm < abs(problem.y) / 2 else SMALL_START


def waits(problem: DeepChain) -> tuple[Picture]:
    """Half-time of the matching scalar chain against depth: balanced, and with this imbalance; from a small start where this
    one has no wait."""
    size = waits_from(problem)
    own_start = size == problem.norm
    compared = dataclasses.replace(problem, norm=size)
    balanced = [half_time(compared, depth, 0.0) for depth in range(1, DEEPEST + 1)]
    own = [half_time(compared, depth, problem.imbalance) for depth in range(1, DEEPEST + 1)]
    known = [time for time in balanced + own if 0 < time < math.inf]
    ratio = balanced[-1] / balanced[0] if balanced[0] > 0 else math.nan
    longer = f"8 layers wait {style.number(ratio)}× longer"
    title = f"Balanced: {longer}" if ratio > 1 else "Time until f = y/2"
    title = title if own_start else f"No wait here. Balanced from {size:g}: {longer}"
    alt = (
        f"Half-time against depth for a scalar chain from {size:g}: balanced {balanced[-1]:.3g} at depth 8, "
        f"with imbalance {problem.imbalance:g} {own[-1]:.3g}"
    )
    picture = style.figure(
        problem, short="half-times", title=title, alt=alt, x="layers", y="time until f = y/2 (log)", height=360
    )
    depths = list(range(1, DEEPEST + 1))
    low, high = (min(known), max(known)) if known else (1.0, 1.0)
    ticks = {"dtick": 1} if high > 10 * low else style.plain_ticks(math.log10(low / 2), math.log10(2 * high))
    picture.lay(
        yaxis={"type": "log", "exponentformat": "power", **ticks}, xaxis={"tickvals": depths, "range": [0.6, 9.9]}
    )
    rows = [(balanced, style.BALANCED, "● balanced")]
    if problem.imbalance:
        mark = style.side_mark(problem.imbalance)
        rows.append((own, style.side_colour(problem.imbalance), f"{mark} c = {problem.imbalance:g}"))
    for times, colour, name in rows:
        picture.add(style.line(depths, times, colour, name, mode="lines+markers"))
        if times[-1] > 0:
            style.label(picture, DEEPEST, math.log10(times[-1]), name, colour)
    if own_start:
        picture.add(
            style.points(
                [problem.depth], [own[problem.depth - 1]], style.INK, "this depth", size=15, symbol="circle-open"
            )
        )
    return (picture,)


def half_time(problem: DeepChain, depth: int, imbalance: float) -> float:
    """When f = w_1 … w_D from the same size has come to |y|/2, in closed form up to one quadrature; NaN where it does not."""
    chain = DeepChain(depth=depth, imbalance=imbalance, norm=problem.norm, eta=problem.eta)
    w, a = start(chain)
    try:
        return learning_time([np.linalg.norm(w), *a], abs(problem.y), etas=chain.etas)
    except OutsideTheory:
        return math.nan
