"""The theorems' pictures: sound, moving, light enough to send, and adding up as they are drawn."""

import numpy as np
import pytest

from core.figures.wide_theorems import isotropy, mirror, summands
from core.problems.wide import PRESETS, WideNetwork
from core.problems.wide_run import mirrored, solve
from core.problems.wide_theorems import gaussian, preconditioner_sum

CASES = {
    "default": WideNetwork(),
    "delayed": PRESETS["funnel, delayed"],
    "largest": WideNetwork(d=12, h=12, c=12),
    "one": WideNetwork(d=1, h=1, c=1),
    "many neurons": WideNetwork(d=3, h=12, c=3),
    "neurons": WideNetwork(start="neurons", h=7),
}


@pytest.mark.parametrize("problem", CASES.values(), ids=CASES)
def test_maps_are_sound_and_add_up_as_drawn(problem):
    solution = solve(problem)
    found = preconditioner_sum(problem, solution)
    parts, whole = summands(problem, found)
    for picture in (parts, whole):
        picture.figure()
        assert len(picture.frames) == len(found.times)
    assert sum(len(picture.json()) for picture in (parts, whole)) < 300_000
    for k in (0, -1):
        drawn = sum(np.asarray(part["z"], dtype=int) for part in parts.frames[k]["data"])
        assert np.abs(drawn - whole.frames[k]["data"][0]["z"]).max() <= (problem.h + 1) / 2 + 1e-9


@pytest.mark.parametrize("problem", [CASES["default"], CASES["delayed"], CASES["neurons"]])
def test_the_mirror_shows_its_error(problem):
    found = mirrored(problem)
    picture, errors = mirror(problem, found)
    assert len(picture.figure().data) == 2 * found.dual.shape[1]
    drawn = errors.figure().data[0].y
    assert np.nanmax(drawn) == pytest.approx(found.error[1:].max(), rel=1e-5)


def test_gaussian_networks_are_drawn_seed_by_seed():
    found = gaussian(WideNetwork())
    picture, off = isotropy(WideNetwork(), found)
    assert len(picture.figure().data) == 6 and len(off.figure().data) == 2
    assert len(picture.data[0]["x"]) == found.spectral.size
    assert "8 seeds" in picture.layout["meta"]["alt"]
