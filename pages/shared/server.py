"""What the server does beside running pages: serve plotly.js, warm up, freeze the collector, end cleanly."""

import asyncio
import gc
import gzip
import importlib
import pkgutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

import core.figures
import core.training
from pages.shared.live import pool
from pages.shared.plot import PLOTLY_FILE, PLOTLY_URL

YEAR = 31_536_000


def end_cleanly() -> None:
    """SIGTERM means exit code 0: a container or make then reports no error. A no-op outside the main thread."""
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    except ValueError:
        return


def warm_up() -> None:
    """Import everything heavy before the first visitor, then take it out of the collector's sight.

    Streamlit collects garbage after every run while holding the interpreter; with torch loaded and not frozen that
    costs more than a page does.
    """
    for package in (core.training, core.figures):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    PagesManager.uses_pages_directory = False
    await asyncio.to_thread(warm_up)
    pool().warm()
    yield
    pool().close()


def plotly_route() -> Route:
    """plotly.js from the installed package, compressed once, cacheable for ever under its version."""
    plain = PLOTLY_FILE.read_bytes()
    small = gzip.compress(plain, 6)

    async def send(request: Request) -> Response:
        headers = {"Cache-Control": f"public, max-age={YEAR}, immutable", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(small, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})
        return Response(plain, media_type="text/javascript", headers=headers)

    return Route(PLOTLY_URL, send)
