"""Initialisation: where the neurons of a usual start, or of one's own network, stand in units of the target."""

from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.initialisation import figures, trained
from core.figures.initialisation_movement import moved as paths
from core.figures.style import number
from core.problems.initialisation import IDLE, PRESETS, Case, Problem, Solution, curves, solve, solve_case
from core.problems.initialisation_claim import read
from core.problems.initialisation_claim import words as claim
from core.problems.initialisation_run import SEEDS, compare, measured
from core.training.diagnose import as_json, as_text
from core.training.initialisation.laws import LEVELS
from pages.jobs.live import work
from pages.lessons.picture import hero, section
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.explain.symbols import indexed
from pages.shared.own_files import own_case, show_reading, show_refusal
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, line_of_code, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "initialisation"


def chart(_problem: Problem, found: Solution) -> dict[str, Any]:
    """How the panels are drawn; the lever moves them from as it is to rescaled."""
    percent = found.percent
    cursor = (
        None
        if found.report.no_lever
        else Cursor("rescaled", "of the way to the rescaled network", percent, still=0, unit="%", replayed=False)
    )
    return {"cursor": cursor, "grow": (1.3, 0.8, 1.1), "least": 300, "autoplay": False}


def facts(found: Solution) -> None:
    """The report's numbers, its warnings, and what to multiply."""
    report = found.report
    middle = LEVELS.index(0.5)
    pair = report.pairs[found.pair]
    columns = st.columns(5)
    if pair.dimensionless is not None:
        columns[0].metric(hovering("median δ̂"), number(pair.dimensionless[middle]))
    else:
        columns[0].metric(hovering("median δ"), number(pair.quantiles[middle]))
    columns[1].metric("neurons downstream", f"{pair.downstream:.0%}")
    columns[2].metric(hovering("τ, median"), number(report.tau))
    place = {report.layers[0]: "first", report.layers[-1]: "last"}.get(report.fast_layer, report.fast_layer)
    columns[3].metric("layer that moves f most", place, help=f"{report.fast_layer}, of {', '.join(report.layers)}.")
    columns[4].metric("start is", report.regime, help=indexed(report.basis))
    if report.slope:
        slope = report.slope
        span = f" ({number(slope.low)} to {number(slope.high)})" if slope.low != slope.high else ""
        st.caption(hovering(f"‖slope‖ = {number(slope.value)}{span}: {slope.how}. {report.basis}"))
    else:
        st.warning(said(STEM, "no regime", why=report.no_slope), icon=":material/help:")
    for warning in report.warnings:
        st.warning(warning, icon=":material/warning:")
    if report.no_lever:
        st.info(report.no_lever, icon=":material/info:")
        return
    factors = ", ".join(f"{name} × {number(c)}" for name, c in zip(report.layers, report.factors, strict=True))
    changed = "" if report.unchanged is None else " " + said(STEM, "unchanged", share=f"{report.unchanged:.0e}")
    what = "it to a mean δ̂" if len(report.factors) == 2 else "the balance of the first and the last layer to a mean"
    st.markdown(hovering(f"**To move {what} of {report.aim:g}:** {factors}.{changed}"))
    line_of_code(report.pytorch)


def show_movement(found: Solution) -> None:
    """What training moved since the state before: metrics, what the drift of δ says, the neurons' paths."""
    moved = found.report.movement
    if moved is None:
        return
    st.subheader("Since the state before")
    columns = st.columns(5)
    columns[0].metric("the run was", moved.regime, help=indexed(moved.basis))
    if moved.kernel_distance is not None:
        columns[1].metric("kernel distance", number(moved.kernel_distance))
    if moved.flipped_share is not None and moved.hamming_distance is not None:
        hamming = said(STEM, "hamming", distance=number(moved.hamming_distance), neurons=moved.neurons)
        columns[2].metric("activations flipped", f"{moved.flipped_share:.1%}", help=hamming)
    if moved.curved is not None:
        columns[3].metric("not linear", f"{moved.curved:.0%}", help=said(STEM, "help: curved"))
    changes = ["from 0" if change is None else number(change) for change in moved.weight_change]
    columns[4].metric("weights changed", " · ".join(changes[:3]), help=said(STEM, "help: weights changed"))
    st.markdown(hovering(f"**δ:** {moved.says}"))
    st.caption(hovering(said(STEM, "measured on", basis=moved.basis, rows=moved.samples, inputs=moved.inputs)))
    plot(*painted(paths, problem, moved), key="moved", autoplay=False, least=300)


def show_trained(snapshots: list) -> None:
    run = snapshots[-1].run
    plot(*trained(problem, run), key="trained", autoplay=False, least=300)
    if words := measured(run):
        st.markdown(hovering(said(STEM, "measured", before=words[0].word, after=words[1].word)))
        st.caption(hovering(f"As is: {words[0].basis} Rescaled: {words[1].basis}"))


# The picture stays in view within this container alone: what visitors bring needs the whole window.
with st.container(key="held"):
    picture = st.container(key="picture")
    problem = controls(
        Problem,
        shown=("scheme", "width", "d", "slope", "aim"),
        idle=IDLE,
        more=("hidden", "outputs", "eta_w", "eta_a", "gain_w", "gain_a", "seed"),
    )
    solution = remember(solve)(problem)

    page = register(
        STEM,
        problem,
        solution,
        solve=solve,
        figures=figures,
        chart=chart,
        curves=curves,
        arrays={
            "percent": solution.percent,
            "alpha": solution.alpha,
            "downstream": solution.downstream,
            "edges": solution.edges,
            "sample": solution.sample,
            "exact": solution.exact,
            "speed": solution.speed,
            "tau_on_map": solution.tau,
            "delta_on_map": solution.delta,
        },
    )

    with picture:
        hero(*painted(figures, problem, solution), **chart(problem, solution))

    pair = solution.report.pairs[solution.pair]
    presets(page, PRESETS, downstream=f"{pair.downstream:.0%}")
    report = solution.report
    two = (
        r"\hat\delta_k=\frac{\eta_w\lVert a_k\rVert^2-\eta_a\lVert w_k\rVert^2}"
        r"{\sqrt{\eta_a\eta_w}\,\lVert\text{slope}\rVert}"
    )
    deep = (
        r"\hat\delta_k=\frac{\eta_l\lVert w^{l+1}_{\cdot k}\rVert^2-\eta_{l+1}\lVert w^l_{k\cdot}\rVert^2}"
        r"{\eta_l\,\eta_{l+1}\,u^{2/L}},\quad u=\frac{\lVert\text{slope}\rVert}{\prod\sqrt{\eta}}"
    )
    formula(
        (two if len(report.rates) == 2 else deep)
        + rf",\qquad \text{{mean }}\delta={number(pair.mean)}\pm{number(pair.spread)},\quad "
        + rf"\eta=({','.join(number(rate) for rate in report.rates)}),\quad \lVert\text{{slope}}\rVert={problem.slope:g}"
    )
    facts(solution)
    prose(STEM, "look")

case, asked = own_case(problem)
if case is not None:
    st.subheader("Your own")
    try:
        brought = remember(solve_case)(case)
        plot(*painted(figures, problem, brought), key="own", **chart(problem, brought))
        facts(brought)
        show_movement(brought)
        show_reading(brought.report)
        left, right = st.columns(2)
        left.download_button("Report as text", as_text(brought.report), "report.txt", key="take_text")
        right.download_button("Report as JSON", as_json(brought.report), "report.json", key="take_json")
    except Refusal as error:
        show_refusal(error, asked)
        case = None

with section(STEM, "train"):
    prose(STEM, "train", seeds=SEEDS)
    work("both", case or Case(problem), compare, label="Train as is and rescaled", show=show_trained)
    prose(STEM, "claim", **claim(*read()))

takeaway(page, "headless")
