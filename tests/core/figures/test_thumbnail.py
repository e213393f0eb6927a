"""What a thumbnail draws: traces at a moment, log axes, maps the right way up, faces from far to near."""

import re

import numpy as np
import pytest

from core.figures import style, thumbnail
from core.figures.palette import DARK, INK, UPSTREAM
from core.params import Params


def plane(**layout):
    return style.figure(Params(), title="δ = <b>0</b>", alt="A line & a point", short="line", **layout)


def ways(text: str) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", d)]
        for d in re.findall(r'<path d="([^"]*)"', text)
    ]


def test_a_line_runs_from_corner_to_corner_in_the_themes_colours():
    picture = plane(xaxis={"range": [0, 1]}, yaxis={"range": [0, 2]})
    picture.add(style.line([0, 1], [0, 2], UPSTREAM))
    text = thumbnail.svg(picture, 112, 62)
    assert ways(text) == [[(6, 56), (106, 6)]]
    assert f'stroke="{UPSTREAM}"' in text and f"light-dark({UPSTREAM},{DARK[UPSTREAM]})" in text
    assert 'aria-label="A line &amp; a point"' in text and "<title>δ = 0</title>" in text


def test_a_log_axis_and_a_gap():
    picture = plane(xaxis={"type": "log", "range": [0, 2]}, yaxis={"range": [0, 1]})
    picture.add(style.line([1, 10, np.nan, 10, 100, 0], [0, 0, 0, 1, 1, 1], INK))
    assert ways(thumbnail.svg(picture, 112, 112)) == [[(6, 106), (56, 106), (56, 6), (106, 6)]]
    assert thumbnail.svg(picture, 112, 112).count("M") == 2


@pytest.mark.parametrize("moment, end", [(0, 56), (-1, 106)])
def test_a_moment(moment, end):
    picture = plane(xaxis={"range": [0, 1]}, yaxis={"range": [0, 1]})
    places = picture.add(style.line([0, 0], [0, 0], INK))
    picture.move(places, [{"x": [0, 0.5]}], [{"x": [0, 1]}])
    assert ways(thumbnail.svg(picture, 112, 112, moment))[0][-1][0] == end


def test_equal_units_where_the_picture_has_them():
    picture = plane(xaxis={"range": [-1, 1]}, yaxis={"range": [-1, 1], "scaleanchor": "x"})
    picture.add(style.line([-1, 1], [-1, 1], INK))
    ((left, low), (right, high)) = ways(thumbnail.svg(picture, 212, 112))[0]
    assert right - left == low - high == 100


def test_shades_meet_the_stops_and_grey_is_the_unknown():
    scale = [[0, "#000000"], [0.5, "#804020"], [1, "#ffffff"]]
    found = thumbnail.shades(scale, np.array([0, 0.5, 0.75, 1, 2, np.nan]))
    assert found.tolist() == [[0] * 3, [128, 64, 32], [192, 160, 144], [255] * 3, [255] * 3, [128] * 3]


def test_far_faces_come_first_and_a_line_ends_at_the_cubes_wall():
    picture = style.space(Params(), title="two", alt="Two triangles", short="two", axes=("x", "y", "z"), reach=1)
    near = np.array([[0, -0.9, 0], [0.5, -0.9, 0], [0, -0.9, 0.5]])
    corners = dict(zip("ijk", np.array([[0, 3], [1, 4], [2, 5]]), strict=True))
    mesh = {"type": "mesh3d", **dict(zip("xyz", np.concatenate([near, near * [1, -1, 1]]).T, strict=True)), **corners}
    scale = [[0, "#000000"], [1, "#ffffff"]]
    picture.add({**mesh, "intensity": [0, 1], "cmin": 0, "cmax": 1, "colorscale": scale})
    picture.add(style.line3d(np.array([[0, 0, 0], [0, 0, 0.5], [0, 0, 2], [0, 0, 3]]), INK))
    text = thumbnail.svg(picture)
    assert re.findall(r'fill="(#\w+)"', text) == ["#ffffff", "#000000"]
    assert [len(way) for way in ways(text)] == [3, 3, 2]
