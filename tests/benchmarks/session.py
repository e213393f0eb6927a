"""One visitor without a browser: Streamlit's websocket protocol, on loopback only.

It keeps what a browser keeps (the page's hash, the widgets' ids and values, the fragments that ask to be rerun) and does
what a browser does (a rerun of the widget's fragment for each move, fragments' own reruns by their clock).
"""

import asyncio
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)
FRAGMENT_DONE = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
REMEMBERED = 2
KINDS = {"slider", "button", "exception", "alert", "progress", "text_input", "number_input", "html"}


@dataclass
class Session:
    """An open connection to one page. texts: alerts shown; written: HTML; errors: exceptions shown to the visitor; finished:
    complete runs of the page, or of the part of it in which the moved slider stands."""

    port: int
    page: str = ""
    query: str = ""
    cookies: str = ""
    auto: bool = True
    widgets: dict[str, Any] = field(default_factory=dict)
    values: dict[str, tuple[str, Any]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    cached: dict[str, tuple[ForwardMsg, int]] = field(default_factory=dict)
    runs: int = 0
    page_hash: str = ""
    moved: str = ""
    errors: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    received: int = 0
    finished: int = 0
    session_id: str = ""

    async def __aenter__(self) -> "Session":
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        sent = {"Cookie": self.cookies} if self.cookies else {}
        self.socket = await websockets.connect(
            address, subprotocols=["streamlit"], max_size=None, compression=None, additional_headers=sent
        )
        self.clocks: dict[str, asyncio.Task] = {}
        self.intervals: dict[str, float] = {}
        self.changed = asyncio.Condition()
        self.closed = False
        self.reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        for clock in self.clocks.values():
            clock.cancel()
        await self.socket.close()
        await asyncio.wait({self.reader}, timeout=5)

    async def open(self, seconds: float = 60) -> float:
        """The first run; seconds until the page is complete."""
        return await self.rerun(seconds)

    async def rerun(self, seconds: float = 60) -> float:
        """One run of what the last move changes (at first: of the whole page); seconds until it is complete."""
        before, began = self.finished, time.monotonic()
        await self.send(self.homes.get(self.moved, ""))
        await self.until(lambda: self.finished > before, seconds)
        return time.monotonic() - began

    async def send(self, fragment: str = "", auto: bool = False, clicked: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id, state.is_auto_rerun = self.query, fragment, auto
        state.page_script_hash, state.page_name = self.page_hash, "" if self.page_hash else self.page
        state.cached_message_hashes.extend(h for h, (_, run) in self.cached.items() if run >= self.runs - REMEMBERED)
        for widget, (kind, value) in self.values.items():
            item = state.widget_states.widgets.add(id=widget)
            if kind == "double_array_value":
                item.double_array_value.data.extend(value)
            else:
                setattr(item, kind, value)
        if clicked:
            state.widget_states.widgets.add(id=clicked).trigger_value = True
        await self.socket.send(message.SerializeToString())

    async def click(self, start: str) -> None:
        """Press the first button whose label begins so."""
        button = self.button(start)
        assert button is not None, f"no button begins with {start}"
        await self.send(self.homes[button.id], clicked=button.id)

    def button(self, start: str) -> Any:
        """The first button whose label begins so; None where there is none."""
        buttons = (w for w in self.widgets.values() if type(w).__name__ == "Button")
        return next((button for button in buttons if button.label.startswith(start)), None)

    def sliders(self) -> list[Any]:
        """The page's ordinary sliders with one handle that can move."""
        found = [w for w in self.widgets.values() if type(w).__name__ == "Slider" and w.type == w.SLIDER]
        return [w for w in found if len(w.default) == 1 and w.max > w.min]

    def move(self, choice: random.Random) -> None:
        """Put the first slider somewhere else on its grid; rerun() shows what comes of it."""
        slider = self.sliders()[0]
        self.moved = slider.id
        steps = max(1, round((slider.max - slider.min) / (slider.step or 1)))
        self.values[slider.id] = ("double_array_value", [slider.min + choice.randint(0, steps) * slider.step])

    async def until(self, holds: Any, seconds: float) -> None:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: holds() or self.closed), seconds)
        if not holds():
            raise ConnectionError("the server closed the session")

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                self.received += len(frame)
                message = ForwardMsg()
                message.ParseFromString(frame)
                await self._take(message)
        except websockets.ConnectionClosed:
            pass
        finally:
            self.closed = True
            async with self.changed:
                self.changed.notify_all()

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message, kind = self.cached[message.ref_hash][0], "delta"
        if message.metadata.cacheable:
            self.cached[message.hash] = message, self.runs
        if kind == "new_session":
            self.session_id = message.new_session.initialize.session_id
            self.page_hash = message.new_session.page_script_hash
            if not message.metadata.run.fragment_ids:
                self._stop_clocks(list(self.clocks))
        elif kind == "delta":
            self._draw(message.delta)
        elif kind == "script_finished":
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._forget(message.metadata.run.fragment_ids)
            part = message.script_finished == FRAGMENT_DONE and self.homes.get(self.moved)
            self.finished += message.script_finished in DONE or part in message.metadata.run.fragment_ids
        else:
            self._follow(message)
            self._set_clocks(message)
        async with self.changed:
            self.changed.notify_all()

    def _follow(self, message: ForwardMsg) -> None:
        """Where the server has led: another page, another query."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string

    def _forget(self, fragments: Iterable[str]) -> None:
        """What three runs have not used goes: after a fragment's run its own alone, after a whole run (names none) all."""
        self.runs += 1
        of = {*fragments}
        self.cached = {
            h: (message, run)
            for h, (message, run) in self.cached.items()
            if run >= self.runs - REMEMBERED or (of and message.delta.fragment_id not in of)
        }

    def _set_clocks(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "stop_auto_rerun":
            self._stop_clocks(message.stop_auto_rerun.fragment_ids)
        elif kind == "auto_rerun" and self.auto:
            self._start_clock(message.auto_rerun.fragment_id, message.auto_rerun.interval)

    def _draw(self, delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        if kind not in KINDS:
            return
        element = getattr(delta.new_element, kind)
        if kind == "exception":
            self.errors.append(f"{element.type}: {element.message}")
        elif kind == "alert":
            self.texts.append(element.body)
        elif kind == "progress":
            self.texts.append(element.text)
        elif kind == "html":
            self.written += [] if element.body.startswith("<style") else [element.body]
        else:
            self.widgets[element.id], self.homes[element.id] = element, delta.fragment_id

    def _start_clock(self, fragment: str, interval: float) -> None:
        async def tick() -> None:
            while not self.closed:
                await asyncio.sleep(interval)
                await self.send(fragment, auto=True)

        if self.intervals.get(fragment) != interval or fragment not in self.clocks:
            self._stop_clocks([fragment])
            self.intervals[fragment] = interval
            self.clocks[fragment] = asyncio.create_task(tick())

    def _stop_clocks(self, fragments: Iterable[str]) -> None:
        for fragment in fragments:
            if clock := self.clocks.pop(fragment, None):
                clock.cancel()
