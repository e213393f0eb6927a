"""Puts one script into the page itself, which tells a visitor whose network blocks websockets what is wrong."""

import hashlib

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.plot import ASSETS

NOTICE_SCRIPT = (ASSETS / "notice.js").read_bytes()
NOTICE_URL = f"/vendor/notice-{hashlib.sha256(NOTICE_SCRIPT).hexdigest()[:16]}.js"
_TAG = f'<script src="{NOTICE_URL}" defer></script></body>'.encode()


class Notice:
    """Adds the script to every HTML page that is sent whole and uncompressed, as Streamlit sends its one page."""

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
        and "content-encoding" not in headers
    )


async def _send_page(start: Message, body: bytes, send: Send) -> None:
    page = body.replace(b"</body>", _TAG, 1)
    MutableHeaders(scope=start)["content-length"] = str(len(page))
    await send(start)
    await send({"type": "http.response.body", "body": page})
