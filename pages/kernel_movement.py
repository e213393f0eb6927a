"""Kernel movement: does the kernel move because activations flip or because parameters move?"""

import streamlit as st

from core.figures.kernel_movement import figures
from core.figures.style import number
from core.problems import kernel_movement
from core.problems.kernel_movement import Problem, Solution, early, over_fits
from pages.lessons import experiment_page as experiment
from pages.shared.prose import formula, hovering, said


def facts(problem: Problem, solution: Solution) -> None:
    """The kernel distance of the chosen seed at the ends of α, with its counterfactuals."""
    formula(
        r"S=1-\frac{\langle K_0,K_t\rangle}{\lVert K_0\rVert\,\lVert K_t\rVert},\qquad K=J J^\top,\qquad "
        r"W_1\to W_1/\alpha,\; W_5\to\alpha W_5"
    )
    for line in kernel_movement.summary(solution):
        columns = st.columns(4)
        help_ = said("kernel_movement", "help: mean")
        columns[0].metric(hovering(f"S in the end, α = {line.alpha:g}"), number(line.kernel), help=help_)
        columns[1].metric("with flips alone", number(line.flips))
        columns[2].metric("with weights alone", number(line.weights))
        columns[3].metric("test accuracy then", f"{line.accuracy:.0%}")


def cursor(solution: Solution) -> tuple:
    """Over the steps, or over the shares of the train loss that are gone; it opens early."""
    opens = early(solution.steps, len(solution.steps) - 1)
    if over_fits(solution.steps):
        return "fitted", "share of the train loss gone", solution.steps, opens
    return "step", "SGD step", solution.steps, opens


experiment.show(
    "kernel_movement",
    kernel_movement,
    figures,
    shown=("at", "seed", "alphas"),
    more=("steps", "rate", "batch", "probe", "data"),
    cursor=cursor,
    measured="train_loss",
    facts=facts,
)
