"""Weight files: what is read comes back as saved; pickles, bombs and damage get a sentence; the snippet runs."""

import contextlib
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.training.initialisation import weights_file
from core.training.initialisation.weights_file import SNIPPET, norms_of, read_text, read_weights

RNG = np.random.default_rng(5)
W, A, B = RNG.standard_normal((6, 3)), RNG.standard_normal((2, 6)), RNG.standard_normal(6)


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def model(*, norm=False, bias=True):
    torch.manual_seed(0)
    middle = [torch.nn.BatchNorm1d(6)] if norm else []
    return torch.nn.Sequential(
        torch.nn.Linear(3, 6, bias=bias), *middle, torch.nn.ReLU(), torch.nn.Linear(6, 2, bias=bias)
    )


def state(net, dtype=torch.float32) -> bytes:
    return safetensors.torch.save({k: v.to(dtype) if v.is_floating_point() else v for k, v in net.state_dict().items()})


@pytest.mark.parametrize("names", [("w", "a"), ("W1", "W2"), ("0.weight", "2.weight"), ("fc.weight", "out.weight")])
def test_npz_comes_back_in_the_networks_order(names):
    layers = read_weights(npz(**dict(zip(names, (W, A), strict=True))))
    np.testing.assert_array_equal(layers.weights[0], W)
    np.testing.assert_array_equal(layers.weights[1], A)
    assert not layers.has_biases and not layers.normalised


def test_vector_is_the_readout_of_a_network_with_one_output():
    layers = read_weights(npz(w=W, a=A[0]))
    np.testing.assert_array_equal(layers.weights[1], A[:1])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_safetensors_of_a_torch_model(dtype):
    net = model()
    layers = read_weights(state(net, dtype))
    np.testing.assert_allclose(layers.weights[0], net[0].weight.detach().to(dtype).double().numpy())
    assert layers.biases[0] is not None
    np.testing.assert_allclose(layers.biases[0], net[0].bias.detach().to(dtype).double().numpy())
    assert layers.names == ("0", "2") and layers.has_hidden_biases and not layers.normalised


def test_normalisation_is_noticed():
    assert read_weights(state(model(norm=True))).normalised
    torch.manual_seed(0)
    layer_norm = torch.nn.Sequential(torch.nn.Linear(3, 6), torch.nn.LayerNorm(6), torch.nn.Linear(6, 2))
    assert read_weights(state(layer_norm)).normalised


def test_ten_layers_sort_by_number_not_by_letter():
    sizes = list(range(3, 15))
    arrays = {f"net.{k}.weight": RNG.standard_normal((sizes[k + 1], sizes[k])) for k in range(11)}
    layers = read_weights(npz(**arrays))
    assert [w.shape[0] for w in layers.weights] == sizes[1:]


def lying_header() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("w.npy", "a.npy"):
            text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }\n"
            archive.writestr(name, b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    return file.getvalue()


def torch_save() -> bytes:
    file = io.BytesIO()
    torch.save(model().state_dict(), file)
    return file.getvalue()


BAD = {
    "empty": (b"", "NPZ or safetensors"),
    "text": (b"hello world", "NPZ or safetensors"),
    "pickle": (pickle.dumps({"w": W}), "never opened"),
    "torch.save": (torch_save(), "pickle"),
    "objects": (npz(w=np.array([{}], dtype=object), a=A), "plain arrays"),
    "too large": (b"\0" * (weights_file.MAX_BYTES + 1), "20 MB"),
    "bomb": (lying_header(), "numbers"),
    "cut": (npz(w=W, a=A)[:-40], "damaged|whole"),
    "one layer": (npz(w=W), "two layers"),
    "no chain": (npz(w=W, a=np.ones((2, 5))), "follow one another"),
    "transposed": (npz(w=W.T, a=A.T), "follow one another|transpose"),
    "wrong order": (npz(a=A, w=W), "order"),
    "nan": (npz(w=W * np.nan, a=A), "finite"),
    "text array": (npz(w=np.array([["x"] * 3] * 6), a=A), "real numbers"),
    "convolution": (npz(w=np.ones((3, 3, 5, 5)), a=A), "fully connected"),
    "zeros": (npz(w=W * 0, a=A * 0), "zero"),
    "many square": (npz(**{f"w{k}": np.eye(4) for k in range(10)}, z=np.ones((3, 7))), "follow one another"),
}


@pytest.mark.parametrize("data, words", BAD.values(), ids=BAD)
def test_bad_files_get_a_sentence(data, words):
    with pytest.raises(Refusal, match=words):
        read_weights(data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_never_raise_anything_else(data):
    whole = data.draw(st.sampled_from([npz(w=W, a=A), state(model()), SNIPPET.encode()]))
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Refusal):
        read_weights(bytes(changed))


def printed(net) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(SNIPPET, {"model": net})
    return out.getvalue()


@pytest.mark.parametrize("norm, bias", [(False, True), (True, False)])
def test_snippet_output_gives_the_same_norms_as_the_file(norm, bias):
    net = model(norm=norm, bias=bias)
    assert len(SNIPPET.splitlines()) <= 10
    pasted, uploaded = read_text(printed(net)), norms_of(read_weights(state(net)))
    assert (pasted.names, pasted.shapes, pasted.normalised) == (uploaded.names, uploaded.shapes, norm)
    for ours, theirs in zip(pasted.rows + pasted.columns, uploaded.rows + uploaded.columns, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert (pasted.biases[0] is not None) == bias


def spoiled(**changes) -> str:
    return json.dumps(json.loads(printed(model())) | changes)


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "snippet printed"),
        ("[1, 2]", "snippet printed"),
        ("{}", "snippet printed"),
        ("x" * 3_000_000, "too long"),
        ("[" * 100_000, "snippet printed"),
        (spoiled(rows=[[1.0], [2.0]]), "one per unit"),
        (spoiled(rows=[[float("nan")] * 6, [1.0, 1.0]]), "finite"),
        (spoiled(rows=[[0.0] * 6, [0.0, 0.0]]), "zero"),
        (spoiled(others=["Conv2d"]), "Conv2d"),
        (spoiled(shapes=[[6, 3], [2, 5]]), "snippet|layer below|one per unit"),
        (spoiled(names=["x"]), "two layers"),
    ],
)
def test_bad_text_gets_a_sentence(text, words):
    with pytest.raises(Refusal, match=words):
        read_text(text)
