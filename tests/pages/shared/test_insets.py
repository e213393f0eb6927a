"""What the browser gets of the insets: numbers that read back, and nothing where the file is missing or damaged."""

import base64
import json

import numpy as np
import pytest

from pages.shared.insets import FILE, INSETS, packed


def test_the_browsers_file_reads_back():
    told = json.loads(INSETS)
    neurons = np.frombuffer(base64.b64decode(told["neurons"]), np.int8).reshape(told["shape"])
    with np.load(FILE) as file:
        assert np.array_equal(neurons, file["neurons"])
    assert len(told["signs"]) == told["shape"][3] and len(told["tau"]) == told["shape"][0] and len(INSETS) < 300_000


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 broken"])
def test_a_missing_or_damaged_file_is_no_inset(tmp_path, content):
    path = tmp_path / "neurons.npz"
    if content is not None:
        path.write_bytes(content)
    assert packed(path) == b""
