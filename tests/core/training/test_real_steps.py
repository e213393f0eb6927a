"""Descent with real steps: each step's change of δ is the stated formula, and small plain steps conserve δ."""

import numpy as np
import pytest

from core.training.real_steps import Descent, Task


def start(biased: bool = False) -> Task:
    rng = np.random.default_rng(4)
    a, w, b = rng.standard_normal(3), rng.standard_normal((3, 2)), 0.3 * rng.standard_normal(3)
    return Task(a, w, b * biased, rng.standard_normal((7, 2)), rng.standard_normal(7), 0.1, 1 / 7, biased)


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize(
    "done",
    [{}, {"decay": 0.3}, {"momentum": 0.8}, {"momentum": 0.8, "decay": 0.3}, {"noise": 0.5, "batch": 40}],
    ids=str,
)
def test_the_formula_adds_up_to_delta(done, biased):
    walk = Descent(start(biased), 0.05, runs=4, seed=1, **done)
    before = walk.counted()
    for _ in range(60):
        walk.step()
    assert np.abs(walk.counted() - before).max() > 1e-3
    np.testing.assert_allclose(walk.formula, walk.counted(), rtol=1e-10, atol=1e-10)


def test_drift_of_plain_descent_halves_with_the_step():
    drifts = []
    for rate in (0.004, 0.002):
        walk = Descent(start(), rate)
        before = walk.delta()
        for _ in range(round(2 / rate)):
            walk.step()
        drifts.append(np.abs(walk.delta() - before).max())
    assert drifts[0] / drifts[1] == pytest.approx(2, rel=0.05)
