"""register: what a page shows, said once; downloads, comparison, goals and lessons read it and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.params import Curves, Params
from pages.shared.stage import stage


@dataclass(frozen=True)
class Shown:
    """A page's problem and solution, and how to come by them.

    solve(problem) -> solution and figures(problem, solution) -> pictures are functions of core, named by scripts and
    comparisons; curves(problem, solution) gives what runs are compared by; chart(problem, solution): how hero draws the
    pictures (cursor, widths, cameras); step(number): the pictures of a story's step, and how they are drawn; words: the
    numbers that its prose names; arrays: what the picture shows, by name, the first axis of those that share the first
    one's length becomes the rows of the CSV.
    """

    stem: str
    problem: Params
    solution: Any
    solve: Callable[[Any], Any]
    figures: Callable[..., Any]
    arrays: Mapping[str, np.ndarray]
    curves: Callable[[Any, Any], Curves] | None = None
    words: Mapping[str, object] = field(default_factory=dict)
    chart: Callable[[Any, Any], dict[str, Any]] | None = None
    step: Callable[[int], tuple[tuple, dict[str, Any]]] | None = None


def register(
    stem: str,
    problem: Params,
    solution: Any,
    *,
    solve: Callable[[Any], Any],
    figures: Callable[..., Any],
    arrays: Mapping[str, np.ndarray],
    curves: Callable[[Any, Any], Curves] | None = None,
    words: Mapping[str, object] | None = None,
    chart: Callable[[Any, Any], dict[str, Any]] | None = None,
    step: Callable[[int], tuple[tuple, dict[str, Any]]] | None = None,
) -> Shown:
    """Tell the room what this page shows; to be called once, as soon as there is a solution."""
    shown = stage().shown = Shown(stem, problem, solution, solve, figures, arrays, curves, words or {}, chart, step)
    return shown
