"""In a real browser: the address is the picture, Back and Forward step through what was tried, lessons reach their end."""

import pytest

from pages.lessons.learn.theorems import INDEX

PHONE = {
    "width": 390,
    "height": 844,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Mobile Safari/537.36",
}
FIGURES = (
    "() => [...document.querySelectorAll('.lab-chart')][0].__chart.source.panels.map(p => JSON.stringify(p.figure))"
)
CLICKED = [("exact", "paper, figure 8", {}), ("start", "flip to ReLU", PHONE)]
"""One on a desk, one on a phone: test_lessons.py clicks every preset on both, tests/pages/test_links.py without a browser."""


def address(seen) -> str:
    return seen.tab.evaluate("() => location.pathname.slice(1) + location.search")


def until_address(seen, test: str) -> None:
    seen.tab.wait_for_function(f"() => {{ const q = location.search; return {test} }}", timeout=30_000)
    seen.settle()


@pytest.mark.parametrize("stem, preset, device", CLICKED, ids=[f"{stem}: {preset}" for stem, preset, _ in CLICKED])
def test_a_clicked_preset_opens_elsewhere_from_the_address(visit, stem, preset, device):
    here = visit(**device, reduced_motion="reduce").open(stem)
    here.tab.locator(f'[class*="st-key-preset"] button:has-text("{preset}")').click()
    until_address(here, "q.length > 1")
    here.rest()
    there = visit(**device, reduced_motion="reduce").open(address(here))
    there.rest()
    assert address(there) == address(here)
    assert there.meta() == here.meta()
    assert there.tab.evaluate(FIGURES) == here.tab.evaluate(FIGURES)
    assert here.complaints == [] and there.complaints == []


IN_VIEW = """(part) => {
    const box = document.querySelector(`:is(.st-key-fold_${part}, .st-key-section_${part})`);
    const [top, fold] = [box?.getBoundingClientRect().top, box?.querySelector("details")];
    const reached = document.querySelector("[data-testid=stMain]");
    const atEnd = reached.scrollTop + reached.clientHeight >= reached.scrollHeight - 2;
    return box && top > 0 && (top < 120 || (atEnd && top < innerHeight - 100)) && (!fold || fold.open)
        && box.querySelectorAll(".lab-chart").length > 0;
}"""
BELOW = sorted({entry.link: entry.part for entry in INDEX if entry.part}.items())


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("link, part", BELOW, ids=[link for link, _ in BELOW])
def test_a_row_of_the_theorem_index_opens_in_view(visit, link, part, device):
    seen = visit(**device, reduced_motion="reduce").open(link)
    seen.tab.wait_for_function(IN_VIEW, arg=part, timeout=60_000)
    seen.rest()
    assert seen.tab.evaluate(IN_VIEW, part) and seen.complaints == []


def test_a_fold_is_in_the_address_and_back_closes_it(visit):
    seen = visit(reduced_motion="reduce").open("wide")
    seen.tab.wait_for_timeout(1200)
    seen.tab.locator(".st-key-fold_gaussian summary").click()
    until_address(seen, "q.includes('open=gaussian')")
    seen.tab.go_back()
    seen.tab.wait_for_function("() => !document.querySelector('.st-key-fold_gaussian details').open", timeout=30_000)
    assert address(seen) == "wide" and seen.complaints == []


@pytest.mark.walk
def test_back_and_forward_step_through_what_was_tried(visit):
    seen = visit(reduced_motion="reduce").open("geometry")
    slider = seen.tab.locator(".st-key-delta input[type=range]")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    seen.until_meta("delta", -1.95)
    until_address(seen, "q.includes('delta=-1.95')")
    seen.tab.wait_for_timeout(1200)  # a hand's rest parts the entries
    seen.tab.get_by_role("button", name="paper, figure 2").click()
    seen.until_meta("surfaces", "three")
    until_address(seen, "q.includes('surfaces=three')")
    seen.tab.wait_for_timeout(1200)
    seen.tab.go_back()
    seen.until_meta("delta", -1.95)
    seen.tab.wait_for_function("() => document.querySelector('.st-key-delta input[type=range]').value === '-1.95'")
    seen.tab.wait_for_timeout(500)
    seen.tab.go_back()
    seen.until_meta("delta", -2)
    assert "delta" not in address(seen), "five ticks of a slider are one entry"
    seen.tab.wait_for_timeout(500)
    seen.tab.go_forward()
    seen.until_meta("delta", -1.95)
    seen.tab.get_by_role("link", name="Implicit bias").click()
    seen.tab.locator("h1", has_text="zero-loss").wait_for()
    seen.settle().until_meta("delta", -1.95)
    seen.tab.go_back()
    seen.tab.locator("h1", has_text="gradient flow").wait_for()
    seen.settle().until_meta("delta", -1.95)
    assert seen.complaints == []


def test_a_phones_link_opens_the_picture_seen_and_a_preset_its_first(visit):
    pressed = ".lab-pick [aria-pressed=true]"
    seen = visit(**PHONE, reduced_motion="reduce").open("deep").rest()
    opened = seen.tab.locator(pressed).inner_text()
    seen.tab.locator(".lab-pick button").nth(1).tap()
    chosen = seen.tab.locator(pressed).inner_text()
    seen.tab.locator(".lab-link").first.tap()
    until_address(seen, "q.includes('pic=2')")
    there = visit(**PHONE, reduced_motion="reduce").open(address(seen)).rest()
    assert there.tab.locator(pressed).inner_text() == chosen != opened
    for one in (seen, there):
        one.tab.locator('[class*="st-key-preset_"] button').first.click()
        until_address(one, "q.includes('depth=8') && !q.includes('pic')")
        one.tab.locator(pressed, has_text=opened).wait_for()
    assert seen.complaints == [] and there.complaints == []
