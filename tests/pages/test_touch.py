"""What every page's pictures have to be touched by, page × preset: a time cursor in each plot against time, the network
itself, and little to send."""

import pytest

from pages import PAGES
from tests.pages.test_pages import CASES

WITH_MODEL = [(page, name) for page, name in CASES if page.model]
LARGEST = 300_000
WITHOUT_NETWORK = {
    "regime_map": "4,624 networks, of which measures alone are stored",
    "kernel_movement": "measures of the stored runs",
    "filters": "its first layer is the picture",
    "hierarchy": "measures of the stored runs",
    "grokking": "measures of the stored runs",
    "initialisation": "a network of any size, as the cloud of its neurons",
}
AGAINST_TIME = ("time", "step")


def against_time(chart: dict, figure: dict) -> bool:
    """Whether the cursor runs along the picture's x axis."""
    cursor = chart["cursor"]
    x = figure["layout"].get("xaxis", {}).get("title", {}).get("text", "")
    runs = cursor is not None and cursor["symbol"] in ("t", "step", "steps")
    return runs and figure["frames"] is not None and any(word in x for word in AGAINST_TIME)


@pytest.mark.parametrize("page, name", WITH_MODEL, ids=lambda case: getattr(case, "stem", case) or "default")
def test_each_plot_against_time_has_the_cursor_and_each_network_is_drawn(page, name, as_shown):
    charts = as_shown.charts()
    for chart in charts:
        for panel in chart["panels"]:
            names = [handle["name"] for handle in panel["figure"]["handles"]]
            assert names.count("time") == against_time(chart, panel["figure"]), panel["short"]
    drawn = [panel["short"] for chart in charts[:1] for panel in chart["panels"] if panel["figure"]["network"]]
    assert len(drawn) == (page.stem not in WITHOUT_NETWORK), drawn


def test_pages_without_a_network_are_pages():
    assert {page.stem for page in PAGES} >= WITHOUT_NETWORK.keys()


@pytest.mark.parametrize("page, name", WITH_MODEL, ids=lambda case: getattr(case, "stem", case) or "default")
def test_what_a_page_sends_is_small(page, name, as_shown):
    assert sum(as_shown.sizes) <= LARGEST, as_shown.sizes
