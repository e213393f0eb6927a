"""The network itself: drawn beside the pictures, moving with the cursor and the hand, one tap away on a phone."""

import pytest

WIDTHS = "() => [...document.querySelectorAll('.lab-net line')].map(l => l.getAttribute('stroke-width'))"
TILTS = "() => [...document.querySelectorAll('.lab-net g')].map(g => Number(g.getAttribute('transform').match(/-?[\\d.]+/)[0]))"


@pytest.mark.parametrize("page", ["start"])
def test_three_copies_race_on_start_and_their_beams_tilt(standing, page):
    seen = standing(page, reduced_motion="reduce")
    assert seen.tab.locator(".lab-net svg[role=img]").count() == 3
    down, level, up = seen.tab.evaluate(TILTS)
    assert down < 0 == level < up
    before = seen.tab.evaluate(WIDTHS)
    seen.tab.locator(".lab-time input").first.press("Home")
    seen.tab.wait_for_function(f"old => JSON.stringify(({WIDTHS})()) !== JSON.stringify(old)", arg=before)


@pytest.mark.parametrize("page", ["relu"])
def test_neurons_light_up_where_an_activation_flips(standing, page):
    seen = standing(page, reduced_motion="reduce")
    fan = seen.tab.locator(".lab-net svg").first
    assert fan.locator(".lab-neuron").count() == 2 + 30 + 1
    lit = "() => document.querySelectorAll('.lab-lit').length"
    counts = []
    seen.tab.locator(".lab-time input").first.press("Home")
    for _ in range(25):
        seen.tab.get_by_label("Step forward").first.click()
        seen.tab.wait_for_timeout(120)
        counts.append(seen.tab.evaluate(lit))
    assert max(counts) > 0


def test_the_three_of_start_are_in_view_on_a_phone(visit):
    seen = visit(390, 844, reduced_motion="reduce", has_touch=True, is_mobile=True).open("start")
    box = seen.tab.locator(".lab-net").bounding_box()
    assert box["y"] + box["height"] < 500
    said = seen.tab.locator(".lab-net figcaption").all_inner_texts()
    assert [words[2:] for words in said] == ["first layer big", "both equal", "second layer big"]
    assert seen.violations() == []


def test_on_a_phone_it_is_one_tap_away(visit):
    seen = visit(390, 844, reduced_motion="reduce", has_touch=True, is_mobile=True).open("deep")
    assert not seen.tab.locator(".lab-net").is_visible()
    seen.tab.get_by_role("button", name="network", exact=True).tap()
    seen.tab.locator(".lab-net").wait_for()
    assert seen.violations() == []


STRENGTHS = (
    "() => [...document.querySelectorAll('.lab-net rect[fill-opacity]')].map(r => r.getAttribute('fill-opacity'))"
)


@pytest.mark.parametrize("page", ["wide"])
def test_a_wide_network_is_two_heat_maps_that_move_with_time(standing, page):
    seen = standing(page, reduced_motion="reduce")
    assert seen.tab.locator(".lab-net .lab-layer").all_text_contents() == ["W", "A"]
    before = seen.tab.evaluate(STRENGTHS)
    assert len(before) == 3 * (6 + 3)
    seen.tab.locator(".lab-time input").first.press("End")
    seen.tab.wait_for_function(f"old => JSON.stringify(({STRENGTHS})()) !== JSON.stringify(old)", arg=before)


def test_a_cell_of_the_map_moves_the_controls_and_nothing_else(visit):
    seen = visit(reduced_motion="reduce").open("wide?seed=3")
    cell = seen.tab.locator(".lab-panel a", has_text="delayed rich").first
    cell.scroll_into_view_if_needed()
    seen.tab.evaluate("() => (window.stayed = true)")
    high = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    before = seen.tab.evaluate(high)
    cell.press("Enter")
    seen.tab.wait_for_url("**delta=-10*")
    assert "seed=3" in seen.tab.url and seen.tab.evaluate("() => window.stayed")
    assert abs(seen.tab.evaluate(high) - before) < 200
