"""Grokking: modular addition with a one-layer transformer, embeddings divided by α, logits multiplied by τ."""

import streamlit as st

from core.figures.grokking import figures
from core.numbers import number
from core.problems import grokking
from core.problems.grokking import Problem, Solution
from pages.lessons import experiment_page as experiment
from pages.shared.prose import formula, hovering, said, table, tucked


def facts(problem: Problem, solution: Solution) -> None:
    """The scaled network, the runs counted, and fit and wait apart for each τ and α."""
    formula(
        r"f=\tau\cdot\mathrm{transformer}(E/\alpha,\,P/\alpha),\qquad \tau="
        + f"{problem.tau:g}"
        + r",\quad \eta/\tau^2="
        + number(grokking.stored(problem).committed.rate / problem.tau**2)
        + r",\quad p="
        + f"{solution.modulus}"
    )
    counts = grokking.counts(solution)
    columns = st.columns(len(counts))
    for column, (tau, (grokked, runs)) in zip(columns, counts.items(), strict=True):
        column.metric(
            hovering(f"grokked at τ = {tau:g}"), f"{grokked} of {runs} runs", help=said("grokking", "help: others")
        )
    lines = grokking.summary(grokking.of_row(solution, problem.row))
    with tucked("runs"):
        table(
            [
                {"fit + wait": f"τ = {line.tau:g}"}
                | {f"α = {alpha:g}": f"{fit} + {line.wait[alpha]}" for alpha, fit in line.fit.items()}
                for line in lines
            ]
        )
        st.caption(hovering(said("grokking", "help: table")))


experiment.show(
    "grokking",
    grokking,
    figures,
    shown=("row", "tau", "seed", "alphas"),
    more=("steps", "rate", "decay", "fraction", "width", "modulus"),
    cursor=lambda solution: ("step", "training step", solution.steps[1:]),
    measured="train_accuracy",
    stored=grokking.stored,
    facts=facts,
    widths=lambda _count: {"grow": (1.25, 1, 1), "least": 300},
)
