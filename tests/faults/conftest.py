"""Faults and floods against real servers; run by make faults, not by make test."""

import pytest

from tests.benchmarks.serving import Server


@pytest.fixture
def server():
    """With little room for what is shared, so that memory which grows is not just a cache that fills."""
    made = Server(TRAIN_WORKERS="1", CACHE_MB="16")
    yield made
    made.end()
