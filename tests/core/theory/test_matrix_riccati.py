"""Exact steps of the matrix Riccati flow: short and long ones agree, rows survive the change of basis, saddles are kept."""

import numpy as np
import pytest

from core.theory.matrix_riccati import LONG_STEP, STEP, Modes, march
from core.theory.wide_linear import split


def started(d, h, c, delta, seed=0):
    rng = np.random.default_rng(seed)
    rank = min(d, h, c)
    A, W = split(0.3 * rng.standard_normal((d, rank)) @ rng.standard_normal((rank, c)), delta, h)
    modes = Modes.of(rng.standard_normal((d, c)), delta)
    return modes, modes.to_state(A, W), A, W


def products(modes, state):
    A, W = modes.from_state(state)
    return np.vstack([A.T, W.T]) @ np.hstack([A, W])


@pytest.mark.parametrize("shape", [(4, 3, 3), (3, 3, 4), (3, 5, 3)])
def test_state_and_weights_are_two_views_of_the_same(shape):
    modes, state, A, W = started(*shape, 0.0)
    back = modes.from_state(state)
    np.testing.assert_allclose(back[0], A, atol=1e-13)
    np.testing.assert_allclose(back[1], W, atol=1e-13)


@pytest.mark.parametrize("delta", [0.0, -0.7, -20.0])
@pytest.mark.parametrize("shape", [(4, 3, 3), (3, 2, 5), (4, 4, 4)])
def test_a_long_step_equals_many_short_ones(shape, delta):
    modes, state, *_ = started(*shape, delta)
    span = 40 / modes.growth.max()
    assert modes.is_long(span) and not modes.is_long(span / 20)
    one, many = modes.advance(state, span), state
    for _ in range(20):
        many = modes.advance(many, span / 20)
    np.testing.assert_allclose(products(modes, one), products(modes, many), atol=1e-11 * (1 + abs(delta)))


def test_the_longest_step_does_not_overflow():
    modes, state, *_ = started(3, 3, 3, 0.0)
    assert STEP < LONG_STEP and np.all(np.isfinite(modes.advance(state, LONG_STEP / modes.growth.max())))


def test_resting_directions_stay_at_rest_in_short_and_long_steps():
    modes, state, *_ = started(3, 5, 3, 0.0)
    idle = modes.resting(state)
    assert idle >= 2
    turned = modes.kept_at_rest(state, idle)
    np.testing.assert_allclose(products(modes, turned), products(modes, state), atol=1e-13)
    assert np.all(modes.advance(turned, 1 / modes.growth.max())[:3, :idle] == 0)
    short = np.concatenate(list(march(modes, state, np.linspace(0, 60, 600))))
    assert len(short) == 600
    long = list(march(modes, state, np.array([60.0])))[-1][-1]
    np.testing.assert_allclose(products(modes, short[-1]), products(modes, long), atol=1e-11)
