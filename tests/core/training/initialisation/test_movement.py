"""Before and after: the measures against their definitions, and what the drift of δ says of runs whose training is known."""

import itertools
import json
import re

import numpy as np
import pytest
import safetensors.torch
import torch

from core.errors import OutsideTheory
from core.kernels import kernel_distance, relu_ntk
from core.training.diagnose import main
from core.training.initialisation.layers import forward, make_layers
from core.training.initialisation.movement import movement
from core.training.measures import hamming_distance

RNG = np.random.default_rng(4)
W_0, A_0 = RNG.standard_normal((16, 5)), RNG.standard_normal((1, 16))
W_1, A_1 = W_0 + 0.3 * RNG.standard_normal((16, 5)), A_0 + 0.3 * RNG.standard_normal((1, 16))
X = RNG.standard_normal((40, 5))
START, END = make_layers([W_0, A_0], rates=(0.5, 2.0)), make_layers([W_1, A_1], rates=(0.5, 2.0))


def test_the_measures_are_those_of_the_paper():
    found = movement(START, END, X)
    kernels = [relu_ntk(W, a[0], X, eta_w=0.5, eta_a=2.0) for W, a in ((W_0, A_0), (W_1, A_1))]
    assert found.kernel_distance == pytest.approx(kernel_distance(*kernels))
    assert found.hamming_distance == pytest.approx(hamming_distance(W_0, W_1, X))
    assert found.flipped_share == pytest.approx(found.hamming_distance / 16)
    change = np.linalg.norm(forward(END, X)[-1] - forward(START, X)[-1]) / np.linalg.norm(forward(START, X)[-1])
    assert found.function_change == pytest.approx(change)
    assert found.weight_change[0] == pytest.approx(np.linalg.norm(W_1 - W_0) / np.linalg.norm(W_0))


@pytest.mark.parametrize("biased", [False, True])
def test_a_small_step_is_linear_and_a_large_one_is_not(biased):
    sizes = (4, 9, 7, 2)
    weights = [RNG.standard_normal((o, i)) for i, o in itertools.pairwise(sizes)]
    biases = [RNG.standard_normal(o) for o in sizes[1:]] if biased else None
    steps = [RNG.standard_normal(w.shape) for w in weights]

    def moved(size):
        shifted = None if biases is None else [b + size for b in biases]
        return make_layers([w + size * s for w, s in zip(weights, steps, strict=True)], shifted, slope=0.1)

    start = make_layers(weights, biases, slope=0.1)
    inputs = RNG.standard_normal((30, 4))
    small, large = (movement(start, moved(size), inputs).curved for size in (1e-6, 1.0))
    assert small < 1e-4 and large > 0.3


def trained(kind, *, rate, decay=0.0, layers=1, rates=(1.0, 1.0, 1.0), steps=1500, scale=1.0):
    torch.manual_seed(1)
    sizes = [10, *[32] * layers, 1]
    linear = [torch.nn.Linear(i, o, bias=False, dtype=torch.float64) for i, o in itertools.pairwise(sizes)]
    inputs = torch.randn(100, 10, dtype=torch.float64)
    y = scale * torch.relu(inputs @ torch.randn(10, 3, dtype=torch.float64) / 10**0.5).sum(1, keepdim=True)
    before = [layer.weight.detach().clone().numpy() for layer in linear]
    groups = [{"params": layer.parameters(), "lr": rate * own} for layer, own in zip(linear, rates, strict=False)]
    descent = kind(groups, weight_decay=decay)
    for _ in range(steps):
        descent.zero_grad()
        h = inputs
        for k, layer in enumerate(linear):
            h = layer(h) if k == len(linear) - 1 else torch.relu(layer(h))
        (h - y).square().mean().backward()
        descent.step()
    after = [layer.weight.detach().numpy() for layer in linear]
    return make_layers(before), make_layers(after), inputs.numpy()


SGD, ADAM = torch.optim.SGD, torch.optim.Adam
RUNS = {
    "small steps": (dict(kind=SGD, rate=0.02), "Conserved"),
    "small steps, three layers": (dict(kind=SGD, rate=0.02, layers=2), "Conserved"),
    "weight decay": (dict(kind=SGD, rate=0.05, decay=1e-3), r"Shrunk by one factor, 0\.8[56].*= 0\.07[4-8]"),
    "weight decay, three layers": (dict(kind=SGD, rate=0.05, decay=1e-3, layers=2), "Shrunk by one factor"),
    "Adam": (dict(kind=ADAM, rate=1e-3), "Not conserved.*Adam"),
    "Adam, three layers": (dict(kind=ADAM, rate=1e-3, layers=2), "Not conserved.*Adam"),
    "other rates": (dict(kind=SGD, rate=0.02, rates=(1.0, 5.0)), "as if η of layer 2 were (4.9|5|5.1)"),
    "steps at the edge": (dict(kind=SGD, rate=0.3, scale=2.0), "Partly conserved"),
}


@pytest.mark.parametrize("run, words", RUNS.values(), ids=RUNS)
def test_the_drift_of_delta_tells_how_a_network_was_trained(run, words):
    before, after, inputs = trained(**run)
    found = movement(before, after, inputs)
    assert re.search(words, found.says), found.says


def test_one_neuron_alone_tells_no_decay():
    one, other = make_layers([[[1.0, 2.0]], [[0.5]]]), make_layers([[[0.9, 1.5]], [[0.8]]])
    assert "Shrunk" not in movement(one, other).says and "as if" not in movement(one, other).says


def test_lazy_and_rich_runs_are_told_apart():
    lazy = [8 * W_0, 8 * A_0]
    assert movement(make_layers(lazy), make_layers([lazy[0] + 0.1 * (W_1 - W_0), lazy[1]]), X).regime == "lazy"
    other = make_layers([RNG.standard_normal((16, 5)), RNG.standard_normal((1, 16))])
    assert movement(START, other, X).regime == "rich"


def test_normalisation_hides_the_function_and_a_zero_readout_does_not():
    hidden = movement(make_layers([W_0, A_0], normalised=True), make_layers([W_1, A_1], normalised=True), X)
    assert hidden.kernel_distance is None and hidden.flipped_share is None and hidden.regime == "not known"
    assert hidden.drifts[0].units == 16 and hidden.says
    zero = movement(make_layers([W_0, A_0 * 0]), END, X)
    assert zero.weight_change[1] is None and zero.function_change is None and zero.kernel_distance is not None


MISFITS = {
    "the same twice": (END, "must differ"),
    "other sizes": (make_layers([W_1[:8], A_1[:, :8]]), "one network"),
    "biases in one alone": (make_layers([W_1, A_1], [np.ones(16), None]), "biases"),
}


@pytest.mark.parametrize("other, words", MISFITS.values(), ids=MISFITS)
def test_states_of_two_networks_are_refused(other, words):
    with pytest.raises(OutsideTheory, match=words):
        movement(other, END, X)


def one(prefix, w, a):
    return {f"{prefix}0.weight": w, f"{prefix}2.weight": a}


def tensors(path, arrays):
    safetensors.torch.save_file({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in arrays.items()}, path)
    return str(path)


FILES = {
    "two files": (one("", W_0, A_0), one("", W_1, A_1), []),
    "two parts of one": (None, {**one("final.", W_1, A_1), **one("init.", W_0, A_0)}, ["--only", "final"]),
    "the rest is the later state": (None, {**one("", W_1, A_1), **one("init.", W_0, A_0)}, []),
    "parts of two files": (one("model.", W_0, A_0), one("model.", W_1, A_1), ["--only", "model"]),
    "an order, given once": (
        {"encoder.weight": W_0, "decoder.weight": np.tile(A_0, (5, 1))},
        {"encoder.weight": W_1, "decoder.weight": np.tile(A_1, (5, 1))},
        ["--order", "encoder,decoder"],
    ),
}


@pytest.mark.parametrize("before, after, options", FILES.values(), ids=FILES)
def test_the_command_finds_both_states(tmp_path, capsys, before, after, options):
    options = [tensors(tmp_path / "after.safetensors", after), *options, "--format", "json"]
    if before is None:
        options += ["--before-prefix", "init"]
    else:
        options += ["--before", tensors(tmp_path / "before.safetensors", before)]
    assert main(options) == 0
    printed = capsys.readouterr().out
    found = json.loads(printed)
    assert float(re.search(r'"mean": ([-\d.e]+)', printed)[1]) == found["pairs"][0]["mean"]
    assert found["movement"]["drifts"][0]["units"] == 16
    assert found["movement"]["weight_change"][0] == pytest.approx(np.linalg.norm(W_1 - W_0) / np.linalg.norm(W_0))
    assert 0 < found["movement"]["flipped_share"] < 1


def test_a_network_from_zero_has_text_and_json(tmp_path, capsys):
    states = ((W_0, 0 * A_0), (W_1, A_1))
    files = [tensors(tmp_path / f"{k}.safetensors", one("", *state)) for k, state in enumerate(states)]
    assert main([files[1], "--before", files[0]]) == 0
    text, found = capsys.readouterr().out.split("\n\n{", 1)
    assert "changed from zero" in text
    json.loads("{" + found, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_text_says_what_moved(tmp_path, capsys):
    files = [
        tensors(tmp_path / f"{k}.safetensors", one("", *state)) for k, state in enumerate(((W_0, A_0), (W_1, A_1)))
    ]
    assert main([files[1], "--before", files[0], "--format", "text"]) == 0
    printed = capsys.readouterr().out
    for words in ("kernel      distance", "flipped", "Hamming distance", "δ drift", "says", "array       0.weight"):
        assert words in printed, words
