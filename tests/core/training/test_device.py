"""Which devices are there: an index that no GPU has is absent too."""

import pytest

from core.errors import Unavailable
from core.training import device


@pytest.mark.parametrize(
    "wanted, gpus, there",
    [
        ("cpu", 0, True),
        ("cuda", 0, False),
        ("cuda", 1, True),
        ("cuda:0", 1, True),
        ("cuda:1", 1, False),
        ("tpu", 1, False),
    ],
)
def test_a_device_is_there_or_refused(monkeypatch, wanted, gpus, there):
    monkeypatch.setattr(device, "gpus", lambda: gpus)
    if there:
        assert device.choose_device(wanted) == wanted
    else:
        with pytest.raises(Unavailable, match=wanted):
            device.choose_device(wanted)
