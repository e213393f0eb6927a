"""Reading a network that someone brings: an NPZ or safetensors file, or the text that SNIPPET prints. Never a pickle.

Legend: data ↔ the file's bytes; W_l ↔ [out, in] in the order of the network; a vector that is not a bias is the last
layer of a network with one output. Found layers, biases and normalisation are reported, never guessed in silence:
where the order of the layers is not clear the reader is asked to number them.
"""

import io
import itertools
import json
import math
import re
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
import safetensors
import safetensors.torch

from core.errors import OutsideTheory
from core.training.initialisation.layers import Layers, make_layers

MAX_BYTES = 20_000_000
MAX_WEIGHTS = 5_000_000
MAX_LAYERS = 12
MAX_TEXT = 2_000_000
NORM_WORDS = ("running_mean", "running_var", "norm", "bn")
BROKEN = (
    ValueError,
    OSError,
    EOFError,
    KeyError,
    TypeError,
    SyntaxError,
    RuntimeError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
)
SAVE = "Save it with numpy.savez(…) or safetensors.torch.save_file(model.state_dict(), …)."

SNIPPET = """\
import json, torch
linear = [(n, m) for n, m in model.named_modules() if isinstance(m, torch.nn.Linear)]
norms = [n for n, m in model.named_modules() if "Norm" in type(m).__name__]
total = lambda v, axis: v.detach().double().square().sum(axis).tolist()
print(json.dumps({
    "names": [n for n, _ in linear], "shapes": [list(m.weight.shape) for _, m in linear], "norms": norms,
    "rows": [total(m.weight, 1) for _, m in linear], "columns": [total(m.weight, 0) for _, m in linear],
    "biases": [None if m.bias is None else m.bias.detach().double().square().tolist() for _, m in linear],
}))
"""


@dataclass(frozen=True)
class Norms:
    """Squared norms of a network's weights: all that δ needs. What pasted text holds and what Layers reduces to.

    rows[l][k] ‖in-weights of unit k‖² of layer l; columns[l][j] ‖out-weights of its input j‖²; biases[l][k] squared.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, int], ...]
    rows: tuple[np.ndarray, ...]
    columns: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray | None, ...]
    normalised: bool = False


def norms_of(layers: Layers) -> Norms:
    """The squared norms of a whole network."""
    return Norms(
        layers.names,
        tuple((w.shape[0], w.shape[1]) for w in layers.weights),
        tuple(np.square(w).sum(1) for w in layers.weights),
        tuple(np.square(w).sum(0) for w in layers.weights),
        tuple(None if b is None else b**2 for b in layers.biases),
        layers.normalised,
    )


def read_weights(data: bytes) -> Layers:
    """The network in an NPZ or safetensors file, recognised by its content.

    Raises OutsideTheory for files too large, of another kind (pickles and torch.save files among them), damaged, or
    whose arrays do not form a chain of fully connected layers of finite real numbers.
    """
    if len(data) > MAX_BYTES:
        raise OutsideTheory(
            f"The file may have at most {MAX_BYTES // 10**6} MB",
            got=f"{len(data) / 1e6:.1f} MB",
            do="Save only the fully connected layers, as float32.",
        )
    arrays = read_npz(data) if data[:4] == b"PK\x03\x04" else _read_safetensors(data)
    return network_from(arrays)


def read_npz(data: bytes, *, limit: int = MAX_WEIGHTS) -> dict[str, np.ndarray]:
    """The arrays of an NPZ file, at most `limit` numbers in all, without pickle; sizes are checked before unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names, unpacked = archive.namelist(), sum(entry.file_size for entry in archive.infolist())
    except BROKEN as error:
        raise OutsideTheory("The NPZ file must be whole", got="a damaged archive", do=SAVE) from error
    if not names or not all(name.endswith(".npy") for name in names):
        raise OutsideTheory(
            "An NPZ file holds arrays only",
            got=", ".join(names[:3]) or "nothing",
            do=f"A torch.save file is a pickle. {SAVE}",
        )
    if unpacked > 8 * limit + 10_000 * len(names):
        raise OutsideTheory(
            f"The file may hold at most {limit:,} numbers", got=f"{unpacked / 1e6:.0f} MB unpacked", do="Save less."
        )
    try:
        _check_headers(data, limit)
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except OutsideTheory:
        raise
    except BROKEN as error:
        raise OutsideTheory(
            "The NPZ file must hold plain arrays of numbers", got="an array that cannot be read without pickle", do=SAVE
        ) from error


def _check_headers(data: bytes, limit: int) -> None:
    """Adds up the sizes that the arrays' headers announce, before anything of that size is allocated."""
    announced = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                version = np.lib.format.read_magic(stream)
                read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                announced += math.prod(read(stream)[0])
    if announced > limit:
        raise OutsideTheory(f"The file may hold at most {limit:,} numbers", got=f"{announced:,}", do="Save less.")


def _read_safetensors(data: bytes) -> dict[str, np.ndarray]:
    if data[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        raise OutsideTheory("Pickles are never opened, they can run code", got="a pickle", do=SAVE)
    try:
        tensors = safetensors.torch.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise OutsideTheory(
            "The file must be NPZ or safetensors", got="something else, or a damaged file", do=SAVE
        ) from error
    if sum(tensor.numel() for tensor in tensors.values()) > MAX_WEIGHTS:
        raise OutsideTheory(f"The file may hold at most {MAX_WEIGHTS:,} numbers", got="more", do="Save less.")
    return {
        name: (tensor.double() if tensor.is_floating_point() else tensor).numpy() for name, tensor in tensors.items()
    }


def network_from(arrays: dict[str, np.ndarray]) -> Layers:
    """The chain of fully connected layers among named arrays; vectors become biases or a last layer with one output.

    Numbered names are taken in the order of their numbers, others in the order of the file.
    """
    ordered = list(arrays.items())
    if all(re.search("[0-9]", name) for name, array in ordered if array.ndim == 2):
        ordered.sort(key=lambda item: _natural(item[0]))
    normalised = any(word in name.lower() for name in arrays for word in NORM_WORDS)
    normalised = normalised or any(_is_gain(name, arrays) for name in arrays)
    for name, array in ordered:
        if array.ndim > 2:
            raise OutsideTheory(
                f"{name} must be a fully connected layer, a matrix [out, in]",
                got=f"an array of shape {list(array.shape)}",
                do="Convolutions and attention are not covered; save the fully connected layers alone.",
            )
    matrices = [(name, array) for name, array in ordered if array.ndim == 2]
    readout = None if len(matrices) != 1 else _readout(ordered, matrices[0][1].shape[0])
    if readout is not None:
        matrices.append(readout)
    if len(matrices) < 2:
        raise OutsideTheory(
            "A balance needs two layers of weights",
            got=f"{len(matrices)} matrices among {sorted(arrays)[:6]}",
            do="Save the weights of at least two fully connected layers.",
        )
    chain = _checked_chain(matrices)
    biases = [_bias_of(name, arrays, weight.shape[0]) for name, weight in chain]
    return make_layers([w for _, w in chain], biases, names=[_short(n) for n, _ in chain], normalised=normalised)


def _natural(name: str) -> list:
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", name)]


def _is_gain(name: str, arrays: dict[str, np.ndarray]) -> bool:
    """A one-dimensional `x.weight` beside `x.bias` of the same length is a normalisation layer's gain."""
    partner = arrays.get(name.removesuffix("weight") + "bias")
    return name.endswith(".weight") and arrays[name].ndim == 1 and partner is not None


def _readout(ordered, width: int) -> tuple[str, np.ndarray] | None:
    """The vector of one weight per hidden unit that serves as the last layer, if exactly one could."""
    likely = [(n, v) for n, v in ordered if v.ndim == 1 and v.shape == (width,) and not _bias_like(n)]
    return (likely[0][0], likely[0][1][None, :]) if len(likely) == 1 else None


def _bias_like(name: str) -> bool:
    last = name.lower().rsplit(".", 1)[-1]
    return (
        "bias" in last or re.fullmatch(r"b_?\d*", last) is not None or any(word in name.lower() for word in NORM_WORDS)
    )


def _checked_chain(matrices: list[tuple[str, np.ndarray]]) -> list[tuple[str, np.ndarray]]:
    """The matrices, if each takes what the one before gives. No order is tried out: a reversed one may fit."""
    if len(matrices) > MAX_LAYERS:
        raise OutsideTheory(f"At most {MAX_LAYERS} layers are read", got=len(matrices), do="Save fewer layers.")
    if all(lower.shape[0] == upper.shape[1] for (_, lower), (_, upper) in itertools.pairwise(matrices)):
        return matrices
    raise OutsideTheory(
        "The layers must follow one another: each matrix [out, in] takes what the one before gives",
        got=", ".join(f"{name} {list(array.shape)}" for name, array in matrices[:6]),
        do="Number them in the order of the network (1.weight, 2.weight, …); transpose matrices stored as [in, out].",
    )


def _bias_of(name: str, arrays: dict[str, np.ndarray], width: int) -> np.ndarray | None:
    """The bias that belongs to a weight by name: x.weight ↔ x.bias, W1 ↔ b1."""
    stem = re.fullmatch(r"[wW]_?(\d*)", name)
    wanted = [name.removesuffix("weight") + "bias"] if name.endswith("weight") else [f"{name}.bias", f"{name}_bias"]
    if stem:
        wanted += [f"b{stem[1]}", f"b_{stem[1]}"]
    found = [arrays[key] for key in wanted if key in arrays and arrays[key].ndim == 1]
    return found[0] if found else None


def _short(name: str) -> str:
    return name.removesuffix(".weight")


def read_text(text: str) -> Norms:
    """What SNIPPET printed: squared norms per unit, names, biases, normalisation layers; checked like a file."""
    if len(text) > MAX_TEXT:
        raise OutsideTheory("The pasted text is too long", got=f"{len(text):,} characters", do="Upload a file instead.")
    try:
        found = json.loads(text)
        names, shapes = tuple(map(str, found["names"])), tuple((int(o), int(i)) for o, i in found["shapes"])
        rows = tuple(_squares(v, n) for v, (n, _) in zip(found["rows"], shapes, strict=True))
        columns = tuple(_squares(v, n) for v, (_, n) in zip(found["columns"], shapes, strict=True))
        biases = tuple(None if v is None else _squares(v, n) for v, (n, _) in zip(found["biases"], shapes, strict=True))
        normalised = bool(found.get("norms"))
    except OutsideTheory:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise OutsideTheory(
            "The pasted text must be what the snippet printed",
            got=f"{text.strip()[:40]!r}",
            do="Run the snippet beside your model and paste its one line of output, all of it.",
        ) from error
    _check_chain(names, shapes, rows)
    return Norms(names, shapes, rows, columns, biases, normalised)


def _squares(values, count: int) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.shape != (count,) or not np.isfinite(array).all() or (array < 0).any():
        raise OutsideTheory(
            "Squared norms must be finite, not negative, one per unit",
            got=f"{array.size} values for {count} units",
            do="Paste the whole line; if the model holds NaN, save it again.",
        )
    return array


def _check_chain(names, shapes, rows) -> None:
    if len(shapes) < 2 or len(names) != len(shapes):
        raise OutsideTheory("A balance needs two layers of weights", got=len(shapes), do="Use a model with two.")
    for (out, _), (_, into), name in zip(shapes, shapes[1:], names[1:], strict=False):
        if out != into:
            raise OutsideTheory(
                f"{name} must take what the layer below gives ({out} values)",
                got=into,
                do="Only plain chains of nn.Linear are covered; register the modules in the order they are used.",
            )
    for name, row in zip(names, rows, strict=True):
        if not row.any():
            raise OutsideTheory(f"{name} must not be all zero", got="zeros", do="Take weights that are not zero.")
