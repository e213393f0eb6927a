"""Every page opens, plays and is moved in Firefox and in WebKitGTK; run by make browsers, not by make test."""

import shutil
import time

import pytest

from pages import PAGES
from tests.benchmarks.serving import Server
from tests.browsers.drivers import ARROW_LEFT, ARROW_RIGHT, BROWSERS, PATIENCE_S

READY = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !!document.querySelector('h1')
    && (location.pathname === '/learn' || !!document.querySelector('.lab-chart'))
    && [...document.querySelectorAll('.lab-chart')].every(chart => Number(chart.dataset.drawn) > 0)"""
FOCUS = """(() => { const slider = document.querySelector('.st-key-act .stSlider input[type=range]');
    slider?.focus();
    return slider ? [Number(slider.value), Number(slider.max)] : null })()"""


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
        until(browser, "document.querySelector('.lab-play').title === 'Play'", "the opening's motion ends")
        before = browser.ask("document.querySelector('.lab-time output').textContent")
        browser.ask("(document.querySelector('.lab-play').click(), null)")
        until(browser, f"document.querySelector('.lab-time output').textContent !== {before!r}", "the cursor moves")
    address = browser.ask("location.search")
    if slider := browser.ask(FOCUS):
        browser.press(ARROW_LEFT if slider[0] >= slider[1] else ARROW_RIGHT)
        until(browser, f"location.search !== {address!r}", "the address follows the slider")
        until(browser, READY, "the moved page is drawn")
