"""Uploads are refused before their bytes are read: when they do not say their size, or would not fit."""

import asyncio

import pytest

from pages.server import uploads


def answered(monkeypatch, headers: dict[str, str], *, held: int = 0, method: str = "PUT") -> int:
    """The status of the answer; 200 where the request was passed on."""
    monkeypatch.setattr(uploads, "uploaded_bytes", lambda: held)
    monkeypatch.setenv("UPLOADS_MB", "1")
    statuses: list[int] = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})

    async def send(message):
        statuses.append(message.get("status", 0))

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/_stcore/upload_file/session/file", "headers": raw}
    asyncio.run(uploads.Uploads(app)(scope, None, send))
    return statuses[0]


@pytest.mark.parametrize(
    ("length", "held", "status"),
    [
        ("900000", 0, 200),
        ("900000", 200_000, 413),
        ("2000000", 0, 413),
        ("-5", 0, 411),
        ("²", 0, 411),
        ("9" * 5000, 0, 413),
    ],
)
def test_what_fits_is_passed_on(monkeypatch, length, held, status):
    assert answered(monkeypatch, {"content-length": length}, held=held) == status


def test_a_size_must_be_said(monkeypatch):
    assert answered(monkeypatch, {"transfer-encoding": "chunked"}) == 411


def test_other_requests_are_not_asked(monkeypatch):
    assert answered(monkeypatch, {}, held=10**9, method="GET") == 200


def test_what_is_still_arriving_counts(monkeypatch):
    monkeypatch.setattr(uploads, "uploaded_bytes", lambda: 0)
    monkeypatch.setenv("UPLOADS_MB", "1")
    statuses: list[int] = []

    async def run() -> None:
        arrived = asyncio.Event()

        async def app(scope, receive, send):
            await arrived.wait()
            await send({"type": "http.response.start", "status": 200})

        async def send(message):
            statuses.append(message.get("status", 0))

        door = uploads.Uploads(app)
        headers = [(b"content-length", b"600000")]
        scope = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/session/file", "headers": headers}
        first = asyncio.ensure_future(door(scope, None, send))
        await asyncio.sleep(0)
        await door(scope, None, send)
        arrived.set()
        await first
        await door(scope, None, send)

    asyncio.run(run())
    assert [status for status in statuses if status] == [413, 200, 200]
