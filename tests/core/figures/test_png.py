"""The data URI holds exactly the pixels, as an independent reader sees them."""

import base64
import io

import numpy as np
from PIL import Image

from core.figures.png import data_uri


def test_pixels_survive():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 3)).astype(np.uint8)
    kind, data = data_uri(pixels).split(",")
    assert kind == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), pixels)
