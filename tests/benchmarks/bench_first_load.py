"""The first visit on a cold cache over a slow line (1.5 Mbit/s, 100 ms): bytes and seconds to the first picture.

The first lines of a page stand in its HTML; the words are those of the running page. Compared with a plain Streamlit page
that draws one chart, on a server of its own, one after the other. The line is Chromium's own emulation: it slows requests, not
the websocket, whose bytes are counted.
"""

import sys
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, sync_playwright

from scripts.chromium import chromium
from tests.benchmarks.serving import ROOT, Server

MBIT, LATENCY_MS = 1.5, 100
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-first-run"]
PICTURE = "() => !!document.querySelector('.js-plotly-plot .main-svg')"
LINES = "() => !!document.querySelector('#lab-first svg, .lab-outline path, .js-plotly-plot .main-svg')"
WORDS = "() => !!document.querySelector('.stMarkdown p, h1')"
STEMS = ("start", "geometry", "regime_map", "learn")


@dataclass
class Load:
    """What one first visit cost: bytes by address, of the websocket, and seconds until words, lines and picture stand."""

    bytes: dict[str, int] = field(default_factory=dict)
    socket: int = 0
    words_s: float = 0.0
    lines_s: float = 0.0
    picture_s: float = 0.0

    @property
    def besides_plotly(self) -> float:
        """MB of all but plotly.js."""
        own = sum(size for url, size in self.bytes.items() if "plotly" not in url.lower())
        return (own + self.socket) / 1e6

    @property
    def plotly(self) -> float:
        return sum(size for url, size in self.bytes.items() if "plotly" in url.lower()) / 1e6


def first_visit(browser: Browser, url: str, pictured: bool) -> Load:
    """Open a page with an empty cache over the slow line."""
    load, urls = Load(), {}
    with browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce") as context:
        tab = context.new_page()
        line = context.new_cdp_session(tab)
        line.on("Network.requestWillBeSent", lambda e: urls.__setitem__(e["requestId"], e["request"]["url"]))
        line.on("Network.loadingFinished", lambda e: _count(load, urls.get(e["requestId"], ""), e["encodedDataLength"]))
        line.on("Network.webSocketFrameReceived", lambda e: _frame(load, e["response"]["payloadData"]))
        line.send("Network.enable")
        speed = MBIT * 1e6 / 8
        slow = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": speed, "uploadThroughput": speed}
        line.send("Network.emulateNetworkConditions", slow)
        begun = time.monotonic()
        tab.goto(url, wait_until="commit", timeout=180_000)
        if pictured:
            tab.wait_for_function(LINES, timeout=180_000)
            load.lines_s = time.monotonic() - begun
        tab.wait_for_function(WORDS, timeout=180_000)
        load.words_s = time.monotonic() - begun
        if pictured:
            tab.wait_for_function(PICTURE, timeout=180_000)
            load.picture_s = time.monotonic() - begun
        tab.wait_for_timeout(1500)
    return load


def _count(load: Load, url: str, size: int) -> None:
    load.bytes[url] = load.bytes.get(url, 0) + int(size)


def _frame(load: Load, payload: str) -> None:
    """Binary frames are told as base64."""
    load.socket += len(payload) * 3 // 4


def main() -> None:
    stems = sys.argv[1:] or STEMS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        plain = Server(ROOT / "tests/benchmarks/apps/plain.py")
        base = first_visit(browser, plain.url, True)
        plain.end()
        print(
            f"{'page':>12} {'MB besides':>11} {'plotly MB':>10} {'words s':>8} {'lines s':>9} {'picture s':>10} {'ratio':>6}"
        )
        print(_row("plain", base, base))
        ours = Server()
        for stem in stems:
            print(_row(stem, first_visit(browser, f"{ours.url}/{stem}", stem != "learn"), base), flush=True)
        ours.end()
        browser.close()


def _row(name: str, load: Load, base: Load) -> str:
    ratio = load.picture_s / base.picture_s
    seconds = f"{load.words_s:8.1f} {load.lines_s:9.1f} {load.picture_s:10.1f}"
    return f"{name:>12} {load.besides_plotly:11.2f} {load.plotly:10.2f} {seconds} {ratio:6.2f}"


if __name__ == "__main__":
    main()
