"""Tabs of a real Chromium: how one is opened, waited for and asked, and how tests use one after the other."""

import time
from pathlib import Path

import axe_playwright_python
import pytest

from pages.server.first_page import NOTICE_URL

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text() + ";0"
WITHOUT_CHART = {"learn"}
AUDIT = """async () => (await axe.run(document,
    { resultTypes: ['violations'], rules: { region: { enabled: false } } })).violations"""
READY = """(charts) => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('h1')
    && document.querySelectorAll('.lab-chart').length >= charts
    && [...document.querySelectorAll('.lab-chart')].every(chart => Number(chart.dataset.drawn) > 0)"""
RESTS = """() => {
    const boxes = [...document.querySelectorAll('h1, .lab-panel, .lab-bar, .stSlider, [class*=st-key-]')];
    const now = JSON.stringify([location.href, document.querySelector('[data-testid=stApp]')?.dataset.testScriptState,
        [...document.querySelectorAll('.lab-chart')].map(chart => chart.dataset.drawn),
        boxes.map(box => Object.values(box.getBoundingClientRect().toJSON()).map(Math.round))]);
    if (window.__rest?.now !== now) window.__rest = { now, since: performance.now() };
    return performance.now() - window.__rest.since > 500;
}"""
OPENED = "() => (window.__opened = [...document.querySelectorAll('.lab-chart')].map(chart => chart.__chart.index))"
AS_OPENED = """() => {
    document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0);
    document.activeElement?.blur();
    [...document.querySelectorAll('.lab-chart')].slice(0, window.__opened?.length ?? 0)
        .forEach((chart, k) => chart.__chart.show(window.__opened[k]));
}"""

SEEN = ".lab-panel:not([hidden]) .js-plotly-plot"  # a phone draws what it hides when it is asked for
CONTRADICTIONS = """seen => {
    const { meta = {} } = document.querySelector(seen)?.layout ?? {};
    const words = (buttons) => [...buttons].map((one) => one.textContent.trim()).join();
    const said = (box, value) => {
        const [slider, entry] = [box.querySelector('input[type=range]'), box.querySelector('input[type=text]')];
        const pressed = box.querySelectorAll('[aria-checked=true], [aria-pressed=true]');
        if (typeof value === 'boolean') return String(box.querySelector('input[type=checkbox]').checked);
        const word = slider?.getAttribute('aria-valuetext') ?? (pressed.length ? words(pressed) : entry?.value);
        return word?.replaceAll('−', '-');
    };
    const shown = (word, value) => typeof value === 'number' && word !== '' && !Number.isNaN(Number(word))
        ? Math.abs(Number(word) - value) <= 0.006 + 1e-3 * Math.abs(value) : word === String(value).replaceAll('_', ' ');
    return Object.entries(meta).flatMap(([name, value]) => {
        const box = document.querySelector(`.st-key-act .st-key-${CSS.escape(name)}`);
        const word = box?.checkVisibility() && said(box, value);
        return typeof word !== 'string' || shown(word, value) ? [] : [`${name}: control ${word}, picture ${value}`];
    });
}"""


class Visit:
    """One tab: opens a page, waits until it is done, and remembers complaints and outside requests."""

    def __init__(self, context, server: str):
        self.tab, self.server, self.stands = context.new_page(), server, ""
        self.complaints: list[str] = []
        self.tab.on(
            "console", lambda m: m.type == "error" and "Failed to load resource" not in m.text and self.note(m.text)
        )
        self.tab.on("pageerror", lambda error: self.note(str(error)))
        self.tab.on(
            "request", lambda r: r.url.startswith("http") and server not in r.url and self.note(f"outside: {r.url}")
        )

    def note(self, text: str) -> None:
        self.complaints.append(text[:300])

    def open(self, path: str) -> "Visit":
        self.tab.goto(f"{self.server}/{path}", wait_until="load")
        return self.settle(charts=0 if path.split("?")[0] in WITHOUT_CHART else 1)

    def settle(self, charts: int = 1) -> "Visit":
        """Wait until the script is done and every chart is drawn."""
        self.tab.wait_for_function(READY, arg=charts, timeout=60_000, polling=50)
        return self

    def rest(self) -> "Visit":
        """Wait until nothing on the page has moved, no address changed and nothing been drawn for half a second."""
        self.tab.wait_for_function(RESTS, timeout=60_000, polling=50)
        return self

    def painted(self) -> "Visit":
        """Wait until what was done is on the screen: the second picture from now is painted."""
        self.tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self

    def meta(self, panel: int = 0) -> dict:
        """What a picture in sight says of its problem."""
        return self.tab.evaluate("([seen, k]) => document.querySelectorAll(seen)[k].layout.meta", [SEEN, panel])

    def until_meta(self, key: str, value, panel: int = 0) -> None:
        test = "([seen, k, key, value]) => document.querySelectorAll(seen)[k]?.layout?.meta?.[key] === value"
        self.tab.wait_for_function(test, arg=[SEEN, panel, key, value], timeout=30_000, polling=50)

    def contradictions(self) -> list[str]:
        """The controls that do not say what the picture shows, once both have had the time to come."""
        end = time.monotonic() + 10
        while (found := self.tab.evaluate(CONTRADICTIONS, SEEN)) and time.monotonic() < end:
            self.tab.wait_for_timeout(200)
        return found

    def violations(self) -> list[str]:
        """What axe-core calls serious or critical here: rule, how often, and the first place. Without the rule `region`, which
        is moderate and takes a third of the time."""
        self.tab.wait_for_function("() => window.__lab")
        self.rest().tab.evaluate(AXE)
        found = self.tab.evaluate(AUDIT)
        grave = [rule for rule in found if rule["impact"] in ("serious", "critical")]
        return [f"{rule['id']} × {len(rule['nodes'])}: {rule['nodes'][0]['html'][:200]}" for rule in grave]

    def camera(self) -> dict:
        return self.tab.evaluate("() => document.querySelector('.js-plotly-plot')._fullLayout.scene._scene.getCamera()")

    def plain(self) -> None:
        """To a file of the same server: on about:blank the tab's process would go, and with it what it has compiled."""
        self.tab.goto(self.server + NOTICE_URL)

    def leave(self) -> None:
        """What the tab keeps from page to page goes; its process stays."""
        self.tab.unroute_all()
        self.tab.mouse.move(0, 0)
        self.plain()
        self.tab.evaluate("() => (sessionStorage.clear(), localStorage.clear())")
        self.complaints.clear()
        self.stands = ""


def look(width: int, height: int, reduced_motion="no-preference", color_scheme="light", **device) -> tuple:
    return {"width": width, "height": height}, {"reduced_motion": reduced_motion, "color_scheme": color_scheme}, device


def _stays(*_):
    pytest.fail("what is told to a tab stays with it: visit(own=True)")


class Tabs:
    """Tabs in browsers without cookies, used one test after the other: a page opens a third cheaper than in a new tab."""

    def __init__(self, contexts, server: str):
        self.contexts, self.server = contexts, server
        self.idle: list[Visit] = []
        self.taken: list[Visit] = []

    def take(self, place: str, own: bool, size: dict, media: dict, device: dict) -> Visit:
        """A tab of this device: where this place stands already, else any, else a new one."""
        context = self.contexts(**device)
        idle = [] if own else [seen for seen in self.idle if seen.tab.context == context]
        idle.sort(key=lambda seen: (seen.stands != place, (seen.stands == "") == (place != "")))
        seen = idle[0] if idle else self.new(context, own)
        if idle:
            self.idle.remove(seen)
        self.taken.append(seen)
        if seen.stands != place:
            seen.leave()
        elif place:
            seen.tab.evaluate(AS_OPENED)
        seen.tab.bring_to_front()  # frames come once a second to a tab behind others
        seen.tab.set_viewport_size(size)
        seen.tab.emulate_media(**media)
        return seen

    def new(self, context, own: bool) -> Visit:
        seen = Visit(context, self.server)
        if not own:
            seen.tab.add_init_script = seen.tab.route_web_socket = _stays
        return seen

    def give_back(self, whole: bool) -> None:
        """After a test: its tabs are left, but for one where a place stands; after a failure all are closed."""
        kept = [seen for seen in self.taken if whole and seen.tab.add_init_script is _stays]
        for context in {seen.tab.context for seen in self.taken}:
            mine = [seen.tab for seen in (*kept, *self.idle)]
            for tab in context.pages[1:]:
                if tab not in mine:
                    tab.close()
            context.clear_cookies()
        for seen in kept:
            if not seen.stands:
                seen.leave()
        self.idle += kept
        self.taken.clear()
