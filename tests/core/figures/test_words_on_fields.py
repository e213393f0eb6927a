"""Whatever words a picture holds can be read, light and dark, on the ground on which they stand: the page's own, which the
chart also puts under words on a coloured field (lab-plated), or black shadows under white."""

import pytest

from core.figures import style
from tests.core.figures.test_contrast import DARK_PAGE, LIGHT_PAGE, contrast
from tests.core.figures.test_every_picture import CASES, pictures

IDS = [f"{page.stem}: {name}" for page, name in CASES]


def fields(picture) -> list[dict]:
    """The traces that colour the ground."""
    maps = [trace for trace in picture.data if trace.get("type") in ("heatmap", "contour")]
    return [trace for trace in maps if trace.get("contours", {}).get("coloring") not in ("none", "lines")]


@pytest.mark.parametrize("page, name", CASES, ids=IDS)
def test_words_are_read_on_their_ground(page, name):
    for picture in pictures(page.stem, name):
        for note in picture.layout["annotations"]:
            font, above = note["font"], note.get("yref") == "paper" and note["y"] >= 1
            if fields(picture) and not above and font.get("shadow") != "auto":
                assert font["color"] == "#ffffff" and "#000" in font["shadow"], (
                    f"{note['text']} on a field, without a ground"
                )
                continue
            light = font["color"]
            dark = style.DARK.get(light, light)
            assert contrast(light, LIGHT_PAGE) >= 4.5 and contrast(dark, DARK_PAGE) >= 4.5, (note["text"], light, dark)
