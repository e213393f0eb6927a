"""Side by side: equal axes, frames of A found by the cursor's value; the strip holds B − A exactly."""

import base64
import json

import numpy as np
import pytest

from core.figures import style
from core.figures.compare import difference, side_by_side
from core.figures.picture import Picture, moving
from core.problems.geometry import Geometry


def curve(reach: float, frames: int, **axis) -> Picture:
    problem = Geometry()
    picture = style.figure(problem, short="test", title="a finding", alt="a picture for this test")
    picture.lay(xaxis=axis)
    trace = style.line([1.0, reach], [0.0, reach], style.INK, "curve")
    places = picture.add(trace)
    return picture.move(places, *([moving(style.line([1.0, reach], [0.0, k], style.INK))] for k in range(frames)))


def test_axes_are_shared_and_hold_both():
    left, right = side_by_side(curve(2, 0), curve(5, 0), None)
    assert left.layout["xaxis"]["range"] == right.layout["xaxis"]["range"]
    low, high = left.layout["xaxis"]["range"]
    assert low <= 1 and high >= 5
    low, high = side_by_side(curve(10, 0, type="log"), curve(1000, 0, type="log"), None)[0].layout["xaxis"]["range"]
    assert -0.5 < low <= 0 and 3 <= high < 3.5


def test_axes_of_different_meaning_are_left_alone():
    other = curve(5, 0).lay(xaxis={"title": {"text": "another quantity"}})
    assert "range" not in side_by_side(curve(2, 0), other, None)[0].layout["xaxis"]


def test_the_originals_stay_as_they_were():
    a, b = curve(2, 3), curve(5, 3)
    before = a.json(), b.json()
    side_by_side(a, b, np.array([0, 0, 2]))
    assert (a.json(), b.json()) == before


def test_titles_follow_the_cursor_in_both():
    a, b = (style.told(curve(reach, 3), [f"{reach} now {k}" for k in range(3)]) for reach in (2, 5))
    left, right = side_by_side(a, b, np.array([0, 0, 2]))
    assert left.layout["meta"]["titles"] == ["A · 2 now 0", "A · 2 now 0", "A · 2 now 2"]
    assert right.layout["meta"]["titles"] == ["B · 5 now 0", "B · 5 now 1", "B · 5 now 2"]
    assert a.layout["meta"]["titles"][0] == "2 now 0" and b.layout["meta"]["titles"][0] == "5 now 0"


def test_a_follows_by_the_cursors_value():
    a = curve(2, 3)
    left, _ = side_by_side(a, curve(5, 4), np.array([0, 1, 1, 2]))
    assert left.frames == [a.frames[k] for k in (0, 1, 1, 2)]
    assert side_by_side(a, curve(5, 4), None)[0].frames == []


def test_meta_keeps_what_each_side_shows():
    left, right = side_by_side(curve(2, 0), curve(5, 0), None)
    assert left.layout["meta"]["pinned"]["delta"] == right.layout["meta"]["delta"] == -2
    assert (left.layout["meta"]["short"], right.layout["meta"]["short"]) == ("A · test", "B · test")
    assert left.layout["meta"]["alt"].startswith("A") and right.layout["meta"]["alt"].startswith("B")


def test_the_strip_is_b_minus_a():
    values = np.array([0.0, 0.1, 1.0, 100.0])
    pairs = {"loss": (np.array([1.0, 0.5, 0.2, 0.1]), np.array([1.0, 0.4, 0.4, 0.0]))}
    strip = difference(Geometry(), values, pairs, "time t")
    strip.figure()
    shown = next(trace for trace in strip.data if trace.get("name") == "loss")
    assert shown["y"] == pytest.approx([-0.1, 0.2, -0.1])
    assert "loss −0.1" in strip.layout["title"]["text"]
    assert len(strip.frames) == values.size


def test_labels_of_equal_ends_do_not_cover_each_other():
    values = np.linspace(0, 1, 5)
    pairs = {name: (np.zeros(5), np.linspace(0, 1, 5)) for name in ("loss", "flips", "alignment")}
    heights = sorted(note["y"] for note in difference(Geometry(), values, pairs, "t").layout["annotations"])
    assert np.diff(heights).min() > 0.2


def test_curves_that_end_early_and_equal_curves_are_drawn():
    values = np.linspace(0, 1, 5)
    pairs = {"loss": (np.array([1, 1, np.nan, np.nan, np.nan]), np.ones(5)), "flips": (np.ones(5), np.ones(5))}
    text = difference(Geometry(), values, pairs, "t").json()
    y = json.loads(text)["data"][1]["y"]
    assert np.isnan(np.frombuffer(base64.b64decode(y["bdata"]), y["dtype"])[-1])
