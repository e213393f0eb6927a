"""Filters: what the first layer of a small residual network looks like, the layer divided by α."""

from typing import Any

import streamlit as st

from core.figures.filters import figures
from core.problems import filters
from core.problems.filters import Problem, Solution
from pages.lessons import experiment_page as experiment
from pages.shared.prose import formula, hovering, said, table, tucked


def facts(problem: Problem, solution: Solution) -> None:
    """The paper's measure, and each scale's mean and spread."""
    formula(
        r"\text{smoothness}=\Bigl\lVert \frac{w}{\lVert w\rVert} * \Delta\Bigr\rVert^2,\qquad \Delta="
        r"\begin{pmatrix}-\frac14&-\frac12&-\frac14\\-\frac12&2&-\frac12\\-\frac14&-\frac12&-\frac14\end{pmatrix},"
        r"\qquad \text{white noise } \approx 3.94"
    )
    with tucked("runs"):
        table(
            [
                {
                    "training": line.control,
                    "α": f"{line.alpha:g}",
                    "smoothness": line.smoothness,
                    "Δ that sums to 0": line.balanced,
                    "test accuracy": line.accuracy,
                    "turned in epoch 1": line.first,
                    "turned in all": line.turned,
                }
                for line in filters.stored_lines()
            ]
        )
        st.caption(hovering(said("filters", "help: table")))


def widths(count: int) -> dict[str, Any]:
    """Mosaics are columns; the last picture takes what they leave. A phone opens with the mosaic of the largest α, in which
    there is something to see."""
    return {"grow": (*[1] * (count - 1), 2), "least": (*[155] * (count - 1), 270), "first": max(0, count - 2)}


experiment.show(
    "filters",
    filters,
    figures,
    shown=("control", "seed", "alphas"),
    more=("epochs", "samples", "rate", "data"),
    cursor=lambda solution: ("epoch", "epoch", solution.epochs),
    measured="test_accuracy",
    facts=facts,
    widths=widths,
)
