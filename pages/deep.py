"""Deep: chains of one to eight layers, where they land and how long they wait."""

import math
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.deep import comparison, figures, loss_halved
from core.figures.deep_square import figures as square_figures
from core.figures.deep_waits import half_time, waits, waits_from
from core.figures.style import number, share
from core.problems.deep import PRESETS, DeepChain, Solution, curves, solve
from core.problems.deep_run import Comparison, compare
from core.problems.deep_square import Square, simulate, twin
from pages.jobs.beside import beside
from pages.lessons.picture import folded, hero, part
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.explain.phases import phases_told
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "deep"

picture = st.container(key="picture")
problem = controls(
    DeepChain,
    shown=("depth", "imbalance", "angle", "norm", "datum"),
    more=("y", "eta", "horizon", "c2", "c3", "c4", "c5", "c6", "c7", "c8"),
)
solution = remember(solve)(problem)


def _time(value: float) -> str:
    return said(STEM, "never") if math.isnan(value) else number(value)


def chart(problem: DeepChain, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "time t", solution.times, still=60), "grow": (1.3, 1, 0.8), "least": 270}


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
        "beta": solution.beta,
        "w": solution.w,
        "a": solution.a,
        "loss": solution.loss,
        "share_of_layer": solution.shares,
        "t_by_depth": problem.depth_times,
        "loss_by_depth": solution.loss_by_depth,
        "landing": solution.landing,
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))

if solution.reason:
    st.warning(solution.reason, icon=":material/warning:")
presets(page, PRESETS)
L, (end_1, end_2) = problem.hidden, map(number, map(float, solution.landing))
offsets = ", ".join(number(float(c)) for c in problem.offsets) or r"\text{none}"
chain = "a_1" if L == 1 else rf"a_{{{L}}}\cdots a_1"
formula(
    rf"f={chain}\,w^\top x,\qquad c_l=\tfrac{{a_l^2}}{{\eta_l}}-\tfrac{{\lVert w\rVert^2}}{{\eta_w}}=({offsets})"
    if L
    else r"f=w^\top x\quad\text{(linear regression)}"
)
if not solution.reason:
    formula(rf"\beta(\infty)=\beta_*\pm{{\textstyle\prod_l}}|a_l(\infty)|\,P_N w_0=({end_1},\ {end_2})")
if not problem.offsets.any() and problem.eta == 1 and not solution.reason:
    power, pull = (rf"{L + 2}/{L + 1}", rf"\lVert\beta_0\rVert^{{-{L}/{L + 1}}}\,") if L else ("2", "")
    formula(
        rf"\beta(\infty)=\arg\min_{{X\beta=y}}\ \tfrac{{{L + 1}}}{{{L + 2}}}\lVert\beta\rVert^{{{power}}}"
        rf"-{pull}\beta_0^\top\beta"
    )
prose(STEM, "penalty")
left, middle, right = st.columns(3)
left.metric("share of the first layer, at the start", f"{solution.shares[0, 0]:.0%}")
middle.metric("share of the last layer", f"{solution.shares[0, -1]:.0%}")
right.metric("loss left at the end", share(float(solution.loss[-1] / max(solution.loss[0], 1e-300))))
phases_told(solution.phases)
prose(STEM, "look")

with part(STEM, "waits") as opened:
    if opened:
        plot(*remember(waits)(problem), key="waits")
        here, above = half_time(problem, problem.depth, problem.imbalance), loss_halved(solution)
        small = waits_from(problem)
        words = "waits" if small == problem.norm else "waits: none"
        prose(STEM, words, depth=problem.depth, here=_time(here), above=_time(above), small=number(small))

with part(STEM, "trained") as opened:

    def trained(compared: Comparison | None) -> None:
        """The landing predicted and reached, once training is done."""
        if compared is None:
            st.caption(hovering(said(STEM, "waiting")))
            return
        plot(*painted(comparison, problem, compared), key="compared")
        one, two, three = st.columns(3)
        one.metric("end to predicted landing", number(compared.miss))
        two.metric(hovering("largest relative error of β"), number(compared.worst))
        three.metric("drift of the offsets c", number(float(compared.drift.max())))
        if not compared.miss <= 1e-3:
            st.warning(
                said(STEM, "warning: not there"),
                icon=":material/schedule:",
            )

    if opened:
        beside("deep", problem, compare, trained)

with folded(STEM, "square") as opened:

    def shown(run: Square | None) -> None:
        """The theorems beside the trained square network."""
        if run is None:
            st.caption(hovering(said(STEM, "waiting")))
            prose(STEM, "square")
            return
        cursor = Cursor("t", "time t", run.times)
        plot(*painted(square_figures, problem, run), key="square", cursor=cursor, autoplay=False)
        columns = st.columns(4)
        worst = (run.size_error.max(), run.kernel_error.max(), run.path_error.max(), run.miss)
        for column, name, value in zip(columns, ("B.8", "B.9", "β, chain", "end to landing"), worst, strict=True):
            column.metric(name, number(float(value)))
        prose(STEM, "square")
        prose(
            STEM, "square: balanced" if run.delta == 0 else "square: unbalanced", delta=number(run.delta), L=run.hidden
        )

    try:
        if opened and twin(problem):
            beside("deep_square", problem, simulate, shown)
    except Refusal as error:
        st.warning(str(error), icon=":material/warning:")
        prose(STEM, "square")

takeaway(page, "fine print")
