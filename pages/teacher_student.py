"""Teacher–student: the paper's first figure, trained while you look, with any scales, seed and rates."""

from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.style import number
from core.figures.teacher_student import figures, four_panels, order
from core.problems.teacher_student import DATA, PRESETS, TURNED, Problem, Solution, curves, papers_four, pays, solve
from pages.jobs.elsewhere import solved
from pages.lessons.kernel_part import show_kernel
from pages.lessons.picture import hero, part
from pages.lessons.presets import presets
from pages.shared.agreement import ran
from pages.shared.cache import painted
from pages.shared.controls import controls
from pages.shared.explain.phases import phases_told
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway
from pages.shared.stage import stage

STEM = "teacher_student"


def automatic() -> None:
    """Back to the step size that is stable."""
    st.session_state["rate"] = 0.0


picture = st.container(key="picture")
problem = controls(
    Problem,
    shown=("delta", "tau", "seed", "eta_a", "eta_w"),
    more=("samples", "width", "teachers", "end", "rate", *TURNED, *DATA, "device"),
)
try:
    with picture:
        solution = solved(STEM, problem, solve, pays=pays(problem))
except Refusal as error:
    st.error(str(error), icon=":material/error:")
    if problem.rate:
        st.button("Use the automatic step size", on_click=automatic, type="primary")
    st.stop()
if solution is None:
    st.stop()
run = solution.run


def chart(problem: Problem, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "flow time t", solution.run.time), "grow": (1.4, 1, 1), "least": 270}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={
        "t": run.time,
        "train_loss": run.loss,
        "test_loss": solution.test_loss,
        "hamming_distance": run.hamming,
        "parameter_distance": run.distance,
        "kernel_distance": run.kernel_distance,
        "alignment": solution.alignment,
        "delta_drift": run.drift,
        "W": run.W,
        "a": run.a,
        "X": solution.X,
        "y": solution.y,
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))

presets(page, PRESETS)
conserved, mu = solution.conserved, problem.tau**2
kappa = (conserved**2 + 4 * problem.eta_a * problem.eta_w * mu**2) ** 0.5
a, w = abs(float(run.a[0, 0])), float((run.W[0, 0] ** 2).sum()) ** 0.5
formula(
    rf"\delta_i=\eta_w a_i^2-\eta_a\lVert w_i\rVert^2={problem.eta_w:g}\cdot({number(a)})^2"
    rf"-{problem.eta_a:g}\cdot({number(w)})^2={number(conserved)}"
)
formula(
    rf"\dot\mu_i=-\kappa_i\,\hat\beta_i^\top\xi_i,\qquad"
    rf"\dot{{\hat\beta}}_i=-\frac{{\kappa_i+\delta_i}}{{2\mu_i}}\,(I-\hat\beta_i\hat\beta_i^\top)\,\xi_i,\qquad"
    rf"\kappa_i={number(kappa)},\quad\frac{{\kappa_i+\delta_i}}{{2\lvert\mu_i\rvert}}={number((kappa + conserved) / (2 * mu))}"
    rf"\;\text{{at the start}}"
)
st.caption(hovering(said(STEM, "end", t=f"{problem.end:g}")))
columns = st.columns(6)
columns[0].metric("train loss", number(float(run.loss[-1])))
columns[1].metric("test loss", number(float(solution.test_loss[-1])), help=said(STEM, "help: test loss"))
columns[2].metric("Hamming distance", f"{number(float(run.hamming[-1]))} of {problem.width}")
columns[3].metric("parameter distance", number(float(run.distance[-1])))
columns[4].metric("alignment", f"{solution.alignment[-1]:.2f}", help=said(STEM, "help: alignment"))
columns[5].metric(
    hovering("drift of δ"), number(float(run.drift.max())), help=said(STEM, "help: drift", rate=number(run.rate))
)
st.caption(hovering(said(STEM, "ran", where=ran(solution.seconds, solution.device))))
phases_told(solution.phases)
prose(STEM, "look", order=order(solution)[1])

show_kernel(STEM, problem, run, solution.X, solution.y, solution.phases, problem.eta_a, problem.eta_w)

if not (stage().link.goal or stage().curtain):
    with part(STEM, "four") as opened:
        if opened:
            four = solved("four", problem, papers_four, pays=pays(problem))
            if four is not None:
                plot(
                    *painted(four_panels, problem, four),
                    key="four",
                    autoplay=False,
                    cursor=Cursor("t", "flow time t", four[0].run.time),
                    least=222,
                )
                prose(STEM, "four")

takeaway(page)
