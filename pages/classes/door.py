"""Two cookies at the door, and no others: they let a phone be the same phone after a reload, and keep the secret unseen.

A link with class=… gives the browser a random word, so that a phone votes once, whatever tabs and servers come and go. The
teacher's secret link is answered by a cookie and the same address without the secret: a projector shows it to nobody.
"""

import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.classes.kept.codes import SECRET, read_code
from pages.classes.kept.store import LIFE_S

PHONE = "lab_phone"
TEACHER = "lab_teacher_"


class Door:
    """Answers GETs of pages whose query names a class; everything else passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1")) if _reads(scope) else []
        asked = dict(query)
        code, secret = read_code(asked.get("class", "")), asked.get("teach", "")
        if not code:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if secret:
            rest = urlencode([(key, value) for key, value in query if key != "teach"])
            answer = Response(status_code=303, headers={"Location": f"?{rest}", "Cache-Control": "no-store"})
            if SECRET.fullmatch(secret):
                answer.headers.append("Set-Cookie", _cookie(TEACHER + code, secret, scope, headers))
            await answer(scope, receive, send)
            return
        known = PHONE in cookie_parser(headers.get("cookie", ""))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and not known:
                word = secrets.token_urlsafe(16)
                MutableHeaders(scope=message).append("Set-Cookie", _cookie(PHONE, word, scope, headers))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _reads(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "GET" and b"class=" in scope.get("query_string", b"")


def _cookie(name: str, value: str, scope: Scope, headers: Headers) -> str:
    safe = "; Secure" if headers.get("x-forwarded-proto", scope["scheme"]) == "https" else ""
    return f"{name}={value}; Path=/; Max-Age={LIFE_S}; HttpOnly; SameSite=Lax{safe}"
