"""Folders and files of results: where caches are, what can be written, files that appear whole or not at all."""

import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import platformdirs

from core.errors import Unavailable

Arrays = dict[str, np.ndarray]

BROKEN = (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What numpy raises for a file that is not a whole npz of plain arrays."""


def cache_folder(name: str) -> Path:
    """The user's cache folder for one kind of thing; it need not exist."""
    return platformdirs.user_cache_path("lazy-rich-lab") / name


def why_unwritable(folder: Path, room: int = 1) -> str:
    """Make the folder and try `room` bytes in it: "" when they fit, else the system's words."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(room))
        return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def check_output(path: Path) -> Path:
    """The path, if a file can be written there: asked before the work. Raises Unavailable."""
    reason = "it is no plain file" if path.exists() and not path.is_file() else why_unwritable(path.parent)
    if reason:
        raise Unavailable(f"{path} must be a file that can be written", got=reason, do="Choose another with --output.")
    return path


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """An npz that loads without pickle; the former file stays until the new one is whole. Raises OSError."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with open(draft, "wb") as part:
            np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_arrays(path: Path) -> Arrays:
    """All arrays of an npz. Raises OSError, or ValueError where it is damaged."""
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            return dict(file)
    except BROKEN as error:
        raise ValueError(f"{path.name} is damaged: {error}") from None
