"""Finished cells of a regime map on disk: one small file a cell, in a folder named after the problem.

values ↔ [5, checkpoint] ↔ float64 ↔ the measures of one cell
A file appears whole or not at all; one that cannot be read counts as missing.
"""

import hashlib
import logging
import os
import tempfile
from pathlib import Path

import numpy as np

ALGORITHM = 1
"""Part of the key: raise it when the same problem and cell would come out differently."""

log = logging.getLogger(__name__)


def default_folder() -> Path:
    """The user's cache folder for finished cells."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lazy-rich-lab" / "regime_map"


class Store:
    """Reads and writes the cells of one problem; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None, shape: tuple[int, int]):
        self.folder, self.shape = folder, shape

    def read(self, cell: tuple) -> np.ndarray | None:
        """values of a kept cell, or None."""
        if self.folder is None:
            return None
        try:
            values = np.load(self._file(cell), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return values if values.shape == self.shape and values.dtype == np.float64 else None

    def write(self, cell: tuple, values: np.ndarray) -> None:
        """Keep the cell; a full or vanished disk is reported to the log and costs only the keeping."""
        if self.folder is None:
            return
        try:
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:
                np.save(part, values)
            os.replace(part.name, self._file(cell))
        except OSError as error:
            log.warning("finished cells are no longer kept: %s", error)
            self.folder = None

    def _file(self, cell: tuple) -> Path:
        assert self.folder is not None
        tau, delta, seed = cell
        return self.folder / f"{tau!r}_{delta!r}_{seed}.npy"


def open_store(place: object, problem) -> Store:
    """The store of `problem` in the folder `place`; None is the user's cache, False keeps nothing."""
    shape = (5, len(problem.checkpoints))
    if place is False:
        return Store(None, shape)
    key = hashlib.sha256(f"{ALGORITHM} {problem!r}".encode()).hexdigest()[:16]
    folder = (default_folder() if place is None else Path(str(place))) / key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Store(folder, shape)
    except OSError as error:
        log.warning("finished cells are not kept: %s is not writable (%s)", folder.parent, error.strerror)
        return Store(None, shape)
