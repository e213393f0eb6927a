"""Style sheets of our own cost a page nothing: no `:has` stands on an element that holds the page."""

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
SHEETS = sorted(ASSETS.rglob("*.css"))
NARROW = (".lab-", ".st-key-", '[data-testid="stLayoutWrapper"]', ".stMarkdown", ".stColumn")
"""What may stand before `:has`; no picture stands in a column. With body there, each element that Plotly adds made all styles
of a page new (9 ms each)."""


def subjects(text: str) -> list[str]:
    """The compound selectors that `:has` is said of."""
    return [found.split()[-1] for found in re.findall(r"([^{},;/]*?):has\(", text)]


def wide(text: str) -> list[str]:
    return [subject for subject in subjects(text) if not subject.startswith(NARROW)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_has_is_said_of_small_elements_alone(sheet):
    assert wide(sheet.read_text()) == []


@pytest.mark.parametrize(
    "rule, found",
    [
        ("body:has(.a) .b {}", ["body"]),
        (".b {} .stApp:has(.a), .lab-panel:has(> .c) {}", [".stApp"]),
        ("main .st-key-says:has(.d) > * {}", []),
    ],
)
def test_what_counts_as_an_element_that_holds_the_page(rule, found):
    assert wide(rule) == found
