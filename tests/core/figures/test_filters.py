"""The filters' figures: the mosaic holds every filter once, titles give the numbers, partial results are drawn."""

import dataclasses

import numpy as np

from core.figures.filters import GAP, figures, pixels
from core.training.practice import filters


def toy():
    """Two seeds, two α, three epochs of random filters; accuracy rises with the epochs."""
    random = np.random.default_rng(0)
    curves = [np.tile(np.array([0.1, 0.4, 0.8]), (2, 1, 2, 1)) for _ in range(6)]
    many = random.normal(size=(2, 1, 2, 2, 64, 3, 15, 15))
    axes = np.array("patches"), np.arange(2), np.array(["as it is"]), np.array([0.1, 10.0]), np.array([0, 1, 2])
    return filters.Solution(*axes, *curves, many)


def test_mosaic_holds_each_filter_in_its_place():
    weights = np.zeros((64, 3, 15, 15))
    weights[13, 0, 2, 3] = 1.0
    canvas = pixels(weights)
    side = 15 + GAP
    assert canvas.shape == (8 * side - GAP, 8 * side - GAP, 3)
    tile = canvas[side : 2 * side - GAP, 5 * side : 6 * side - GAP]
    assert tile[2, 3, 0] == 255
    assert (tile[..., 0] == 255).sum() == 1 and tile[..., 1:].max() == 0


def test_every_picture_is_sound_and_the_last_has_one_frame_an_epoch():
    *mosaics, trade = figures(filters.Problem(alphas=(0.1, 10)), toy())
    assert len(mosaics) == 2 and len(trade.frames) == 3
    for picture in (*mosaics, trade):
        picture.figure()
        assert "smoothness" in picture.layout["meta"]["alt"].lower()
    assert all("before and after" in picture.layout["meta"]["alt"] and not picture.frames for picture in mosaics)
    assert len(mosaics[0].json()) < 300_000


def test_a_run_that_has_just_begun_can_be_drawn():
    solution = toy()
    holes = {}
    for field in dataclasses.fields(solution)[5:]:
        values = getattr(solution, field.name).copy()
        values[:, :, 1:] = np.nan
        values[:, :, :, 1:] = np.nan
        holes[field.name] = values
    for picture in figures(filters.Problem(alphas=(0.1, 10)), dataclasses.replace(solution, **holes)):
        picture.figure()
