"""The story's numbers are those of the theory: what it says stands still, turns, rolls and stays conserved."""

import numpy as np
import pytest

from core.problems.start_story import GOAL, PAIR_DELTAS, PRODUCT, Story, moments, solve
from core.theory import single_neuron


@pytest.fixture(scope="module")
def told():
    return solve(Story())


def test_one_weight_follows_its_gradient(told):
    np.testing.assert_allclose(np.gradient(told.weight, told.roll)[1:-1], (1 - told.weight)[1:-1], rtol=2e-3, atol=1e-3)


def test_three_pairs_start_as_one_function_and_keep_their_tilt(told):
    np.testing.assert_allclose(told.pair_a[:, 0] * told.pair_w[:, 0], PRODUCT, rtol=1e-12)
    np.testing.assert_allclose(told.pair_a[:, -1] * told.pair_w[:, -1], GOAL, rtol=1e-3)
    tilt = told.pair_a**2 - told.pair_w**2
    np.testing.assert_allclose(tilt, np.broadcast_to(np.array(PAIR_DELTAS)[:, None], tilt.shape), atol=1e-10)


def test_s_of_the_heat_maps_is_the_papers_kernel_distance(told):
    race = told.race
    for place, k in enumerate((2, 0)):
        exact = single_neuron.kernel_distance(race.a[k, :1], race.w[k, :1], race.a[k], race.w[k])
        np.testing.assert_allclose(told.turned[place], exact, atol=1e-10)
    assert told.turned[0, -1] < 0.01 < 0.8 < told.turned[1, -1]


def test_kernels_are_symmetric_and_of_norm_one(told):
    np.testing.assert_allclose(told.kernels, np.swapaxes(told.kernels, -1, -2), atol=1e-15)
    np.testing.assert_allclose((told.kernels**2).sum((-2, -1)), 1, rtol=1e-12)


def test_neurons_and_map_say_what_the_words_say(told):
    up, down = (one.run for one in told.neurons)
    assert up.flipped[-1] > 0.3 > 0.05 > down.flipped[-1]
    early = int(np.argmin(np.abs(told.checkpoint - 1000)))
    left = told.understood[early, 0]
    assert left[-1] < left[len(left) // 2] and left[-1] < left[0] and left[-1] < told.understood[early, -1, 0]


@pytest.mark.parametrize("count", [1, 11, 60, 120, 121])
def test_moments_keep_both_ends(count):
    at = moments(count)
    assert at[0] == 0 and at[-1] == count - 1 and len(at) <= 60 and (np.diff(at) > 0).all()
