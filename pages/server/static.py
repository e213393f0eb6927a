"""Scripts and styles, Streamlit's and ours, compressed once and kept: a first visit costs a quarter of the bytes. Whoever asks
first for one of Streamlit's gets it soon, those who come after get it as small as it can be.

Streamlit leaves this to a proxy; a classroom on one machine has none. The files are those of the installed package, by
name, so no path is ever made of what a visitor sends. Its typefaces are answered with ours: the icons that can appear here
(scripts/icons.py), and the text face, which Streamlit asks for before it knows its theme.
"""

import asyncio
import gzip
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.plot import ASSETS
from pages.shared.streamlit_internals import ICON_FONTS, STATIC, TEXT_FONTS

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
ICONS = ASSETS / "fonts" / "icons.woff2"
TEXT_FACE = "/vendor/fonts/inter-latin.woff2"
BROTLI = "br"
SOON, BEST = 9, 11
SHORT = 300_000
"""What is packed as small as it can be while the server starts."""
PACKERS = {
    BROTLI: lambda text: _brotli(text, BEST if len(text) < SHORT else SOON),
    "gzip": lambda text: gzip.compress(text, 6),
}


def _brotli(text: bytes, quality: int) -> bytes:
    return brotli.compress(text, quality=quality)


def shipped() -> dict[str, Path]:
    """The files worth compressing, by their path in the URL."""
    return {f"/{p.relative_to(STATIC).as_posix()}": p for p in (STATIC / "static").rglob("*") if p.suffix in KINDS}


def packing(headers: Mapping[str, str]) -> str:
    """The best compression that a request's headers allow; "" for none."""
    offered = {part.partition(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")}
    return next((name for name in PACKERS if name in offered), "")


def script_route(url: str, plain: bytes) -> Route:
    """A script or sheet of ours, compressed once; its URL names its version, so browsers may keep it for ever."""
    kind = KINDS[Path(url).suffix]
    packed = {name: pack(plain) for name, pack in PACKERS.items()} | {"": plain}

    async def send(request: Request) -> Response:
        way = packing(request.headers)
        return _answer(packed[way], way, kind)

    return Route(url, send)


def _answer(body: bytes, way: str, kind: str, keep: str = FOR_EVER) -> Response:
    headers = {"Cache-Control": keep, "Vary": "Accept-Encoding"}
    return Response(body, media_type=kind, headers=headers | ({"Content-Encoding": way} if way else {}))


class Compressed:
    """Answers for Streamlit's text files where the browser takes them compressed, and for its icons."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.files, self.icons = app, shipped(), ICONS.read_bytes()
        self.kept: dict[tuple[Path, str], asyncio.Future[bytes]] = {}
        self.patient, self.shrinking = ThreadPoolExecutor(1, "brotli"), set[asyncio.Future[None]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._look(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        await (answer or self.app)(scope, receive, send)

    async def _look(self, scope: Scope) -> Response | None:
        if scope["path"] in ICON_FONTS:
            return _answer(self.icons, "", "font/woff2", A_DAY)
        if scope["path"] in TEXT_FONTS:
            return RedirectResponse(TEXT_FACE, 308, {"Cache-Control": A_DAY})
        file, way = self.files.get(scope["path"]), packing(Headers(scope=scope))
        if file is None or not way:
            return None
        try:
            return _answer(await self._small(file, way), way, KINDS[file.suffix])
        except OSError:
            self.kept.pop((file, way), None)
            return None

    async def _small(self, file: Path, way: str) -> bytes:
        """Compressed by whoever asks first, in a thread; the others wait for the same bytes."""
        if (file, way) not in self.kept:
            pack = partial(_brotli, quality=SOON) if way == BROTLI else PACKERS[way]
            self.kept[file, way] = asyncio.ensure_future(asyncio.to_thread(lambda: pack(file.read_bytes())))
            if way == BROTLI:
                self.shrinking.add(asyncio.ensure_future(self._shrink(file)))
        return await asyncio.shield(self.kept[file, way])

    async def _shrink(self, file: Path) -> None:
        """For those who come after: as small as it can be, one file after the other."""
        await asyncio.shield(self.kept[file, BROTLI])
        best = asyncio.get_running_loop().run_in_executor(self.patient, lambda: _brotli(file.read_bytes(), BEST))
        await asyncio.wait([best])
        if not best.exception():
            self.kept[file, BROTLI] = best
