"""The story's pictures: sound for plotly, in the order of their names, each with frames of its own and titles that follow."""

from core.figures.start_story import PANELS, WIDTHS, figures
from core.problems.start_story import Story, solve
from pages.lessons.lessons import LESSONS


def test_every_picture_is_sound_and_small():
    drawn = figures(Story(), solve(Story()))
    assert [picture.layout["meta"]["short"] for picture in drawn] == list(PANELS) and len(WIDTHS) == len(PANELS)
    for picture in drawn:
        picture.figure()
        titles = picture.layout["meta"].get("titles")
        assert titles is None or len(titles) == len(picture.frames)
        assert len(picture.frames) > 1 and len(picture.layout["meta"]["alt"]) > 60
    assert sum(len(picture.json()) for picture in drawn) < 700_000


def test_the_steps_show_each_picture_once_and_in_order():
    shown = [panel for step in LESSONS["start"].steps for panel in step.panels]
    assert shown == list(range(len(PANELS)))


def test_the_title_tells_what_has_turned():
    turn = figures(Story(), solve(Story()))[PANELS.index("turn")]
    assert turn.layout["meta"]["titles"][0] == "Turned: ▲ S = 0.00, ▼ S = 0.00"
    assert turn.layout["meta"]["titles"][-1] == "Turned: ▲ S = 0.00, ▼ S = 0.87"
