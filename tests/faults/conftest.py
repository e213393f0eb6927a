"""Faults and floods against real servers; run by make faults, not by make test."""

import pytest

from tests.benchmarks.serving import Server


@pytest.fixture
def server():
    made = Server(TRAIN_WORKERS="1")
    yield made
    made.end()
