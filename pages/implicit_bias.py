"""Implicit bias: which zero-loss solution each δ picks, seen in the plane, in the mirror and in space."""

from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.implicit_bias import figures, landing_rows
from core.figures.implicit_bias_mirror import at_rest
from core.figures.implicit_bias_space import in_space
from core.figures.style import CAMERAS, number
from core.problems.implicit_bias import IDLE, PRESETS, Landings, Solution, curves, solve, space, spatial
from core.problems.implicit_bias_run import SPACE_TIMES, Trained, simulate, simulate_space
from core.theory.implicit_bias import RULES
from pages.jobs.beside import beside
from pages.lessons.picture import hero, part
from pages.lessons.presets import presets
from pages.shared.agreement import agreement, ran
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.explain.phases import phases_told
from pages.shared.explain.symbols import indexed
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose, said, table, tucked
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "implicit_bias"

picture = st.container(key="picture")
problem = controls(
    Landings,
    shown=("delta", "angle", "norm", "data_angle", "moves"),
    idle=IDLE,
    more=("data", "y", "levels", "sign", "horizon", "eta_a", "eta_w", "solver", "rate", "null", "device"),
)
solution = remember(solve)(problem)
moving = solution.moving
rest = at_rest(problem, solution)


def numbers(run: Trained | None) -> None:
    drift, gap = "drift of δ in the simulation", "run’s end to prediction"
    if run is None:
        agreement(None, {drift: None, gap: None})
    else:
        others = {drift: run.largest_drift, gap: run.gap}
        agreement(run.largest_error, others, verdict=run.verdict, where=ran(run.seconds, run.device))


def show(run: Trained | None) -> None:
    drawn = painted(figures, problem, solution, run)
    hero(*drawn, **chart(problem, solution))
    numbers(run)


def chart(problem: Landings, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    cursor = Cursor("t", "time t", solution.times)
    if problem.moves != "time":
        cursor = Cursor("cursor’s δ", "relative scale δ", solution.moving.deltas, still=at_rest(problem, solution))
    return {"cursor": cursor, "grow": (1.6, 1, 1, 1), "least": (265, 168, 168, 168)}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={
        "delta": solution.fan.deltas,
        "landing": solution.fan.landing,
        "t": solution.times,
        "a": solution.fan.a,
        "w": solution.fan.w,
        "beta": solution.fan.beta,
        "ends": solution.ends,
    },
)

with picture:
    beside(STEM, problem, simulate, show)

presets(page, PRESETS)
a, beta = moving.a[rest, -1], moving.landing[rest]
formula(
    r"\beta(\infty)=\arg\min_{X\beta=y}\ \Psi_\delta(\beta)-\psi_\delta\,\hat\beta_0^{\top}\beta"
    r"=\beta_*+a(\infty)\,w_{\mathrm{null}}"
)
formula(
    r"\Psi_\delta=\frac{(\kappa-2\delta)\sqrt{\kappa+\delta}}{3\sqrt{\eta_a\eta_w}},\quad"
    r"\kappa=\sqrt{\delta^2+4\eta_a\eta_w\lVert\beta\rVert^2}"
)
formula(
    rf"\delta={number(float(moving.deltas[rest]))},\;"
    rf"a(\infty)={number(float(a))},\;\beta(\infty)=({number(float(beta[0]))},\,{number(float(beta[1]))})"
)
for phases in solution.phases:
    phases_told(phases)
if solution.fan.crosses.any():
    crossing = ", ".join(f"{d:g}" for d in solution.fan.deltas[solution.fan.crosses])
    st.info(
        indexed(said(STEM, "crossing", deltas=crossing)),
        icon=":material/swap_vert:",
    )
with tucked("landings"):
    table(landing_rows(solution, RULES))
prose(STEM, "look")
prose(STEM, "mirror")

with part(STEM, "space") as opened:
    if opened:
        in_three = spatial(problem)

        def show_space(run: Trained | None) -> None:
            example = remember(space)(in_three)
            drawn = painted(in_space, in_three, example, run)
            cursor = Cursor("t", "time t", SPACE_TIMES)
            plot(*drawn, key="space", cameras=CAMERAS, cursor=cursor, autoplay=False)
            if "integrated" in example.rules:
                st.caption(hovering(said(STEM, "integrated")))
            if run is not None:
                left, right = st.columns(2)
                left.metric("largest distance to the prediction", number(run.gap))
                right.metric(hovering("drift of δ in space"), number(run.largest_drift))
                if run.verdict:
                    st.markdown(f":orange[:material/warning: {run.verdict}.]")

        try:
            beside("space", in_three, simulate_space, show_space)
        except Refusal as error:
            st.warning(str(error), icon=":material/warning:")
        prose(STEM, "space")

takeaway(page)
