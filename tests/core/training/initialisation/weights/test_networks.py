"""Any network: each kind of file is one row. Read right, or asked about, or refused by name; nothing is guessed."""

import io

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch

from core.errors import OutsideTheory
from core.training.initialisation.weights.questions import Choice, Question
from core.training.initialisation.weights_file import layers_in, parts_of, read_weights

RNG = np.random.default_rng(0)


def draw(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape)


def npz(arrays: dict) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def tensors(arrays: dict) -> bytes:
    return safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def mlp(sizes, names, bias=None, *, turned=False) -> dict:
    """Weights [out, in] (turned: [in, out]) under `names`; biases under bias(name)."""
    out = {}
    for k, name in enumerate(names):
        out[name] = draw(sizes[k], sizes[k + 1]) if turned else draw(sizes[k + 1], sizes[k])
        if bias:
            out[bias(name)] = draw(sizes[k + 1])
    return out


def torch_bias(name: str) -> str:
    return name.removesuffix("weight") + "bias"


def dense_bias(name: str) -> str:
    return name.replace("kernel", "bias")


def shuffled(arrays: dict) -> dict:
    return dict(reversed(arrays.items()))


SEQUENTIAL = ["net.0.weight", "net.2.weight", "net.10.weight"]
AUTO = ["encoder.0.weight", "encoder.2.weight", "decoder.0.weight", "decoder.2.weight"]
KERAS = ["dense/kernel", "dense_1/kernel", "dense_2/kernel"]
FLAX = ["params/Dense_0/kernel", "params/Dense_1/kernel"]
CNN = {
    "conv1.weight": draw(8, 3, 5, 5),
    "conv1.bias": draw(8),
    **mlp((50, 20, 3), ["fc1.weight", "fc2.weight"], torch_bias),
}
AGENT = {
    **mlp((4, 16, 2), ["actor.0.weight", "actor.2.weight"], torch_bias),
    **mlp((4, 16, 1), ["critic.0.weight", "critic.2.weight"], torch_bias),
}
GPT = {
    "h.0.ln_1.weight": draw(6),
    "h.0.attn.c_attn.weight": draw(6, 18),
    "h.0.attn.c_proj.weight": draw(6, 6),
    "h.0.mlp.c_fc.weight": draw(6, 24),
    "h.0.mlp.c_fc.bias": draw(24),
    "h.0.mlp.c_proj.weight": draw(24, 6),
    "h.0.mlp.c_proj.bias": draw(6),
}

# Each row: the file, what the reader decides, sizes from the input on, number of biases, whether it is normalised.
READ = {
    "numbers under one prefix": (tensors(mlp((3, 4, 5, 2), SEQUENTIAL)), Choice(), (3, 4, 5, 2), 0, False),
    "numbers, out of order in the NPZ": (
        npz(shuffled(mlp((3, 4, 5, 2), SEQUENTIAL))),
        Choice(),
        (3, 4, 5, 2),
        0,
        False,
    ),
    "two prefixes: the NPZ's own order": (npz(mlp((10, 5, 3, 5, 10), AUTO)), Choice(), (10, 5, 3, 5, 10), 0, False),
    "two prefixes: the only fit": (
        tensors(mlp((5, 16, 3), ["trunk.0.weight", "head.0.weight"])),
        Choice(),
        (5, 16, 3),
        0,
        False,
    ),
    "unnumbered: the only fit": (
        tensors(mlp((5, 16, 3), ["hidden.weight", "output.weight"])),
        Choice(),
        (5, 16, 3),
        0,
        False,
    ),
    "order as given": (
        tensors(mlp((10, 3, 10), ["encoder.weight", "decoder.weight"])),
        Choice(order=("encoder", "decoder")),
        (10, 3, 10),
        0,
        False,
    ),
    "Keras, shapes fit both ways": (
        npz(mlp((1, 64, 1), KERAS[:2], dense_bias, turned=True)),
        Choice(),
        (1, 64, 1),
        2,
        False,
    ),
    "Keras in safetensors": (
        tensors(mlp((1, 8, 8, 1), KERAS, dense_bias, turned=True)),
        Choice(),
        (1, 8, 8, 1),
        3,
        False,
    ),
    "Keras 2's names": (
        npz({f"{k}:0": v for k, v in mlp((3, 8, 1), KERAS[:2], dense_bias, turned=True).items()}),
        Choice(),
        (3, 8, 1),
        2,
        False,
    ),
    "Flax": (npz(mlp((4, 6, 4), FLAX, dense_bias, turned=True)), Choice(), (4, 6, 4), 2, False),
    "scikit-learn": (
        npz(mlp((3, 5, 1), ["coefs_0", "coefs_1"], lambda n: n.replace("coefs", "intercepts"), turned=True)),
        Choice(),
        (3, 5, 1),
        2,
        False,
    ),
    "x @ W, told": (npz(mlp((1, 64, 1), ["w1", "w2"], turned=True)), Choice(layout="in_out"), (1, 64, 1), 0, False),
    "x @ W, numbered, the only fit": (npz(mlp((3, 6, 2), ["W1", "W2"], turned=True)), Choice(), (3, 6, 2), 0, False),
    "x @ W, told by the biases": (
        tensors(mlp((6, 3, 6), ["W1", "W2"], lambda n: n.replace("W", "b"), turned=True)),
        Choice(),
        (6, 3, 6),
        2,
        False,
    ),
    "GPT-2's Conv1D": (npz(GPT), Choice(only="h.0.mlp"), (6, 24, 6), 2, False),
    "nameless, biases by place": (
        npz({"arr_0": draw(6, 3), "arr_1": draw(6), "arr_2": draw(2, 6), "arr_3": draw(2)}),
        Choice(),
        (3, 6, 2),
        2,
        False,
    ),
    "nameless, biases after all": (
        npz({"arr_0": draw(6, 3), "arr_1": draw(2, 6), "arr_2": draw(6), "arr_3": draw(2)}),
        Choice(),
        (3, 6, 2),
        2,
        False,
    ),
    "nameless bias and readout": (
        npz({"arr_0": draw(6, 3), "arr_1": draw(6), "arr_2": draw(6)}),
        Choice(),
        (3, 6, 1),
        1,
        False,
    ),
    "readout as a vector with its bias": (
        npz({"fc.weight": draw(8, 3), "fc.bias": draw(8), "head.weight": draw(8), "head.bias": draw(1)}),
        Choice(),
        (3, 8, 1),
        2,
        False,
    ),
    "words that only contain bn and norm": (
        npz(mlp((3, 8, 1), ["subnet.0.weight", "subnet.2.weight"], torch_bias)),
        Choice(),
        (3, 8, 1),
        2,
        False,
    ),
    "abnormal": (npz(mlp((3, 8, 1), ["abnormal.0.weight", "abnormal.2.weight"])), Choice(), (3, 8, 1), 0, False),
    "batch norm": (
        npz({**mlp((3, 8, 1), ["fc1.weight", "fc2.weight"]), "bn1.weight": draw(8), "bn1.running_mean": draw(8)}),
        Choice(),
        (3, 8, 1),
        0,
        True,
    ),
    "RMSNorm, by its place": (
        npz({"0.weight": draw(8, 3), "1.weight": draw(8), "3.weight": draw(2, 8)}),
        Choice(),
        (3, 8, 2),
        0,
        True,
    ),
    "layer norm of Flax": (
        npz({**mlp((3, 8, 1), FLAX, dense_bias, turned=True), "params/LayerNorm_0/scale": draw(8)}),
        Choice(),
        (3, 8, 1),
        2,
        True,
    ),
    "PReLU": (
        npz({"0.weight": draw(8, 3), "1.weight": np.array([0.25]), "2.weight": draw(2, 8)}),
        Choice(),
        (3, 8, 2),
        0,
        False,
    ),
    "a policy's value head": (
        npz(mlp((3, 8, 1), ["value.0.weight", "value.2.weight"], torch_bias)),
        Choice(),
        (3, 8, 1),
        2,
        False,
    ),
    "classical names": (npz(mlp((3, 8, 1), ["W_ih", "W_ho"])), Choice(), (3, 8, 1), 0, False),
    "the head of a convolutional network": (npz(CNN), Choice(only="fc"), (50, 20, 3), 2, False),
    "the same by its layers": (npz(CNN), Choice(order=("fc1", "fc2")), (50, 20, 3), 2, False),
    "one of two networks": (tensors(AGENT), Choice(only="critic"), (4, 16, 1), 2, False),
    "pruned": (
        npz({"0.weight_orig": draw(8, 3), "0.weight_mask": np.ones((8, 3)), "2.weight": draw(1, 8)}),
        Choice(),
        (3, 8, 1),
        0,
        False,
    ),
    "spectral norm": (
        npz({"0.weight_orig": draw(8, 3), "0.weight_u": draw(8), "0.weight_v": draw(3), "2.weight": draw(1, 8)}),
        Choice(),
        (3, 8, 1),
        0,
        True,
    ),
    "a readout as a column": (npz({"W": draw(8, 3), "a": draw(8, 1)}), Choice(), (3, 8, 1), 0, False),
    "a policy beside its noise": (
        npz({"pi.0.weight": draw(8, 3), "pi.2.weight": draw(2, 8), "log_std": draw(2)}),
        Choice(order=("pi.0", "pi.2")),
        (3, 8, 2),
        0,
        False,
    ),
    "zero readout": (npz({"0.weight": draw(8, 3), "2.weight": np.zeros((1, 8))}), Choice(), (3, 8, 1), 0, False),
    "counters": (
        npz({**mlp((3, 8, 1), ["0.weight", "2.weight"]), "step": np.array(7), "mask": np.ones((3, 3), bool)}),
        Choice(),
        (3, 8, 1),
        0,
        False,
    ),
}


@pytest.mark.parametrize("data, choice, sizes, biases, normalised", READ.values(), ids=READ)
def test_a_network_is_read_as_it_was_built(data, choice, sizes, biases, normalised):
    layers = read_weights(data, choice)
    assert (layers.weights[0].shape[1], *(w.shape[0] for w in layers.weights)) == sizes
    assert sum(bias is not None for bias in layers.biases) == biases
    assert layers.normalised == normalised
    assert sum(entry.use.startswith("weights of layer") for entry in layers.entries) >= len(sizes) - 2
    assert all(entry.use for entry in layers.entries) and len({e.name for e in layers.entries}) == len(layers.entries)
    assert any("--order" in note for note in layers.notes) and any("--layout" in note for note in layers.notes)


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


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
@pytest.mark.parametrize("old", [False, True])
def test_weight_norm_is_multiplied(old):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    norm = torch.nn.utils.weight_norm if old else torch.nn.utils.parametrizations.weight_norm
    with torch.no_grad():
        for layer in (net[0], net[2]):
            norm(layer)
            next(p for name, p in layer.named_parameters() if name.endswith(("_g", "original0"))).mul_(1.5)
    layers = read_weights(safetensors.torch.save(net.state_dict()))
    net(torch.zeros(1, 3))
    np.testing.assert_allclose(layers.weights[0], net[0].weight.detach().numpy(), rtol=1e-6)
    assert layers.biases[0] is not None and not layers.normalised
    assert sum("weight norm" in entry.use for entry in layers.entries) == 4


def test_the_leak_is_that_of_the_file():
    assert read_weights(READ["PReLU"][0]).slope == 0.25


def test_every_array_is_accounted_for():
    layers = read_weights(npz(CNN), Choice(only="fc"))
    uses = {entry.name: (entry.used, entry.use) for entry in layers.entries}
    assert set(uses) == set(CNN)
    assert uses["conv1.weight"] == (False, "outside the part that was chosen")
    assert uses["fc2.bias"] == (True, "bias of layer 2")


def test_parts_and_layers_are_offered():
    assert parts_of(tensors(AGENT)) == ["actor", "critic"]
    assert layers_in(tensors(AGENT), "critic") == ["critic.0", "critic.2"]
