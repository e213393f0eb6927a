"""The index names pages that exist and functions that can be imported."""

import importlib

import pytest

from pages import BY_STEM
from pages.lessons.learn.theorems import INDEX


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry.code)
def test_a_row_of_the_index(entry):
    module, _, name = entry.code.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
    assert entry.stem in BY_STEM
