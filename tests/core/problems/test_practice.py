"""The four pages in practice, by what they share: what they show is stored, what they train is brief."""

import dataclasses

import numpy as np
import pytest

from core.problems import filters, grokking, hierarchy, kernel_movement
from core.training.practice import harness
from pages.shared.prose import pieces

ROOMS = {"kernel_movement": kernel_movement, "filters": filters, "hierarchy": hierarchy, "grokking": grokking}
CASES = [(stem, name) for stem, room in ROOMS.items() for name in room.PRESETS]


def stored(room, problem):
    """The committed runs that the page shows."""
    return room.stored(problem) if hasattr(room, "stored") else room.EXPERIMENT


@pytest.mark.parametrize("stem, preset", CASES)
def test_a_preset_shows_stored_runs_and_only_those(stem, preset):
    room = ROOMS[stem]
    problem = room.PRESETS[preset]
    shown, whole = room.recorded(problem), harness.read(stored(room, problem)).solution
    assert set(shown.alpha) == set(problem.alphas) & set(whole.alpha) and len(shown.alpha)
    for field in dataclasses.fields(shown):
        array, kept = getattr(shown, field.name), getattr(whole, field.name)
        if isinstance(array, np.ndarray) and array.dtype.kind == "f" and array.ndim > 1:
            known = array[np.isfinite(array)]
            between = getattr(problem, "at", "") == kernel_movement.EQUAL_FIT
            ends = known.size == 0 or (np.nanmin(kept) <= known.min() and known.max() <= np.nanmax(kept))
            assert ends if between else np.isin(known, kept).all(), f"{field.name} is not what is stored"


@pytest.mark.parametrize("stem, preset", CASES)
def test_what_it_is_compared_by_has_a_value_at_each_place(stem, preset):
    room = ROOMS[stem]
    problem = room.PRESETS[preset]
    places, curves = room.curves(problem, room.recorded(problem))
    assert curves and len(places) and np.all(np.diff(places) > 0)
    assert all(np.shape(curve) == np.shape(places) for curve in curves.values())
    assert any(np.isfinite(curve).any() for curve in curves.values())


@pytest.mark.parametrize("stem", ROOMS)
def test_what_a_page_trains_is_the_same_problem_made_brief(stem):
    room = ROOMS[stem]
    for problem in room.PRESETS.values():
        brief = room.brief(problem)
        assert type(brief) is type(problem) and brief.alphas == problem.alphas
        assert room.EXPERIMENT.seconds(brief) <= min(60, room.EXPERIMENT.seconds(problem))


@pytest.mark.parametrize("stem", ROOMS)
def test_every_number_of_the_page_s_words_has_a_place_in_them(stem):
    room = ROOMS[stem]
    text = "\n".join(pieces(stem).values())
    for problem in room.PRESETS.values():
        said = room.words(problem, room.recorded(problem))
        assert all(f"«{name}»" in text for name in said)
        assert not any(word in str(value) for value in said.values() for word in ("nan", "inf"))
