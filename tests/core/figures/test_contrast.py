"""What is read in a picture stands out from the page by 4.5:1 (WCAG 2 AA), light and dark; marks by their shape too."""

import pytest

from core.figures import style
from core.figures.picture import Picture

LIGHT_PAGE, DARK_PAGE = "#ffffff", "#171614"
LINES = (*style.SEVEN, style.DOWNSTREAM, style.BALANCED, style.UPSTREAM, style.MINIMA, style.EQUIVALENT, style.INK)
LINES += (style.POSITIVE, style.NEGATIVE, style.WARNING, style.LOSS_LINE, style.KERNEL, style.FLIPS, style.DISTANCE)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", sorted(set(LINES)))
def test_words_beside_a_line_can_be_read(colour):
    picture = style.label(Picture(layout={"annotations": []}), 0, 0, "words", colour)
    text = picture.layout["annotations"][0]["font"]["color"]
    assert contrast(text, LIGHT_PAGE) >= 4.5
    assert contrast(style.DARK[text], DARK_PAGE) >= 4.5


def test_each_colour_has_a_twin_of_its_own_on_a_dark_page():
    assert set(style.AS_TEXT.values()) <= set(style.DARK)
    assert not set(style.DARK) & set(style.DARK.values()), "a twin must not be swapped again"


def test_the_three_regimes_differ_without_colour():
    assert len({style.side_mark(delta) for delta in (-1, 0, 1)}) == 3
