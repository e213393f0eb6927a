"""Any arrays under any names, with any answers: a network in which every layer fits the next, or one sentence."""

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.training.initialisation.weights.questions import Choice
from core.training.initialisation.weights_file import network_from

WORDS = [
    "fc",
    "net",
    "a",
    "W",
    "b",
    "w",
    "0",
    "1",
    "10",
    "dense",
    "attn",
    "q",
    "k",
    "norm",
    "bn1",
    "embed",
    "conv",
    "arr_0",
]
ENDS = [
    "weight",
    "bias",
    "kernel",
    "weight_g",
    "weight_v",
    "weight_orig",
    "weight_mask",
    "original0",
    "scale",
    "",
    ":0",
    "hh",
]
NAMES = st.builds(
    lambda stem, sign, end: f"{'.'.join(stem)}{sign if end else ''}{end}",
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.sampled_from("._/"),
    st.sampled_from(ENDS),
)
SHAPES = st.one_of(
    st.tuples(*[st.sampled_from([2, 3])] * 2), st.tuples(st.integers(1, 3)), st.lists(st.integers(0, 3), max_size=4)
)
KINDS = st.sampled_from(["f8"] * 12 + ["f4", "i8", "?", "U3", "c16"])


@st.composite
def cases(draw):
    """Arrays, and answers that are mostly none, sometimes names of the file, sometimes nonsense."""
    file = draw(st.dictionaries(NAMES, st.tuples(SHAPES, KINDS), max_size=6))
    arrays = {name: np.ones(tuple(shape), kind) for name, (shape, kind) in file.items()}
    known = st.sampled_from([*arrays, "nonsense"])
    order = tuple(draw(st.lists(known, max_size=3))) if draw(st.integers(0, 3)) == 0 else ()
    only = draw(known)[:3] if draw(st.integers(0, 5)) == 0 else ""
    apart = draw(known)[:2] if draw(st.integers(0, 9)) == 0 else ""
    return arrays, Choice(order, draw(st.sampled_from(["auto", "auto", "out_in", "in_out"])), only, apart)


@settings(max_examples=400, deadline=None)
@given(cases(), st.booleans())
def test_any_arrays_give_a_chain_or_a_sentence(case, ordered):
    arrays, choice = case
    with contextlib.suppress(Refusal):
        layers = network_from(arrays, choice, ordered=ordered)
        assert all(u.shape[1] == w.shape[0] for w, u in zip(layers.weights, layers.weights[1:], strict=False))
        assert [entry.name for entry in layers.entries] == list(arrays)
        used = [entry for entry in layers.entries if entry.used]
        assert len(used) >= layers.depth
