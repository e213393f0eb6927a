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

from scripts.chromium import chromium
from tests.browser.tabs import Tabs, Visit, look

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
LONGEST = ("test_class", "test_cuts")


def pytest_collection_modifyitems(items):
    """Minutes first, so that no process waits for the other at the end; tests of one standing page one after another."""
    mine = [item for item in items if Path(item.fspath).is_relative_to(Path(__file__).parent)]
    order, here = iter(sorted(mine, key=_order)), set(mine)
    items[:] = [next(order) if item in here else item for item in items]
    if chromium() or os.environ.get("CI") == "true":
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


@pytest.fixture(scope="session")
def server():
    """The address of a server of this checkout, started for the session; it must end cleanly."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            if urllib.request.urlopen(url + "/_stcore/health", timeout=2).status == 200:
                break
        except OSError:
            time.sleep(0.5)
    yield url
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0


@pytest.fixture(scope="package")
def playwright():
    """Ended with this folder: while it runs, no other test of this process can run an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright):
    """For tests that need visitors who share nothing, each in a new context."""
    opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
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
                tmp_path_factory.mktemp("profile"), executable_path=chromium(), args=FLAGS, **device
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
    """A page that stands from test to test, for those who leave it as it was: opened when the last one had another."""

    def make(path: str, width: int = 1280, height: int = 900, **device) -> Visit:
        size, media, device = look(width, height, **device)
        place = repr((path, media))
        seen = tabs.take(place, False, size, media, device)
        if seen.stands != place:
            seen.open(path)
        seen.stands = place
        return seen.settle(charts=0)

    yield make
    tabs.give_back(request.node.stash.get(PASSED, False))
