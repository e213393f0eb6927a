"""Firefox by WebDriver BiDi, which it speaks itself, and WebKitGTK by its WebDriver: enough to open, ask and use a page."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.serving import free_port

PATIENCE_S = 60.0


class Browser(Protocol):
    """What a smoke test needs of a browser."""

    def open(self, url: str) -> None: ...

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page, as JSON carries it."""

    def act(self, *devices: dict) -> None:
        """What keys, pointers and a wheel really do, in the words that both protocols share (tests/browsers/hands.py)."""

    def close(self) -> None: ...


LOOK = 'user_pref("webgl.force-enabled", true);\n'
DARK = 'user_pref("layout.css.prefers-color-scheme.content-override", 0);\n'


def _on_display(command: list[str], **env: str) -> subprocess.Popen:
    """A program and all it starts, as one group of processes."""
    shown = ["xvfb-run", "-a", "-s", "-screen 0 1400x1000x24", *command]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(shown, start_new_session=True, env={**os.environ, **env}, **quiet)


def _ended(child: subprocess.Popen) -> None:
    os.killpg(child.pid, signal.SIGTERM)
    child.wait(20)


class Firefox:
    """A Firefox of its own profile, on a display of its own: without one it draws no scenes in space."""

    program = "firefox-esr"

    def __init__(self, dark: bool = False) -> None:
        self.profile = tempfile.mkdtemp(prefix="lab-firefox-")
        Path(self.profile, "user.js").write_text(LOOK + DARK * dark)
        port = free_port()
        command = [self.program, "--profile", self.profile, "--remote-debugging-port", str(port), "about:blank"]
        self.child = _on_display(command, HOME=self.profile)
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

    def act(self, *devices: dict) -> None:
        self._call("input.performActions", context=self.tab, actions=devices)

    def close(self) -> None:
        self.socket.close()
        _ended(self.child)
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

    def __init__(self, dark: bool = False) -> None:
        port = free_port()
        self.child = _on_display([self.program, f"--port={port}"], **({"GTK_THEME": "Adwaita:dark"} if dark else {}))
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

    def act(self, *devices: dict) -> None:
        self._send(f"/{self.session}/actions", {"actions": devices})

    def close(self) -> None:
        request = urllib.request.Request(f"{self.address}/{self.session}", method="DELETE")
        urllib.request.urlopen(request, timeout=PATIENCE_S).close()
        _ended(self.child)

    def _send(self, path: str, body: dict) -> Any:
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)["value"]


BROWSERS: dict[str, type] = {"firefox": Firefox, "webkit": WebKit}
