"""Streamlit's files arrive compressed, whole, and by name only."""

import asyncio
import gzip

from pages.server.static import Compressed, shipped


async def behind(scope, receive, send):
    await send({"type": "behind"})


def ask(path: str, accept: str = "gzip, br") -> list[dict]:
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", accept.encode())]}
    asyncio.run(Compressed(behind)(scope, None, send))
    return sent


def test_a_script_arrives_smaller_and_the_same():
    path, file = next((p, f) for p, f in shipped().items() if p.endswith(".js") and f.stat().st_size > 1e5)
    start, body = ask(path)
    headers = dict(start["headers"])
    assert gzip.decompress(body["body"]) == file.read_bytes()
    assert len(body["body"]) < file.stat().st_size / 2
    assert headers[b"content-encoding"] == b"gzip" and b"immutable" in headers[b"cache-control"]


def test_anything_else_is_streamlits_own_business():
    path = next(iter(shipped()))
    for asked, accept in (
        (path, ""),
        ("/", "gzip"),
        ("/static/../../config.py", "gzip"),
        ("/static/js/none.js", "gzip"),
    ):
        assert ask(asked, accept) == [{"type": "behind"}]
