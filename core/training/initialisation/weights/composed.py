"""Weights stored in parts: weight norm's g and v, a pruning mask, spectral norm; put together into the weight itself.

W = g v/‖v‖ (‖·‖ over the axes where g has length 1) ↔ weight_g, weight_v or parametrizations.weight.original0, original1
W = W₀ ∘ mask ↔ weight_orig, weight_mask                     W = W₀/(uᵀW₀v) ↔ weight_orig, weight_u, weight_v
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

GAINS = (("_g", "_v"), (".original0", ".original1"))


@dataclass(frozen=True)
class Composed:
    """The arrays with parts put together; `parts`: array → what became of it; `scales`: weight → the array that scales it."""

    arrays: dict[str, np.ndarray]
    parts: dict[str, str]
    scales: dict[str, str]
    weight_norm: bool = False
    spectral: bool = False


def compose(arrays: Mapping[str, np.ndarray]) -> Composed:
    """Each weight that is stored in parts takes the place of its first part; all else stays as it is."""
    out: dict[str, np.ndarray] = {}
    parts: dict[str, str] = {}
    scales: dict[str, str] = {}
    kinds = set()
    for name, array in arrays.items():
        found = _whole(name, arrays)
        if found is None:
            if name not in parts and not _later_part(name, arrays):
                out[name] = array
            continue
        whole, weight, others, scale, kind = found
        out[whole], scales[whole] = weight, scale
        parts |= {part: f"part of {whole} ({kind})" for part in (name, *others)}
        kinds.add(kind)
    return Composed(out, parts, scales, "weight norm" in kinds, "spectral norm" in kinds)


def _whole(name: str, arrays: Mapping[str, np.ndarray]) -> tuple | None:
    """(whole's name, weight, other parts, the part that scales it, kind) if `name` is the first part of a weight."""
    for gain, direction in GAINS:
        stem = name.removesuffix(gain)
        v = arrays.get(stem + direction)
        if stem != name and v is not None and v.ndim >= 2:
            whole = stem.replace(".parametrizations", "").replace("parametrizations.", "")
            return whole, _normed(arrays[name], v), [stem + direction], name, "weight norm"
    stem = name.removesuffix("_orig")
    if stem == name or arrays[name].ndim != 2:
        return None
    if stem + "_mask" in arrays and arrays[stem + "_mask"].shape == arrays[name].shape:
        return stem, arrays[name] * arrays[stem + "_mask"], [stem + "_mask"], name, "pruned"
    u, v = arrays.get(stem + "_u"), arrays.get(stem + "_v")
    if u is None or v is None or (u.size, v.size) != arrays[name].shape:
        return None
    sigma = float(np.ravel(u) @ arrays[name] @ np.ravel(v))
    return stem, arrays[name] / (sigma or 1.0), [stem + "_u", stem + "_v"], name, "spectral norm"


def _later_part(name: str, arrays: Mapping[str, np.ndarray]) -> bool:
    """A v, mask or u that stands in the file before the part it belongs to."""
    firsts = {"_v": ("_g", "_orig"), ".original1": (".original0",), "_mask": ("_orig",), "_u": ("_orig",)}
    for ending, others in firsts.items():
        stem = name.removesuffix(ending)
        for other in others:
            if stem != name and stem + other in arrays and _whole(stem + other, arrays) is not None:
                return True
    return False


def _normed(g: np.ndarray, v: np.ndarray) -> np.ndarray:
    """g v/‖v‖; g [out], [out, 1] (per row), [1, in] (per column) or [1, 1]."""
    gain = g[:, None] if g.ndim == 1 and g.size == v.shape[0] else g
    axes = tuple(k for k in range(v.ndim) if gain.ndim != v.ndim or gain.shape[k] == 1)
    length = np.sqrt(np.square(v.astype(float)).sum(axis=axes, keepdims=True))
    return gain * v / np.where(length > 0, length, 1.0)
