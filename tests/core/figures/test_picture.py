"""Pictures are checked here, since nothing checks them at run time; sizes stay within what a page may send."""

import json

import numpy as np
import pytest

from core.figures import style
from core.figures.geometry import figures
from core.figures.picture import Picture
from core.problems.geometry import PRESETS, Geometry, solve
from tests.unpacked import decoded, frames

CASES = {"default": Geometry(), **PRESETS, "widest": Geometry(delta=10.0, norm=3.0, eta_a=10.0)}


@pytest.mark.parametrize("name", CASES)
def test_every_geometry_picture_is_sound_and_small(name):
    problem = CASES[name]
    for picture in figures(problem, solve(problem)):
        picture.figure()
        assert len(json.dumps(picture.layout)) + len(json.dumps(json.loads(picture.json())["data"])) < 300_000
        assert len(picture.json()) < 2_000_000
        assert picture.layout["meta"]["delta"] == problem.delta


def test_arrays_travel_as_base64_of_their_type():
    picture = Picture(data=[{"type": "scatter", "x": np.zeros(3, np.float32), "y": np.arange(3)}])
    sent = json.loads(picture.json())["data"][0]
    assert sent["x"]["dtype"] == "f4" and sent["y"]["dtype"] == "f8"
    assert picture.figure().data[0].x.dtype == np.float32


def test_packed_frames_read_back_as_they_were():
    shared = [np.full((2, 3), k, np.float32) for k in range(4)]
    picture = Picture(data=[{"type": "heatmap"}, {"type": "scatter"}, {"type": "heatmap"}])
    picture.move(
        [0, 1, 2],
        *(
            [
                {"z": shared[k]},
                {"x": np.arange(k), "y": np.array([k]), "line": {"width": 2}, "name": str(k)},
                {"z": shared[k]},
            ]
            for k in range(4)
        ),
    )
    sent = json.loads(picture.json())
    assert sent["frames"]["data"][2] == {"z": {"like": [0, "z"]}}
    assert sent["frames"]["data"][1]["line"] == {"all": {"width": 2}}
    for k, frame in enumerate(frames(sent)):
        first, second, third = frame["data"]
        np.testing.assert_array_equal(first["z"], shared[k])
        np.testing.assert_array_equal(third["z"], shared[k])
        np.testing.assert_array_equal(decoded(second["x"]), np.arange(k))
        assert (second["y"], second["line"], second["name"]) == (k, {"width": 2}, str(k))


def test_frames_of_different_traces_are_refused():
    picture = Picture(data=[{"type": "scatter"}, {"type": "scatter"}]).move([0], [{"x": np.zeros(1)}])
    with pytest.raises(ValueError, match="same traces"):
        picture.move([1], [{"x": np.zeros(1)}]).json()


def test_a_misspelt_property_fails_the_check():
    with pytest.raises(ValueError, match="colour"):
        Picture(data=[{"type": "scatter", "line": {"colour": "red"}}]).figure()


@pytest.mark.parametrize(
    "value, text",
    [(0, "0"), (-2, "−2"), (1.23456, "1.23"), (1234.5, "1234"), (1.78e-15, "1.78×10⁻¹⁵"), (6.02e23, "6.02×10²³")],
)
def test_numbers_have_three_digits(value, text):
    assert style.number(value) == text


def test_delta_colours_run_from_brown_through_grey_to_teal():
    colours = [style.delta_colour(delta) for delta in (-4, -2, -0.5, 0, 0.5, 2, 4)]
    assert colours[0] == style.SEVEN[0] and colours[3] == style.SEVEN[3] and colours[6] == style.SEVEN[6]
    assert len(set(colours)) >= 5
