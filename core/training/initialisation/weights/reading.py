"""The arrays in an NPZ or safetensors file, within limits that are checked before anything is unpacked. Never a pickle."""

import io
import math
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
import safetensors
import safetensors.torch

from core.errors import Unavailable
from core.training.initialisation.weights.formats import refuse_other_formats

MAX_BYTES = 20_000_000
MAX_WEIGHTS = 5_000_000
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


@dataclass(frozen=True)
class Stored:
    """Arrays by name; `ordered` where the container keeps the order in which they were saved (NPZ does)."""

    arrays: dict[str, np.ndarray]
    ordered: bool


def read_arrays(data: bytes) -> Stored:
    """What an NPZ or safetensors file holds, recognised by its content.

    Raises Unavailable for files too large or damaged, and its subclass OtherFormat for formats that must be converted.
    """
    refuse_other_formats(data, "NPZ or safetensors")
    if len(data) > MAX_BYTES:
        raise Unavailable(
            f"The file may have at most {MAX_BYTES // 10**6} MB",
            got=f"{len(data) / 1e6:.1f} MB",
            do="Save only the fully connected layers, as float32.",
        )
    if data[:4] == b"PK\x03\x04":
        return Stored(read_npz(data), True)
    return Stored(_read_safetensors(data), False)


def read_npz(data: bytes, *, limit: int = MAX_WEIGHTS) -> dict[str, np.ndarray]:
    """The arrays of an NPZ file, at most `limit` numbers in all, without pickle; sizes are checked before unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names, unpacked = archive.namelist(), sum(entry.file_size for entry in archive.infolist())
    except BROKEN as error:
        raise Unavailable("The NPZ file must be whole", got="a damaged archive", do=SAVE) from error
    if not names or not all(name.endswith(".npy") for name in names):
        raise Unavailable("An NPZ file holds arrays only", got=", ".join(names[:3]) or "nothing", do=SAVE)
    if unpacked > 8 * limit + 10_000 * len(names):
        raise Unavailable(
            f"The file may hold at most {limit:,} numbers", got=f"{unpacked / 1e6:.0f} MB unpacked", do="Save less."
        )
    try:
        _check_headers(data, limit)
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except Unavailable:
        raise
    except BROKEN as error:
        raise Unavailable(
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
        raise Unavailable(f"The file may hold at most {limit:,} numbers", got=f"{announced:,}", do="Save less.")


def _read_safetensors(data: bytes) -> dict[str, np.ndarray]:
    try:
        tensors = safetensors.torch.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise Unavailable(
            "The file must be NPZ or safetensors", got="something else, or a damaged file", do=SAVE
        ) from error
    if sum(tensor.numel() for tensor in tensors.values()) > MAX_WEIGHTS:
        raise Unavailable(f"The file may hold at most {MAX_WEIGHTS:,} numbers", got="more", do="Save less.")
    return {
        name: (tensor.double() if tensor.is_floating_point() else tensor).numpy()
        for name, tensor in sorted(tensors.items())
    }
