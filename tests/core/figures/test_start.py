"""The Start page's pictures: sound for plotly, one frame per moment, the finding in the title."""

import pytest

from core.figures.start import figures
from core.problems.start import PRESETS, solve


@pytest.mark.parametrize("name", PRESETS)
def test_pictures_of_every_preset(name):
    problem = PRESETS[name]
    solution = solve(problem)
    drawn = figures(problem, solution)
    assert len(drawn) == 3
    for picture in drawn:
        picture.figure()
        assert len(picture.frames) == solution.times.size
        assert picture.layout["meta"]["delta"] == problem.delta and picture.layout["uirevision"]
        assert picture.layout["xaxis"]["title"]["text"] and picture.layout["yaxis"]["title"]["text"]
        assert len(picture.json()) < 400_000


def test_titles_say_who_is_fast_and_who_is_rich():
    linear, relu = (
        [picture.layout["title"]["text"] for picture in figures(PRESETS[name], solve(PRESETS[name]))]
        for name in ("the linear race", "flip to ReLU")
    )
    assert "0.335, ▼ at 17.2" in linear[1] and "▼ has changed 0.87 inside, ▲ 0.00" in linear[2]
    assert relu[0].startswith("▲ upstream fits")
