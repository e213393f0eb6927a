"""Hand a picture on: its link, a QR code drawn here (no outside service), and an iframe to put into a page."""

import base64
import html
import io
import os
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

import segno
import streamlit as st

from core.params import Params
from pages.shared.address import OPEN
from pages.shared.address import spelled as of_problem

IFRAME_HEIGHT = 820
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def entrance() -> None:
    if st.button("Share", key="share", icon=":material/qr_code_2:"):
        _dialog()


def address(page: str = "", query: Mapping[str, str | list[str]] | None = None) -> str:
    """The link to a page with a query; without arguments, to what this browser shows (the chart's cursor aside)."""
    here = st.context.url or ""
    if query is None:
        query = {key: st.query_params.get_all(key) for key in st.query_params}
    base = here if not page else f"{root(here)}/{page}"
    return f"{base}?{spelled(query)}" if query else base


def root(url: str) -> str:
    """The laboratory's own address, given that of one of its pages."""
    parts = urlsplit(url)
    folder = parts.path.rstrip("/").rpartition("/")[0] if parts.path.strip("/") else ""
    return f"{parts.scheme}://{parts.netloc}{folder}"


def spelled(query: Mapping[str, str | list[str]]) -> str:
    """The query string, with the marks that lesson links use left readable."""
    return urlencode(query, doseq=True, safe=",:@/<", quote_via=quote)


def link_to(stem: str, problem: Params | None = None, part: str = "") -> str:
    """The link to a page, relative to the laboratory's address: a problem's state, a part below the picture in view."""
    query = {**(of_problem(problem) if problem else {}), **({OPEN: part} if part else {})}
    return f"{stem}?{spelled(query)}" if query else stem


def qr_code(link: str) -> str:
    """The link as an SVG; dark on white with its quiet zone, whatever the page's theme."""
    out = io.BytesIO()
    segno.make_qr(link, error="m").save(
        out, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, title="QR code of the link"
    )
    return out.getvalue().decode()


def iframe(link: str) -> str:
    """The snippet that shows a link inside another page."""
    embedded = link + ("&" if "?" in link else "?") + "embed=true"
    return (
        f'<iframe src="{html.escape(embedded)}" title="Lazy–Rich Lab" width="100%" height="{IFRAME_HEIGHT}" '
        'style="border: 0" loading="lazy"></iframe>'
    )


def show(link: str) -> None:
    """Link, code and snippet."""
    st.code(link, language=None, wrap_lines=True)
    picture, words = st.columns([1, 1])
    with picture:
        source = base64.b64encode(qr_code(link).encode()).decode()
        st.html(
            f'<img src="data:image/svg+xml;base64,{source}" alt="QR code of the link" style="width: min(100%, 24rem)">'
        )
        st.caption("The link for a phone’s camera")
    with words:
        if urlsplit(link).hostname in LOOPBACK:
            st.info(
                "This address exists on this computer only. For phones, start with ADDRESS=0.0.0.0 and open it by name."
            )
        st.markdown("To put it into a page:")
        st.code(iframe(link), language=None, wrap_lines=True)
        if not os.environ.get("FRAME_ANCESTORS"):
            st.caption("Other sites may show it once this server’s operator names them in FRAME_ANCESTORS.")


@st.dialog("Share this picture", width="large")
def _dialog() -> None:
    st.markdown("This link holds every control. For cursor and camera as well, use **Copy link** at the picture.")
    show(address())
