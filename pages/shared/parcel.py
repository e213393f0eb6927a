"""How a chart travels with a whole page, which may come over a slow line: compressed, its arrays byte by byte.

The text with each array's base64 replaced by "@length" or "@length-stride"; behind it the arrays, of each all first bytes, then
all second ones, which are alike among themselves. With a stride, whole numbers are differences to the number so many places
before: to the moment before, or to the point before. All of it is one zlib stream; assets/chart/parcel.js reads it.
"""

import base64
import re
import struct
import zlib

import numpy as np

BEGINS = struct.Struct("<I")
"""How long the text is."""
WHOLE = b"i2"
_ARRAY = re.compile(rb'"dtype": "(\w\d)", "bdata": "([^"@]+)"(, "shape": "(\d+), )?')
_PUT = re.compile(rb'"dtype": "(\w\d)", "bdata": "@(\d+)(?:-(\d+))?"')


def packed(text: bytes) -> bytes:
    """The parcel of a chart's text."""
    arrays: list[bytes] = []

    def put(found: re.Match[bytes]) -> bytes:
        kind, coded, shape, rows = found.groups()
        raw = base64.b64decode(coded)
        stride = 0
        if kind == WHOLE:
            raw, stride = _differences(np.frombuffer(raw, "<i2"), int(rows or 1))
        arrays.append(np.frombuffer(raw, np.uint8).reshape(-1, int(kind[1:])).T.tobytes())
        mark = b"@%d-%d" % (len(raw), stride) if stride else b"@%d" % len(raw)
        return b'"dtype": "%b", "bdata": "%b"%b' % (kind, mark, shape or b"")

    rest = _ARRAY.sub(put, text)
    return zlib.compress(b"".join([BEGINS.pack(len(rest)), rest, *arrays]))


def unpacked(parcel: bytes) -> bytes:
    """The text again."""
    whole = zlib.decompress(parcel)
    at = BEGINS.size + BEGINS.unpack_from(whole)[0]

    def take(found: re.Match[bytes]) -> bytes:
        nonlocal at
        kind, length, stride = found[1], int(found[2]), int(found[3] or 0)
        raw = np.frombuffer(whole, np.uint8, length, at).reshape(int(kind[1:]), -1).T.tobytes()
        at += length
        if stride:
            numbers = np.frombuffer(raw, "<i2").reshape(-1, stride)
            raw = np.cumsum(numbers, axis=0, dtype=np.int16).tobytes()
        return b'"dtype": "%b", "bdata": "%b"' % (kind, base64.b64encode(raw))

    return _PUT.sub(take, whole[BEGINS.size : at])


def _differences(numbers: np.ndarray, rows: int) -> tuple[bytes, int]:
    """Numbers [n] int16 as differences (they wrap) where these are the smaller ones, and their stride; 0 for as they are."""
    ways = {0: numbers}
    for stride in {1, numbers.size // rows}:
        if stride and numbers.size % stride == 0:
            ways[stride] = np.diff(numbers.reshape(-1, stride), axis=0, prepend=np.int16(0)).ravel()
    sizes = {stride: np.abs(way.astype(np.int32)).sum() for stride, way in ways.items()}
    best = min(sizes, key=sizes.__getitem__)
    return ways[best].astype("<i2").tobytes(), best
