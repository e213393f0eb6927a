"""The classroom's proxy with two real replicas: who comes back finds their session, also after a replica is gone.

Needs nginx, on the path or named by NGINX_BIN; deploy/nginx.conf is used as it is, but for its port and its replicas.
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

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.shared.plot import PLOTLY_URL
from tests.benchmarks.serving import ROOT, Server, free_port

NGINX = os.environ.get("NGINX_BIN") or shutil.which("nginx") or ""
VISITORS = 12
pytestmark = pytest.mark.skipif(not NGINX, reason="no nginx here; name one by NGINX_BIN")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    replicas = [Server(), Server()]
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    listed = " ".join(f"server 127.0.0.1:{replica.port} max_fails=2 fail_timeout=5s;" for replica in replicas)
    text = text.replace("server lab:8501 max_fails=2 fail_timeout=5s;", listed).replace("/tmp/", f"{folder}/")
    (folder / "mime.types").write_text("types { text/html html; }")
    (folder / "lab.conf").write_text(text.replace("listen 8080;", f"listen 127.0.0.1:{port};"))
    settings = "user root; daemon off; error_log stderr crit;"
    proxy = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "lab.conf", "-g", settings])
    time.sleep(1)
    yield port, replicas
    proxy.terminate()
    proxy.wait()
    for replica in replicas:
        replica.end()


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


def get(port: int, path: str, **headers: str) -> urllib.request.http.client.HTTPResponse:
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=30)


def test_who_comes_back_finds_their_session_and_a_lost_replica_is_replaced(classroom):
    port, replicas = classroom
    visitors = [uuid.UUID(int=k).hex for k in range(VISITORS)]
    back = returned(port, visitors)
    replicas[0].child.send_signal(signal.SIGKILL)
    replicas[0].child.wait()
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
