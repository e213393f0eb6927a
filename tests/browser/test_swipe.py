"""A finger on a slider of a phone: along it the value goes with the finger, up and down the page scrolls and nothing is set."""

import pytest

VALUES = "() => ['[data-testid=stSlider] input', '.lab-time input'].map(one => document.querySelector(one).value)"
SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"
THUMB = "[data-testid=stSlider] [role=group] [data-rac] > [data-rac]"
SLIDERS = {"control": (0, "[data-testid=stSlider] [role=group]"), "time": (1, ".lab-time input"), "thumb": (0, THUMB)}


def swipe(seen, at: tuple[float, float], by: tuple[float, float]) -> None:
    hand = seen.tab.context.new_cdp_session(seen.tab)

    def send(kind: str, *spots: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in spots]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", at)
    for k in range(1, 13) if any(by) else ():
        send("touchMove", (at[0] + by[0] * k / 12, at[1] + by[1] * k / 12))
        seen.tab.wait_for_timeout(16)
    send("touchEnd")
    seen.rest()


@pytest.mark.parametrize(
    "slider, by, sets",
    [
        *((slider, by, False) for slider in SLIDERS for by in ((0, -120), (14, -120), (-10, 120))),
        *((slider, (60, 3), True) for slider in SLIDERS),
        *((slider, (0, 0), True) for slider in ("control", "time")),
    ],
)
def test_a_swipe_sets_only_along(standing, slider, by, sets):
    number, place = SLIDERS[slider]
    seen = standing("geometry", 390, 844, has_touch=True, is_mobile=True, reduced_motion="reduce")
    seen.tab.locator(place).first.evaluate("one => one.scrollIntoView({ block: 'center' })")
    seen.rest()
    box = seen.tab.locator(place).first.bounding_box()
    share = 0.5 if slider == "thumb" else 0.25
    before, top = seen.tab.evaluate(VALUES), seen.tab.evaluate(SCROLLED)
    swipe(seen, (box["x"] + share * box["width"], box["y"] + box["height"] / 2), by)
    after = seen.tab.evaluate(VALUES)
    assert (after[number] != before[number]) == sets and after[1 - number] == before[1 - number]
    assert (seen.tab.evaluate(SCROLLED) != top) == (not sets)
    assert seen.complaints == []
