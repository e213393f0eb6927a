"""Every page opens, plays and is used in Firefox and in WebKitGTK; run by make browsers, not by make test."""

import shutil
import time
from functools import partial

import pytest

from pages import PAGES
from pages.classes.kept.store import store
from tests.benchmarks.serving import Server
from tests.browsers.drivers import BROWSERS, PATIENCE_S, WebKit
from tests.browsers.hands import ARROW_LEFT, ARROW_RIGHT, click, drag, press, scroll, turn

READY = """document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !!document.querySelector('h1')
    && (location.pathname === '/learn' || !!document.querySelector('.lab-chart'))
    && [...document.querySelectorAll('.lab-chart')].every(chart => Number(chart.dataset.drawn) > 0)"""
FOCUS = """(() => { const slider = document.querySelector('.st-key-act .stSlider input[type=range]');
    slider?.focus();
    return slider ? [Number(slider.value), Number(slider.max)] : null })()"""
EMPTY = """[...document.querySelectorAll('.lab-panel')].filter(panel => panel.checkVisibility())
    .filter(panel => !panel.querySelector('.main-svg, canvas, .lab-outline path'))
    .map(panel => panel.getAttribute('aria-label'))"""
LIGHTNESS = """[['[data-testid=stApp]', 'backgroundColor'], ['h1', 'color']].map(([one, what]) =>
    Math.max(...getComputedStyle(document.querySelector(one))[what].match(/\\d+/g).slice(0, 3).map(Number)))"""
EYE = "document.querySelector('.lab-chart').__chart.panels[0].camera('scene').eye"


def made(kind: str, **look):
    if shutil.which(BROWSERS[kind].program) is None:
        pytest.skip(f"{BROWSERS[kind].program} is not installed; make browsers installs it on Debian")
    return BROWSERS[kind](**look)


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request):
    seen = made(request.param)
    yield seen
    seen.close()


@pytest.fixture(scope="module")
def server():
    begun = Server()
    yield begun
    begun.end()


def until(browser, expression: str, what: str) -> None:
    for _ in range(int(4 * PATIENCE_S)):
        if browser.ask(expression):
            return
        time.sleep(0.25)
    raise AssertionError(f"not within {PATIENCE_S:g} s: {what}")


def opened(browser, server, path: str) -> None:
    browser.open(f"{server.url}/{path}")
    until(browser, READY, f"{path} is drawn")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens_plays_and_is_moved(browser, server, page):
    opened(browser, server, page.stem)
    assert browser.ask("document.querySelector('h1').textContent") == page.question
    assert browser.ask("document.querySelectorAll('[data-testid=stException]').length") == 0
    if page.stem == "learn":
        return
    assert browser.ask("document.querySelectorAll('.lab-panel').length") > 0 and browser.ask(EMPTY) == []
    if browser.ask("!document.querySelector('.lab-time').hidden"):
        until(browser, "document.querySelector('.lab-play').title === 'Play'", "the opening's motion ends")
        before = browser.ask("document.querySelector('.lab-time output').textContent")
        browser.ask("(document.querySelector('.lab-play').click(), null)")
        until(browser, f"document.querySelector('.lab-time output').textContent !== {before!r}", "the cursor moves")
    address = browser.ask("location.search")
    if slider := browser.ask(FOCUS):
        press(browser, ARROW_LEFT if slider[0] >= slider[1] else ARROW_RIGHT)
        until(browser, f"location.search !== {address!r}", "the address follows the slider")
        until(browser, READY, "the moved page is drawn")


def says(word: str) -> str:
    return f"location.search.includes({word!r})"


def at(top: int) -> str:
    return f"document.querySelector('[data-testid=stMain]').scrollTop > {top}"


def film(browser) -> None:
    """The part of a page that makes it is opened, and its button pressed."""
    browser.ask(
        "([...document.querySelectorAll('summary')].find(one => one.textContent.includes('Take it away: data')).click(), 1)"
    )
    until(browser, "!!document.querySelector('.lab-which option')", "what can be taken away")
    click(browser, "[data-film=webm]")


THUMB = ".st-key-delta [role=group] [data-rac] > [data-rac]"
DEEDS = {
    "the start is taken along": (
        "geometry",
        partial(drag, selector="[data-handle=beta_0]", by=(20, 30)),
        says("angle="),
    ),
    "a finger takes the start along": (
        "geometry",
        partial(drag, selector="[data-handle=beta_0]", by=(20, 30), kind="touch"),
        says("angle="),
    ),
    "two fingers turn a scene": (
        "geometry",
        partial(turn, selector=".lab-plot", by=(60, 0)),
        f"Math.abs({EYE}.x - 1.22) > 0.2",
    ),
    "a cell is taken along": ("regime_map", partial(drag, selector="[data-handle=cell]", by=(25, 15)), says("tau=")),
    "a slider is drawn": ("geometry", partial(drag, selector=THUMB, by=(40, 0)), says("delta=")),
    "the cursor is drawn": (
        "geometry",
        partial(drag, selector=".lab-time input", by=(20, 0)),
        "(({ playback, index, last }) => !playback.playing && index > 0 && index < 0.9 * last)"
        "(document.querySelector('.lab-chart').__chart)",
    ),
    "the wheel scrolls over a picture": ("geometry", partial(scroll, selector=".lab-plot", down=400), at(100)),
    "a preset is clicked": (
        "exact",
        partial(click, selector="[class*=st-key-preset_] button"),
        "location.search.length > 1",
    ),
    "a scene is seen from above": (
        "geometry",
        partial(click, selector=".lab-cameras button:nth-child(3)"),
        f"(eye => eye.z > 2 * Math.hypot(eye.x, eye.y))({EYE})",
    ),
    "a step comes by button": ("geometry?step=1", partial(click, selector=".st-key-step_next button"), says("step=2")),
    "a step comes by key": ("geometry?step=1&present=true", partial(press, key=ARROW_RIGHT), says("step=2")),
    "the story turns by key": ("start?step=1", partial(press, key=ARROW_RIGHT), says("step=2")),
    "the story turns by wheel": ("start?step=1", partial(scroll, selector=".lab-plot", down=900), says("step=2")),
    "a film is made, or refused in a sentence": (
        "exact",
        film,
        "/ MB, made in|writes no WebM/.test(document.querySelector('.lab-take-status')?.textContent)",
    ),
    "a fold opens": (
        "wide",
        partial(click, selector=".st-key-fold_gaussian summary"),
        "document.querySelector('.st-key-fold_gaussian details').open && document.querySelectorAll('.lab-chart').length > 1",
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_hand_does(browser, server, deed):
    path, act, comes = DEEDS[deed]
    if getattr(act, "func", act) is turn and isinstance(browser, WebKit):
        pytest.skip("its driver has no fingers")
    opened(browser, server, path)
    until(browser, "document.querySelector('.lab-play').title === 'Play'", "the opening's motion ends")
    assert not browser.ask(comes)
    act(browser)
    until(browser, comes, deed)
    until(browser, READY, "it is drawn")
    assert browser.ask(EMPTY) == []


def test_a_phone_of_a_class_votes(browser, server):
    code, _ = store().start()
    opened(browser, server, f"start?class={code}")
    until(browser, f"document.querySelector('.st-key-class_strip')?.innerText.includes({code!r})", "it has joined")
    store().ask(code, "geometry", {"predict": "true"})
    until(
        browser,
        "location.pathname === '/geometry' && !!document.querySelector('.st-key-class_choice_1')",
        "it is asked",
    )
    until(browser, READY, "the question's picture is drawn")
    click(browser, ".st-key-class_choice_1 button")
    until(browser, "document.body.innerText.includes('You chose B')", "its choice stands")
    assert store().tally(store().find(code), 3).rounds[-1] == (0, 1, 0)
    store().reveal(code)
    until(browser, "document.body.innerText.includes('You said')", "the answer comes")
    store().end(code)
    until(browser, "document.body.innerText.includes('is over')", "the class is over")


@pytest.mark.parametrize("kind", BROWSERS)
def test_a_dark_room_is_dark(kind, server):
    seen = made(kind, dark=True)
    try:
        opened(seen, server, "exact")
        ground, words = seen.ask(LIGHTNESS)
        assert ground < 60 and words > 180
        assert seen.ask("document.querySelector('.lab-chart').__chart.theme.dark") is True
    finally:
        seen.close()
