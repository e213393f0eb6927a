"""Streamlit's files arrive compressed, whole, and by name only; its typefaces are answered with ours."""

import asyncio
import gzip

import brotli
import pytest
from fontTools.ttLib import TTFont

from pages.server.static import ICONS, TEXT_FACE, Compressed, shipped
from pages.shared.streamlit_internals import ICON_FONTS, TEXT_FONTS
from scripts.icons import glyphs, wanted


async def behind(scope, receive, send):
    await send({"type": "behind"})


def ask(path: str, accept: str = "gzip, br") -> list[dict]:
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", accept.encode())]}
    asyncio.run(Compressed(behind)(scope, None, send))
    return sent


@pytest.mark.parametrize(
    "accept, way, unpack",
    [("gzip, br", b"br", brotli.decompress), ("gzip;q=1", b"gzip", gzip.decompress)],
)
def test_a_script_arrives_smaller_and_the_same(accept, way, unpack):
    path, file = next((p, f) for p, f in shipped().items() if p.endswith(".js") and f.stat().st_size > 1e5)
    start, body = ask(path, accept)
    headers = dict(start["headers"])
    assert unpack(body["body"]) == file.read_bytes()
    assert len(body["body"]) < file.stat().st_size / 2
    assert headers[b"content-encoding"] == way and b"immutable" in headers[b"cache-control"]


def test_the_icons_are_ours_and_every_icon_that_can_appear_is_among_them():
    """After a new icon, or an upgrade of Streamlit, scripts/icons.py makes the file anew."""
    (path,) = ICON_FONTS
    _, body = ask(path)
    assert body["body"] == ICONS.read_bytes() and len(body["body"]) < 30_000
    assert wanted() - glyphs(TTFont(ICONS)).keys() == set()
    assert len(wanted()) > 50


@pytest.mark.parametrize("path", TEXT_FONTS)
def test_streamlits_text_faces_lead_to_ours(path):
    start, _ = ask(path)
    assert start["status"] == 308 and dict(start["headers"])[b"location"] == TEXT_FACE.encode()


def test_anything_else_is_streamlits_own_business():
    path = next(iter(shipped()))
    for asked, accept in (
        (path, ""),
        ("/", "gzip"),
        ("/static/../../config.py", "gzip"),
        ("/static/js/none.js", "gzip"),
    ):
        assert ask(asked, accept) == [{"type": "behind"}]
