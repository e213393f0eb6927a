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


@pytest.mark.parametrize("page", ["start", "geometry", "landscape"])
def test_the_picture_stands_in_the_page_before_any_script(visit, page):
    seen = visit(reduced_motion="reduce")
    seen.tab.route("**/*.js", lambda route: route.abort())
    seen.tab.goto(f"{seen.server}/{page}", wait_until="commit")
    drawn = seen.tab.locator("#lab-first svg").first
    drawn.wait_for()
    assert drawn.bounding_box()["height"] > 60


@pytest.mark.parametrize("page", ["start", "geometry", "landscape"])
def test_it_goes_with_the_first_lines(standing, page):
    assert standing(page, reduced_motion="reduce").tab.locator("#lab-first").count() == 0


@pytest.mark.parametrize("chosen, paper", [("Dark", "rgb(14, 17, 23)"), ("Light", "rgb(255, 255, 255)")])
def test_the_first_drawing_follows_the_theme_chosen_in_the_menu(visit, chosen, paper):
    seen = visit(reduced_motion="reduce", color_scheme="light" if chosen == "Dark" else "dark")
    seen.plain()
    seen.tab.evaluate("look => localStorage.setItem('stActiveTheme-/geometry-v2', JSON.stringify(look))", chosen)
    seen.tab.route("**/*.js", lambda route: route.abort())
    seen.tab.goto(f"{seen.server}/geometry", wait_until="commit")
    drawn = seen.tab.locator("#lab-first")
    drawn.wait_for()
    assert drawn.evaluate("box => getComputedStyle(box).backgroundColor") == paper
    seen.tab.evaluate("() => localStorage.clear()")


def test_inside_another_site_the_page_says_how_files_can_be_brought(visit):
    seen = visit(reduced_motion="reduce").open("initialisation?embed=true")
    seen.tab.locator("summary", has_text="Your own network").click()
    seen.tab.get_by_text("Inside another site").wait_for()
    link = seen.tab.get_by_role("link", name="Open this page on its own")
    assert link.get_attribute("href") == "initialisation" and link.get_attribute("target") == "_blank"
