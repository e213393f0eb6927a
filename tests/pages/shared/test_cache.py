"""Shared answers: computed once, bounded in bytes, errors not kept."""

import contextlib
import gc
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

from core.figures.picture import Picture
from pages.shared.cache import _digests, frozen, kept_within, key_of, measure, painted, remember, sealed


@dataclass(frozen=True)
class Solution:
    path: np.ndarray
    words: tuple[str, ...] = ()


def test_what_was_not_asked_for_longest_goes_first():
    kept = kept_within(2.5e6)
    for key in "abac":
        kept(key, lambda: np.zeros(125_000))
    assert kept.cache.currsize <= 2.5e6 and set(kept.cache) == {"a", "c"}


def test_what_is_larger_than_the_whole_is_handed_out_but_not_kept():
    kept = kept_within(1000)
    assert len(kept("large", lambda: np.zeros(1000))) == 1000
    assert not kept.cache


def test_who_asks_meanwhile_waits_for_the_same_answer():
    kept, made = kept_within(1e6), []

    def make():
        time.sleep(0.1)
        made.append(1)
        return object()

    answers = []
    threads = [threading.Thread(target=lambda: answers.append(kept("k", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(set(map(id, answers))) == 1


def test_errors_are_not_kept_and_who_waits_tries_itself():
    kept, made = kept_within(1e6), []
    with pytest.raises(ZeroDivisionError):
        kept("k", lambda: 1 / 0)
    assert kept("k", lambda: 5) == 5

    def fail():
        time.sleep(0.1)
        made.append(1)
        raise ZeroDivisionError

    def ask():
        with contextlib.suppress(ZeroDivisionError):
            kept("failing", fail)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=5)
    assert len(made) == 3 and not any(thread.is_alive() for thread in threads)


def test_a_key_is_made_of_the_inputs_themselves():
    one, two, other = Solution(np.arange(3.0)), Solution(np.arange(3.0)), Solution(np.arange(4.0))
    assert frozen(one) == frozen(two) != frozen(other)
    assert frozen(("a", 1)) == ("a", 1)
    assert key_of(measure, 1, one) == key_of(measure, 1, two) != key_of(measure, 2, one)


def test_an_object_that_is_gone_leaves_no_digest():
    solution = Solution(np.arange(5.0))
    frozen(solution)
    assert id(solution) in _digests
    place = id(solution)
    del solution
    gc.collect()
    assert place not in _digests


def test_a_picture_follows_what_it_is_drawn_from():
    def draw(problem: str, solution: Solution) -> tuple[Picture]:
        return (Picture(data=[{"type": "scatter", "x": solution.path}]),)

    first, again, changed = (painted(draw, "same problem", Solution(np.arange(n))) for n in (3.0, 3.0, 4.0))
    assert first is again and first is not changed


def test_sizes_count_arrays_once_and_what_a_view_keeps_alive():
    large = np.zeros(100_000)
    assert 800_000 < measure(Solution(large[:5])) < 810_000
    assert measure([large, large]) < 810_000
    assert measure({"text": "x" * 1000}) > 1000


def test_a_sealed_picture_keeps_what_is_sent():
    picture = Picture(data=[{"type": "scatter", "x": np.arange(1000.0)}])
    parcel = picture.parcel()
    (kept,) = sealed((picture,))
    assert kept.parcel() is kept.sealed and kept.sealed == parcel
    assert measure(kept) >= parcel.size


def test_remembered_pictures_are_written_once_for_everybody():
    def draw(problem: str) -> tuple[Picture]:
        return (Picture(),)

    (picture,) = remember(draw)("a problem of this test")
    assert picture.sealed and remember(draw)("a problem of this test")[0] is picture
