"""Shared pieces of the experiments' figures: colours keep their meaning, names do not overlap, gaps do not warn."""

import numpy as np
import pytest

from core.figures import experiment, style
from core.problems import filters, grokking, hierarchy, kernel_movement


@pytest.mark.parametrize("model", [filters, grokking, hierarchy, kernel_movement])
def test_every_scale_has_a_colour_of_its_side_and_as_many_of_their_own_as_there_are_shades(model):
    shades = experiment.colours(model.Problem)
    for side in (experiment.BROWN, experiment.TEAL):
        many = [shade for shade in shades.values() if shade in side]
        assert len(set(many)) == min(len(many), len(side))
    for alpha in model.Problem.knobs()["alphas"].options:
        side = experiment.BROWN if alpha < 1 else experiment.TEAL if alpha > 1 else style.SEVEN[3:4]
        assert shades[float(alpha)] in side
        assert experiment.mark(alpha) == style.side_mark(alpha - 1)


def test_names_keep_apart_and_below_the_top():
    heights = experiment.spread(np.array([1.0, 0.99, 0.2, 0.98]), 0.06, 1.02)
    assert heights.max() <= 1.02 and heights[2] == 0.2
    assert (np.diff(np.sort(heights)) >= 0.06 - 1e-12).all()
    assert heights[0] > heights[1] > heights[3]


def test_gaps_are_no_warnings():
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    np.testing.assert_array_equal(experiment.mean(values), [2, np.nan])
    np.testing.assert_array_equal(experiment.median(values, np.inf), [2, np.inf])
    assert experiment.reached(values) == 0 and experiment.reached(np.full((2, 3), np.nan)) == 0


def test_the_nearest_stored_seed_is_drawn_bold():
    assert experiment.bold(3, np.arange(5)) == 3 and experiment.bold(17, np.arange(5)) == 4
