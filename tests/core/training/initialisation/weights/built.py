"""Files of weights made on the fly: plain chains under many names, in the containers that people use."""

import io

import numpy as np
import safetensors.numpy

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
