"""Links of lessons: reading takes back what writing made; nonsense is named, never raised."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from pages.shared.link import Goal, Link, parse_goal, read, unknown

names = some.lists(some.sampled_from(["delta", "tau", "eta_a", "angle"]), unique=True).map(tuple)
levels = some.floats(1e-9, 1e6).map(lambda v: float(f"{v:g}"))
goals = some.builds(
    Goal, some.sampled_from(["loss", "test_loss"]), some.sampled_from("<>"), levels, some.none() | levels
)
links = some.builds(
    Link, some.integers(0, 4), names, names, some.none() | goals, some.booleans(), some.booleans(), some.just("delta:2")
)


@given(links)
def test_reading_takes_back_what_writing_made(link):
    assert read(link.query(), steps=4) == (link, [])


@given(
    some.dictionaries(some.sampled_from(["step", "hide", "lock", "goal", "v", "predict", "present", "A"]), some.text())
)
def test_no_text_raises(query):
    link, notes = read(query, steps=3)
    assert 0 <= link.step <= 3
    assert all(note.endswith(".") for note in notes)


def test_what_is_ignored_is_named():
    query = {"v": "7", "step": "9", "goal": "be happy", "present": "maybe", "hide": "delta,nonsense", "colour": "red"}
    link, notes = read(query, steps=3)
    assert link == Link(hide=("delta", "nonsense"))
    said = " ".join(notes + unknown(query, link, {"delta"}))
    for word in ("version 7", "step 9", "1 to 3", "be happy", "maybe", "nonsense", "colour"):
        assert word in said
    assert "delta" not in said


def test_a_goal_can_be_typed_in_several_ways():
    expected = Goal("test_loss", "<", 0.005, 10.0)
    for text in ("test_loss<0.005@10", "test_loss < 5e-3, t = 10", "Test_Loss<.005 by t=10"):
        assert parse_goal(text) == expected
    for text in ("loss<", "<3", "loss<1e999", "loss<1@-3", "loss<nan", "loss=3"):
        assert parse_goal(text) is None
    assert expected.words == "test loss < 0.005 by t = 10"


def test_a_goal_is_reached_at_the_first_time_it_holds_and_only_in_time():
    times, values = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 0.5, 0.01, np.nan])
    assert Goal("loss", "<", 0.6).reached(times, values) == (1.0, 0.01)
    assert Goal("loss", "<", 0.1, by=1.0).reached(times, values) == (None, 0.5)
    assert Goal("loss", ">", 0.9, by=0.0).reached(times, values) == (0.0, 1.0)
    assert Goal("loss", "<", 0.1).reached(times, np.full(4, np.nan))[0] is None
