"""What stands beside the votes: each page's question names the run that decides it, on the side that the answer names."""

import pytest

from pages.classes.tally import decides
from pages.lessons.guide import question
from pages.lessons.lessons import LESSONS

RUNS = {
    "start": "▼ downstream, δ = −4",
    "geometry": "▲ upstream, δ = 4",
    "exact": "▼ downstream, δ = −4",
    "relu": "▲ upstream, δ = 1",
    "teacher_student": "▼ downstream, δ = −1",
    "regime_map": "▼ downstream, δ = −0.125",
    "implicit_bias": "▲ upstream, δ = 10",
    "landscape": "▼ downstream, δ = −1",
    "wide": "● balanced, δ = 0",
    "deep": "● balanced, δ = 0",
    "kernel_movement": "",
    "filters": "▲ upstream, α = 10",
    "hierarchy": "▲ upstream, α = 10",
    "grokking": "▲ upstream, α = 10",
    "initialisation": "",
    "limits": "",
}
SIGNS = ("▲", "●", "▼", "upstream", "downstream", "balanced", "α = 10")


def test_each_question_has_the_run_that_decides_it():
    assert {stem: decides(stem) for stem in LESSONS} == RUNS


@pytest.mark.parametrize("stem", LESSONS)
def test_the_run_is_on_the_side_that_the_right_answer_names(stem):
    asked, run = question(stem), decides(stem)
    named = [sign for sign in SIGNS if sign in asked.choices[asked.right]]
    assert not run or all(sign in run for sign in named)
