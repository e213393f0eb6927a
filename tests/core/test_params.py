"""Params check themselves; knobs space their controls with round numbers."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from core.errors import OutsideTheory, Refusal, Unavailable
from core.params import Knob, Params, knob


@dataclass(frozen=True)
class Sample(Params):
    rate: float = knob(1.0, "rate", low=0.1, high=10, scale="log")
    count: int = knob(3, "count", low=1, high=9)
    fast: bool = knob(False, "fast")
    kind: str = knob("a", "kind", options={"a": "the first", "b": "the second"})
    several: tuple = knob((1, 2), "several", options={1: "", 2: "", 3: ""}, many=True)


def test_values_take_the_type_of_the_default():
    made = Sample(rate=2, count=np.int64(4), several=[3])
    assert (made.rate, made.count, made.several) == (2.0, 4, (3,))
    assert isinstance(made.rate, float) and type(made.count) is int
    assert hash(made) == hash(Sample(rate=2.0, count=4, several=(3,)))


def test_changed_lists_what_a_link_must_carry():
    assert Sample(rate=2).changed() == {"rate": 2.0}


@pytest.mark.parametrize(
    "bad",
    [
        {"rate": 0},
        {"rate": "1"},
        {"count": 10},
        {"kind": "c"},
        {"several": (1, 4)},
        {"rate": None},
        {"count": 2.5},
        {"fast": 2},
        {"kind": ["a"]},
        {"several": 1},
        {"several": ([1],)},
    ],
)
def test_a_bad_value_names_the_field_and_what_to_do(bad):
    with pytest.raises(OutsideTheory) as caught:
        Sample(**bad)
    assert next(iter(bad)) in str(caught.value) and "Choose" in str(caught.value)


def test_grids_are_round_and_reach_both_ends():
    log = Knob("x", low=0.1, high=10, scale="log").grid
    assert log[0] == 0.1 and log[-1] == 10 and 1.0 in log and all(len(f"{v:g}") <= 4 for v in log)
    both = Knob("x", low=-10, high=10, scale="asinh").grid
    assert both[0] == -10 and 0.0 in both and both == tuple(-v for v in reversed(both))


@pytest.mark.parametrize("kind", [OutsideTheory, Unavailable])
def test_errors_survive_a_process_boundary(kind):
    error = kind("what", got=1, do="Do this.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and isinstance(again, Refusal)
    assert str(again) == str(error) == "what; got 1. Do this."
