"""Puts one script into the page itself, which tells a visitor whose network blocks websockets what is wrong."""

import gzip
import hashlib

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.plot import ASSETS

NOTICE_SCRIPT = (ASSETS / "notice.js").read_bytes()
NOTICE_URL = f"/vendor/notice-{hashlib.sha256(NOTICE_SCRIPT).hexdigest()[:16]}.js"
PLAIN, GZIP = "identity", "gzip"
_TAG = f'<script src="{NOTICE_URL}" defer></script></body>'.encode()


class Notice:
    """Adds the script to every HTML page, plain or gzipped, as Streamlit sends its one page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []
        body = bytearray()

        async def send_with_notice(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
            elif held and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_page(held.pop(), bytes(body), send)
            else:
                await send(message)

        await self.app(scope, receive, send_with_notice)


def _is_page(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and headers.get("content-encoding", PLAIN) in (PLAIN, GZIP)
    )


async def _send_page(start: Message, body: bytes, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    packed = headers.get("content-encoding", PLAIN) == GZIP
    page = (gzip.decompress(body) if packed else body).replace(b"</body>", _TAG, 1)
    page = gzip.compress(page) if packed else page
    headers["content-length"] = str(len(page))
    await send(start)
    await send({"type": "http.response.body", "body": page})
