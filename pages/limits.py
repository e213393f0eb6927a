"""Limits: where the theory ends, shown on the minimal model and a small ReLU network."""

from typing import Any

import streamlit as st

from core.figures.limits import figures
from core.figures.style import number
from core.problems.limits import IDLE, PRESETS, Limits, Solution, curves, solve
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "limits"

picture = st.container(key="picture")
problem = controls(
    Limits,
    shown=("eta", "noise", "momentum", "decay", "model"),
    idle=IDLE,
    more=("delta", "batch", "bias", "horizon", "seed"),
)
solution = remember(solve)(problem)


def chart(problem: Limits, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "time t", solution.times), "least": 270}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={
        "t": solution.times,
        "delta": solution.delta.T,
        "delta_with_bias": solution.counted.T,
        "formula": solution.formula.T,
        "first_order": solution.predicted,
        "loss": solution.loss.T,
        "flow_loss": solution.flow_loss,
        "error": solution.error.T,
        "step_over_edge": solution.sizes,
        "drift": solution.drift,
        "drift_first_order": solution.drift_predicted,
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))

presets(page, PRESETS)
formula(
    rf"\delta_{{t+1}}=(1-\eta\lambda)^2\delta_t+\eta^2\left(v_a^2-\lVert v_w\rVert^2\right)"
    rf"+2\eta(1-\eta\lambda)\,\mu\,p_t,\qquad \eta={number(solution.rate)},\ "
    rf"\lambda={problem.decay:g},\ \mu={problem.momentum:g}"
)
columns = st.columns(4)
columns[0].metric(hovering("drift of δ"), number(float(solution.delta[:, -1].mean() - solution.delta[0, 0])))
columns[1].metric("largest error of the function", number(solution.worst))
gap = float(abs(solution.formula - solution.counted).max())
columns[2].metric("formula of the drift is off by", number(gap), help=said(STEM, "help: formula"))
columns[3].metric("largest stable step", number(solution.edge), help=said(STEM, "help: edge"))
if solution.diverged:
    prose(STEM, "diverged")
elif solution.worst > 0.05:
    prose(STEM, "beyond", share=number(solution.worst))
prose(STEM, "look")
prose(STEM, "formula")
prose(STEM, "not covered")
takeaway(page)
