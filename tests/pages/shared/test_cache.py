"""Shared answers: computed once, bounded in bytes, errors not kept."""

import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

from core.figures.picture import Picture
from pages.shared.cache import Shelf, measure, remember, sealed


@dataclass(frozen=True)
class Solution:
    path: np.ndarray
    words: tuple[str, ...] = ()


def test_what_was_not_asked_for_longest_goes_first():
    shelf = Shelf(2.5e6)
    for key in "ab":
        shelf.get(key, lambda: np.zeros(125_000))
    shelf.get("a", lambda: pytest.fail("a is kept"))
    shelf.get("c", lambda: np.zeros(125_000))
    assert list(shelf.kept) == ["a", "c"] and shelf.size <= shelf.limit


def test_what_is_larger_than_the_shelf_is_handed_out_but_not_kept():
    shelf = Shelf(1000)
    assert len(shelf.get("large", lambda: np.zeros(1000))) == 1000
    assert not shelf.kept and shelf.size == 0


def test_who_asks_meanwhile_waits_for_the_same_answer():
    shelf, made = Shelf(1e6), []

    def make():
        time.sleep(0.1)
        made.append(1)
        return object()

    answers = []
    threads = [threading.Thread(target=lambda: answers.append(shelf.get("k", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(set(map(id, answers))) == 1


def test_errors_are_not_kept():
    shelf = Shelf(1e6)
    with pytest.raises(ZeroDivisionError):
        shelf.get("k", lambda: 1 / 0)
    assert shelf.get("k", lambda: 5) == 5


def test_sizes_count_arrays_once_and_what_a_view_keeps_alive():
    large = np.zeros(100_000)
    assert 800_000 < measure(Solution(large[:5])) < 810_000
    assert measure([large, large]) < 810_000
    assert measure({"text": "x" * 1000}) > 1000


def test_a_sealed_picture_keeps_its_text():
    picture = Picture(data=[{"type": "scatter", "x": np.arange(1000.0)}])
    text = picture.json()
    (kept,) = sealed((picture,))
    assert kept.json() is kept.sealed and kept.sealed == text
    assert measure(kept) >= len(text)


def test_remembered_pictures_are_written_once_for_everybody():
    def draw(problem: str) -> tuple[Picture]:
        return (Picture(),)

    (picture,) = remember(draw)("a problem of this test")
    assert picture.sealed and remember(draw)("a problem of this test")[0] is picture
