"""The filters' figures: the mosaic holds every filter once, titles give the numbers, partial results are drawn."""

import dataclasses

import numpy as np

from core.figures.filters import GAP, MAGNIFY, figures, pixels
from core.training.practice import filters


def toy():
    """Two seeds, two α, three epochs of random filters; accuracy rises with the epochs."""
    random = np.random.default_rng(0)
    curves = [np.tile(np.array([0.1, 0.4, 0.8]), (2, 2, 1)) for _ in range(4)]
    many = random.normal(size=(2, 2, 3, 16, 3, 15, 15))
    return filters.Solution(
        np.array("patches"), np.arange(2), np.array([0.1, 10.0]), np.array([0, 1, 2]), *curves, many
    )


def test_mosaic_holds_each_filter_in_its_place():
    weights = np.zeros((16, 3, 15, 15))
    weights[5, 0, 2, 3] = 1.0
    canvas = pixels(weights)
    side = 15 * MAGNIFY + GAP
    assert canvas.shape == (4 * side - GAP, 4 * side - GAP, 3)
    tile = canvas[side : 2 * side - GAP, side : 2 * side - GAP]
    assert (tile[2 * MAGNIFY : 3 * MAGNIFY, 3 * MAGNIFY : 4 * MAGNIFY, 0] == 255).all()
    assert (tile[..., 0] == 255).sum() == MAGNIFY**2 and tile[..., 1:].max() == 0


def test_every_picture_is_sound_with_one_frame_an_epoch():
    problem = filters.Problem(alphas=(0.1, 10))
    pictures = figures(problem, toy())
    assert len(pictures) == 3
    for picture in pictures:
        picture.figure()
        assert len(picture.frames) == 3 and "smoothness" in picture.layout["meta"]["alt"].lower()
        assert sum(len(str(frame)) for frame in picture.frames) < 500_000


def test_a_run_that_has_just_begun_can_be_drawn():
    solution = toy()
    holes = {}
    for field in dataclasses.fields(solution)[4:]:
        values = getattr(solution, field.name).copy()
        values[:, :, 1:] = np.nan
        values[:, 1] = np.nan
        holes[field.name] = values
    for picture in figures(filters.Problem(alphas=(0.1, 10)), dataclasses.replace(solution, **holes)):
        picture.figure()
