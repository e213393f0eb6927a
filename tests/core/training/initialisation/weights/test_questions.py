"""What a file leaves open is asked, with the switch that answers; what belongs to no plain chain is named. One row a kind."""

import pytest

from core.errors import OutsideTheory
from core.training.initialisation.weights.questions import Choice, Question
from core.training.initialisation.weights_file import layers_in, parts_of, read_weights
from tests.core.training.initialisation.weights.built import AGENT, AUTO, CNN, GPT, draw, mlp, npz, tensors

SQUARES = {name: draw(4, 4) for name in ("q.weight", "k.weight", "v.weight", "o.weight")}
ASKED = {
    "autoencoder without numbers": (
        tensors(mlp((10, 3, 10), ["encoder.weight", "decoder.weight"])),
        Choice(),
        "order",
        "more than one fits",
    ),
    "two series that fit both ways": (tensors(mlp((10, 5, 3, 5, 10), AUTO)), Choice(), "order", "more than one fits"),
    "x @ W that fits both ways": (npz(mlp((1, 64, 1), ["w1", "w2"], turned=True)), Choice(), "layout", "Both layouts"),
    "the file's order does not fit": (
        npz({"value_head.weight": draw(1, 8), "trunk.weight": draw(8, 4)}),
        Choice(),
        "order",
        "--order trunk,value_head",
    ),
    "layers beside attention": (
        npz({"q.weight": draw(4, 4), "k.weight": draw(4, 4), "up.weight": draw(9, 4), "down.weight": draw(4, 9)}),
        Choice(),
        "order",
        "--order up,down",
    ),
    "fused attention": (npz({"Wqkv": draw(12, 4), "Wo": draw(4, 4)}), Choice(), "", "attention"),
    "plain squares": (npz(mlp((4, 4, 4), ["w1", "w2"])), Choice(), "layout", "Both layouts"),
    "weight stored as [in, out]": (
        npz(mlp((3, 6, 2), ["0.weight", "1.weight"], turned=True)),
        Choice(),
        "layout",
        "transposed",
    ),
    "convolutions": (npz(CNN), Choice(), "only", "fc"),
    "two networks": (tensors(AGENT), Choice(), "only", "actor or critic"),
    "a transformer": (npz(GPT), Choice(), "only", "h.0.mlp"),
    "attention alone": (npz(SQUARES), Choice(), "", "attention"),
    "Wq, Wk": (
        npz({"Wq": draw(4, 4), "Wk": draw(4, 4), "Wv": draw(4, 4), "Wo": draw(4, 4)}),
        Choice(),
        "",
        "attention",
    ),
    "in_proj": (
        npz({"in_proj_weight": draw(12, 4), "out_proj.weight": draw(4, 4), "fc.weight": draw(2, 4)}),
        Choice(),
        "",
        "attention",
    ),
    "an RNN": (
        tensors({"weight_ih_l0": draw(5, 5), "weight_hh_l0": draw(5, 5), "bias_ih_l0": draw(5), "bias_hh_l0": draw(5)}),
        Choice(),
        "",
        "recurrence",
    ),
    "an RNN by hand": (npz({"Wxh": draw(5, 5), "Whh": draw(5, 5), "Why": draw(5, 5)}), Choice(), "", "recurrence"),
    "a recurrent matrix": (
        npz({"W_in": draw(5, 5), "W_rec": draw(5, 5), "W_out": draw(5, 5)}),
        Choice(),
        "order",
        "recurrence",
    ),
    "hidden to hidden": (
        npz({"i2h.weight": draw(5, 5), "h2h.weight": draw(5, 5), "h2o.weight": draw(5, 5)}),
        Choice(),
        "",
        "recurrence",
    ),
    "W_Q, W_K": (npz({"W_Q": draw(4, 4), "W_K": draw(4, 4), "W_V": draw(4, 4)}), Choice(), "", "attention"),
    "Keras's recurrence": (
        npz({"rnn/kernel": draw(5, 5), "rnn/recurrent_kernel": draw(5, 5), "dense/kernel": draw(5, 5)}),
        Choice(),
        "",
        "recurrence",
    ),
    "Flax's LSTM": (
        npz({f"LSTMCell_0/{k}/kernel": draw(5, 5) for k in ("ii", "if", "ig", "io", "hi", "hf", "hg", "ho")}),
        Choice(),
        "",
        "recurrence",
    ),
    "an embedding": (
        npz({"embedding.weight": draw(100, 8), "fc1.weight": draw(8, 8), "fc2.weight": draw(100, 8)}),
        Choice(),
        "only",
        "embedding",
    ),
    "a 1-D convolution": (npz({"0.weight": draw(8, 3, 5), "2.weight": draw(4, 8)}), Choice(), "", "convolution"),
    "a stack of seeds": (npz({"W": draw(5, 32, 10), "a": draw(5, 1, 32)}), Choice(), "", "stack of networks"),
    "gain or readout": (
        npz({"0.weight": draw(8, 3), "2.weight": draw(4, 8), "3.weight": draw(4)}),
        Choice(),
        "order",
        "RMSNorm",
    ),
    "bias or readout": (
        npz({"arr_0": draw(6, 3), "arr_1": draw(2, 6), "arr_2": draw(2)}),
        Choice(),
        "order",
        "bias, or",
    ),
}


@pytest.mark.parametrize("data, choice, about, words", ASKED.values(), ids=ASKED)
def test_what_the_file_leaves_open_is_asked(data, choice, about, words):
    for _ in range(3):
        with pytest.raises(Question, match=words) as caught:
            read_weights(data, choice)
        assert caught.value.about == about
        assert bool(caught.value.choices) == bool(about)


REFUSED = {
    "a vector without a layer": (
        npz({**mlp((3, 6, 2), ["0.weight", "2.weight"]), "temperature": draw(7)}),
        Choice(),
        "belongs to no layer",
    ),
    "a policy's noise": (
        npz({"pi.0.weight": draw(8, 3), "pi.2.weight": draw(2, 8), "log_std": draw(2)}),
        Choice(),
        "log_std belongs to no layer",
    ),
    "no such part": (tensors(AGENT), Choice(only="policy"), "actor"),
    "no such layer": (tensors(AGENT), Choice(order=("actor.0", "policy")), "policy"),
    "a layer twice": (tensors(AGENT), Choice(order=("actor.0", "actor.0")), "once"),
    "no such layout": (tensors(AGENT), Choice(only="actor", layout="rows"), "layout"),
    "an order that does not fit": (tensors(AGENT), Choice(order=("actor.2", "actor.0")), "follow one another"),
    "data": (npz({"X": draw(9, 3), "y": draw(9)}), Choice(), "data"),
}


@pytest.mark.parametrize("data, choice, words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_named(data, choice, words):
    with pytest.raises(OutsideTheory, match=words):
        read_weights(data, choice)


def test_parts_and_layers_are_offered():
    assert parts_of(tensors(AGENT)) == ["actor", "critic"]
    assert layers_in(tensors(AGENT), "critic") == ["critic.0", "critic.2"]
