"""Nonsense in every URL parameter of every page, and on the websocket itself: answered, or refused in a sentence."""

import asyncio
import dataclasses
import http.client
import random
from collections.abc import Callable

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages import PAGES
from tests.benchmarks.serving import Server
from tests.benchmarks.session import Session

ODD = (
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "9" * 400,
    "%00",
    "%F0%9F%92%A9",
    "%22%3E%3Cscript%3E",
    "..%2F..%2Fetc",
    "",
    "[]",
)
LONG = "x=" + "a" * 200_000


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.end()


def keys(page) -> list[str]:
    """The URL parameters of a page: its fields, the chart's own two, a class's three, and one nobody knows."""
    problems = list(page.presets().values())[:1] if page.model else []
    fields = [field.name for problem in problems for field in dataclasses.fields(problem)]
    return [*fields, "t", "cam", "pic", "class", "at", "follow", "nobody"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_odd_parameters_show_no_exception(server, page):
    names = keys(page)
    choice = random.Random(page.stem)
    queries = ["&".join(f"{name}={odd}" for name in names) for odd in ODD]
    queries += [
        "&".join(f"{name}={choice.choice(ODD)}" for name in choice.sample(names, len(names) // 2)) for _ in range(6)
    ]

    async def visit() -> list[str]:
        errors = []
        for query in [*queries, LONG]:
            async with Session(server.port, page.stem, query, auto=False) as session:
                await session.open(120)
            errors += [f"{query[:120]}: {error}" for error in session.errors]
        return errors

    assert not asyncio.run(visit())


def test_raw_frames_end_their_own_connection_and_no_other(server):
    choice = random.Random(0)
    frames: list[bytes | str] = [choice.randbytes(choice.randint(0, 400)) for _ in range(150)]
    message = BackMsg()
    message.rerun_script.query_string = "delta=1"
    whole = message.SerializeToString()
    frames += [whole[:k] for k in range(len(whole))] + ["text", b"", b"\x00" * 100_000]
    for name in (
        "clear_cache",
        "debug_shutdown_runtime",
        "debug_disconnect_websocket",
        "load_git_info",
        "set_run_on_save",
    ):
        order = BackMsg()
        setattr(order, name, True)
        frames.append(order.SerializeToString())
    message.rerun_script.fragment_id = "no such fragment"
    message.rerun_script.widget_states.widgets.add(id="no such widget").double_array_value.data.extend(
        [float("nan")] * 9
    )
    frames.append(message.SerializeToString())

    async def attack() -> None:
        async with Session(server.port, "geometry") as witness:
            await witness.open()
            for frame in frames:
                address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
                async with websockets.connect(address, subprotocols=["streamlit"], max_size=None) as socket:
                    await socket.send(frame)
            await witness.rerun()
            assert not witness.errors

    asyncio.run(attack())
    assert server.health() < 10 and server.child.poll() is None


def test_a_frame_over_the_limit_closes_its_connection(server):
    async def send() -> int:
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", max_size=None) as socket:
            await socket.send(b"\x00" * 3_000_000)
            try:
                while True:
                    await asyncio.wait_for(socket.recv(), 20)
            except websockets.ConnectionClosed:
                return socket.close_code or 0

    assert asyncio.run(send()) in (1002, 1009)


@pytest.mark.parametrize(
    ("name", "origin"), [("127.0.0.1", "http://evil.example"), ("127.0.0.1", "null"), ("evil.example", None)]
)
def test_foreign_pages_and_names_open_no_session(server, name, origin):
    async def knock() -> int:
        address = f"ws://{name}:{server.port}/_stcore/stream"
        try:
            async with websockets.connect(address, host="127.0.0.1", origin=origin, subprotocols=["streamlit"]):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(knock()) == 403


def put(server: Server, session: str, size: int, token: bool = True, method: str = "PUT") -> int:
    """Send a file of that size as a browser does; the answer's status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/_stcore/health")
    answer = connection.getresponse()
    answer.read()
    (cookie,) = (value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") or [] if "_xsrf=" in value)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if token:
        headers |= {"Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]}
    start = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.npz"\r\n\r\n'
    body = start + b"0" * size + b"\r\n--b--\r\n"
    path = f"/_stcore/upload_file/{session}/{random.randrange(10**9)}"
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413
    finally:
        connection.close()


def with_session(server: Server, act: Callable[[str], list[int]]) -> list[int]:
    async def visit() -> list[int]:
        async with Session(server.port, "initialisation") as session:
            await session.open(120)
            return await asyncio.to_thread(act, session.session_id)

    return asyncio.run(visit())


def test_uploads_need_the_token_a_session_and_an_end(server):
    assert with_session(
        server,
        lambda session: [
            put(server, session, 1000),
            put(server, session, 1000, token=False),
            put(server, session, 1000, token=False, method="DELETE"),
            put(server, "nobody", 1000),
            put(server, session, 22_000_000),
        ],
    ) == [204, 403, 403, 400, 413]


def test_the_uploads_of_all_visitors_are_bounded():
    server = Server(UPLOADS_MB="1")
    try:
        assert with_session(server, lambda session: [put(server, session, 700_000) for _ in range(2)]) == [204, 413]
        assert server.health() < 10
    finally:
        server.end()
