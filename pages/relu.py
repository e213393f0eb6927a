"""ReLU picture: two networks learn an XOR-like task; their linear pieces, drawn exactly, redrawn or frozen."""

from typing import Any

import streamlit as st

from core.figures.relu import figures
from core.figures.style import number, side_mark
from core.problems.relu import CLUSTERS, PRESETS, Problem, Solution, curves, pays, solve
from pages.jobs.elsewhere import solved
from pages.lessons.kernel_part import show_kernel
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.agreement import ran
from pages.shared.cache import painted
from pages.shared.controls import controls
from pages.shared.explain.phases import phases_told
from pages.shared.plot import Cursor
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "relu"
MOVED = (*CLUSTERS, *(f"far_{place}" for place in CLUSTERS), "moved")

picture = st.container(key="picture")
problem = controls(
    Problem,
    shown=("delta", "tau", "slope", "seed", "noise"),
    more=("rival", "points", "width", "end", *MOVED, "device"),
)
with picture:
    solution = solved(STEM, problem, solve, pays=pays(problem))
if solution is None:
    st.stop()
main, rival = solution.main, solution.rival


def chart(problem: Problem, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "flow time t", solution.main.time), "least": 270}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={
        "t": main.time,
        "loss": main.loss,
        "flipped": main.flipped,
        "parameter_distance": main.distance,
        "kernel_distance": main.kernel_distance,
        "delta_drift": main.drift,
        "rival_loss": rival.loss,
        "rival_flipped": rival.flipped,
        "rival_parameter_distance": rival.distance,
        "W": main.W,
        "a": main.a,
        "rival_W": rival.W,
        "rival_a": rival.a,
        "X": solution.X,
        "y": solution.y,
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))

presets(page, PRESETS)
for run, (tau, delta), column in zip((main, rival), solution.starts, st.columns(2), strict=True):
    column.markdown(
        hovering(f"**{side_mark(delta)} τ = {tau:g}, δ = {number(delta)}**, at the end (t = {problem.end:g})")
    )
    numbers = (
        f"activations flipped {float(run.flipped[-1]):.1%} · distance moved {number(float(run.distance[-1]))} · "
        f"loss {number(float(run.loss[-1]))} · kernel distance {number(float(run.kernel_distance[-1]))} · "
        f"drift of δ {number(float(run.drift.max()))} · step size {number(run.rate)}"
    )
    column.caption(hovering(numbers))
st.caption(hovering(said(STEM, "ran", where=ran(solution.seconds, solution.device))))
for phases, column in zip(solution.phases, st.columns(2), strict=True):
    with column:
        phases_told(phases)
formula(
    rf"f(x)=\sum_i a_i\,\sigma(w_i^\top x)=G_k^\top x\ \text{{ in sector }}k,\qquad "
    rf"G_{{k+1}}=G_k\pm(1-\gamma)\,a_iw_i,\qquad\sigma(z)=\max(z,{problem.slope:g}\,z),\quad"
    rf"{2 * problem.width}\text{{ sectors}}"
)
prose(STEM, "look")

show_kernel(STEM, problem, main, solution.X, solution.y, solution.phases[0], 1.0, 1.0, problem.slope)
takeaway(page)
