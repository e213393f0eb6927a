"""hero: the page's own picture. A comparison takes its place, a projector shows its first panel alone."""

from typing import Any

from core.figures.picture import Picture
from pages.shared.plot import Cursor, plot
from pages.shared.stage import stage


def hero(*figures: Picture, cursor: Cursor | None = None, wants: tuple[str, ...] = (), **chart: Any) -> dict[str, Any]:
    """Draw the page's picture, whose time and camera the link holds; the arguments are those of `plot`."""
    scene = stage()
    scene.cursor = cursor
    if scene.pinned is not None and not wants:
        return {}
    panels = figures[:1] if scene.link.present else figures
    return plot(*panels, cursor=cursor, wants=wants, hero=True, **chart)
