"""What the four pages in practice share: the committed result at once, its provenance, and a small run on demand."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from types import ModuleType
from typing import Any

import streamlit as st

from core.figures.experiment import reached
from core.params import Params
from core.training.practice import harness as ground
from pages.jobs.live import work
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor, plot
from pages.shared.prose import prose
from pages.shared.registry import register
from pages.shared.share import takeaway


def show(
    stem: str,
    model: ModuleType,
    figures: Callable,
    *,
    shown: Sequence[str],
    more: Sequence[str],
    cursor: Callable[[Any], tuple],
    measured: str,
    facts: Callable[[Any, Any], None],
    stored: Callable[[Any], ground.Experiment] | None = None,
    widths: Callable[[int], dict[str, Any]] = lambda _count: {"least": 300},
) -> None:
    """Draw one experiment's page.

    cursor: Solution → symbol, words and values of the time cursor, then where it opens if not at the end.
    measured: the Solution's field that tells how far a run has come.
    facts: what stands below the picture, drawn from the problem and the committed Solution.
    stored: which committed runs are shown, where there are several.
    widths: number of pictures → `grow` and `least` of `plot`.
    """

    def chart(problem: Params, found: Any) -> dict[str, Any]:
        return {"cursor": Cursor(*cursor(found)), **widths(len(painted(figures, problem, found)))}

    picture = st.container(key="picture")
    problem = controls(model.Problem, shown=shown, more=more)
    solution = remember(model.recorded)(problem)
    page = register(
        stem,
        problem,
        solution,
        solve=model.recorded,
        figures=figures,
        chart=chart,
        curves=model.curves,
        arrays=arrays(solution),
        words=model.words(problem, solution),
    )
    with picture:
        hero(*painted(figures, problem, solution), **chart(problem, solution))
    presets(page, model.PRESETS)
    provenance(stored(problem) if stored else model.EXPERIMENT)
    facts(problem, solution)
    prose(stem, "look", **page.words)
    prose(stem, "agreement", **page.words)
    _live(stem, model, figures, problem, cursor, measured, widths)
    with st.expander("Settings, and where ours differ from the paper's"):
        prose(stem, "settings", **page.words)
    takeaway(page)


def provenance(experiment: ground.Experiment) -> None:
    """One line: whose run this is, with seeds, date, device, time and command."""
    made = remember(ground.made)(experiment.file, experiment.remake)
    kept = made["problem"]
    first, count = kept["seed"], kept["seeds"]
    minutes = made["cpu_seconds"] / 60
    st.caption(
        f"**Our own run:** seeds {first} to {first + count - 1}, {made['date']}, {minutes:.1f} CPU-minutes on"
        f" {made['device']}, torch {made['versions']['torch']}. Make it again: `{made['command']}`"
    )


def arrays(solution: Any) -> dict[str, Any]:
    """The Solution's arrays for the download, axes first."""
    every = {field.name: getattr(solution, field.name) for field in fields(solution)}
    return {name: value for name, value in every.items() if value.ndim}


def _live(stem: str, model: ModuleType, figures: Callable, problem: Params, cursor, measured: str, widths) -> None:
    """The button, and the newest picture while the run goes on."""
    st.subheader("See it happen")
    brief, note = remember(model.EXPERIMENT.resolve_data)(model.brief(problem))
    prose(stem, "live", seconds=f"{max(1, round(model.EXPERIMENT.seconds(brief)))}", **_settings(brief))
    if note:
        st.caption(note)

    def paint(snapshots: list) -> None:
        newest = snapshots[-1].solution
        symbol, words, values, *_ = cursor(newest)
        still = min(reached(getattr(newest, measured)), len(values) - 1)
        panels = figures(brief, newest)
        now = Cursor(symbol, words, values, still=still)
        plot(*panels, key="live", cursor=now, autoplay=False, **widths(len(panels)))

    work(stem, brief, model.run, label="Train it here", show=paint, core_seconds=model.EXPERIMENT.seconds(brief))


def _settings(problem: Params) -> dict[str, str]:
    """The problem's values as words, for the prose."""
    words = {}
    for name in type(problem).knobs():
        value = getattr(problem, name)
        words[name] = ", ".join(map(_said, value)) if isinstance(value, tuple) else str(value)
    return words


def _said(one: float | str) -> str:
    return one if isinstance(one, str) else f"{one:g}"
