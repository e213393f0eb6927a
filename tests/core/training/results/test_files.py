"""Folders and files: what can be written is known before, a file is whole or not there, damage has one error."""

import errno
import os

import numpy as np
import pytest

from core.errors import Unavailable
from core.training.results import files
from core.training.results.files import cache_folder, check_output, read_arrays, why_unwritable, write_arrays

NPY = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".ljust(127) + b"\n" + bytes(8)
VALUES = {"a": np.arange(3.0), "b": np.array("text")}


def test_caches_are_where_the_user_says(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder("kind") == tmp_path / "lazy-rich-lab" / "kind" and not cache_folder("kind").exists()


def test_a_folder_is_tried_by_writing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert why_unwritable(tmp_path / "new" / "folder") == "" and (tmp_path / "new" / "folder").is_dir()
    assert why_unwritable(tmp_path / "file" / "below")


def test_arrays_come_back(tmp_path):
    write_arrays(tmp_path / "x.npz", VALUES)
    again = read_arrays(tmp_path / "x.npz")
    assert again.keys() == VALUES.keys() and all(np.array_equal(again[name], VALUES[name]) for name in VALUES)
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "x.npz").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_former_file_and_nothing_else(tmp_path, monkeypatch, failure):
    write_arrays(tmp_path / "x.npz", VALUES)

    def fails(file, **_):
        file.write(b"half")
        raise failure

    monkeypatch.setattr(files.np, "savez_compressed", fails)
    with pytest.raises(type(failure)):
        write_arrays(tmp_path / "x.npz", {"a": np.zeros(9)})
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]
    assert read_arrays(tmp_path / "x.npz")["a"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "spoil",
    [lambda data: b"", lambda data: data[:60], lambda data: b"PK\x03\x04 no", lambda data: b"x" * 99, lambda data: NPY],
)
def test_a_damaged_file_is_one_kind_of_error(tmp_path, spoil):
    write_arrays(tmp_path / "x.npz", VALUES)
    (tmp_path / "x.npz").write_bytes(spoil((tmp_path / "x.npz").read_bytes()))
    with pytest.raises(ValueError, match=r"x\.npz is damaged"):
        read_arrays(tmp_path / "x.npz")


def test_a_flipped_byte_is_damage_too(tmp_path):
    write_arrays(tmp_path / "x.npz", {"a": np.random.default_rng(0).random(1000)})
    data = bytearray((tmp_path / "x.npz").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "x.npz").write_bytes(data)
    with pytest.raises(ValueError, match="damaged"):
        read_arrays(tmp_path / "x.npz")


def test_an_output_is_checked_before_the_work(tmp_path):
    assert check_output(tmp_path / "new" / "x.npz") == tmp_path / "new" / "x.npz"
    (tmp_path / "file").write_text("in the way")
    for bad in (tmp_path, tmp_path / "file" / "x.npz"):
        with pytest.raises(Unavailable, match=r"must be a file that can be written; got .*--output"):
            check_output(bad)


def test_a_device_is_never_replaced_by_a_result():
    with pytest.raises(Unavailable, match="no plain file"):
        check_output(files.Path("/dev/null"))
