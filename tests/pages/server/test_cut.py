"""A browser that is gone: what is still said to it is lost, its end is heard, and nothing else is kept silent."""

import asyncio

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.server.cut import said_to_nobody

SAID = {"type": "websocket.send", "bytes": b"a picture"}
OTHER = {"type": "websocket.accept"}, {"type": "websocket.close"}, {"type": "http.response.body", "body": b""}


def refusing(error: Exception):
    async def send(_answer) -> None:
        raise error

    return send


def told(answer, error: Exception) -> None:
    asyncio.run(said_to_nobody(refusing(error))(answer))


@pytest.mark.parametrize("error", [OSError("gone"), BrokenPipeError(), ConnectionResetError()], ids=repr)
def test_what_is_said_to_a_browser_that_is_gone_is_lost(error):
    told(SAID, error)
    for answer in OTHER:
        with pytest.raises(OSError):
            told(answer, error)


def test_another_error_is_one():
    with pytest.raises(RuntimeError):
        told(SAID, RuntimeError("a message at the wrong time"))


@pytest.mark.parametrize(("wrap", "heard"), [(lambda send: send, RuntimeError), (said_to_nobody, WebSocketDisconnect)])
def test_who_reads_from_a_cut_connection_hears_its_end(wrap, heard):
    """As Streamlit has two tasks on a connection, one writes, one reads. Otherwise the reader is said to have closed it."""
    events = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}])

    async def receive():
        return next(events)

    async def line(answer) -> None:
        if answer["type"] == "websocket.send":
            raise OSError("gone")

    async def run() -> None:
        socket = WebSocket({"type": "websocket", "headers": []}, receive, wrap(line))
        await socket.accept()
        try:
            await socket.send_bytes(b"a picture")
        except WebSocketDisconnect:
            assert wrap is not said_to_nobody
        with pytest.raises(heard):
            await socket.receive_bytes()

    asyncio.run(run())
