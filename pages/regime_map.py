"""Regime map: the paper's sweep over (τ, δ), scrubbed in time, any cell re-run live, and sweeps of one's own."""

from functools import partial
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.figures.regime_map import figures, own_maps
from core.figures.regime_map_curves import live
from core.figures.style import number
from core.problems.regime_map import (
    PRESETS,
    View,
    cell_number,
    curves,
    half_times,
    lesson,
    over_seeds,
    row,
    solve,
)
from core.problems.regime_map_accuracy import read, words
from core.problems.regime_map_borders import findings
from core.problems.regime_map_run import LiveCell, OwnSweep, sweep, train_cell
from core.training.regime_map import PAPER, RegimeMap
from pages.jobs.live import work
from pages.lessons.picture import hero, section
from pages.lessons.presets import presets
from pages.server.insets import INSETS_URL
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor, plot
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import takeaway

STEM = "regime_map"
PINS = ("pin1", "pin2", "pin3")


def take_click() -> None:
    """A click on a map since the last run moves τ and δ there."""
    click = (st.session_state.get("chart") or {}).get("click")
    if click and click["panel"] < 2 and click != st.session_state.get("_taken"):
        st.session_state["_taken"] = click
        st.session_state["tau"] = min(2.0, max(0.1, round(10 ** float(click["x"]), 3)))
        st.session_state["delta"] = round(8 * float(click["y"])) / 8


def pin(cell: int) -> None:
    """Put a cell on the first free pin, or on the oldest: the others move up."""
    held = [st.session_state[name] for name in PINS if st.session_state[name]]
    kept = ([*held, cell] if cell not in held else held)[-len(PINS) :]
    for name, value in zip(PINS, [*kept, 0, 0, 0], strict=False):
        st.session_state[name] = value


def unpin() -> None:
    """Take all pins out."""
    for name in PINS:
        st.session_state[name] = 0


def papers_sizes() -> None:
    """The paper's sizes and grid, one seed, for recomputing the map from this page."""
    st.session_state.update(d=100, n=1000, width=50, grid="17", seeds=1)


def automatic_rate() -> None:
    """Back to the rate that is stable in every cell."""
    st.session_state["rate"] = 0.0


def show_own(own: OwnSweep, snapshots: list) -> None:
    """The newest state of a sweep."""
    newest = snapshots[-1].map
    cursor = Cursor("steps", "steps of descent", newest.checkpoint)
    plot(*own_maps(own, newest), key="own", autoplay=False, cursor=cursor, least=280)
    found = findings(newest, own.width)
    prose(STEM, "own: found" if "soonest" in found else "own: begun", **found)
    if refused := snapshots[-1].refused:
        st.warning(said(STEM, "blank", count=len(refused), first=refused[0]), icon=":material/warning:")


def show_live(view: View, snapshots: list) -> None:
    """The newest state of a live cell, and what it cost."""
    newest = snapshots[-1]
    plot(live(view, remember(solve)(view), newest), key="live")
    st.caption(hovering(said(STEM, "cost", seconds=f"{newest.seconds:.2f}", step=f"{int(newest.steps[-1]):,}")))


def chart(_view: View, solution: RegimeMap) -> dict[str, Any]:
    """How the picture is drawn."""
    return {
        "cursor": Cursor("steps", "steps of descent", solution.checkpoint, still=4),
        "grow": (1, 1, 1),
        "least": 225,
        "insets": INSETS_URL,
    }


def map_and_cells(view: View) -> None:
    """Everything that needs the precomputed map."""
    with picture:
        try:
            solution = remember(solve)(view)
        except Refusal as error:
            st.error(str(error), icon=":material/error:")
            st.button("Put the paper's sizes into my own sweep", on_click=papers_sizes)
            return
        i, j = view.place
        ends = {
            name: over_seeds(solution, name, "mean", 0)[i, j, -1]
            for name in ("test loss", "flips", "kernel", "distance")
        }
        arrays = {
            "steps": solution.checkpoint,
            **{name.replace(" ", "_"): row(solution, name)[:, i, j].mean(axis=0) for name in ends},
            "seed": solution.seed,
            "tau": solution.tau,
            "delta": solution.delta,
            **{f"map_{name.replace(' ', '_')}": row(solution, name).mean(axis=0) for name in (*ends, "train loss")},
        }
        page = register(
            STEM,
            view,
            solution,
            solve=solve,
            figures=figures,
            chart=chart,
            curves=curves,
            arrays=arrays,
            words=lesson(solution),
        )
        hero(*painted(figures, view, solution), wants=("click",), **chart(view, solution))
    presets(page, PRESETS)
    tau, delta = float(solution.tau[i]), float(solution.delta[j])
    alpha = ((delta / tau**2 + ((delta / tau**2) ** 2 + 4) ** 0.5) / 2) ** 0.5
    formula(rf"\delta=\tau^2(\alpha^2-\alpha^{{-2}})={number(delta)},\quad \tau={number(tau)},\ \alpha={number(alpha)}")
    formula(rf"|a_k|=\alpha\tau={number(alpha * tau)},\quad \lVert w_k\rVert=\tau/\alpha={number(tau / alpha)}")
    columns = st.columns(5)
    for column, (name, value) in zip(columns, ends.items(), strict=False):
        column.metric(f"{name} at the end", number(float(value)), help=said(STEM, "help: mean"))
    columns[4].metric("half of the flips by step", f"{half_times(solution)[i, j]:,.0f}")
    with st.container(horizontal=True, gap="small"):
        st.button("Pin this cell", on_click=pin, args=(cell_number(tau, delta),), icon=":material/push_pin:")
        st.button("Unpin all", on_click=unpin)
    st.subheader("This cell, trained now", anchor=False)
    prose(STEM, "live")
    work("cell", LiveCell(tau, delta, view.seed), train_cell, label="Run this cell", show=partial(show_live, view))
    prose(STEM, "look", **page.words)
    prose(STEM, "timing", **page.words)
    prose(STEM, "borders", **findings(solution, PAPER.width))
    fold = st.expander("How these numbers were made", key="made", on_change="rerun")
    if fold.open:
        with fold:
            prose(STEM, "fine print", **words(read()))
            st.json(solution.made)
    takeaway(page)


take_click()
picture = st.container(key="picture")
view = controls(View, shown=("measure", "tau", "delta", "seed"), more=("over", *PINS))
map_and_cells(view)

with section(STEM, "own"):
    prose(STEM, "own")
    own = controls(OwnSweep, shown=("d", "n", "width", "grid", "seeds"), more=("teacher", "rate"))
    job = work("own", own, sweep, label="Sweep my own settings", show=partial(show_own, own), core_seconds=own.seconds)
    refused = job.snapshots[-1].refused if job is not None and job.snapshots else ()
    if own.rate and job is not None and (refused or job.state == "failed"):
        st.button("Use the automatic rate", on_click=automatic_rate, type="primary")
