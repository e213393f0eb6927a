"""Loss landscape: where δ puts valleys, ridges and gaps, and what slices of a student's loss can show."""

from typing import Any

import streamlit as st

from core.figures.landscape import figures, slices
from core.figures.style import CAMERAS, number
from core.problems.landscape import PRESETS, Problem, Solution, curves, solve
from pages.lessons.picture import hero, part
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls, controls_of
from pages.shared.explain.phases import phases_told
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.put import keep
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "landscape"
STUDENTS = ("tau", "seed", "draw")

picture = st.container(key="picture")
problem = controls(
    Problem,
    shown=("delta", "angle"),
    later=STUDENTS,
    more=("size", "side", "samples", "width", "end"),
)
solution = remember(solve)(problem)
flow, run = solution.neuron, solution.student.run


def chart(problem: Problem, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    cursor = Cursor("t", "time t", solution.neuron.time)
    return {"cursor": cursor, "cameras": CAMERAS, "grow": (1, 1.2), "least": 360}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={
        "t": flow.time,
        "a": flow.a,
        "w": flow.w,
        "loss": flow.loss,
        "student_time": run.time,
        "student_path": solution.components.path,
        "student_path_loss": solution.components.path_loss,
        "components_x": solution.components.x,
        "components_y": solution.components.y,
        "components_loss": solution.components.loss,
        "components_explained": solution.components.explained,
        "random_x": solution.random.x,
        "random_y": solution.random.y,
        "random_loss": solution.random.loss,
        "random_explained": solution.random.explained,
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))

presets(page, PRESETS)
a, theta = float(flow.a[0]), float(flow.theta[0])
b = a * float((flow.w[0] ** 2).sum()) ** 0.5
formula(
    rf"L=\tfrac12\left(b^2+1\right)-b\cos\theta,\quad b=a\sqrt{{a^2-\delta}};\qquad"
    rf"\text{{at the start }}b={number(b)},\ \theta={theta:.0f}^\circ:\ L={number(float(flow.loss[0]))};\qquad "
    rf"L_\text{{saddle}}=\tfrac12"
)

phases_told(solution.phases)

with part(STEM, "slices") as opened:
    if opened:
        plot(
            *painted(slices, problem, solution),
            key="slices",
            autoplay=False,
            cursor=Cursor("t", "flow time t", run.time),
            least=285,
        )
        controls_of(Problem, STUDENTS)
        columns = st.columns(5)
        own, random = (100 * float(cut.explained.sum()) for cut in (solution.components, solution.random))
        columns[0].metric("components hold", f"{number(own)}%", help=said(STEM, "help: share"))
        columns[1].metric("random plane holds", f"{number(random)}%")
        columns[2].metric("student's train loss", number(float(run.loss[-1])))
        columns[3].metric(hovering("neuron's drift of δ"), number(flow.drift), help=said(STEM, "help: exact"))
        columns[4].metric(
            hovering("student's drift of δ"),
            number(float(run.drift.max())),
            help=said(STEM, "help: step", rate=number(run.rate)),
        )
    else:
        keep(STUDENTS)

prose(STEM, "look")
takeaway(page)
