"""Firefox by WebDriver BiDi, which it speaks itself, and WebKitGTK by its WebDriver: just enough to open and ask a page."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from typing import Any, Protocol

from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.serving import free_port

PATIENCE_S = 60.0


class Browser(Protocol):
    """What a smoke test needs of a browser."""

    def open(self, url: str) -> None: ...

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page, as JSON carries it."""

    def press(self, key: str) -> None:
        """A key, really pressed, where the focus is."""

    def close(self) -> None: ...


ARROW_LEFT, ARROW_RIGHT = "\ue012", "\ue014"


def _pressed(key: str) -> list[dict]:
    """The actions of both protocols that press and release one key."""
    return [{"type": "key", "id": "keys", "actions": [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]}]


class Firefox:
    """A headless Firefox of its own profile."""

    program = "firefox-esr"

    def __init__(self) -> None:
        self.profile = tempfile.mkdtemp(prefix="lab-firefox-")
        port = free_port()
        command = [self.program, "--headless", "--profile", self.profile, "--remote-debugging-port", str(port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.child = subprocess.Popen([*command, "about:blank"], env={**os.environ, "HOME": self.profile}, **quiet)
        self.count = 0
        self.socket = self._connected(f"ws://127.0.0.1:{port}/session")
        self._call("session.new", capabilities={})
        self.tab = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def ask(self, expression: str) -> Any:
        wrapped = f"JSON.stringify(({expression}) ?? null)"
        answer = self._call("script.evaluate", expression=wrapped, target={"context": self.tab}, awaitPromise=True)
        if answer["type"] == "exception":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def press(self, key: str) -> None:
        self._call("input.performActions", context=self.tab, actions=_pressed(key))

    def close(self) -> None:
        self.socket.close()
        self.child.terminate()
        self.child.wait(20)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _connected(self, address: str) -> ClientConnection:
        for _ in range(int(2 * PATIENCE_S)):
            try:
                return connect(address, max_size=None, open_timeout=PATIENCE_S, legacy=True)
            except OSError:
                time.sleep(0.5)
        raise AssertionError("Firefox did not open its door")

    def _call(self, method: str, **params: Any) -> dict:
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE_S))
            if answer.get("id") == self.count:
                assert answer["type"] == "success", answer
                return answer["result"]


class WebKit:
    """WebKitGTK's small browser on a display of its own."""

    program = "WebKitWebDriver"

    def __init__(self) -> None:
        port = free_port()
        command = ["xvfb-run", "-a", self.program, f"--port={port}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.child = subprocess.Popen(command, start_new_session=True, **quiet)
        self.address = f"http://127.0.0.1:{port}/session"
        wanted = {"capabilities": {"alwaysMatch": {"pageLoadStrategy": "normal"}}}
        for _ in range(int(PATIENCE_S)):
            try:
                self.session = self._send("", wanted)["sessionId"]
                return
            except OSError:
                time.sleep(1.0)
        raise AssertionError("WebKit's driver did not answer")

    def open(self, url: str) -> None:
        self._send(f"/{self.session}/url", {"url": url})

    def ask(self, expression: str) -> Any:
        script = f"return JSON.stringify(({expression}) ?? null)"
        return json.loads(self._send(f"/{self.session}/execute/sync", {"script": script, "args": []}))

    def press(self, key: str) -> None:
        self._send(f"/{self.session}/actions", {"actions": _pressed(key)})

    def close(self) -> None:
        request = urllib.request.Request(f"{self.address}/{self.session}", method="DELETE")
        urllib.request.urlopen(request, timeout=PATIENCE_S).close()
        os.killpg(self.child.pid, 15)
        self.child.wait(20)

    def _send(self, path: str, body: dict) -> Any:
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)["value"]


BROWSERS: dict[str, type] = {"firefox": Firefox, "webkit": WebKit}
