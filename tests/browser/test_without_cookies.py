"""A phone whose browser keeps no cookies: a reload leaves it who it was, a copy of its address makes another phone."""

import re

import pytest

from pages.classes.kept.store import store
from tests.browser.tabs import Visit
from tests.browser.test_class import PHONES, press


@pytest.fixture
def phones(browser, server):
    """(its class's code, how a phone is opened): what its server would have it keep is gone before it speaks."""
    code, _ = store().start()
    look = {key: value for key, value in PHONES.items() if key not in ("width", "height")}
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce", **look)

    def forgetful(line) -> None:
        context.clear_cookies()
        line.connect_to_server()

    def phone(path: str) -> Visit:
        seen = Visit(context, server)
        seen.tab.route_web_socket(re.compile("_stcore/stream"), forgetful)
        return seen.open(path)

    yield code, phone
    context.close()
    store().end(code)


def test_a_reload_leaves_a_phone_without_cookies_who_it_was(phones):
    code, phone = phones
    seen = phone(f"geometry?class={code}")
    strip = seen.tab.locator(".st-key-class_strip p").first
    name = strip.inner_text()
    store().ask(code, "geometry", {"predict": "true", "delta": "4"})
    press(seen, "B ·")
    seen.tab.get_by_text("You chose B").wait_for()
    assert "lab_phone" not in {cookie["name"] for cookie in seen.tab.context.cookies()}
    seen.tab.reload()
    seen.tab.get_by_text("You chose B").wait_for(timeout=60_000)
    assert strip.inner_text() == name and store().phones(code) == 1
    press(seen, "A ·")
    seen.tab.get_by_text("You chose A").wait_for()
    other = phone(re.sub(r"^.*/", "", seen.tab.url))
    press(other, "C ·")
    other.tab.get_by_text("You chose C").wait_for(timeout=60_000)
    assert store().tally(store().find(code), 3).rounds == ((1, 0, 1),) and store().phones(code) == 2
    assert seen.complaints == []
