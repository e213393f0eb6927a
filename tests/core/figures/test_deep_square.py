"""Pictures of the square network: sound, moving with time, light, and telling their errors."""

import pytest

from core.figures.deep_square import figures
from core.problems.deep import DeepChain
from core.problems.deep_square import simulate


@pytest.mark.parametrize("problem", [DeepChain(), DeepChain(depth=2, imbalance=1.0)])
def test_pictures_are_sound_and_tell_their_errors(problem):
    run = simulate(problem)
    drawn = figures(problem, run)
    for picture in drawn:
        picture.figure()
        assert len(picture.frames) in (0, len(run.times))
        assert f"{run.kernel_error.max():.1e}" in picture.layout["meta"]["alt"]
    assert len({picture.layout["meta"]["short"] for picture in drawn}) == 3
    assert sum(len(picture.json()) for picture in drawn) < 300_000
