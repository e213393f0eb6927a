"""One file: a page's pictures, or a lesson's steps, with their player and plotly.js inside. It asks no network.

What is large (plotly.js, the figures) is gzipped and unpacked by the browser: plotly.js alone would be 4.8 MB of text.
"""

import base64
import functools
import gzip
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from core import __version__
from core.errors import OutsideTheory
from core.papers import PAPERS
from pages import Page
from pages.shared.plot import ASSETS, PLOTLY_FILE
from pages.shared.script import joined

MOST = 6_000_000
MOST_TOLD = 24_000_000
"""Bytes: of the file, and of the figures before they are packed, which is known before any work is done."""

TAKE = ASSETS / "take"
SCRIPT = joined("alone")
FONTS = {"latin": "inter-latin.woff2", "greek": "inter-greek.woff2"}


@dataclass(frozen=True)
class Scene:
    """told: what the chart is told (pages/shared/plot.py), as text; words: HTML."""

    told: str
    words: str

    def data(self) -> dict[str, str]:
        return {"told": self.told, "words": self.words}


def one_file(page: Page, scenes: Sequence[Scene], link: str) -> str:
    """The file's text; OutsideTheory where the pictures are too many for it."""
    size = sum(len(scene.told) for scene in scenes)
    if size > MOST_TOLD:
        raise too_large(size)
    filled = {
        "version": __version__,
        "title": html.escape(f"{page.title} · Lazy–Rich Lab"),
        "heading": html.escape(page.question),
        "style": styles(*(_data_url(ASSETS / "fonts" / FONTS[name]) for name in FONTS)),
        "chart": (ASSETS / "chart.html").read_text(encoding="utf-8"),
        "origin": origin(page, link),
        "plotly": _plotly(),
        "scenes": packed(json.dumps([scene.data() for scene in scenes], ensure_ascii=False).encode()),
        "script": SCRIPT,
    }
    text = (TAKE / "alone.html").read_text(encoding="utf-8")
    for name, value in filled.items():
        text = text.replace(f"«{name}»", value, 1)
    if (size := len(text.encode())) > MOST:
        raise too_large(size)
    return text


def today() -> date:
    """The date that a file carries."""
    return datetime.now(UTC).date()


def too_large(size: int) -> OutsideTheory:
    return OutsideTheory(
        f"The pictures do not fit into one file of at most {MOST / 1e6:.0f} MB",
        got=f"{size / 1e6:.1f} MB",
        do="Choose fewer moments, neurons or samples under “More”, or take the numbers as NPZ.",
    )


def origin(page: Page, link: str) -> str:
    """Where the file comes from: page, link, version, date, and whom to cite."""
    paper = PAPERS[page.papers[0]]
    at = html.escape(link, quote=True)
    cite = "\n\n".join(PAPERS[key].bibtex for key in page.papers)
    return (
        f'<p>From <b>Lazy–Rich Lab</b> {__version__}, {today():%d %B %Y}: <a href="{at}" rel="noopener">{at}</a></p>\n'
        f'<p>On the paper <a href="{paper.url}" rel="noopener">{html.escape(paper.title)}</a>, {paper.year}.</p>\n'
        f"<details><summary>Cite</summary><pre tabindex=0>{html.escape(cite)}</pre></details>"
    )


def styles(latin: str, greek: str) -> str:
    """The sheet of a page that stands alone, with its typeface from these addresses."""
    alone = (TAKE / "alone.css").read_text(encoding="utf-8").replace("«latin»", latin).replace("«greek»", greek)
    return (ASSETS / "chart.css").read_text(encoding="utf-8") + alone


def packed(plain: bytes) -> str:
    """gzip as base64, which is safe inside a script element. The same bytes for the same content."""
    return base64.b64encode(gzip.compress(plain, 6, mtime=0)).decode()


@functools.cache
def _plotly() -> str:
    return packed(PLOTLY_FILE.read_bytes())


def _data_url(path) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(path.read_bytes()).decode()}"
