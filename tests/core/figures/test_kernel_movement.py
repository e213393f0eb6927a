"""Kernel movement's figures: sound for plotly; the verdict says which cause the numbers show."""

import dataclasses

import numpy as np
import pytest

from core.figures.kernel_movement import figures, verdict
from core.training.practice import kernel_movement as movement


def toy(flipped, moved):
    """Two seeds, three α, three steps; the causes' distances at the last step are given for each α."""
    growth = np.array([0.0, 0.5, 1.0])
    causes = [np.tile(np.array(one)[None, :, None] * growth, (2, 1, 1)) for one in (flipped, moved)]
    both = np.maximum(*causes)
    others = [both] * 5
    axes = (np.array("digits"), np.arange(2), np.array([0.1, 1.0, 10.0]), np.array([0, 1, 2]))
    return movement.Solution(*axes, both, *causes, *others)


@pytest.mark.parametrize(
    "flipped, moved, words",
    [
        ([0.0, 0.1, 0.3], [0.2, 0.0, 0.1], "α ≥ 1"),
        ([0.1, 0.1, 0.1], [0.0, 0.0, 0.0], "every α"),
        ([0.0, 0.0, 0.0], [0.1, 0.1, 0.1], "no α"),
        ([0.3, 0.0, 0.3], [0.2, 0.1, 0.1], "α = 0.1, 10"),
    ],
)
def test_the_verdict_follows_the_numbers(flipped, moved, words):
    assert verdict(toy(flipped, moved), 2).endswith(f"for {words} at step 2")
    assert verdict(toy(flipped, moved), 0, 2).endswith(f"for no α at step 0, for {words} at step 2")


def test_every_picture_is_sound_with_one_frame_a_step():
    solution = toy([0.0, 0.1, 0.3], [0.2, 0.0, 0.1])
    problem = movement.Problem(alphas=(0.1, 1, 10))
    for picture in figures(problem, solution):
        picture.figure()
        assert len(picture.frames) == 3 and "digits" in picture.layout["meta"]["alt"]


def test_a_run_that_has_just_begun_can_be_drawn():
    solution = toy([0.0, 0.1, 0.3], [0.2, 0.0, 0.1])
    holes = {}
    for field in dataclasses.fields(solution)[4:]:
        values = getattr(solution, field.name).copy()
        values[..., 1:] = np.nan
        holes[field.name] = values
    for picture in figures(movement.Problem(alphas=(0.1, 1, 10)), dataclasses.replace(solution, **holes)):
        picture.figure()
