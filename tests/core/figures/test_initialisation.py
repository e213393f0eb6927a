"""Initialisation's figures: sound for plotly, titles follow both ends, meta holds every control."""

import dataclasses

import numpy as np
import pytest

from core.figures.initialisation import figures, trained
from core.problems.initialisation import FRAMES, Problem, solve
from core.training.initialisation.mini_run import Snapshot


@pytest.mark.parametrize(
    "problem", [Problem(), Problem(aim=-3.0, scheme="mup"), Problem(hidden=2), Problem(width=1, d=1)]
)
def test_every_picture_is_sound(problem):
    for picture in figures(problem, solve(problem)):
        picture.figure()
        assert len(picture.frames) == FRAMES
        meta = picture.layout["meta"]
        assert all(meta[f.name] == getattr(problem, f.name) for f in dataclasses.fields(problem))
        assert "downstream" in meta["alt"]


def test_titles_tell_both_ends():
    histogram, speed, cloud = figures(Problem(), solve(Problem()))
    assert "As is, 100% of neurons are downstream" in histogram.layout["title"]["text"]
    assert "last layer" in speed.layout["title"]["text"] and "first layer" in speed.layout["title"]["text"]
    assert "▼" in cloud.layout["title"]["text"] and "▲" in cloud.layout["title"]["text"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_mini_run_can_be_drawn_from_its_first_checkpoint(count):
    steps = np.array([0, 1, 10])[:count]
    values = np.full((2, 4, count), 0.5)
    run = Snapshot(steps, 3, values, values, values, values, values * 0)
    pictures = trained(Problem(), run)
    assert len(pictures) == 3
    [picture.figure() for picture in pictures]
