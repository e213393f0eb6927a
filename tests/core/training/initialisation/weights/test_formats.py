"""Formats that are not opened are named, with lines that convert them; those that need nothing unusual are run here."""

import io
import pickle
import zipfile

import numpy as np
import pytest
import torch

from core.training.initialisation.own_data import read_data
from core.training.initialisation.weights.questions import OtherFormat
from core.training.initialisation.weights_file import read_weights


def saved(thing, **how) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file, **how)
    return file.getvalue()


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.ones((3, 2)))
    return file.getvalue()


STATE = {"fc1.weight": torch.randn(4, 3), "fc2.weight": torch.randn(1, 4)}
FOREIGN = {
    "torch": (saved(STATE), "torch.load"),
    "torch of before 2020": (saved(STATE, _use_new_zipfile_serialization=False), "torch.load"),
    "lightning": (saved({"state_dict": STATE, "epoch": 3}), "state_dict"),
    "Keras": (archive("metadata.json", "config.json", "model.weights.h5"), "keras.models.load_model"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(64), "keras.models.load_model"),
    "pickle": (pickle.dumps({"coefs_": [1]}), "joblib.load"),
    "ONNX": (b"\x08\x08\x12\x07pytorch" + bytes(64), "onnx.load"),
    "Flax": (b"\x81\xa6params\x81\xa7Dense_0" + bytes(32), "msgpack_restore"),
    "one array": (npy(), "numpy.savez"),
    "MATLAB": (b"MATLAB 5.0 MAT-file" + bytes(64), "loadmat"),
    "GGUF": (b"GGUF" + bytes(64), "GGUFReader"),
}


@pytest.mark.parametrize("data, words", FOREIGN.values(), ids=FOREIGN)
def test_another_format_gets_the_lines_that_convert_it(data, words):
    with pytest.raises(OtherFormat, match="NPZ or safetensors") as caught:
        read_weights(data)
    assert words in caught.value.lines
    compile(caught.value.lines, "lines", "exec")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.lines) == (str(caught.value), caught.value.lines)


TABLES = {
    "Excel": (archive("[Content_Types].xml", "xl/workbook.xml"), "read_excel"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + bytes(64), "read_excel"),
    "Parquet": (b"PAR1" + bytes(64), "read_parquet"),
}


@pytest.mark.parametrize("data, words", TABLES.values(), ids=TABLES)
def test_another_table_gets_the_lines_that_convert_it(data, words):
    with pytest.raises(OtherFormat, match="CSV or NPZ") as caught:
        read_data(data)
    assert words in caught.value.lines


def test_a_large_file_of_another_format_gets_the_lines_too():
    with pytest.raises(OtherFormat):
        read_weights(b"\x89HDF\r\n\x1a\n" + bytes(21_000_000))


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_lines_for_torch_keep_names_and_order(tmp_path, monkeypatch, wrapped):
    monkeypatch.chdir(tmp_path)
    state = {"b.weight": STATE["fc1.weight"], "a.weight": STATE["fc2.weight"].bfloat16()}
    torch.save({"state_dict": state, "epoch": 3} if wrapped else state, "model.pt")
    with pytest.raises(OtherFormat) as caught:
        read_weights((tmp_path / "model.pt").read_bytes())
    exec(caught.value.lines, {})
    assert read_weights((tmp_path / "model.npz").read_bytes()).names == ("b", "a")
