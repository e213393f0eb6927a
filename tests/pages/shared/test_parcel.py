"""What is packed comes out as it was, and is smaller."""

import importlib

import pytest

from pages import PAGES
from pages.server.first_sketch import problem_of, solver
from pages.shared.parcel import packed, unpacked
from tests.unpacked import plain

WITH_PICTURES = [page for page in PAGES if page.stem in ("start", "geometry", "implicit_bias", "regime_map")]


@pytest.mark.parametrize("page", WITH_PICTURES, ids=lambda page: page.stem)
def test_pictures_come_out_as_they_were(page):
    problem = problem_of(page, {})
    drawn = importlib.import_module(f"core.figures.{page.stem}").figures(problem, solver(page)(problem))
    text = b'{"panels": [' + ", ".join(picture.json() for picture in drawn).encode() + b"]}"
    parcel = packed(text)
    assert unpacked(parcel) == plain(parcel) == text
    assert len(parcel) < len(text) / 2


@pytest.mark.parametrize("text", [b"{}", b'{"a": {"dtype": "u1", "bdata": ""}}', b'{"a": "@5"}'])
def test_what_holds_no_array_stays(text):
    assert unpacked(packed(text)) == text
