"""Whatever words a picture holds can be read, light and dark, on the ground on which they stand: the page's own, which the
chart also puts under words on a coloured field (lab-plated), or black shadows under white."""

import re

import numpy as np
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
            assert _read_on_the_page(note), note["text"]


def _read_on_the_page(note: dict) -> bool:
    light = note["font"]["color"]
    return contrast(light, LIGHT_PAGE) >= 4.5 and contrast(style.DARK.get(light, light), DARK_PAGE) >= 4.5


@pytest.mark.parametrize("page, name", CASES, ids=IDS)
def test_scenes_are_written_on_with_a_ground_of_the_page(page, name):
    """The browser puts the page's colour under notes of a scene, and lets them go with their trace; text in a scene's own
    traces has no ground."""
    for picture in pictures(page.stem, name):
        assert not [trace for trace in picture.data if trace["type"] == "scatter3d" and "text" in trace["mode"]]
        for note in picture.layout.get("scene", {}).get("annotations", []):
            end, place = re.fullmatch(r"(highest|lowest) (\d+)", note["name"]).groups()
            z = picture.data[int(place)]["z"]
            assert note["z"] == pytest.approx(np.nanmax(z) if end == "highest" else np.nanmin(z), abs=1e-3)
            assert _read_on_the_page(note), note["text"]
