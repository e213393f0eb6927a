"""What the server does beside running pages: serve plotly.js, warm up, freeze the collector, guard the door, end cleanly."""

import asyncio
import atexit
import gc
import importlib
import os
import pkgutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import Route

import core.figures
import core.training
from core.training.threads import one_thread
from pages.jobs.live import close_pools, open_pools
from pages.jobs.process import ROOT
from pages.server.first_page import NOTICE_SCRIPT, NOTICE_URL, FirstPage
from pages.server.held import Held
from pages.server.insets import INSETS, INSETS_URL
from pages.server.rate_limit import RateLimit
from pages.server.security import Gate
from pages.server.static import Compressed, script_route
from pages.server.uploads import Uploads
from pages.shared.plot import PLOTLY_FILE, PLOTLY_URL
from pages.shared.script import SERVED
from pages.shared.streamlit_internals import (
    end_what_nobody_hears,
    keep_theme,
    keep_what_waits,
    leave_pages_folder_alone,
    name_only_what_is_held,
    stay_on_page,
)

DEADLINE_S = 8.0
COMPILERS: list[subprocess.Popen] = []


def end_cleanly() -> None:
    """SIGTERM means exit code 0: a container or make then reports no error. A no-op outside the main thread."""
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    except ValueError:
        return


def end_in_time() -> None:
    """On SIGTERM end the listening server with code 0, from a thread of its own: an exit raised inside the event loop
    would print a traceback for every task under way. A session keeps nothing here that its address does not hold."""

    def end(number: int, frame: Any) -> None:
        for call in (threading.Thread(target=_end_now), threading.Timer(DEADLINE_S, os._exit, (0,))):
            call.daemon = True
            call.start()

    signal.signal(signal.SIGTERM, end)


def _end_now() -> None:
    close_pools()
    for child in COMPILERS:
        child.kill()
        child.wait()
    os._exit(0)


def middleware() -> list[Middleware]:
    """What stands between a visitor and Streamlit, outermost first."""
    return [Middleware(Gate), Middleware(Uploads), Middleware(Compressed), Middleware(FirstPage), Middleware(RateLimit)]


def warm_up() -> None:
    """Import everything heavy before the first visitor, then take it out of the collector's sight.

    Streamlit collects garbage after every run while holding the interpreter; with torch loaded and not frozen that
    costs more than a page does.
    """
    for package in (core.training, core.figures):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    one_thread()
    gc.collect()
    gc.freeze()


def compile_kernels() -> None:
    """In a process of its own, since compiling takes half a minute; its cache then serves every process."""
    code = "import os; os.nice(10); from core.training.relu_flow import warm_up; warm_up()"
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.DEVNULL)
    COMPILERS.append(child)
    atexit.register(child.wait)
    atexit.register(child.kill)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    leave_pages_folder_alone()
    end_in_time()
    keep_theme()
    stay_on_page()
    end_what_nobody_hears()
    keep_what_waits()
    name_only_what_is_held(Held)
    await asyncio.to_thread(warm_up)
    open_pools()
    compile_kernels()
    yield
    close_pools()


def script_routes() -> list[Route]:
    """plotly.js from the installed package and our own scripts, each cacheable for ever under its version."""
    own = [*SERVED.items(), (NOTICE_URL, NOTICE_SCRIPT), *([(INSETS_URL, INSETS)] if INSETS_URL else [])]
    return [script_route(url, text) for url, text in ((PLOTLY_URL, PLOTLY_FILE.read_bytes()), *own)]
