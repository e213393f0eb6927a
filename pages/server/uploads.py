"""What visitors have uploaded stays in memory until they leave: all of it together is bounded.

UPLOADS_MB   the most that all visitors' files may take (default 200); one file ends at Streamlit's server.maxUploadSize
"""

import os

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.streamlit_internals import UPLOAD, uploaded_bytes


class Uploads:
    """Refuses a file that would not fit beside those held and those arriving, or that does not say how large it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.limit = float(os.environ.get("UPLOADS_MB") or 200) * 1e6
        self.arriving = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOAD not in scope["path"]:
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            await PlainTextResponse("An upload must say its size.", 411)(scope, receive, send)
            return
        size = float(length)
        if uploaded_bytes() + self.arriving + size > self.limit:
            sentence = "The server holds as many uploads as it can. Try again when others have left."
            await PlainTextResponse(sentence, 413)(scope, receive, send)
            return
        self.arriving += size
        try:
            await self.app(scope, receive, send)
        finally:
            self.arriving -= size
