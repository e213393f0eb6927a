"""Image files: right ones are read, wrong ones are named with the format expected and what is used instead."""

import gzip
from types import SimpleNamespace

import numpy as np
import pytest

from core.datasets import images
from core.errors import OutsideTheory, Unavailable


def idx_bytes(array):
    magic = 2048 + array.ndim
    header = np.array([magic, *array.shape], ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def mnist_folder(tmp_path):
    random = np.random.default_rng(0)
    for count, (images_name, labels_name) in zip((60, 20), images.MNIST_FILES, strict=True):
        (tmp_path / images_name).write_bytes(idx_bytes(random.integers(0, 256, (count, 28, 28))))
        (tmp_path / labels_name).write_bytes(idx_bytes(np.arange(count) % 10))
    return tmp_path


@pytest.fixture
def cifar_folder(tmp_path):
    random = np.random.default_rng(0)
    for name in (*images.CIFAR_FILES[0], *images.CIFAR_FILES[1]):
        records = random.integers(0, 256, (5, images.CIFAR_RECORD), dtype=np.uint8)
        records[:, 0] = np.arange(5)
        (tmp_path / name).write_bytes(records.tobytes())
    return tmp_path


@pytest.fixture(scope="module")
def patches():
    x_train, y_train, x_test, y_test = images.photograph_patches(train=400, test=80)
    return SimpleNamespace(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def test_mnist_files_are_preferred_when_they_are_there(mnist_folder):
    task = images.digits("auto", mnist_folder)
    assert task.name.startswith("MNIST") and not task.note
    assert task.x_train.shape == (60, 1, 28, 28) and task.x_train.dtype == np.float32
    np.testing.assert_allclose([task.x_train.mean(), task.x_train.std()], [0, 1], atol=1e-5)
    np.testing.assert_array_equal(task.y_test, np.arange(20) % 10)


def test_compressed_files_are_read_too(mnist_folder):
    for path in list(mnist_folder.iterdir()):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert images.digits("mnist", mnist_folder).x_train.shape == (60, 1, 28, 28)


BROKEN = {
    "magic": lambda data: b"\0\0\0\1" + data[4:],
    "short": lambda data: data[:-3],
    "empty": lambda data: b"",
    "header": lambda data: data[:7],
    "text": lambda data: b"<html>not found</html>" * 10,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_malformed_idx_file_is_named_and_replaced(mnist_folder, kind):
    path = mnist_folder / images.MNIST_FILES[0][0]
    path.write_bytes(BROKEN[kind](path.read_bytes()))
    task = images.digits("auto", mnist_folder)
    assert task.name.startswith("scikit-learn's handwritten digits")
    for word in (path.name, "IDX", "Used instead", task.name):
        assert word in task.note
    with pytest.raises(Unavailable, match=path.name):
        images.digits("mnist", mnist_folder)


def test_labels_must_match_the_images(mnist_folder):
    name = images.MNIST_FILES[1][1]
    (mnist_folder / name).write_bytes(idx_bytes(np.arange(19) % 10))
    assert name in images.digits("auto", mnist_folder).note
    (mnist_folder / name).write_bytes(idx_bytes(np.full(20, 77)))
    assert "77" in images.digits("auto", mnist_folder).note


def test_a_truncated_gz_is_a_sentence(mnist_folder):
    path = mnist_folder / images.MNIST_FILES[0][0]
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes())[:-9])
    path.unlink()
    assert f"{path.name}.gz" in images.digits("auto", mnist_folder).note


def test_without_a_folder_the_note_says_where_files_would_go(monkeypatch):
    monkeypatch.delenv("DATA_DIR", raising=False)
    task = images.digits("auto")
    assert "DATA_DIR" in task.note and task.x_train.shape == (1347, 1, 8, 8) and len(task.y_test) == 450


def test_cifar_binary_version_is_read(cifar_folder):
    task = images.colour("auto", cifar_folder)
    assert task.name.startswith("CIFAR-10") and task.x_train.shape == (25, 3, 32, 32)
    np.testing.assert_array_equal(task.y_test, np.arange(5))


def test_pickled_cifar_is_not_opened(cifar_folder):
    path = cifar_folder / "data_batch_2.bin"
    path.write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(Unavailable, match=r"data_batch_2\.bin must be CIFAR-10.s binary version"):
        images.colour("cifar", cifar_folder)
    path.unlink()
    with pytest.raises(Unavailable, match=r"data_batch_2\.bin"):
        images.colour("cifar", cifar_folder)


def test_patches_carry_the_class_their_pixels_have(patches):
    assert patches.x_train.shape == (400, 3, 24, 24)
    np.testing.assert_array_equal(images.patch_class(patches.x_train), patches.y_train)
    np.testing.assert_array_equal(np.bincount(patches.y_train), [50] * 8)
    np.testing.assert_array_equal(np.bincount(patches.y_test), [10] * 8)


@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
@pytest.mark.parametrize("red, blue", [(0.3, 0.1), (0.1, 0.3)])
def test_stripes_have_the_class_of_their_direction_and_colour(degrees, red, blue):
    across, down = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    rows, columns = np.mgrid[:24, :24]
    stripes = np.sin((across * columns + down * rows) / 2)
    patch = np.stack([stripes + red, stripes, stripes + blue])[None]
    assert images.patch_class(patch)[0] == degrees // 45 + 4 * (red > blue)


def test_flat_and_grey_patches_have_no_class():
    assert images.patch_class(np.zeros((1, 3, 24, 24)))[0] == -1


def test_unknown_choices_are_refused():
    with pytest.raises(OutsideTheory, match="cifar or patches"):
        images.colour("imagenet")
