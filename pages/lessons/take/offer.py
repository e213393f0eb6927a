"""What the take-away of a page offers beside its numbers: one file that works alone, its lesson, a film, figures for a
paper. The files are made here, films and figures in the browser, from what it shows."""

import json
from typing import Any

import streamlit as st

from core.errors import Refusal
from core.papers import PAPERS
from pages import BY_STEM
from pages.lessons.take import made
from pages.lessons.take.one_file import MOST, SCRIPT, styles
from pages.shared.plot import ASSETS, PLOTLY_URL
from pages.shared.registry import Shown
from pages.shared.script import address_of, joined
from pages.shared.stage import stage

TAKE = ASSETS / "take"
VENDORED = {name: ASSETS / "vendor" / f"{name}.js" for name in ("gifenc-1.0.3", "webm-muxer-5.1.4")}
KEY = "take_tools"
CHART_HTML = (ASSETS / "chart.html").read_text(encoding="utf-8")

_FONTS = ("/vendor/fonts/inter-latin.woff2", "/vendor/fonts/inter-greek.woff2")
_OWN = {"take": joined("take").encode(), "alone": SCRIPT.encode()}
_STYLE = styles(*_FONTS).encode()
URLS = {name: address_of(name, text) for name, text in _OWN.items()} | {"style": address_of("alone", _STYLE, "css")}
FILES = {URLS[name]: text for name, text in _OWN.items()} | {URLS["style"]: _STYLE}
FILES |= {f"/vendor/{name}.js": path.read_bytes() for name, path in VENDORED.items()}
"""What the server hands out for this, by address."""

_tools = st.components.v2.component(
    "lab_take",
    html=(TAKE / "take.html").read_text().replace("«most»", f"{MOST / 1e6:.0f}").replace("«chart»", CHART_HTML),
    css=(TAKE / "take.css").read_text(),
    js=(TAKE / "load_take.js").read_text().replace("«address»", URLS["take"]),
    isolate_styles=False,
)


def offer(page: Shown) -> None:
    """The tools, and the file that was asked for since the last run."""
    asked = getattr(st.session_state.get(KEY), "make", None) or {}
    paper = PAPERS[BY_STEM[page.stem].papers[0]]
    data = {
        "stem": page.stem,
        "lesson": made.has_lesson(page),
        "credit": f"Lazy–Rich Lab · {paper.authors.split(',')[0]} et al. {paper.year}",
        "link": made.page_link(page),
        "urls": {**URLS, "plotly": PLOTLY_URL, **{name.split("-")[0]: f"/vendor/{name}.js" for name in VENDORED}},
        "file": _file(page, asked) if asked else None,
    }
    _tools(data=json.dumps(data, ensure_ascii=False).encode(), key=KEY, on_make_change=_nothing)


def _file(page: Shown, asked: dict[str, Any]) -> dict[str, Any]:
    """The file, or in one sentence why there is none."""
    what = "lesson" if asked.get("what") == "lesson" and made.has_lesson(page) else "page"
    answer = {
        "count": asked.get("count"),
        "what": what,
        "name": f"{page.stem}{'-lesson' if what == 'lesson' else ''}.html",
    }
    try:
        text = made.lesson_file(page) if what == "lesson" else made.page_file(page, stage())
    except Refusal as error:
        return {**answer, "refused": str(error)}
    return {**answer, "text": text}


def _nothing() -> None:
    """A listener must exist for a report to be kept."""
