"""What each array of a file is, by its name and shape: a weight, a vector, or something that belongs to no plain chain.

Attention, recurrence, convolutions, embeddings and stacks of networks are named, never chained; words are compared as
whole words, so that `subnet` holds no "bn" and `abnormal` no "norm".
"""

import re
from collections.abc import Mapping

import numpy as np

from core.training.initialisation.weights.naming import path, words

MATRIX, VECTOR, NORM, COUNTER = "matrix", "vector", "normalisation", "counter"
ATTENTION, RECURRENCE, CONVOLUTION, EMBEDDING, STACK = (
    "attention",
    "recurrence",
    "a convolution",
    "an embedding",
    "a stack of networks",
)
SPECIAL = (ATTENTION, RECURRENCE, CONVOLUTION, EMBEDDING, STACK)

NORM_WORDS = {
    "norm",
    "bn",
    "ln",
    "gn",
    "batchnorm",
    "layernorm",
    "rmsnorm",
    "groupnorm",
    "instancenorm",
    "normalization",
}
NORM_WORDS |= {"normalisation"}
NORM_NAMES = {"running_mean", "running_var", "moving_mean", "moving_variance", "gamma", "beta"}
COUNTERS = {"num_batches_tracked", "position_ids", "inv_freq", "step", "epoch", "iteration", "iterations"}
ATTENTION_WORDS = {"attn", "attention", "mha", "qkv", "wqkv", "selfattention", "multiheadattention"}
QUERIES = {"q", "query", "queries", "wq", "qproj", "toq"}
KEYS = {"k", "key", "keys", "wk", "kproj", "tok"}
EMBEDDING_WORDS = {"embedding", "embeddings", "embed", "emb", "wte", "wpe"}
VALUES = {"v", "value", "values", "wv", "vproj", "tov", "o", "out", "output", "wo", "oproj", "outproj", "toout"}
EMBEDDING_WORDS = {"embedding", "embeddings", "embed", "emb", "wte", "wpe"}
RECURRENT = re.compile(
    r"(^|[._/])(([wWU]|weight|bias)_?[hix][hy](_l?\d+.*)?|recurrent_kernel|[hi]2[ho](\.weight|\.bias)?)$"
)
LOOPS = {"recurrent", "rec", "wrec", "lstm", "gru", "rnn"}
FLAX_CELL = {"ii", "if", "ig", "io", "hi", "hf", "hg", "ho", "in", "ir", "iz", "hn", "hr", "hz"}


def roles(arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The role of every array, one of the constants above."""
    special = {name: STACK for name in _stacked(arrays)}
    special |= {name: ATTENTION for name in _attention(arrays) if name not in special}
    special |= {name: RECURRENCE for name in _recurrence(arrays) if name not in special}
    return {name: special.get(name) or _role(name, array, arrays) for name, array in arrays.items()}


def _role(name: str, array: np.ndarray, arrays: Mapping[str, np.ndarray]) -> str:
    parts = path(name)
    if array.ndim == 0 or (parts and parts[-1] in COUNTERS) or array.dtype.kind == "b":
        return COUNTER
    if array.ndim == 1:
        return NORM if _normalises(name, parts, array, arrays) else VECTOR
    if _embeds(name, parts, arrays):
        return EMBEDDING
    return MATRIX if array.ndim == 2 else CONVOLUTION


def _normalises(name: str, parts: list[str], array: np.ndarray, arrays: Mapping[str, np.ndarray]) -> bool:
    """By name, or as a gain: a vector x.weight beside x.bias of the same length (a readout's bias has length 1)."""
    if _said(parts) & NORM_WORDS or (parts and parts[-1] in NORM_NAMES):
        return True
    for own, other in (("weight", "bias"), ("bias", "weight"), ("scale", "bias"), ("bias", "scale")):
        partner = arrays.get(name.removesuffix(own) + other) if name.endswith(own) else None
        if partner is not None and partner.ndim == 1 and partner.shape == array.shape and array.size > 1:
            return True
    return False


def _embeds(name: str, parts: list[str], arrays: Mapping[str, np.ndarray]) -> bool:
    """A table [words, features]: the last module is called so, and it has no bias."""
    modules = [part for part in parts if words(part)[-1:] not in (["weight"], ["kernel"])]
    last = words(modules[-1]) if modules else []
    stem = name.removesuffix("weight").removesuffix("kernel").removesuffix("embedding")
    return bool(set(last) & EMBEDDING_WORDS) and f"{stem}bias" not in arrays


def _said(parts: list[str]) -> set[str]:
    return {word for part in parts for word in words(part)}


def _own(name: str) -> tuple[str, str]:
    """The path above an array's own module, and that module: blocks.0 and q of blocks.0.q.weight; "" and Wq of Wq."""
    parts = path(name) or [""]
    at = -2 if len(parts) > 1 and parts[-1] in ("weight", "bias", "kernel", "scale") else -1
    return "/".join(parts[:at]), parts[at]


def _attention(arrays: Mapping[str, np.ndarray]) -> set[str]:
    """By name, or a query and a key beside each other; a policy's `value` head alone is none."""
    found = {name for name in arrays if _said(path(name)) & ATTENTION_WORDS}
    inner = [name for name in arrays if (path(name) or [""])[-1].startswith("in_proj_")]
    packed = {"/".join(path(name)[:-1]) for name in inner}
    found |= {*inner, *(n for n in arrays if _own(n)[1] == "out_proj" and _own(n)[0] in packed)}
    kinds: dict[str, set[str]] = {}
    for name in arrays:
        above, own = _own(name)
        kinds.setdefault(above, set()).update(_kind(own))
    return found | {n for n in arrays if {"q", "k"} <= kinds[_own(n)[0]] and _kind(_own(n)[1])}


def _kind(own: str) -> set[str]:
    said = {"".join(words(own)), *words(own)[:1]} | (set(words(own)) & {"query", "key"})
    return {kind for kind, known in (("q", QUERIES), ("k", KEYS), ("v", VALUES)) if said & known}


def _recurrence(arrays: Mapping[str, np.ndarray]) -> set[str]:
    """PyTorch's weight_hh and its like, modules called so, Keras's recurrent_kernel, and Flax's cells ii, hi, hf, …"""
    named = {name for name in arrays if RECURRENT.search(name.removesuffix(":0"))}
    looped = any(re.search("hh|h2h|recurrent", name.lower()) for name in named)
    found = {name for name in arrays if LOOPS & _said(path(name))} | (named if looped else set())
    cells: dict[str, set[str]] = {}
    for name in arrays:
        above, own = _own(name)
        cells.setdefault(above, set()).add(own)
    return found | {n for n in arrays if len(cells[_own(n)[0]] & FLAX_CELL) >= 3 and _own(n)[1] in FLAX_CELL}


def _stacked(arrays: Mapping[str, np.ndarray]) -> set[str]:
    """[seed, out, in] for every layer: all arrays of two axes or more have three, with one first axis."""
    large = {name: array for name, array in arrays.items() if array.ndim >= 2}
    firsts = {array.shape[0] for array in large.values()}
    conv = any("conv" in word for name in large for part in path(name) for word in words(part))
    matrices = [array for array in large.values() if array.ndim == 3]
    same = len(matrices) >= 1 and len(large) > 1 and len(firsts) == 1 and all(a.ndim <= 3 for a in large.values())
    return set(large) if same and not conv else set()
