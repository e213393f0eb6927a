"""Grokking's figures: sound for plotly, complete and partial results alike; titles say what the numbers say."""

import dataclasses

import numpy as np

from core.figures.grokking import figures, waiting
from core.problems import grokking as page_model
from core.problems.grokking import of_row
from core.training.practice import grokking


def toy(grokked):
    """Three seeds, two τ, two α; grokked [seed] at τ = 0.5, α = 1, the rest at 100."""
    steps = grokking.checkpoints(1000)
    shape = (3, 2, 2)
    when = np.full(shape, 100.0)
    when[:, 0, 0] = grokked
    curves = np.linspace(0, 1, len(steps)) * np.ones((*shape, 1))
    rows = [array[:, None] for array in (*[curves] * 3, when / 2, when)]
    axes = np.array(47), np.arange(3), np.array(["all weights"]), np.array([0.5, 1.5]), np.array([1.0, 10.0]), steps
    return grokking.Solution(*axes, *rows)


def test_every_picture_is_sound_and_has_as_many_frames_as_the_cursor():
    problem = grokking.Problem()
    solution = page_model.recorded(problem)
    for picture in figures(problem, solution):
        picture.figure()
        assert len(picture.frames) == len(solution.steps) - 1
        assert "modulo 47" in picture.layout["meta"]["alt"]


def test_a_picture_says_the_modulus_of_the_runs_it_shows_and_has_room_for_a_wait_of_no_step():
    problem = dataclasses.replace(grokking.Problem(), modulus=19)
    wait = figures(problem, page_model.recorded(problem))[-1]
    assert "modulo 47" in wait.layout["meta"]["alt"]
    more = grokking.Problem(modulus=97)
    wait = figures(more, page_model.recorded(more))[-1]
    heights = np.concatenate([np.ravel(trace["y"]) for trace in wait.data if trace.get("mode") == "markers"])
    assert "modulo 97" in wait.layout["meta"]["alt"] and np.nanmin(heights) == grokking.LOOK / 2
    assert 10 ** wait.layout["yaxis"]["range"][0] < grokking.LOOK / 2


def test_fit_and_wait_are_told_apart_and_runs_that_never_get_there_count_as_longest():
    problem = grokking.Problem()
    _, fit, wait = (picture.layout["meta"]["alt"] for picture in figures(problem, toy([50, 50, 70])))
    assert "α = 1 fitted after 25 steps, α = 10 after 50" in fit
    assert "α = 1 waits 25 steps, α = 10 50" in wait and "0 of 12" in wait
    _, fit, wait = (picture.layout["meta"]["alt"] for picture in figures(problem, toy([50, np.nan, np.nan])))
    assert "α = 10 waits 50 steps, α = 1 over 1,000" in wait and "2 of 12" in wait


def test_the_wait_is_told_with_its_steps():
    solution = of_row(toy([60, np.nan, 80]), "all weights")
    assert waiting(solution, 0, 0) == "fitted by step 30 to 50, grokked by step 60 to 100"
    assert waiting(solution, 1, 1) == "fitted by step 50, grokked by step 100"


def test_a_run_that_has_just_begun_can_be_drawn():
    solution = toy([np.nan] * 3)
    nothing = {f.name: np.full_like(getattr(solution, f.name), np.nan) for f in dataclasses.fields(solution)[6:]}
    for picture in figures(grokking.Problem(), dataclasses.replace(solution, **nothing)):
        picture.figure()


def test_another_seed_or_scale_draws_another_picture():
    solution = page_model.recorded(grokking.Problem())
    one, two = (figures(grokking.Problem(seed=seed), solution)[0].json() for seed in (0, 1))
    assert one != two
    assert figures(grokking.Problem(tau=1.5), solution)[0].json() not in (one, two)
