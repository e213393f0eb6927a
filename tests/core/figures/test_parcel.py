"""What is packed for a slow line comes out as it was, and is shorter."""

import numpy as np
import pytest

from core.figures.geometry import figures
from core.figures.parcel import framed, packed, stowed, unpacked
from core.problems.geometry import Geometry, solve

ARRAYS = {
    "nothing": b"",
    "numbers that wrap": np.array([32_767, -32_768, 5, 0], "<i2").tobytes(),
    "floats": np.linspace(-1, 1, 64, dtype="<f4").tobytes(),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_a_packed_message_comes_out_as_it_was(name):
    message = framed('{"a": "ä"}', ARRAYS[name])
    assert unpacked(packed(message)) == message
    assert unpacked(message) == message, "what is not packed stays"


def test_a_pages_pictures_travel_in_half_the_bytes():
    problem = Geometry()
    parcels = [picture.parcel() for picture in figures(problem, solve(problem))]
    message = framed("".join(parcel.text for parcel in parcels), stowed(parcels)[0])
    assert unpacked(packed(message)) == message
    assert len(packed(message)) < len(message) / 2
