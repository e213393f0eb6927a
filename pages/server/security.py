"""Who may ask, and what every answer carries: hosts, origins, the operator's own paths, and the security headers.

ALLOWED_HOSTS    names this server answers to, separated by spaces or commas; "*.example.edu" for subdomains, "*" for all.
                 Addresses and localhost are always answered: a foreign page can only borrow a *name* (DNS rebinding).
FRAME_ANCESTORS  sites that may embed the pages, e.g. "https://moodle.example.edu"; default: the same site only.

A web page may open a session only from the host it came from, or from one of ALLOWED_HOSTS.
"""

import base64
import hashlib
import ipaddress
import os
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server.first_sketch import CHOSEN_THEME
from pages.shared.streamlit_internals import INDEX, OPERATORS

LOOPBACK = {"127.0.0.1", "::1"}
READING = {"GET", "HEAD", "OPTIONS"}
PLAIN_HOST = re.compile(r"[\w.\-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")


def words(variable: str, default: str = "") -> list[str]:
    """The words of an environment variable, separated by spaces or commas."""
    return (
        re.split(r"[\s,]+", os.environ.get(variable, default).strip(" ,\n"))
        if os.environ.get(variable, default)
        else []
    )


class Gate:
    """Refuses foreign hosts and origins, and puts the security headers on every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.names = [name.lower().rstrip(".") for name in words("ALLOWED_HOSTS")]
        self.ancestors = words("FRAME_ANCESTORS")
        self.inline = inline_scripts(f"{INDEX.read_text()}<script>{CHOSEN_THEME}</script>")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers(headers.get("host", "")))
            await send(message)

        answer = send_with_headers if scope["type"] == "http" else send
        if refusal := self.refusal(scope, headers):
            await refuse(refusal, scope, receive, answer)
        else:
            await self.app(scope, receive, answer)

    def refusal(self, scope: Scope, headers: Headers) -> str:
        """Why this request is not answered, or nothing."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self.knows(host):
            return f"This server does not answer to the name {host[:100]!r}. Its operator can add it to ALLOWED_HOSTS."
        changes = scope["type"] == "websocket" or scope["method"] not in READING
        if changes and origin is not None and not self.trusts(origin, host):
            return (
                f"This server does not talk to pages from {origin[:100]!r}. Its operator can add them to ALLOWED_HOSTS."
            )
        if scope["path"].rstrip("/").endswith(OPERATORS) and (scope.get("client") or ("",))[0] not in LOOPBACK:
            return "This path is for the operator, on the machine itself."
        return ""

    def knows(self, host: str) -> bool:
        """Whether the Host header names this server."""
        name = host_name(f"//{host}") if PLAIN_HOST.fullmatch(host) else None
        return name is not None and (name == "localhost" or is_address(name) or self._listed(name))

    def trusts(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may change anything or open a session here."""
        name = host_name(origin)
        return name is not None and (urlsplit(origin).netloc == host or self._listed(name))

    def _listed(self, name: str) -> bool:
        return any(known in ("*", name) or (known[:2] == "*." and name.endswith(known[1:])) for known in self.names)

    def headers(self, host: str) -> dict[str, str]:
        """What every HTTP answer carries."""
        out = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Content-Security-Policy": self.policy(host),
        }
        return out if self.ancestors else {**out, "X-Frame-Options": "SAMEORIGIN"}

    def policy(self, host: str) -> str:
        """The content security policy; websockets are named, since not every browser counts them as 'self'."""
        sockets = [f"ws://{host}", f"wss://{host}"] if PLAIN_HOST.fullmatch(host) else []
        rules = {
            "default-src": ["'self'"],
            "script-src": ["'self'", "blob:", *self.inline],
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:"],
            "font-src": ["'self'", "data:"],
            "connect-src": ["'self'", *sockets],
            "worker-src": ["'self'", "blob:"],
            "object-src": ["'none'"],
            "base-uri": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'self'", *self.ancestors],
        }
        return "; ".join(f"{rule} {' '.join(sources)}" for rule, sources in rules.items())


def host_name(url: str) -> str | None:
    """The host's name in lower case, or None where there is none."""
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name.rstrip(".") if name else None


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def inline_scripts(page: str) -> list[str]:
    """The hashes by which a policy allows the scripts written into Streamlit's page, and no others."""
    scripts: Iterable[str] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts]


async def refuse(why: str, scope: Scope, receive: Receive, send: Send) -> None:
    """403 and the reason; a websocket is refused before it opens."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why[:120]})
    else:
        await PlainTextResponse(why, 403)(scope, receive, send)
