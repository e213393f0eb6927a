"""Initialisation: where the neurons of a usual start, or of one's own network, stand in units of the target."""

from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.initialisation import figures, trained
from core.figures.picture import Picture
from core.figures.style import number
from core.problems.initialisation import PRESETS, Case, Problem, Solution, curves, solve, solve_case
from core.problems.initialisation_run import SEEDS, compare, measured
from core.training.diagnose import as_json, as_text
from core.training.initialisation.laws import LEVELS
from core.training.initialisation.own_data import TASKS
from core.training.initialisation.weights_file import SNIPPET
from pages.jobs.live import work
from pages.lessons.picture import hero, section
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor, plot
from pages.shared.prose import prose
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "initialisation"


def chart_of(problem: Problem, found: Solution) -> tuple[tuple[Picture, ...], dict[str, Any]]:
    """The panels, moved by the lever from as it is to rescaled, and how they are drawn."""
    cursor = Cursor("%", "of the way to the rescaled network", found.percent, still=0)
    return painted(figures, problem, found), {
        "cursor": cursor,
        "grow": (1.3, 0.8, 1.1),
        "least": 300,
        "autoplay": False,
    }


def facts(found: Solution) -> None:
    """The report's numbers, its warnings, and what to multiply."""
    report = found.report
    middle = LEVELS.index(0.5)
    pair = report.pairs[found.pair]
    columns = st.columns(5)
    if pair.dimensionless is not None:
        columns[0].metric("median δ̂", number(pair.dimensionless[middle]))
    else:
        columns[0].metric("median δ", number(pair.quantiles[middle]))
    columns[1].metric("neurons downstream", f"{pair.downstream:.0%}")
    columns[2].metric("τ, median", number(report.tau))
    place = {report.layers[0]: "first", report.layers[-1]: "last"}.get(report.fast_layer, report.fast_layer)
    columns[3].metric("layer that moves f most", place, help=f"{report.fast_layer}, of {', '.join(report.layers)}.")
    columns[4].metric("start is", report.regime, help=report.basis)
    if report.slope:
        slope = report.slope
        span = f" ({number(slope.low)} to {number(slope.high)})" if slope.low != slope.high else ""
        st.caption(f"‖slope‖ = {number(slope.value)}{span}: {slope.how}. {report.basis}")
    else:
        st.warning(f"No regime is named. {report.no_slope}", icon=":material/help:")
    for warning in report.warnings:
        st.warning(warning, icon=":material/warning:")
    factors = ", ".join(f"{name} × {number(c)}" for name, c in zip(report.layers, report.factors, strict=True))
    changed = "" if report.unchanged is None else f" f changes by {report.unchanged:.0e} of its size, measured."
    what = "it to a mean δ̂" if len(report.factors) == 2 else "the balance of the first and the last layer to a mean"
    st.markdown(f"**To move {what} of {report.aim:g}:** {factors}.{changed}")
    st.code(report.pytorch, language="python")


def own(problem: Problem) -> Case | None:
    """What the visitor brought, if anything."""
    with st.expander("Your own network and data"):
        prose(STEM, "own")
        left, right = st.columns(2)
        weights = left.file_uploader(
            "Weights (NPZ or safetensors)", type=["npz", "safetensors"], key="file_weights", max_upload_size=20
        )
        data = right.file_uploader(
            "Data (CSV or NPZ), optional", type=["csv", "npz", "txt"], key="file_data", max_upload_size=10
        )
        target = right.text_input("Target column (empty: the last)", key="file_target")
        task = right.segmented_control("Task", list(TASKS), default="auto", required=True, key="file_task")
        adam = right.toggle("Trained with Adam", key="file_adam")
        decay = right.number_input("Weight decay", 0.0, 1.0, 0.0, step=0.01, key="file_decay")
        left.caption("Or run this beside your model and paste the line it prints:")
        left.code(SNIPPET, language="python")
        pasted = left.text_area("Printed line", key="file_pasted", height=80)
        if not (weights or data or pasted.strip()):
            return None
        return Case(
            problem,
            weights.getvalue() if weights else b"",
            "" if weights else pasted.strip(),
            data.getvalue() if data else b"",
            target.strip(),
            task,
            adam,
            float(decay),
        )


def show_trained(snapshots: list) -> None:
    run = snapshots[-1].run
    plot(*trained(problem, run), key="trained", autoplay=False, least=300)
    if words := measured(run):
        st.markdown(f"**Measured:** as is **{words[0].word}**, rescaled **{words[1].word}**.")
        st.caption(f"As is: {words[0].basis} Rescaled: {words[1].basis}")


picture = st.container(key="picture")
problem = controls(
    Problem,
    shown=("scheme", "width", "d", "slope", "aim"),
    more=("hidden", "outputs", "eta_w", "eta_a", "gain_w", "gain_a", "seed"),
)
solution = remember(solve)(problem)

page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
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
    panels, chart = chart_of(problem, solution)
    hero(*panels, **chart)

pair = solution.report.pairs[solution.pair]
presets(page, PRESETS, downstream=f"{pair.downstream:.0%}")
report = solution.report
two = r"\hat\delta_k=\frac{\eta_w\lVert a_k\rVert^2-\eta_a\lVert w_k\rVert^2}{\sqrt{\eta_a\eta_w}\,\lVert\text{slope}\rVert}"
deep = (
    r"\hat\delta_k=\frac{\eta_l\lVert w^{l+1}_{\cdot k}\rVert^2-\eta_{l+1}\lVert w^l_{k\cdot}\rVert^2}"
    r"{\eta_l\,\eta_{l+1}\,u^{2/L}},\quad u=\frac{\lVert\text{slope}\rVert}{\prod\sqrt{\eta}}"
)
st.latex(
    (two if len(report.rates) == 2 else deep)
    + rf",\qquad \text{{mean }}\delta={number(pair.mean)}\pm{number(pair.spread)},\quad "
    + rf"\eta=({','.join(number(rate) for rate in report.rates)}),\quad \lVert\text{{slope}}\rVert={problem.slope:g}"
)
facts(solution)
prose(STEM, "look")

case = own(problem)
if case is not None:
    st.subheader("Your own")
    try:
        brought = remember(solve_case)(case)
        panels, chart = chart_of(problem, brought)
        plot(*panels, key="own", **chart)
        facts(brought)
        left, right = st.columns(2)
        left.download_button("Report as text", as_text(brought.report), "report.txt", key="take_text")
        right.download_button("Report as JSON", as_json(brought.report), "report.json", key="take_json")
    except Refusal as error:
        st.error(str(error), icon=":material/error:")
        case = None

with section(STEM, "train"):
    prose(STEM, "train", seeds=SEEDS)
    work("both", case or Case(problem), compare, label="Train as is and rescaled", show=show_trained)
    prose(STEM, "claim")

takeaway(page, "headless")
