"""Limits' figures: sound for plotly, a frame for each time, also where the run diverged."""

import numpy as np
import pytest

from core.figures.limits import figures
from core.problems.limits import PRESETS, Limits, solve


@pytest.mark.parametrize("problem", [*PRESETS.values(), Limits(eta=1.5, momentum=0.95)], ids=repr)
def test_every_picture_is_sound(problem):
    solution = solve(problem)
    balance, error, drift = figures(problem, solution)
    for picture in (balance, error, drift):
        picture.figure()
        assert "delta started" in picture.layout["meta"]["alt"]
    assert len(balance.frames) == len(error.frames) == len(solution.times)
    assert not drift.frames and np.isfinite(solution.drift_predicted).all()
