"""The classroom's proxy with two real replicas: who comes back finds their session, also after a replica is gone, and
classes are found where they are kept.

Needs nginx, on the path or named by NGINX_BIN (make proxy finds one); deploy/nginx.conf and nginx.machines.conf are used
as they are, but for ports and names.
"""

import asyncio
import gzip
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.classes.kept.database import Database
from pages.classes.kept.store import Store
from pages.shared.plot import PLOTLY_URL
from scripts.chromium import chromium
from tests.benchmarks.serving import ROOT, Server, free_port
from tests.benchmarks.session import Session

NGINX = os.environ.get("NGINX_BIN") or shutil.which("nginx") or ""
VISITORS = 12
pytestmark = pytest.mark.skipif(not NGINX, reason="no nginx here; name one by NGINX_BIN")


@contextmanager
def proxied(folder: Path, text: str) -> Iterator[int]:
    """nginx with this configuration, on a port of its own."""
    port = free_port()
    (folder / "mime.types").write_text("types { text/html html; }")
    text = text.replace("/tmp/", f"{folder}/").replace("listen 8080;", f"listen 127.0.0.1:{port};")
    (folder / "lab.conf").write_text(text)
    settings = "user root; daemon off; error_log stderr crit;"
    proxy = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "lab.conf", "-g", settings])
    time.sleep(1)
    yield port
    proxy.terminate()
    proxy.wait()


@contextmanager
def two_replicas(folder: Path) -> Iterator[tuple[int, list[Server]]]:
    """The proxy's port, and two replicas that share the file classes.db."""
    replicas = [Server(CLASSES_DB=str(folder / "classes.db")) for _ in range(2)]
    listed = " ".join(f"server 127.0.0.1:{replica.port} max_fails=2 fail_timeout=5s;" for replica in replicas)
    text = (ROOT / "deploy" / "nginx.conf").read_text().replace("server lab:8501 max_fails=2 fail_timeout=5s;", listed)
    try:
        with proxied(folder, text) as port:
            yield port, replicas
    finally:
        for replica in replicas:
            replica.end()


def kill(replica: Server) -> None:
    replica.child.send_signal(signal.SIGKILL)
    replica.child.wait()


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    with two_replicas(tmp_path_factory.mktemp("nginx")) as made:
        yield made


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """Two machines, each with letters and a store of its own, behind one proxy."""
    folder = tmp_path_factory.mktemp("machines")
    shares = {"machine-1:8080": "CDFHJKM", "machine-2:8080": "NPRTVWXY"}
    text, servers = (ROOT / "deploy" / "nginx.machines.conf").read_text(), []
    for name, letters in shares.items():
        servers.append(Server(CLASSES_DB=str(folder / f"{letters}.db"), CLASSES_LETTERS=letters))
        text = text.replace(name, f"127.0.0.1:{servers[-1].port}")
    stores = [Store(Database(str(folder / f"{letters}.db"))) for letters in shares.values()]
    with proxied(folder, text) as port:
        yield port, stores, list(shares.values())
    for server in servers:
        server.end()


async def session(port: int, visitor: str, again: str = "") -> str:
    """The session's id, as the replica that answers tells it; `again`: the id from before, to come back to."""
    names = ["streamlit", "none", again] if again else ["streamlit"]
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    cookie = {"Cookie": f"lab_replica={visitor}"}
    async with websockets.connect(address, subprotocols=names, additional_headers=cookie, max_size=None) as socket:
        hello = BackMsg()
        hello.rerun_script.page_name = "geometry"
        await socket.send(hello.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(socket.recv(), 60))
            if message.WhichOneof("type") == "new_session":
                return message.new_session.initialize.session_id


def returned(port: int, visitors: list[str]) -> int:
    async def visit(visitor: str) -> bool:
        first = await session(port, visitor)
        return await session(port, visitor, first) == first

    async def all_of_them() -> int:
        return sum([await visit(visitor) for visitor in visitors])

    return asyncio.run(all_of_them())


async def votes(port: int, code: str, cookies: list[str], choice: str) -> None:
    """Each of these browsers opens the class's page, waits for the choices and takes this one."""

    async def one(cookie: str) -> None:
        async with Session(port, "geometry", query=f"class={code}", cookies=cookie) as seen:
            await seen.open(120)
            await seen.until(lambda: seen.button(choice) is not None, 60)
            await seen.click(choice)
            await asyncio.sleep(3)

    await asyncio.gather(*map(one, cookies))


def test_a_vote_goes_on_when_one_of_two_replicas_is_killed(tmp_path):
    kept = Store(Database(str(tmp_path / "classes.db")))
    cookies = [f"lab_replica={uuid.UUID(int=k).hex}; lab_phone=phone-{k}" for k in range(VISITORS)]
    code, _ = kept.start()
    kept.ask(code, "geometry", {"predict": "true"})
    with two_replicas(tmp_path) as (port, replicas):
        asyncio.run(votes(port, code, cookies[: VISITORS // 2], "A ·"))
        before = kept.tally(kept.find(code), 3).rounds
        kill(replicas[0])
        asyncio.run(votes(port, code, cookies, "B ·"))
        after = kept.tally(kept.find(code), 3).rounds
    print(f"votes before the kill {before}, after it {after}")
    assert before == ((VISITORS // 2, 0, 0),) and after == ((0, VISITORS, 0),), "kept, changed, none lost or doubled"


@pytest.mark.skipif(not chromium(), reason="no Chromium here")
def test_browsers_come_back_by_themselves_when_their_replica_is_killed(tmp_path):
    """The teacher and four phones, of which each replica had some: nobody reloads, nothing is lost, the vote is revealed."""
    from playwright.sync_api import sync_playwright

    with two_replicas(tmp_path) as (port, replicas), sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        teacher, *phones = [browser.new_context().new_page() for _ in range(5)]
        teacher.goto(f"http://127.0.0.1:{port}/learn?part=class")
        teacher.get_by_role("button", name="Start a class").click(timeout=60_000)
        code = teacher.locator(".lab-code").inner_text(timeout=60_000)
        teacher.wait_for_function("() => !location.search.includes('teach')")
        teacher.goto(f"http://127.0.0.1:{port}/geometry?present=true&class={code}")
        for phone in phones:
            phone.goto(f"http://127.0.0.1:{port}/geometry?class={code}")
        teacher.get_by_text("4 phones").wait_for(timeout=60_000)
        teacher.get_by_role("button", name="Ask the class").click()
        for phone in phones[:2]:
            phone.get_by_role("button", name="B ·").click(timeout=60_000)
        teacher.get_by_text("2 of 4").wait_for(timeout=60_000)
        kill(replicas[0])
        killed = time.monotonic()
        for phone in phones[2:]:
            phone.get_by_text("Choose one.").wait_for(timeout=60_000)
            pressed(phone, "C ·", "You chose C")
        teacher.get_by_text("4 of 4").wait_for(timeout=60_000)
        print(f"all four votes stand {time.monotonic() - killed:.1f} s after a replica was killed")
        pressed(teacher, "Reveal", "Votes: 4")
        told = teacher.locator(".lab-votes td b").all_inner_texts()
        for phone in phones:
            phone.get_by_text("it is Almost straight").wait_for(timeout=60_000)
        browser.close()
    assert told == ["0", "2", "2"]


def pressed(page, name: str, said: str) -> None:
    """Press until it has come to this: what a dead connection has lost is pressed again."""
    for _ in range(30):
        if page.get_by_text(said).first.is_visible():
            return
        button = page.get_by_role("button", name=name)
        button.click() if button.is_visible() else None
        page.wait_for_timeout(1000)
    pytest.fail(f"nothing came of {name}")


def test_a_class_is_found_on_its_own_machine_by_whoever_comes(machines):
    port, stores, letters = machines
    for kept, own in zip(stores, letters, strict=True):
        code, _ = kept.start()
        code = code if code[0] in own else renamed(kept, code, own[0])
        kept.ask(code, "geometry", {"predict": "true"})
        answers = [get(port, f"/geometry?class={code}") for _ in range(4)]
        assert all(f"lab_class={code}" in str(answer.headers.get_all("Set-Cookie")) for answer in answers)
        cookies = [
            f"lab_class={code}; lab_machine={machine}; lab_phone={k}"
            for k, machine in enumerate(("first", "second", "first", "second"))
        ]
        asyncio.run(votes(port, code, cookies, "C ·"))
        assert kept.tally(kept.find(code), 3).rounds == ((0, 0, 4),)


def renamed(kept: Store, code: str, letter: str) -> str:
    """The class under a code of this machine: this process draws codes for no machine."""
    new = letter + code[1:]
    with kept.database.writing() as rows:
        rows.execute("UPDATE classes SET code = ? WHERE code = ?", (new, code))
    return new


def get(port: int, path: str, **headers: str) -> urllib.request.http.client.HTTPResponse:
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=30)


def test_who_comes_back_finds_their_session_and_a_lost_replica_is_replaced(classroom):
    port, replicas = classroom
    visitors = [uuid.UUID(int=k).hex for k in range(VISITORS)]
    back = returned(port, visitors)
    kill(replicas[0])
    after = returned(port, visitors)
    print(f"{back}/{VISITORS} came back to their session, {after}/{VISITORS} new ones after a replica was killed")
    assert back == after == VISITORS


def test_the_first_answer_brings_the_cookie_once(classroom):
    port, _ = classroom
    assert "lab_replica=" in get(port, "/").headers["Set-Cookie"]
    assert "lab_replica" not in str(get(port, "/", Cookie="lab_replica=abc").headers["Set-Cookie"])


def test_files_are_compressed_and_the_operators_paths_closed(classroom):
    port, _ = classroom
    for _ in range(2):
        answer = get(port, PLOTLY_URL, **{"Accept-Encoding": "gzip"})
        small = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip" and len(gzip.decompress(small)) > 2 * len(small)
        assert len(get(port, PLOTLY_URL).read()) > 2 * len(small), "who takes no gzip gets it plain"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(port, "/_stcore/metrics")
