"""compiled: numba's njit without the interpreter lock, its cache on a path that can be written.

numba would write beside the sources, which fails where the project is installed read-only, and its cache of one file
does not notice a change in another. So the cache lives in a folder named after the sources' contents; where no folder
can be written, kernels are compiled anew in each process.

Ours.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numba

from core.training.results.files import cache_folder, why_unwritable

KERNELS = ("compiled.py", "state.py", "gradient.py", "growing.py", "chebyshev.py")
"""The files that compiled functions are made of: they call each other across files and share the fields of state.py."""


def _candidates():
    if "NUMBA_CACHE_DIR" in os.environ:
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    yield cache_folder("numba")
    yield Path(tempfile.gettempdir()) / f"lazy-rich-lab-{os.getuid()}" / "numba"


ROOM = 8_000_000
"""Bytes that must be free: numba ends the program where its cache cannot be written."""


def writable_folder(candidates) -> Path | None:
    """The first of the folders that exists or can be made and takes ROOM bytes; None if there is none."""
    return next((folder for folder in candidates if not why_unwritable(folder, ROOM)), None)


def drop_spoilt(folder: Path) -> None:
    """Remove cached files that are cut off or overwritten: numba would end the program over them.

    Each is a pickle, which begins with one known byte and ends with another.
    """
    for file in folder.rglob("*.nb[ic]"):
        content = file.read_bytes()
        if content[:1] != b"\x80" or content[-1:] != b".":
            file.unlink()


def _version() -> str:
    sources = [Path(__file__).parent / name for name in KERNELS]
    return hashlib.sha256(numba.__version__.encode() + b"".join(s.read_bytes() for s in sources)).hexdigest()[:16]


FOLDER = writable_folder(folder / _version() for folder in _candidates())
if FOLDER is not None:
    with contextlib.suppress(OSError):
        drop_spoilt(FOLDER)
    setattr(numba.config, "CACHE_DIR", str(FOLDER))  # noqa: B010

compiled: Any = numba.njit(
    nogil=True, cache=FOLDER is not None, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp"}
)
