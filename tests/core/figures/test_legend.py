"""The legend uses the palette's own colours and names every mark in its text alternative."""

from core.figures.legend import LINES, POINTS, Legend, figures


def test_each_mark_is_drawn_and_named():
    (picture,) = figures(Legend())
    picture.figure()
    assert len(picture.data) == len(LINES) + len(POINTS) + 1 == len(picture.layout["annotations"])
    for *_, words in (*LINES, *POINTS):
        assert words in picture.layout["meta"]["alt"]
