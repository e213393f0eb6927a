"""Start: three networks that are one function race; the story that explains them; a guess, and the flip to ReLU."""

from typing import Any

import streamlit as st

from core.figures import start_story
from core.figures.picture import Picture
from core.figures.start import figures, findings
from core.figures.style import number
from core.problems.start import IDLE, PRESETS, Linear, Relu, Start, curves, solve, words
from core.problems.start_seeds import read
from core.problems.start_seeds import words as words_of_seeds
from core.problems.start_story import Story, Told, moments
from core.problems.start_story import solve as solve_story
from pages.lessons import story
from pages.lessons.picture import hero
from pages.lessons.presets import presets
from pages.shared.cache import painted, remember
from pages.shared.controls import controls
from pages.shared.plot import Cursor
from pages.shared.prose import formula, hovering, prose, said
from pages.shared.registry import register
from pages.shared.share import arrays_of, takeaway

STEM = "start"
GUESS = "start_guess"
CHOICES = ("▼ downstream", "● balanced", "▲ upstream")
ONWARD = (
    "geometry",
    "exact",
    "implicit_bias",
    "relu",
    "teacher_student",
    "regime_map",
    "wide",
    "deep",
    "kernel_movement",
)


def predict(choice: str) -> None:
    """Keep the guess for this visit, and flip."""
    st.session_state[GUESS] = choice
    st.session_state["network"] = "relu"


def answer(guess: str, found: dict[str, str]) -> str:
    """Which words a guess is answered with, by what this run has shown."""
    if found["first"] != found["flips"]:
        return "guessed apart"
    return "guessed right" if guess == found["first"] else "guessed wrong"


def cursors_of(told: Told) -> tuple[Cursor, ...]:
    """Each step of the story has a cursor of its own."""
    race, trained = Cursor("t", "time t", told.race.times), told.neurons[0].run.time
    return (
        Cursor("t", "time t", told.roll),
        Cursor("t", "time t", told.pair_times),
        race,
        race,
        Cursor("t", "flow time t", trained[moments(trained.size)]),
        Cursor("step", "steps of training", told.checkpoint),
    )


def tell() -> None:
    """The story, step by step."""
    told = remember(solve_story)(Story())
    story.tell(STEM, painted(start_story.figures, Story(), told), cursors_of(told), ONWARD, start_story.WIDTHS)


def step(number: int) -> tuple[tuple[Picture, ...], dict[str, Any]]:
    """The story's pictures at one of its steps, and how they are drawn."""
    told = remember(solve_story)(Story())
    chart = {"cursor": cursors_of(told)[number - 1], "grow": start_story.WIDTHS, "least": 240}
    return tuple(painted(start_story.figures, Story(), told)), chart


def chart(problem: Start, solution: Linear | Relu) -> dict[str, Any]:
    """How the picture is drawn."""
    return {"cursor": Cursor("t", "time t", solution.times), "grow": (1.9, 1, 1), "least": (300, 215, 215)}


def play() -> None:
    """The race with all its controls."""
    picture = st.container(key="picture")
    problem = controls(
        Start,
        shown=("network", "delta", "angle", "seed"),
        idle=IDLE,
    )
    ask = st.container()
    solution = remember(solve)(problem)
    relu = problem.network == "relu"

    page = register(
        STEM,
        problem,
        solution,
        solve=solve,
        figures=figures,
        chart=chart,
        step=step,
        curves=curves,
        arrays={"t": solution.times, **arrays_of(solution)},
    )

    with picture:
        hero(*painted(figures, problem, solution), **chart(problem, solution))
    found = words(solution) | (words_of_seeds(*read()) if relu else {})
    with ask:
        if relu:
            guess = st.session_state.get(GUESS)
            if guess:
                st.success(said(STEM, answer(guess, found), guess=guess, **found))
        else:
            prose(STEM, "guess")
            with st.container(horizontal=True, gap="small"):
                for choice in CHOICES:
                    st.button(choice, key=f"guess_{choice}", on_click=predict, args=(choice,))

    presets(page, PRESETS, "sentence: relu" if relu else "sentence: linear", **findings(solution))
    story.entrance(STEM, "Show me why, in six steps")
    down, level, up = solution.deltas
    formula(r"\delta=\eta_w a^2-\eta_a\lVert w\rVert^2")
    st.markdown(hovering(said(STEM, "three δ", down=number(down), level=number(level), up=number(up))))
    columns = st.columns(3)
    for column, word, k in zip(columns, CHOICES, range(3), strict=True):
        reached, moved = float(solution.reached[k]), float(solution.kernel_distance[k, -1])
        what = "1% of the loss left at t" if relu else "aligned (φ = 0.95) at t"
        column.metric(hovering(f"{word}: {what}"), number(reached) if reached == reached else "not yet")
        column.metric(hovering(f"{word}: kernel moved S(0, T)"), number(moved))
    st.caption(hovering(said(STEM, "trained" if relu else "exact", drift=number(solution.drift))))
    prose(STEM, "relu" if relu else "look", **found)
    takeaway(page)


tell() if story.telling(STEM) else play()
