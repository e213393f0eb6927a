"""Every page opens in Chromium by its own address: a heading, a chart or formula, no complaint, no outside request."""

import pytest

from pages import PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens_by_its_own_address(standing, page):
    seen = standing(page.stem, reduced_motion="reduce")
    assert page.question in seen.tab.inner_text("h1")
    seen.tab.locator(".lab-panel[role=figure], .katex").first.wait_for()
    pictures = seen.tab.locator(".lab-panel[role=figure]")
    for k in range(pictures.count()):
        assert len(pictures.nth(k).get_attribute("aria-label")) > 20
    assert seen.tab.locator("[data-testid=stException]").count() == 0
    assert seen.complaints == []
    assert seen.violations() == []
