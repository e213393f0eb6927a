"""Real images: MNIST and CIFAR-10 from files in DATA_DIR when they are there, else pictures bundled with scikit-learn.

x ↔ [n, channels, side, side] float32, mean 0 and variance 1 over the training images; y ↔ [n] integer classes
Only the plain binary formats are read (IDX for MNIST, the "binary version" of CIFAR-10), never pickles. A file that is
missing or malformed is named in `note`, with the format that is expected and what is used instead.
"""

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import OutsideTheory, Unavailable

MNIST_FILES = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
)
CIFAR_FILES = (tuple(f"data_batch_{k}.bin" for k in range(1, 6)), ("test_batch.bin",))
CIFAR_RECORD = 1 + 3 * 32 * 32
IDX_IMAGES, IDX_LABELS = 2051, 2049
ORIENTATIONS = 4
PATCH = 24
STRIDE = 4
TESTED = 2000


NAMES = {
    "mnist": "MNIST handwritten digits, 28 × 28",
    "digits": "scikit-learn's handwritten digits, 8 × 8",
    "cifar": "CIFAR-10 photographs, 32 × 32",
    "patches": "patches of scikit-learn's photographs, 24 × 24, by edge direction and colour",
}

Raw = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Images:
    """A task on images, split. `key` is its choice's word, `name` says what it is, `note` why other files were not used."""

    key: str
    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: int
    note: str = ""


def digits(choice: str = "auto", folder: Path | None = None, *, limit: int | None = None) -> Images:
    """Handwritten digits: "mnist" (28 × 28, from files), "digits" (8 × 8, scikit-learn's), "auto" for the first that works.

    At most `limit` training images are kept. Raises Unavailable for "mnist" when its files are missing or malformed.
    """
    key, note = resolve_digits(choice, folder)
    raw = mnist(folder or data_folder()) if key == "mnist" else bundled_digits()
    return _task(key, note, raw, 10, limit)


def colour(choice: str = "auto", folder: Path | None = None, *, limit: int | None = None) -> Images:
    """Colour images: "cifar" (CIFAR-10, from files), "patches" (of scikit-learn's photographs), "auto" as for `digits`."""
    key, note = resolve_colour(choice, folder)
    if key == "cifar":
        return _task(key, note, cifar(folder or data_folder()), 10, limit)
    return _task(key, note, photograph_patches(), 2 * ORIENTATIONS, limit)


def resolve_digits(choice: str, folder: Path | None = None) -> tuple[str, str]:
    """What `digits` would take, and why files are not used ("" when none are asked for or all is well)."""
    return _resolve(choice, "mnist", "digits", mnist, folder)


def resolve_colour(choice: str, folder: Path | None = None) -> tuple[str, str]:
    """What `colour` would take, and why files are not used."""
    return _resolve(choice, "cifar", "patches", cifar, folder)


def _resolve(choice: str, filed: str, bundled: str, read: Callable, folder: Path | None) -> tuple[str, str]:
    if choice not in ("auto", filed, bundled):
        raise OutsideTheory("Unknown images", got=repr(choice), do=f"Choose auto, {filed} or {bundled}.")
    if choice == bundled:
        return bundled, ""
    try:
        read(folder or data_folder())
    except Unavailable as error:
        if choice == filed:
            raise
        return bundled, f"{error} Used instead: {NAMES[bundled]}."
    return filed, ""


def data_folder() -> Path | None:
    """DATA_DIR as a path, None when it is not set."""
    text = os.environ.get("DATA_DIR", "")
    return Path(text) if text else None


def _file(folder: Path | None, name: str, expected: str) -> bytes:
    if folder is None:
        raise Unavailable(
            f"{name} ({expected}) is looked for in the folder DATA_DIR",
            got="DATA_DIR not set",
            do="Set it to use the file.",
        )
    for path, opening in ((folder / name, open), (folder / f"{name}.gz", gzip.open)):
        if path.is_file():
            try:
                with opening(path, "rb") as file:
                    return file.read()
            except (OSError, EOFError) as error:
                raise Unavailable(f"{path.name} must be {expected}", got=str(error), do="Fetch it again.") from error
    raise Unavailable(f"{name} ({expected}) must be in DATA_DIR", got="no such file", do="Put it there to use it.")


def idx(data: bytes, name: str, magic: int) -> np.ndarray:
    """An IDX file's unsigned bytes as an array: big-endian magic number, one length a dimension, then the data."""
    dimensions = magic % 256
    header = np.frombuffer(data[: 4 * min(1 + dimensions, len(data) // 4)], ">u4")
    expected = f"IDX: magic number {magic}, {dimensions} length(s), unsigned bytes"
    if len(header) < 1 + dimensions or header[0] != magic:
        got = f"{len(data)} bytes, magic number {header[0]}" if len(header) else "an empty file"
        raise Unavailable(f"{name} must be {expected}", got=got, do="Fetch the file again.")
    shape = tuple(int(length) for length in header[1:])
    body = np.frombuffer(data, np.uint8, offset=4 * (1 + dimensions))
    if len(body) != int(np.prod(shape)):
        got = f"{len(body)} bytes of data for lengths {shape}"
        raise Unavailable(f"{name} must be {expected}", got=got, do="Fetch the file again.")
    return body.reshape(shape)


def mnist(folder: Path | None) -> Raw:
    """MNIST from its four IDX files (plain or .gz). Raises Unavailable naming the file and the format."""
    read = []
    for images_name, labels_name in MNIST_FILES:
        images = idx(_file(folder, images_name, "an IDX file of images"), images_name, IDX_IMAGES)
        labels = idx(_file(folder, labels_name, "an IDX file of labels"), labels_name, IDX_LABELS)
        _check_pair(images, labels, images_name, labels_name)
        read += [images[:, None], labels]
    return read[0], read[1], read[2], read[3]


def _check_pair(images: np.ndarray, labels: np.ndarray, images_name: str, labels_name: str) -> None:
    if images.shape[1:] != (28, 28) or not len(images):
        raise Unavailable(f"{images_name} must hold 28 × 28 images", got=images.shape, do="Fetch the file again.")
    if len(images) != len(labels) or labels.max() > 9:
        raise Unavailable(
            f"{labels_name} must hold one digit 0 … 9 for each image of {images_name}",
            got=f"{len(labels)} labels up to {labels.max() if len(labels) else 'none'} for {len(images)} images",
            do="Fetch the file again.",
        )


def cifar(folder: Path | None) -> Raw:
    """CIFAR-10 from its binary version: records of 1 label byte and 3 × 32 × 32 bytes. Raises Unavailable as mnist."""
    subfolder = folder / "cifar-10-batches-bin" if folder else None
    place = subfolder if subfolder and subfolder.is_dir() else folder
    read: list[np.ndarray] = []
    for names in CIFAR_FILES:
        records = np.concatenate([_cifar_records(place, name) for name in names])
        read += [records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]]
    return read[0], read[1], read[2], read[3]


def _cifar_records(folder: Path | None, name: str) -> np.ndarray:
    expected = f"CIFAR-10's binary version: records of {CIFAR_RECORD} bytes, label 0 … 9 first"
    data = _file(folder, name, expected)
    if not data or len(data) % CIFAR_RECORD:
        raise Unavailable(f"{name} must be {expected}", got=f"{len(data)} bytes", do="Fetch the file again.")
    records = np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD)
    if records[:, 0].max() > 9:
        raise Unavailable(f"{name} must be {expected}", got=f"label {records[:, 0].max()}", do="Fetch it again.")
    return records


def bundled_digits() -> Raw:
    """scikit-learn's 1,797 handwritten digits, 8 × 8, in a fixed random split of 1,347 and 450."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    order = np.random.default_rng(0).permutation(len(bunch.target))
    x, y = bunch.images[order][:, None], bunch.target[order]
    return x[:-450], y[:-450], x[-450:], y[-450:]


def photograph_patches(train: int = 4000, test: int = 1000, seed: int = 0) -> Raw:
    """Patches of scikit-learn's two photographs, to be told by edge direction and colour: 4 directions × 2 colours.

    The class of a 24 × 24 patch is computed from the picture itself: the direction of its dominant edge (the leading axis
    of the structure tensor, in 4 sectors of 45°) and whether red or blue is stronger. Patches without a clear direction or
    colour are left out; all 8 classes are equally frequent, and each patch has its mean brightness taken off.
    Training patches come from the upper 70% of the pictures, test patches from the rest.
    """
    random = np.random.default_rng(seed)
    pictures = _photographs()
    return *_patches(pictures, (0.0, 0.7), train, random), *_patches(pictures, (0.7, 1.0), test, random)


def _photographs() -> list[np.ndarray]:
    from sklearn.datasets import load_sample_images

    return [np.asarray(picture, np.float32) / 255 for picture in load_sample_images().images]


def _patches(pictures, rows: tuple[float, float], count: int, random: np.random.Generator):
    """`count` patches, all classes equally often, from the given share of each picture's rows."""
    bands = [picture[round(rows[0] * len(picture)) : round(rows[1] * len(picture))] for picture in pictures]
    windows = [np.lib.stride_tricks.sliding_window_view(b, (PATCH, PATCH), (0, 1))[::STRIDE, ::STRIDE] for b in bands]
    classes = [np.stack([patch_class(row) for row in window]) for window in windows]
    places = [(k, *place) for k, found in enumerate(classes) for place in np.argwhere(found >= 0)]
    labels = np.concatenate([found[found >= 0] for found in classes])
    wanted = random.permutation(np.arange(count) % (2 * ORIENTATIONS))
    chosen = np.empty(count, int)
    for label in range(2 * ORIENTATIONS):
        found = np.flatnonzero(labels == label)
        need = int((wanted == label).sum())
        chosen[wanted == label] = random.choice(found, need, replace=len(found) < need)
    patches = np.stack([windows[k][i, j] for k, i, j in (places[one] for one in chosen)])
    return patches - patches.mean((1, 2, 3), keepdims=True), wanted


def patch_class(patches: np.ndarray) -> np.ndarray:
    """The class of patches [n, 3, side, side]: sector of the edge's normal (0°, 45°, 90°, 135°), + 4 if red beats blue.

    −1 where direction or colour is not clear. Clear means: the structure tensor's coherence (λ₁ − λ₂)/(λ₁ + λ₂) is above
    0.25, and the means of red and blue differ by at least 0.03 (of the range 0 … 1).
    """
    grey = patches.mean(1)
    down, across = np.gradient(grey, axis=(1, 2))
    xx, yy, xy = ((a * b).sum((1, 2)) for a, b in ((across, across), (down, down), (across, down)))
    coherence = np.hypot(xx - yy, 2 * xy) / np.maximum(xx + yy, 1e-12)
    angle = np.arctan2(2 * xy, xx - yy) / 2
    sector = np.round(angle / (np.pi / ORIENTATIONS)).astype(int) % ORIENTATIONS
    warmth = (patches[:, 0] - patches[:, 2]).mean((1, 2))
    clear = (coherence > 0.25) & (np.abs(warmth) >= 0.03)
    return np.where(clear, sector + ORIENTATIONS * (warmth > 0), -1)


def _task(key: str, note: str, raw: Raw, classes: int, limit: int | None) -> Images:
    """Standardised colour by colour with the training images' mean and spread; at most TESTED test images."""
    x_train, x_test = raw[0][:limit].astype(np.float32), raw[2][:TESTED].astype(np.float32)
    axes = (0, 2, 3)
    mean = x_train.mean(axes, keepdims=True, dtype=np.float64).astype(np.float32)
    spread = x_train.std(axes, keepdims=True, dtype=np.float64).astype(np.float32)
    for x in (x_train, x_test):
        x -= mean
        x /= spread
    y_train, y_test = raw[1][:limit].astype(np.int64), raw[3][:TESTED].astype(np.int64)
    return Images(key, NAMES[key], x_train, y_train, x_test, y_test, classes, note)
