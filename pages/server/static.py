"""Scripts and styles, Streamlit's and ours, compressed once and kept: a first visit costs a quarter of the bytes.

Streamlit leaves this to a proxy; a classroom on one machine has none. The files are those of the installed package, by
name, so no path is ever made of what a visitor sends.
"""

import asyncio
import gzip
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.streamlit_internals import STATIC

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
FOR_EVER = "public, max-age=31536000, immutable"


def shipped() -> dict[str, Path]:
    """The files worth compressing, by their path in the URL."""
    return {f"/{p.relative_to(STATIC).as_posix()}": p for p in (STATIC / "static").rglob("*") if p.suffix in KINDS}


def script_route(url: str, plain: bytes) -> Route:
    """A script or sheet of ours, compressed once; its URL names its version, so browsers may keep it for ever."""
    kind = KINDS[Path(url).suffix]
    small = gzip.compress(plain, 6)

    async def send(request: Request) -> Response:
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(small, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
        return Response(plain, media_type=kind, headers=headers)

    return Route(url, send)


class Compressed:
    """Answers for Streamlit's text files where the browser takes gzip."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.files = app, shipped()
        self.kept: dict[Path, asyncio.Future[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self.files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if file is None or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "Cache-Control": FOR_EVER}
        try:
            body = await self._small(file)
        except OSError:
            self.kept.pop(file, None)
            await self.app(scope, receive, send)
            return
        await Response(body, headers=headers, media_type=KINDS[file.suffix])(scope, receive, send)

    async def _small(self, file: Path) -> bytes:
        """Compressed by whoever asks first, in a thread; the others wait for the same bytes."""
        if file not in self.kept:
            self.kept[file] = asyncio.ensure_future(asyncio.to_thread(lambda: gzip.compress(file.read_bytes(), 6)))
        return await asyncio.shield(self.kept[file])
