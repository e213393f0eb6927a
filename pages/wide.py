"""Wide: two-layer linear networks of any shape, where shape decides what unbalance does."""

from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.style import number
from core.figures.wide import comparison, figures, shapes
from core.figures.wide_theorems import entropy, entropy_deltas, isotropy, mirror, summands
from core.problems.wide import IDLE, PRESETS, Solution, WideNetwork, curves
from core.problems.wide_run import Comparison, compare, mirrored, solve
from core.problems.wide_theorems import (
    SEEDS,
    WIDTHS,
    Mirror,
    gaussian,
    gaussian_part,
    mirror_case,
    preconditioner_sum,
    sum_case,
)
from core.theory.wide_linear import regime
from pages.jobs.beside import beside
from pages.lessons.picture import folded, hero, part
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.explain.phases import phases_told
from pages.shared.explain.symbols import indexed
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "wide"

picture = st.container(key="picture")
problem = controls(
    WideNetwork,
    shown=("delta", "d", "h", "c", "scale"),
    idle=IDLE,
    more=("start", "spread", "gap", "eta_a", "eta_w", "horizon", "descent", "seed"),
)
solution = remember(solve)(problem)
run = solution.curves


def chart(problem: WideNetwork, solution: Solution) -> dict[str, Any]:
    """How the picture is drawn."""
    cursor = Cursor("t", "time t", solution.curves.times, still=60)
    return {"cursor": cursor, "grow": (1.2, 1), "least": 320}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={
        "t": run.times,
        "singular_values": run.singular_values,
        "modes": run.modes,
        "alignment": run.alignment,
        "kernel_distance": run.kernel_distance,
        "loss": run.loss,
        "beta": run.beta,
        "target_strengths": solution.strengths,
        "delta_per_neuron": solution.per_neuron,
    },
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))
if not solution.exact:
    with st.container(border=True):
        prose(STEM, "integrated", reason=solution.reason)

presets(page, PRESETS)
word = regime(problem.d, problem.h, problem.c)
formula(
    r"\Delta=\eta_w AA^\top-\eta_a WW^\top,\quad \tfrac1h\operatorname{tr}\Delta="
    + number(float(solution.per_neuron.mean()))
)
formula(
    r"\dot s_i=\sqrt{\delta^2+" + number(4 * problem.eta_a * problem.eta_w) + r"\,s_i^2}\,(s^*_i-s_i)\;\text{(aligned)}"
)
formula(r"s^*=(" + ",".join(map(number, solution.strengths[:4])) + (r",\dots)" if len(solution.strengths) > 4 else ")"))
left, middle, right = st.columns(3)
left.metric("regime measured", solution.regime.word, help=indexed(solution.regime.basis))
middle.metric(hovering("kernel movement S(0, T)"), number(float(run.kernel_distance[-1])))
low, high = solution.per_neuron.min(), solution.per_neuron.max()
right.metric(
    hovering("δ of each neuron"), number(float(low)) if low == high else f"{number(float(low))} … {number(float(high))}"
)
shape = f"{problem.d}·{problem.h}·{problem.c}"
at = {"shape": shape, "low": word["downstream"], "high": word["upstream"]}
st.caption(hovering(said(STEM, "theory", basis=solution.regime.basis, **at)))
phases_told(solution.phases)
cells, words = st.columns((1, 1))
with cells:
    plot(*remember(shapes)(problem), key="map", wants=("link",))
with words:
    prose(STEM, "look")

with part(STEM, "trained") as opened:

    def trained(compared: Comparison | None) -> None:
        """Theory and training side by side, once training is done."""
        if compared is None:
            st.caption(hovering(said(STEM, "waiting")))
            return
        plot(*painted(comparison, problem, compared), key="compared", grow=(1.3, 1))
        apart, drift = st.columns(2)
        apart.metric(hovering("largest relative error of β"), number(compared.worst))
        drift.metric("drift of Δ", number(float(compared.trained.drift.max())))
        if compared.worst > 1e-3 and compared.trained.rate:
            st.warning(
                said(STEM, "warning: steps", rate=number(compared.trained.rate)),
                icon=":material/warning:",
            )
        elif compared.worst > 1e-3:
            st.warning(said(STEM, "warning: saddle"), icon=":material/warning:")

    if opened:
        beside("wide", problem, compare, trained)

with part(STEM, "entropy") as opened:
    if opened:
        sizes = entropy_deltas(problem)
        plot(
            *remember(entropy)(problem),
            key="entropy",
            autoplay=False,
            cursor=Cursor("|δ|", "|δ|", sizes, still=int(abs(sizes - abs(problem.delta)).argmin())),
        )
        prose(STEM, "entropy")

with folded(STEM, "mirror") as opened:

    def mirrored_run(found: Mirror | None) -> None:
        """The dual variables and what the gradient has put into them."""
        if found is None:
            st.caption(said(STEM, "waiting"))
            return
        plot(*painted(mirror, problem, found), key="mirror", grow=(1.3, 1))
        prose(
            STEM, f"mirror: {mirror_case(problem)}", worst=number(float(found.error.max())), delta=number(found.delta)
        )

    if opened and solution.exact:
        mirrored_run(remember(mirrored)(problem))
    elif opened:
        beside("wide_mirror", problem, mirrored, mirrored_run)


def neurons() -> None:
    """The preconditioner as the sum of its neurons, and theorem 4.2 beside it."""
    found = remember(preconditioner_sum)(problem, solution)
    drawn = painted(summands, problem, found)
    plot(*drawn, key="neurons", cursor=Cursor("t", "time t", found.times), autoplay=False, grow=(1.2, 1))
    numbers = {
        "apart": number(float(found.apart.max())),
        "off": number(float(found.off.max())),
        "delta": number(found.delta),
        "idle": str(found.idle),
        "inputs": str(found.inputs),
        "outputs": str(found.outputs),
    }
    prose(STEM, "neurons", **numbers)
    prose(STEM, f"neurons: {sum_case(problem, found)}", **numbers)


with folded(STEM, "neurons") as opened:
    try:
        if opened:
            neurons()
    except Refusal as error:
        st.warning(str(error), icon=":material/warning:")

with folded(STEM, "gaussian") as opened:
    if opened:
        drawn_nets = remember(gaussian)(gaussian_part(problem))
        plot(*painted(isotropy, problem, drawn_nets), key="gaussian", grow=(1.3, 1))
        prose(
            STEM,
            "gaussian",
            scheme=drawn_nets.scheme,
            seeds=SEEDS,
            narrowest=WIDTHS[0],
            widest=WIDTHS[-1],
            delta=number(drawn_nets.delta),
            entry=number(float(drawn_nets.entry[-1].mean())),
            theory=number(float(drawn_nets.entry_theory[-1])),
            spectral=number(float(drawn_nets.spectral[-1].mean())),
            limit=number(drawn_nets.spectral_limit),
            off=number(float(drawn_nets.off[-1].mean())),
        )

takeaway(page, "fine print")
