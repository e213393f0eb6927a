"""A real server and a real Chromium for the browser tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from scripts.chromium import headless
from tests.browser.tabs import OPENED, Tabs, Visit, look

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
FRUGAL = [
    *FLAGS,
    "--js-flags=--single-threaded-gc",  # no core is idle here that could collect beside
    "--font-render-hinting=none",  # letters as wide without windows as with them
]
LONGEST = ("test_class", "test_cuts")


def pytest_collection_modifyitems(items):
    """Minutes first, so that no process waits for the other at the end; tests of one standing page one after another."""
    mine = [item for item in items if Path(item.fspath).is_relative_to(Path(__file__).parent)]
    order, here = iter(sorted(mine, key=_order)), set(mine)
    items[:] = [next(order) if item in here else item for item in items]
    for item in mine:
        if not item.get_closest_marker("walk"):
            item.add_marker(pytest.mark.flaky(reruns=2))  # a page that is late on a busy machine is not at fault
    if headless() or os.environ.get("CI") == "true":
        return
    for item in mine:
        item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: browser tests did not run"))


def _order(item) -> tuple:
    if "standing" not in item.fixturenames:
        return (0, item.fspath.purebasename not in LONGEST)
    given = getattr(item, "callspec", None)
    page = given and (given.params.get("page") or given.params.get("stem"))
    return (1, str(getattr(page, "stem", page)), "width" in item.fixturenames)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server of this checkout, beginning to run; it must end cleanly."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        self.child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        self.child.send_signal(signal.SIGTERM)
        assert self.child.wait(10) == 0, "the server of the browser tests must end cleanly"


SHARED = pytest.StashKey[Server]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """All processes of one run open the pages of one server: what it has compiled and solved, it has for all."""
    if SHARED not in node.config.stash:
        node.config.stash[SHARED] = Server()
    node.workerinput["server"] = node.config.stash[SHARED].url


def pytest_sessionfinish(session):
    if shared := session.config.stash.get(SHARED, None):
        shared.end()


@pytest.fixture(scope="session")
def server(request):
    """The address of a server of this checkout, once it answers."""
    shared = getattr(request.config, "workerinput", {}).get("server")
    own = None if shared else Server()
    url = shared or own.url
    for _ in range(240):
        try:
            if urllib.request.urlopen(url + "/_stcore/health", timeout=2).status == 200:
                break
        except OSError:
            time.sleep(0.5)
    yield url
    if own:
        own.end()


@pytest.fixture(scope="package")
def playwright():
    """Ended with this folder: while it runs, no other test of this process can run an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright):
    """For tests that need visitors who share nothing, each in a new context."""
    opened = playwright.chromium.launch(executable_path=headless(), args=FRUGAL)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def contexts(playwright, tmp_path_factory):
    """A Chromium for each kind of device, begun when it is first asked for: compiled scripts are kept in its profile."""
    begun = {}

    def of(**device):
        key = repr(sorted(device.items()))
        if key not in begun:
            begun[key] = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"), executable_path=headless(), args=FRUGAL, **device
            )
        return begun[key]

    yield of
    for context in begun.values():
        context.close()


@pytest.fixture(scope="package")
def tabs(contexts, server):
    return Tabs(contexts, server)


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture
def visit(tabs, request):
    """Opens tabs in browsers without cookies; `own`: a tab that is told what it keeps, and is closed after the test."""

    def make(width: int = 1280, height: int = 900, own: bool = False, **device) -> Visit:
        return tabs.take("", own, *look(width, height, **device))

    yield make
    tabs.give_back(request.node.stash.get(PASSED, False))


@pytest.fixture
def standing(tabs, request):
    """A page that stands from test to test, for those who leave it as it was, but for the cursor and what is scrolled: opened
    when the last one had another."""

    def make(path: str, width: int = 1280, height: int = 900, **device) -> Visit:
        size, media, device = look(width, height, **device)
        place = repr((path, media))
        seen = tabs.take(place, False, size, media, device)
        if seen.stands != place:
            seen.open(path).tab.evaluate(OPENED)
        seen.stands = place
        return seen.settle(charts=0)

    yield make
    tabs.give_back(request.node.stash.get(PASSED, False))
