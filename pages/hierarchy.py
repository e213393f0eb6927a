"""Hierarchical data: how many samples an MLP needs, its first layer divided by α."""

import streamlit as st

from core.figures.hierarchy import figures
from core.problems import hierarchy
from core.problems.hierarchy import Problem, Solution
from pages.lessons import experiment_page as experiment
from pages.shared.prose import formula, hovering, said


def facts(problem: Problem, solution: Solution) -> None:
    """The exact number of data, and the accuracy where the scales differ most."""
    rules = hierarchy.rules(problem, problem.seed)
    power = r"n_c\,m^{(s^L-1)/(s-1)}"
    formula(
        rf"\#\text{{data}}={power}={rules.classes}\cdot{rules.synonyms}^{{{rules.nodes}}}={rules.count},\qquad"
        rf"\text{{strings in use}}\le v^s={problem.vocabulary}^2,\qquad n_c m^L={rules.classes * rules.synonyms**problem.depth}"
    )
    found = hierarchy.widest(solution)
    if found is None:
        return
    size, lines = found
    st.caption(hovering(said("hierarchy", "where they differ", size=size)))
    seeds, columns = solution.seed.size, st.columns(len(lines))
    for column, line in zip(columns, lines, strict=True):
        spread = said("hierarchy", "help: spread", half=f"{line.half:.1%}", seeds=seeds)
        column.metric(hovering(f"α = {line.alpha:g}"), f"{line.accuracy:.1%}", help=spread)


experiment.show(
    "hierarchy",
    hierarchy,
    figures,
    shown=("seed", "target", "sample", "alphas", "sizes"),
    more=("epochs", "width"),
    cursor=lambda solution: ("epoch", "epoch", solution.epochs),
    measured="test_accuracy",
    facts=facts,
    widths=lambda _count: {"grow": (1.4, 1, 1), "least": 300},
)
