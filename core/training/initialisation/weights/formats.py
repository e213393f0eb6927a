"""FORMATS: files that people bring and that are not opened here, told by their content, with the lines that convert them.

Pickles can run code and HDF5 needs a reader of its own; both are converted where they were made.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from core.training.initialisation.weights.questions import OtherFormat

TORCH = """\
import numpy, torch
saved = torch.load("model.pt", map_location="cpu", weights_only=True)
state = next((saved[k] for k in ("state_dict", "model_state_dict", "model") if k in saved), saved)
numpy.savez("model.npz", **{k: v.float().numpy() for k, v in state.items() if torch.is_tensor(v)})"""
KERAS = """\
import keras, numpy
model = keras.models.load_model("model.keras")
numpy.savez("model.npz", **{getattr(w, "path", w.name): w.numpy() for w in model.weights})"""
PICKLE = """\
import joblib, numpy
model = joblib.load("model.pkl")
coefs = {f"coefs_{k}": w for k, w in enumerate(model.coefs_)}
numpy.savez("model.npz", **coefs, **{f"intercepts_{k}": b for k, b in enumerate(model.intercepts_)})"""
ONNX = """\
import numpy, onnx
graph = onnx.load("model.onnx").graph
numpy.savez("model.npz", **{t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer})"""
FLAX = """\
import flax, numpy
tree = flax.serialization.msgpack_restore(open("model.msgpack", "rb").read())
numpy.savez("model.npz", **{"/".join(k): v for k, v in flax.traverse_util.flatten_dict(tree).items()})"""
GGUF = """\
import gguf, numpy
reader = gguf.GGUFReader("model.gguf")
numpy.savez("model.npz", **{t.name: gguf.dequantize(t.data, t.tensor_type) for t in reader.tensors})"""
MATLAB = """\
import numpy, scipy.io
found = scipy.io.loadmat("file.mat")
numpy.savez("file.npz", **{k: v for k, v in found.items() if not k.startswith("__")})"""
ONE_ARRAY = """\
import numpy
numpy.savez("file.npz", W1=numpy.load("W1.npy"), W2=numpy.load("W2.npy"))"""
EXCEL = """\
import pandas
pandas.read_excel("table.xlsx").to_csv("table.csv", index=False)"""
PARQUET = """\
import pandas
pandas.read_parquet("table.parquet").to_csv("table.csv", index=False)"""


@dataclass(frozen=True)
class Format:
    """A format by name, a test of the file's first bytes and the names in its archive, and what converts it."""

    name: str
    fits: Callable[[bytes, list[str]], bool]
    lines: str


def _has(*endings: str) -> Callable[[bytes, list[str]], bool]:
    return lambda data, names: any(name.endswith(endings) for name in names)


def _begins(*starts: bytes) -> Callable[[bytes, list[str]], bool]:
    return lambda data, names: data.startswith(starts)


FORMATS = (
    Format("a PyTorch file (.pt, .pth or .ckpt, a pickle in an archive)", _has("data.pkl"), TORCH),
    Format("a Keras file (.keras)", _has("model.weights.h5"), KERAS),
    Format("an Excel workbook", lambda data, names: any(name.startswith("xl/") for name in names), EXCEL),
    Format("an Excel workbook", _begins(b"\xd0\xcf\x11\xe0"), EXCEL),
    Format(
        "an HDF5 file (.h5, usually of Keras; with weights alone, build the model and call its load_weights)",
        _begins(b"\x89HDF\r\n"),
        KERAS,
    ),
    Format(
        "a PyTorch file of before 2020 (.pt or .pth, a pickle)",
        lambda data, names: data[:1] == b"\x80" and b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." in data[:40],
        TORCH,
    ),
    Format(
        "a pickle (.pkl or .joblib, of scikit-learn for instance)",
        lambda data, names: data[:1] == b"\x80" and data[1:2] in b"\x02\x03\x04\x05",
        PICKLE,
    ),
    Format("one array (.npy)", _begins(b"\x93NUMPY"), ONE_ARRAY),
    Format("a GGUF file", _begins(b"GGUF"), GGUF),
    Format("a MATLAB file (.mat)", _begins(b"MATLAB 5.0"), MATLAB),
    Format("a Parquet file", _begins(b"PAR1"), PARQUET),
    Format(
        "a Flax file (.msgpack)",
        lambda data, names: 0x81 <= (data[:1] or b"\0")[0] <= 0x8F and data[1:2] > b"\x9f",
        FLAX,
    ),
    Format(
        "an ONNX file",
        lambda data, names: data[:1] == b"\x08" and data[2:3] in (b"\x12", b"\x1a", b"\x3a", b"\x42"),
        ONNX,
    ),
)


def refuse_other_formats(data: bytes, wanted: str) -> None:
    """Raise OtherFormat, with the lines that convert, for a file of FORMATS; `wanted` says what is read here."""
    names = _names(data)
    for found in FORMATS:
        if found.fits(data, names):
            raise OtherFormat(
                f"{wanted} is read here, and a pickle is never opened"
                if "pickle" in found.name
                else f"{wanted} is read here",
                got=found.name,
                do="Convert it where it was made, with the lines below.",
                lines=found.lines,
            )


def _names(data: bytes) -> list[str]:
    if data[:4] != b"PK\x03\x04":
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, OverflowError, NotImplementedError):
        return []
