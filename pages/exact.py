"""Exact solutions: the minimal model's formula beside its simulation, and the times it takes."""

from typing import Any

import streamlit as st

from core.figures.exact import figures
from core.figures.exact_scales import scales
from core.figures.style import number
from core.problems.exact import IDLE, PRESETS, Exact, Solution, curves, solve, time_scales
from core.problems.exact_run import Simulation, simulate
from pages.jobs.beside import beside
from pages.lessons.picture import hero, part
from pages.lessons.presets import presets
from pages.shared.agreement import agreement, ran
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "exact"

picture = st.container(key="picture")
problem = controls(
    Exact,
    shown=("deltas", "angle", "view", "solver", "rate"),
    idle=IDLE,
    more=(
        *("norm", "sign", "target_angle", "target_norm", "horizon", "clock"),
        *("eta_a", "eta_w", "noise", "batch", "seed", "device"),
    ),
)
solution = remember(solve)(problem)


def show(run: Simulation | None) -> None:
    drawn = painted(figures, problem, solution, run)
    hero(*drawn, **chart(problem, solution))
    if run is None:
        agreement(None, {"drift of δ in the simulation": None})
    else:
        drift = {"drift of δ in the simulation": run.largest_drift}
        agreement(run.largest_error, drift, verdict=run.verdict, where=ran(run.seconds, run.device))


def chart(problem: Exact, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "time t", solution.times), "least": 130 if problem.view == "directions" else 300}


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
        "a": solution.a.T,
        "w": solution.w.transpose(1, 0, 2),
        "mu": solution.mu.T,
        "phi": solution.phi.T,
        "nu": solution.nu.T,
        "kernel_distance": solution.kernel_distance.T,
        "deltas": solution.deltas,
    },
)

with picture:
    beside(STEM, problem, simulate, show)

presets(page, PRESETS)
delta, mu = solution.deltas[0], solution.mu[0, 0]
product = problem.eta_a * problem.eta_w
kappa = (delta**2 + 4 * product * mu**2) ** 0.5
formula(r"\dot\mu=\kappa\,(\varphi\lVert\beta_*\rVert-\mu),\qquad\kappa=\sqrt{\delta^2+4\eta_a\eta_w\mu^2}")
formula(r"\dot\varphi=\frac{2\eta_a\eta_w\,\mu\lVert\beta_*\rVert}{\kappa-\delta}\,(1-\varphi^2)")
formula(
    rf"t=0,\ \delta={number(delta)}:\quad\kappa=\sqrt{{({number(delta)})^2+4\cdot{number(product)}\cdot"
    rf"({number(mu)})^2}}={number(kappa)}"
)
words = (f"δ = {d:g}: {word.word}" for d, word in zip(solution.deltas, solution.words, strict=True))
st.caption(hovering("  ·  ".join(words)))
prose(STEM, "look")

with part(STEM, "scales") as opened:
    if opened:
        plot(*painted(scales, problem, remember(time_scales)(problem)), key="scales")
        prose(STEM, "scales")

takeaway(page)
