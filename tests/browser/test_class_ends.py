"""A class whose eight hours are over while phones, projector and speaker's window stand open: each says so, and goes on."""

import pytest

from pages.classes.kept.store import LIFE_S, store
from tests.browser.tabs import Visit
from tests.browser.test_class import PHONES

OVER = "is over"


@pytest.mark.walk
def test_eight_hours_pass_while_all_stand_open(browser, server):
    code, secret = store().start()
    size = {"width": PHONES["width"], "height": PHONES["height"]}
    rest = {key: value for key, value in PHONES.items() if key not in size}
    phones = browser.new_context(viewport=size, reduced_motion="reduce", **rest)
    desk = browser.new_context(viewport={"width": 1024, "height": 768}, reduced_motion="reduce")
    desk.add_cookies([{"name": f"lab_teacher_{code}", "value": secret, "url": server}])
    phone, projector, speaker = Visit(phones, server), Visit(desk, server), Visit(desk, server)
    projector.open(f"geometry?present=true&class={code}").tab.get_by_text("phone").first.wait_for()
    speaker.open(f"learn?part=speaker&class={code}").tab.get_by_text("since the class began").wait_for()
    phone.open(f"geometry?class={code}").tab.locator(".st-key-class_strip").wait_for()
    with store().database.writing() as rows:
        rows.execute("UPDATE classes SET made = made - ? WHERE code = ?", (LIFE_S + 1, code))
    for seen in (projector, speaker, phone):
        seen.tab.bring_to_front()
        told = seen.tab.get_by_text(OVER)
        told.wait_for(timeout=30_000)
        assert told.count() == 1 and seen.tab.locator(".st-key-class_strip").count() == 0
    assert "belongs to a class" in speaker.tab.inner_text("[data-testid=stMain]")
    for seen in (phone, projector):
        seen.tab.bring_to_front()
        before = seen.settle().meta()["delta"]
        slider = seen.tab.locator(".st-key-delta input[type=range]")
        if slider.is_visible():
            slider.focus()
            seen.tab.keyboard.press("ArrowRight")
            seen.tab.wait_for_function(
                "d => document.querySelector('.js-plotly-plot').layout.meta.delta > d", arg=before
            )
        seen.tab.get_by_role("button", name="Go on without").click()
        seen.tab.get_by_text(OVER).wait_for(state="detached")
        assert "class=" not in seen.tab.url
    assert phone.complaints == projector.complaints == speaker.complaints == []
    for context in (phones, desk):
        context.close()
