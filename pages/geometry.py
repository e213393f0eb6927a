"""Geometry: the level sets of δ and gradient flow on them."""

from typing import Any

import streamlit as st

from core.figures.geometry import figures
from core.figures.style import CAMERAS, number
from core.problems.geometry import IDLE, PRESETS, Geometry, Solution, curves, dimensionless, lean, solve
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.explain.phases import phases_told
from pages.shared.explain.symbols import indexed
from pages.shared.plot import Cursor
from pages.shared.prose import formula, hovering, prose
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "geometry"
GROW = {"one": (1.4, 1, 1), "three": (1, 1, 1), "basins": (2, 1, 1)}
LEAST = {"one": 260, "three": 180, "basins": 220}

picture = st.container(key="picture")
problem = controls(
    Geometry,
    shown=("delta", "surfaces", "angle", "norm"),
    idle=IDLE,
    more=("eta_a", "eta_w", "moves", "start", "sign", "target_angle", "target_norm", "horizon"),
)
solution = remember(solve)(problem)
path = solution.paths[0]


def chart(problem: Geometry, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    cursor = Cursor("t", "time t", solution.times, still=48)
    if problem.moves == "delta":
        cursor = Cursor("cursor’s δ", "relative scale δ", solution.deltas)
    view = problem.view
    alike = {"cursor": cursor, "cameras": CAMERAS, "together": view == "three"}
    return {**alike, "grow": GROW[view], "least": LEAST[view]}


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
        "a": path.a[0],
        "w": path.w[0],
        "beta": path.beta[0],
        "loss": path.loss[0],
        "kernel_distance": path.kernel_distance[0],
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))

presets(page, PRESETS)
a, w = path.a[0, 0], path.w[0, 0]
sweep = problem.moves == "delta"
formula(
    r"\delta=\eta_w a^2-\eta_a\lVert w\rVert^2"
    if sweep
    else rf"\delta=\eta_w a^2-\eta_a\lVert w\rVert^2={problem.eta_w:g}\cdot({number(a)})^2"
    rf"-{problem.eta_a:g}\cdot({number(float((w**2).sum()) ** 0.5)})^2={number(path.delta)}"
)
if problem.view == "basins":
    formula(
        r"\text{separating surface, } \delta\le 0:\quad \eta_a w^\top\beta_*+\tfrac{a}{2}\Bigl(\delta+"
        r"\sqrt{\delta^2+4\eta_a\eta_w\lVert\beta_*\rVert^2}\Bigr)=0,\quad"
        rf"\text{{at this start }} {number(lean(problem, a, w, path.delta))}"
    )
if not sweep:
    left, middle, right = st.columns(3)
    size = r"dimensionless $\delta/(\sqrt{\eta_a\eta_w}\,\lVert\beta_*\rVert)$"
    left.metric(size, number(dimensionless(problem, path.delta)))
    middle.metric("regime", solution.regime.word, help=indexed(solution.regime.basis))
    right.metric(hovering("drift of δ along the path"), number(solution.drift))
    st.caption(hovering(solution.regime.basis))
for phases in solution.phases:
    phases_told(phases)
prose(STEM, "look")
takeaway(page)
