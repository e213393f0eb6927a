"""A result in a file: arrays, and `made` as JSON text, how they came to be.

made ↔ command, date, machine, device, cpu_seconds, problem, versions, and what the computation adds
"""

import dataclasses
import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import Unavailable
from core.params import Params
from core.training.results.files import Arrays, read_arrays, write_arrays

LIBRARIES = ("torch", "numpy", "scipy", "numba")


def provenance(problem: Any, *, command: str, device: str, cpu_seconds: float, **more: Any) -> dict[str, Any]:
    """`made` of a result of this problem, a dataclass, that is finished now, on this machine."""
    return {
        "command": command,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "device": device,
        "cpu_seconds": round(cpu_seconds),
        "problem": dataclasses.asdict(problem),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        **more,
    }


def write_result(path: Path, arrays: Arrays, made: dict[str, Any]) -> None:
    """Raises Unavailable where the disk does not take it."""
    try:
        write_arrays(path, {**arrays, "made": np.array(json.dumps(made, ensure_ascii=False))})
    except OSError as error:
        got = error.strerror or type(error).__name__
        do = "Make room or choose another with --output; kept parts are not computed again."
        raise Unavailable(f"{path} cannot be written", got=got, do=do) from None


def read_result(path: Path, do: str) -> tuple[Arrays, dict[str, Any]]:
    """(arrays, made). Raises Unavailable where the file is missing or damaged; `do` says how to get a good one."""
    try:
        arrays = read_arrays(path)
        made = json.loads(str(arrays.pop("made")))
        if not isinstance(made, dict):
            raise ValueError
    except FileNotFoundError:
        raise Unavailable(f"{path.name} must be a result of this program", got="no such file", do=do) from None
    except (OSError, ValueError, KeyError):
        raise Unavailable(f"{path.name} must be a result of this program", got="a damaged file", do=do) from None
    return arrays, made


def read_problem(kind: type[Params], made: dict[str, Any]) -> Params | None:
    """The problem that `made` names, None where it is no problem of this kind."""
    try:
        stored = made["problem"].items()
        return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in stored})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
