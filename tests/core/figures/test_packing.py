"""How frames travel: nothing twice, and in whole steps where a screen cannot tell the difference."""

import json

import numpy as np
import pytest

from core.figures.packing import FINE, Stepped, packed, stepped
from core.figures.picture import Picture
from tests.unpacked import frames

RAGGED = [np.linspace(0, k, 40 + k, dtype=np.float32) for k in range(1, 6)]


def known(place: int, name: str) -> float:
    return np.inf


def test_a_growing_line_is_sent_once():
    line = np.arange(5, dtype=np.float32)
    [run] = packed([{"data": [{"x": line[: k + 1]}], "traces": [0]} for k in range(5)], known)["data"]
    assert run["x"]["trail"] is line or np.array_equal(run["x"]["trail"], line)
    assert run["x"]["upto"].tolist() == [1, 2, 3, 4, 5]


def test_pieces_of_any_length_come_back():
    picture = Picture(data=[{"type": "scatter"}], layout={})
    picture.move([0], *([{"x": part, "y": -part}] for part in RAGGED))
    back = frames(_sent(picture))
    for part, frame in zip(RAGGED, back, strict=True):
        assert frame["data"][0]["x"] == pytest.approx(part, abs=5 / 60_000)
        assert frame["data"][0]["y"] == pytest.approx(-part, abs=5 / 60_000)


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
    assert stepped(values, np.inf) is values
    assert isinstance(stepped(np.linspace(0, 1, 100), np.inf), Stepped)


def _sent(picture: Picture) -> dict:
    return json.loads(picture.json())
