"""A small picture as a data URI, which plotly's image trace reads; the standard library suffices to write it."""

import base64
import struct
import zlib

import numpy as np

KIND = "image/png"
BEGINS = f"data:{KIND};base64,"


def data_uri(pixels: np.ndarray) -> str:
    """RGB pixels [height, width, 3] uint8 as a PNG data URI."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], 1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return BEGINS + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def content(uri: str) -> np.ndarray:
    """The picture's file, uint8[bytes], out of its data URI."""
    return np.frombuffer(base64.b64decode(uri.removeprefix(BEGINS)), np.uint8)
