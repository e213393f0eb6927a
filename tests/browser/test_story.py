"""The story on Start in a browser: scrolling turns its steps and moves its pictures without the server, keys walk it."""

import pytest

STEP = "() => document.querySelector('.lab-story output').textContent"
FRAME = "() => document.querySelector('.lab-chart').__chart.index"
SHORTS = "() => document.querySelector('.lab-chart').__chart.panels.filter(p => !p.div.hidden).map(p => p.short)"
TO_BLOCK = """([k, share]) => { const main = document.querySelector('[data-testid=stMain]');
    const box = document.querySelector(`.st-key-told_${k}`).getBoundingClientRect();
    main.scrollBy({ top: box.top + share * box.height - innerHeight / 2, behavior: 'instant' }) }"""
PHONE = {"has_touch": True, "is_mobile": True}


def until_step(seen, number: int) -> None:
    seen.tab.wait_for_function(f"() => ({STEP})() === '{number} of 6'")


def test_scrolling_moves_step_frame_and_address_without_the_server(visit):
    seen = visit(1280, 720).open("start?step=1")
    seen.tab.wait_for_timeout(1500)
    asked: list[str] = []
    seen.tab.on("websocket", lambda socket: socket.on("framesent", lambda _: asked.append("frame")))
    runs = "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState"
    frames = []
    for share in (0.1, 0.3, 0.6):
        seen.tab.evaluate(TO_BLOCK, [3, share])
        until_step(seen, 3)
        seen.tab.wait_for_timeout(250)
        frames.append(seen.tab.evaluate(FRAME))
        assert seen.tab.evaluate(runs) == "notRunning"
    assert 0 < frames[0] < frames[1] < frames[2] == 59
    assert "step=3" in seen.tab.url and seen.tab.evaluate(SHORTS) == ["race"]
    seen.tab.evaluate(TO_BLOCK, [4, 0.6])
    until_step(seen, 4)
    assert seen.tab.evaluate(SHORTS) == ["kernels", "turn"] and asked == []
    top = seen.tab.locator(".lab-panel:not([hidden])").first.bounding_box()["y"]
    assert -2 <= top < 40, "the picture stands while the words move"
    assert seen.complaints == []


@pytest.mark.parametrize("size, device", [((1280, 720), {}), ((390, 844), PHONE)], ids=["desk", "phone"])
def test_keys_and_buttons_walk_it_without_motion(visit, size, device):
    seen = visit(*size, reduced_motion="reduce", **device).open("start?step=2")
    until_step(seen, 2)
    seen.tab.keyboard.press("ArrowRight")
    until_step(seen, 3)
    assert seen.tab.evaluate(FRAME) == 59, "without motion the last moment is shown"
    seen.tab.get_by_role("button", name="Next", exact=True).click()
    until_step(seen, 4)
    seen.tab.keyboard.press("ArrowLeft")
    until_step(seen, 3)
    seen.tab.wait_for_timeout(400)
    words = seen.tab.locator(".st-key-told_3").bounding_box()
    assert 0 < words["y"] + words["height"] / 2 < size[1]
    assert seen.violations() == [] and seen.complaints == []


def test_it_is_entered_skipped_and_ends_in_free_play(visit):
    seen = visit(reduced_motion="reduce").open("start")
    seen.tab.locator(".st-key-story_begin button").click()
    seen.tab.locator(".lab-story output", has_text="1 of 6").wait_for()
    links = seen.tab.locator(".st-key-told_end a").all_inner_texts()
    assert links[0] == "Geometry" and len(links) >= 6
    seen.tab.locator(".st-key-step_leave button").click()
    seen.tab.locator(".st-key-network").wait_for()
    seen.settle()
    assert "step" not in seen.tab.url and seen.complaints == []


@pytest.mark.parametrize("page", ["start"])
def test_no_symbol_stands_on_the_first_screen_of_start(standing, page):
    seen = standing(page, 1280, 720, reduced_motion="reduce").rest()
    chart = seen.tab.evaluate(
        "() => document.querySelector('.lab-panels').innerText + document.querySelector('.lab-panels').textContent"
    )
    above = seen.tab.locator(".st-key-says").inner_text()
    assert not set("βδφτηκμ") & set(chart + above) and "S(" not in chart
    assert seen.tab.locator(".lab-what:visible").count() == 0
