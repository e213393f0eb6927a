"""Filters: what the first layer of a small residual network looks like, the layer divided by α."""

import streamlit as st

from core.figures.filters import figures
from core.problems import filters
from core.problems.filters import Problem, Solution
from pages.lessons import experiment_page as experiment
from pages.shared.prose import formula, hovering, said


def facts(problem: Problem, solution: Solution) -> None:
    """The paper's measure, and each scale's mean and spread."""
    formula(
        r"\text{smoothness}=\Bigl\lVert \frac{w}{\lVert w\rVert} * \Delta\Bigr\rVert^2,\qquad \Delta="
        r"\begin{pmatrix}-\frac14&-\frac12&-\frac14\\-\frac12&2&-\frac12\\-\frac14&-\frac12&-\frac14\end{pmatrix},"
        r"\qquad \text{white noise } \approx 3.9"
    )
    for line in filters.summary(solution):
        columns = st.columns(4)
        columns[0].metric(
            hovering(f"smoothness at α = {line.alpha:g}"), line.smoothness, help=said("filters", "help: smoothness")
        )
        columns[1].metric("with a Δ that sums to 0", line.balanced, help=said("filters", "help: balanced"))
        columns[2].metric("test accuracy", line.accuracy)
        columns[3].metric("first layer has turned by", line.turned)


experiment.show(
    "filters",
    filters,
    figures,
    shown=("seed", "alphas"),
    more=("epochs", "samples", "rate", "data"),
    cursor=lambda solution: ("epoch", "epoch", solution.epochs),
    measured="test_accuracy",
    facts=facts,
)
