"""Geometry: the level sets of δ and gradient flow on them."""

import streamlit as st

from core.figures.geometry import figures
from core.figures.style import CAMERAS, number
from core.problems.geometry import PRESETS, Geometry, curves, dimensionless, lean, solve
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor
from pages.shared.prose import prose
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "geometry"
GROW = {"one": (1.4, 1, 1), "three": (1, 1, 1), "basins": (2, 1, 1)}
LEAST = {"one": 260, "three": 180, "basins": 220}

picture = st.container(key="picture")
problem = controls(
    Geometry,
    shown=("delta", "surfaces", "angle", "norm"),
    idle={"delta": ("moves", "delta"), "surfaces": ("moves", "delta")},
    more=("eta_a", "eta_w", "moves", "start", "sign", "target_angle", "target_norm", "horizon"),
)
solution = remember(solve)(problem)
path = solution.paths[0]

page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
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
    if problem.moves == "delta":
        cursor = Cursor("cursor’s δ", "relative scale δ", solution.deltas)
    else:
        cursor = Cursor("t", "time t", solution.times, still=48)
    hero(
        *painted(figures, problem, solution),
        cursor=cursor,
        cameras=CAMERAS,
        grow=GROW[problem.view],
        least=LEAST[problem.view],
        together=problem.view == "three",
    )

presets(page, PRESETS)
a, w = path.a[0, 0], path.w[0, 0]
st.latex(
    rf"\delta=\eta_w a^2-\eta_a\lVert w\rVert^2={problem.eta_w:g}\cdot({number(a)})^2"
    rf"-{problem.eta_a:g}\cdot({number(float((w**2).sum()) ** 0.5)})^2={number(path.delta)}"
)
if problem.view == "basins":
    st.latex(
        r"\text{separating surface, } \delta\le 0:\quad \eta_a w^\top\beta_*+\tfrac{a}{2}\Bigl(\delta+"
        r"\sqrt{\delta^2+4\eta_a\eta_w\lVert\beta_*\rVert^2}\Bigr)=0,\quad"
        rf"\text{{at this start }} {number(lean(problem, a, w, path.delta))}"
    )
left, middle, right = st.columns(3)
left.metric("δ / (√(η_a η_w) ‖β*‖), dimensionless", number(dimensionless(problem, path.delta)))
middle.metric("regime", solution.regime.word, help=solution.regime.basis)
right.metric("drift of δ along the path", number(solution.drift))
st.caption(solution.regime.basis)
prose(STEM, "look")
takeaway(page)
