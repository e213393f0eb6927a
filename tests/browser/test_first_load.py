"""A first visit over a slow line: lines stand in for the picture until plotly.js has come."""

import pytest

LINES = "chart => [...chart.querySelectorAll('.lab-outline')].map(s => s.querySelectorAll('path[d^=M]').length)"


@pytest.mark.parametrize("page", ["geometry", "relu"])
def test_lines_stand_before_plotly_has_come_and_go_with_it(visit, page):
    seen, held = visit(reduced_motion="reduce"), []
    seen.tab.route("**/vendor/plotly-*", lambda route: held.append(route))
    seen.tab.goto(f"{seen.server}/{page}", wait_until="commit")
    seen.tab.wait_for_selector(".lab-outline", timeout=60_000)
    chart = seen.tab.locator(".lab-chart").first
    lines = chart.evaluate(LINES)
    assert len(lines) == chart.locator(".lab-panel").count() and min(lines) > 0
    assert all(title.strip() for title in seen.tab.locator(".lab-title").all_inner_texts())
    held[0].continue_()
    seen.settle()
    assert seen.tab.locator(".lab-outline").count() == 0 and seen.complaints == []
