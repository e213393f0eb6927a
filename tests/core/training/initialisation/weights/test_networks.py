"""Any network: each kind of file is one row. Read right, or asked about, or refused by name; nothing is guessed."""

import numpy as np
import pytest
import safetensors.torch
import torch

from core.training.initialisation.weights.questions import Choice
from core.training.initialisation.weights_file import read_weights
from tests.core.training.initialisation.weights.built import (
    AGENT,
    AUTO,
    CNN,
    FLAX,
    GPT,
    KERAS,
    SEQUENTIAL,
    dense_bias,
    draw,
    mlp,
    npz,
    shuffled,
    tensors,
    torch_bias,
)

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
