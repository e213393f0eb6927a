"""Every page opens, plays and is moved in Firefox and in WebKitGTK; run by make browsers, not by make test."""

import shutil
import time

import pytest

from pages import PAGES
from tests.benchmarks.serving import Server
from tests.browsers.drivers import BROWSERS, PATIENCE_S

READY = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !!document.querySelector('h1')
    && (location.pathname === '/learn' || !!document.querySelector('.lab-chart'))
    && [...document.querySelectorAll('.lab-chart')].every(chart => Number(chart.dataset.drawn) > 0)"""
MOVE = """(() => { const slider = document.querySelector('.st-key-act .stSlider input[type=range]');
    if (!slider) return false;
    const by = Number(slider.value) < Number(slider.max) ? 1 : -1;
    const step = Number(slider.step) || 1;
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    set.call(slider, String(Number(slider.value) + by * step));
    for (const kind of ['input', 'change', 'pointerup', 'mouseup']) slider.dispatchEvent(new Event(kind, { bubbles: true }));
    return true })()"""


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request):
    kind = BROWSERS[request.param]
    if shutil.which(kind.program) is None:
        pytest.skip(f"{kind.program} is not installed; make browsers installs it on Debian")
    made = kind()
    yield made
    made.close()


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.end()


def until(browser, expression: str, what: str) -> None:
    for _ in range(int(4 * PATIENCE_S)):
        if browser.ask(expression):
            return
        time.sleep(0.25)
    raise AssertionError(f"not within {PATIENCE_S:g} s: {what}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens_plays_and_is_moved(browser, server, page):
    browser.open(f"{server.url}/{page.stem}")
    until(browser, READY, "the page is drawn")
    assert browser.ask("document.querySelector('h1').textContent") == page.question
    assert browser.ask("document.querySelectorAll('[data-testid=stException]').length") == 0
    if page.stem == "learn":
        return
    assert browser.ask("[...document.querySelectorAll('.lab-panel')].filter(p => p.children.length).length") > 0
    if browser.ask("!document.querySelector('.lab-time').hidden"):
        browser.ask("document.querySelector('.lab-time input').dispatchEvent(new Event('input')) && null")
        before = browser.ask("document.querySelector('.lab-time output').textContent")
        browser.ask("(document.querySelector('.lab-play').click(), null)")
        until(browser, f"document.querySelector('.lab-time output').textContent !== {before!r}", "the cursor moves")
    address = browser.ask("location.search")
    if browser.ask(MOVE):
        until(browser, f"location.search !== {address!r}", "the address follows the slider")
        until(browser, READY, "the moved page is drawn")
