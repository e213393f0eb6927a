"""The laboratory's own typeface, served by itself: Inter, variable weight, Latin and Greek (its licence lies beside it)."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages.server.static import FOR_EVER
from pages.shared.plot import ASSETS

FOLDER = ASSETS / "fonts"


def font_routes() -> list[Route]:
    """One route for each font file, cacheable for ever."""
    return [_route(path) for path in sorted(FOLDER.glob("*.woff2"))]


def _route(path: Path) -> Route:
    body = path.read_bytes()

    async def send(_request: Request) -> Response:
        return Response(body, media_type="font/woff2", headers={"Cache-Control": FOR_EVER})

    return Route(f"/vendor/fonts/{path.name}", send)
