"""Pictures as they travel: a text that names its arrays by number, and the arrays as they are in memory, none of them twice.

    4 bytes  length of the text · text (JSON) · padding to 8 bytes · the block: arrays, each at a multiple of 8 bytes

An array stands in the text as {"dtype", "at", "size"[, "shape"], …}: number `at` of its picture, which lies where the
picture's `places` say, written as core.figures.coding tells. As letters (base64) it would be a third longer, and a browser
would read it slowly. Over a slow line the message goes packed: 4 zeros, then in one zlib stream the text and the block as
differences of 16-bit numbers (they wrap), all their low bytes before all high ones, which are alike among themselves.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.figures import png
from core.figures.coding import Coded, written

UNIT = 8
PACKED = bytes(4)


@dataclass(frozen=True)
class Parcel:
    """One picture's text and its arrays, by number."""

    text: str
    arrays: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.text) + sum(map(len, self.arrays))


def wrapped(whole: dict[str, Any]) -> Parcel:
    """The parcel of a picture's dictionaries; equal arrays are one."""
    numbers: dict[bytes, int] = {}

    def carry(array: np.ndarray) -> dict[str, int]:
        return {"at": numbers.setdefault(array.tobytes(), len(numbers)), "size": array.size}

    whole = {**whole, "data": list(map(_without_letters, whole["data"]))}
    text = json.dumps(whole, default=lambda value: written(value, carry), ensure_ascii=False)
    return Parcel(text, tuple(numbers))


def _without_letters(trace: dict) -> dict:
    """A picture of pixels goes as its file's bytes."""
    source = trace.get("source", "")
    if not source.startswith(png.BEGINS):
        return trace
    content = png.content(source)
    return trace | {"source": Coded(content, content.shape, {"uri": png.KIND})}


def stowed(parcels: Sequence[Parcel]) -> tuple[bytes, list[list[int]]]:
    """All arrays in one block, what pictures share once, and for each picture where its arrays lie."""
    at: dict[bytes, int] = {}
    parts: list[bytes] = []
    end = 0
    for array in (array for parcel in parcels for array in parcel.arrays):
        if array not in at:
            at[array] = end
            parts += [array, bytes(-len(array) % UNIT)]
            end += len(array) + len(parts[-1])
    return b"".join(parts), [[at[array] for array in parcel.arrays] for parcel in parcels]


def framed(text: str, block: bytes) -> bytes:
    """The message."""
    letters = text.encode()
    head = struct.pack("<I", len(letters)) + letters
    return head + bytes(-len(head) % UNIT) + block


def packed(message: bytes) -> bytes:
    """The message for a slow line: half as long, and some ms more to write and to read."""
    at = _block_of(message)
    steps = np.diff(np.frombuffer(message, "<i2", offset=at), prepend=np.int16(0)).astype("<i2")
    return PACKED + zlib.compress(message[:at] + steps.view(np.uint8).reshape(-1, 2).T.tobytes())


def unpacked(message: bytes) -> bytes:
    """The same message as `framed` made it, whether it was packed or not."""
    if not message.startswith(PACKED):
        return message
    whole = zlib.decompress(message[len(PACKED) :])
    at = _block_of(whole)
    steps = np.frombuffer(whole, np.uint8, offset=at).reshape(2, -1).T.tobytes()
    return whole[:at] + np.cumsum(np.frombuffer(steps, "<i2"), dtype="<i2").tobytes()


def _block_of(message: bytes) -> int:
    """Where a message's block begins."""
    end = 4 + struct.unpack_from("<I", message)[0]
    return end + -end % UNIT
