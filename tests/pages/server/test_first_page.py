"""The page itself carries the notice about websockets and names what it will need; everything else passes unchanged."""

import asyncio
import gzip

import pytest

from pages.server.first_page import NOTICE_URL, FirstPage
from pages.server.static import TEXT_FACE
from pages.shared.script import CHART_URL
from pages.shared.streamlit_internals import INDEX

PAGE = b"<html><body><p>...</p></body></html>"
HTML = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(PAGE)).encode())]


def answer(status: int, headers: list, *parts: bytes) -> tuple[dict, bytes]:
    """What a browser gets when Streamlit answers like this."""
    sent: list[dict] = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for k, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": k + 1 < len(parts)})

    async def send(message):
        sent.append(message)

    asyncio.run(FirstPage(app)({"type": "http", "method": "GET", "path": "/"}, None, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize("parts", [(PAGE,), (PAGE[:20], PAGE[20:])])
def test_a_page_gets_the_script_and_its_length(parts):
    headers, body = answer(200, HTML, *parts)
    assert body.count(NOTICE_URL.encode()) == 1 and body.endswith(b"</script></body></html>")
    assert int(headers[b"content-length"]) == len(body)


def test_a_compressed_page_gets_it_too():
    headers, body = answer(200, [*HTML, (b"content-encoding", b"gzip")], gzip.compress(PAGE))
    assert gzip.decompress(body).count(NOTICE_URL.encode()) == 1 and int(headers[b"content-length"]) == len(body)


@pytest.mark.parametrize(
    "status, headers",
    [
        (404, HTML),
        (200, [(b"content-type", b"text/plain")]),
        (200, [*HTML, (b"content-encoding", b"br")]),
    ],
)
def test_what_is_no_whole_page_stays_as_it_is(status, headers):
    assert answer(status, headers, PAGE)[1] == PAGE


def test_it_names_what_the_first_sketch_needs_and_leaves_out_what_is_never_used():
    page = INDEX.read_bytes()
    assert b"SourceSans" in page
    _, body = answer(200, HTML, page)
    assert b"SourceSans" not in body
    assert CHART_URL.encode() in body.partition(b"</head>")[0] and TEXT_FACE.encode() in body.partition(b"</head>")[0]
    assert body.count(b"<link") == page.count(b"<link") + 2
