"""How frames travel: nothing twice, and in whole steps where a screen cannot tell the difference."""

import json

import numpy as np
import pytest

from core.figures.coding import FINE, Coded, coded
from core.figures.packing import packed
from core.figures.parcel import framed, stowed, wrapped
from core.figures.picture import Picture
from core.figures.png import data_uri
from tests.unpacked import decoded, frames, opened

RAGGED = [np.linspace(0, k, 40 + k, dtype=np.float32) for k in range(1, 6)]
DRAW = np.random.default_rng(3)


def known(place: int, name: str) -> float:
    return np.inf


def test_a_growing_line_is_sent_once():
    line = np.arange(5, dtype=np.float32)
    [run] = packed([{"data": [{"x": line[: k + 1]}], "traces": [0]} for k in range(5)], [{}], known)["data"]
    assert run["x"]["trail"] is line or np.array_equal(run["x"]["trail"], line)
    assert run["x"]["upto"].tolist() == [1, 2, 3, 4, 5]


def spokes(tips: np.ndarray) -> np.ndarray:
    return np.stack([np.zeros_like(tips), tips], axis=1).ravel()


PATHS = DRAW.random((30, 5)).astype(np.float32)  # of 30 neurons at 5 moments
MOVES = {
    "pieces of any length": ([], RAGGED, "parts"),
    "each begins alike": ([], [np.r_[np.float32(0), part] for part in DRAW.random((5, 40), np.float32)], "first"),
    "of any length, alike at first": ([], [np.r_[np.float32(2), part] for part in RAGGED], "first"),
    "dictionaries": ([], [{"size": row} for row in DRAW.random((5, 20), np.float32)], "in"),
    "round one point": ([], [spokes(tips) for tips in DRAW.random((5, 40), np.float32)], "rows"),
    "points of still lines": (np.c_[PATHS, np.full(30, np.nan, np.float32)].ravel(), list(PATHS.T), "pieces"),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_moves_comes_back(name):
    still, moments, how = MOVES[name]
    data = [{"type": "scatter", "x": np.asarray(still)}] if len(still) else [{"type": "scatter"}]
    picture = Picture(data=data, layout={}).move([0], *([{"x": one}] for one in moments))
    sent = _sent(picture)
    assert how in sent["frames"]["data"][0]["x"]
    for one, frame in zip(moments, frames(sent), strict=True):
        back = frame["data"][0]["x"]
        if isinstance(one, dict):
            assert np.array_equal(back["size"], one["size"])
        else:
            assert back == pytest.approx(one, abs=5 / 60_000)


@pytest.mark.parametrize(
    "values, how",
    [
        (np.repeat(DRAW.random((6, 20)), 15, axis=1).reshape(6, 20, 15), {"spread"}),
        (spokes(DRAW.random(50)), {"hub", "every"}),
        (np.stack([np.full(40, 0.5), *DRAW.random((2, 40))], axis=1).ravel(), {"hub", "every"}),
    ],
    ids=["rows of one height", "spokes", "wedges"],
)
def test_what_an_order_repeats_is_left_out(values, how):
    one = coded(values, 0.0)
    assert isinstance(one, Coded) and set(one.how) == how and one.kept.size < values.size
    back = decoded(
        _sent(Picture(data=[{"type": "scatter", "x": values}], layout={"xaxis": {"type": "log"}}))["data"][0]["x"]
    )
    np.testing.assert_array_equal(back, values)


@pytest.mark.parametrize(
    "layout, exact",
    [
        ({}, False),
        ({"xaxis": {"range": [0, 1]}}, False),
        ({"xaxis": {"type": "log"}}, True),
        ({"xaxis": {"range": [0, 1e-3]}}, True),
    ],
    ids=["all is seen", "a range", "a log axis", "a small part is seen"],
)
def test_steps_are_finer_than_what_can_be_seen(layout, exact):
    values = np.random.default_rng(0).random((4, 50)).astype(np.float32)
    values[2, 7] = np.nan
    picture = Picture(data=[{"type": "scatter"}], layout=layout)
    picture.move([0], *([{"x": row}] for row in values))
    back = np.array([frame["data"][0]["x"] for frame in frames(_sent(picture))])
    off = np.abs(back - values)
    seen = np.ptp(layout.get("xaxis", {}).get("range", [0, 1]))
    assert np.isnan(back[2, 7]) and np.isnan(off).sum() == 1
    assert (np.nanmax(off) == 0) == exact and np.nanmax(off) <= seen / FINE


@pytest.mark.parametrize(
    "values", [np.zeros(100), np.full(100, np.nan), np.array([np.inf] * 100), np.arange(100), np.linspace(0, 1, 9)]
)
def test_what_has_no_steps_stays(values):
    assert coded(values, np.inf) is values
    assert isinstance(coded(np.linspace(0, 1, 100), np.inf), Coded)


def test_pictures_share_what_is_equal_and_the_message_is_the_text_again():
    shared, own = np.linspace(0, 1, 100), np.arange(7, dtype=np.uint8)
    pixels = data_uri(DRAW.integers(0, 255, (8, 8, 3)).astype(np.uint8))
    pictures = [
        Picture(data=[{"type": "scatter", "x": shared, "y": own}, {"type": "scatter", "x": shared}]),
        Picture(data=[{"type": "scatter", "x": shared}, {"type": "image", "source": pixels}]),
    ]
    parcels = [picture.seal().parcel() for picture in pictures]
    block, places = stowed(parcels)
    assert len(block) == 200 + 8 + -(-len(parcels[1].arrays[1]) // 8) * 8
    panels = [f'{{"figure": {one.text}, "places": {its}}}' for one, its in zip(parcels, places, strict=True)]
    back = opened(framed(f'{{"δ": 1, "panels": [{", ".join(panels)}]}}', block))
    for picture, panel in zip(pictures, back["panels"], strict=True):
        assert panel["figure"] == json.loads(picture.json())


def test_equal_arrays_of_other_shape_are_told_apart():
    row = np.arange(6, dtype=np.float32)
    one = wrapped({"data": [{"z": row.reshape(2, 3)}, {"z": row}]})
    assert len(one.arrays) == 1 and [trace["z"].get("shape") for trace in json.loads(one.text)["data"]] == [
        "2, 3",
        None,
    ]


def _sent(picture: Picture) -> dict:
    return json.loads(picture.json())
