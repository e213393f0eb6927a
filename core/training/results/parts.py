"""Finished parts of a computation on disk, so that it resumes: one small npz a part, in a folder named after the problem.

place ↔ None for the user's cache, a folder, False to keep nothing, or Parts that are already open
key   ↔ the problem and the version of the algorithm; with them changes the folder, so other problems' parts are never read
part  ↔ what tells one part from another within a problem: (tau, delta, seed), (seed number, scale number), …
A part that cannot be read, or holds other arrays than asked for, counts as missing.
"""

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from core.training.results.files import Arrays, cache_folder, read_arrays, why_unwritable, write_arrays

log = logging.getLogger(__name__)


class Parts:
    """Reads and writes the parts of one problem; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None, names: Iterable[str]):
        self.folder, self.names = folder, frozenset(names)

    def has(self, part: tuple) -> bool:
        """Whether there is a file for the part; reading may still find it damaged."""
        return self.folder is not None and self._file(part).is_file()

    def read(self, part: tuple) -> Arrays | None:
        """The arrays of a kept part, or None."""
        if self.folder is None:
            return None
        try:
            arrays = read_arrays(self._file(part))
        except (OSError, ValueError):
            return None
        return arrays if self.names == arrays.keys() else None

    def write(self, part: tuple, arrays: Arrays) -> None:
        """Keep the part; a full or vanished disk is reported to the log and costs only the keeping."""
        if self.folder is None:
            return
        try:
            write_arrays(self._file(part), arrays)
        except OSError as error:
            log.warning("finished parts are no longer kept: %s", error)
            self.folder = None

    def _file(self, part: tuple) -> Path:
        assert self.folder is not None
        return self.folder / ("_".join(map(repr, part)) + ".npz")


Place = Parts | Path | str | bool | None


def open_parts(place: Place, name: str, key: object, names: Iterable[str], *, version: int) -> Parts:
    """The parts of the problem `key` of the computation `name`. A folder that cannot be written is left out and logged."""
    if isinstance(place, Parts):
        return place
    if place is False:
        return Parts(None, names)
    base = cache_folder(name) if place is None else Path(str(place))
    folder = base / hashlib.sha256(f"{version} {key!r}".encode()).hexdigest()[:16]
    if reason := why_unwritable(folder):
        log.warning("finished parts are not kept: %s is not writable (%s)", base, reason)
        return Parts(None, names)
    return Parts(folder, names)
