"""What the laboratory changes in Streamlit's one HTML page.

The picture that is asked for stands in it as a small drawing, and one script, which tells a visitor whose network blocks
websockets what is wrong. What the first lines of a picture need is named at once; Streamlit's own typeface, which is not
used, is not; plotly.js comes after the lines.
"""

import gzip
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server.first_sketch import Sketches
from pages.server.static import TEXT_FACE
from pages.shared.plot import ASSETS
from pages.shared.script import CHART_URL, STYLE_URL

NOTICE_SCRIPT = (ASSETS / "notice.js").read_bytes()
NOTICE_URL = f"/vendor/notice-{hashlib.sha256(NOTICE_SCRIPT).hexdigest()[:16]}.js"
PLAIN, GZIP = "identity", "gzip"
_NOTICE = f'<script src="{NOTICE_URL}" defer></script></body>'.encode()
_EARLY = (
    f'<link rel="preload" href="{TEXT_FACE}" as="font" type="font/woff2" crossorigin />'
    f'<link rel="modulepreload" href="{CHART_URL}" crossorigin />'
    f'<link rel="stylesheet" href="{STYLE_URL}" /></head>'
).encode()
_UNUSED_FONT = re.compile(rb'<link\s+rel="preload"\s+href="[^"]*SourceSans[^"]*"[^>]*>')


class FirstPage:
    """Changes every HTML page, plain or gzipped, as Streamlit sends its one page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.sketches = app, Sketches()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []
        body = bytearray()

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
            elif held and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    query = scope.get("query_string", b"").decode("latin-1")
                    await _send_page(held.pop(), bytes(body), await self.sketches.of(scope["path"], query), send)
            else:
                await send(message)

        await self.app(scope, receive, send_changed)


def _is_page(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and headers.get("content-encoding", PLAIN) in (PLAIN, GZIP)
    )


async def _send_page(start: Message, body: bytes, sketch: str, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    packed = headers.get("content-encoding", PLAIN) == GZIP
    page = _UNUSED_FONT.sub(b"", gzip.decompress(body) if packed else body)
    page = page.replace(b"</head>", _EARLY, 1).replace(b"<body>", b"<body>" + sketch.encode(), 1)
    page = page.replace(b"</body>", _NOTICE, 1)
    page = gzip.compress(page) if packed else page
    headers["content-length"] = str(len(page))
    await send(start)
    await send({"type": "http.response.body", "body": page})
