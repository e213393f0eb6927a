"""Start: the race of three splits between the layers, a prediction, and the flip to ReLU."""

from typing import Any

import streamlit as st

from core.figures.start import figures, findings
from core.figures.style import number
from core.problems.start import PRESETS, Linear, Relu, Start, curves, solve, words
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor
from pages.shared.prose import prose, said
from pages.shared.registry import register
from pages.shared.share import arrays_of, takeaway

STEM = "start"
GUESS = "start_guess"
CHOICES = ("▼ downstream", "● balanced", "▲ upstream")


def predict(choice: str) -> None:
    """Keep the guess for this visit, and flip."""
    st.session_state[GUESS] = choice
    st.session_state["network"] = "relu"


picture = st.container(key="picture")
problem = controls(
    Start,
    shown=("network", "delta", "angle", "seed"),
    idle={"angle": ("network", "relu"), "seed": ("network", "linear")},
)
ask = st.container()
solution = remember(solve)(problem)
relu = problem.network == "relu"


def chart(problem: Start, solution: Linear | Relu) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "time t", solution.times), "grow": (1.2, 1, 1), "least": 270}


page = register(
    STEM,
    problem,
    solution,
    solve=solve,
    figures=figures,
    chart=chart,
    curves=curves,
    arrays={"t": solution.times, **arrays_of(solution)},
)

with picture:
    hero(*painted(figures, problem, solution), **chart(problem, solution))
with ask:
    if relu:
        guess = st.session_state.get(GUESS)
        if guess:
            st.success(said(STEM, "guessed right" if guess == CHOICES[2] else "guessed wrong", guess=guess))
    else:
        prose(STEM, "guess")
        with st.container(horizontal=True, gap="small"):
            for choice in CHOICES:
                st.button(choice, key=f"guess_{choice}", on_click=predict, args=(choice,))

presets(page, PRESETS, "sentence: relu" if relu else "sentence: linear", **findings(solution))
down, level, up = solution.deltas
st.latex(
    r"\delta=\eta_w a^2-\eta_a\lVert w\rVert^2:\qquad"
    rf"\blacktriangledown\ {number(down)}\qquad\bullet\ {number(level)}\qquad\blacktriangle\ {number(up)}"
)
columns = st.columns(3)
for column, word, k in zip(columns, CHOICES, range(3), strict=True):
    reached, moved = float(solution.reached[k]), float(solution.kernel_distance[k, -1])
    what = "1 % of the loss left at t" if relu else "aligned (φ = 0.95) at t"
    column.metric(f"{word}: {what}", number(reached) if reached == reached else "not yet")
    column.metric(f"{word}: kernel moved S(0, T)", number(moved))
st.caption(said(STEM, "trained" if relu else "exact", drift=number(solution.drift)))
prose(STEM, "relu" if relu else "look", **words(solution))
takeaway(page)
