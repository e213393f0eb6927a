"""One client's messages, at a pace the server can bear: a token bucket on each websocket, a turnstile before all of them.

Up to BURST messages pass at once and RATE a second after that, enough for a slider that is dragged. A rerun passes when
the one before it has ended, and when it is its turn at the turnstile that all visitors share. A whole page, which breaks
off what runs, waits GAP_S at most; a fragment FOR_A_FRAGMENT_S. Streamlit would put it behind that run all the same, but
calls a run's end broken off that has not left yet, or forgets what the run has drawn: a picture that never comes. (What
is asked of a page that has been left does not run: nobody waits for it.) What comes faster waits, and a rerun that waits
is merged into the newer one of the same fragment (clicks of both are kept), so nothing the visitor did last is lost; but
who goes to another page goes there, whatever the page that is left still sends. Messages that only a developer's own
browser needs are dropped: one of them would empty every visitor's cache.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as ProtoMessage
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.server.cut import said_to_nobody
from pages.server.turnstile import Place, Turnstile
from pages.shared.streamlit_internals import STREAM, BackMsg, WidgetState, WidgetStates, has_finished, page_begun

F = TypeVar("F", bound="asyncio.Future[Any]")

RATE, BURST = 20.0, 40.0
GAP_S, FOR_A_FRAGMENT_S = 0.3, 5.0
LONGEST_WAIT = 64
PAUSE_S = 0.005
SHORT = 300
PLACES, LONGEST_TURN_S = 5, 0.25
WELCOME = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
OPERATIONS = {"deferred_file", "dataframe_chunk"}
TRIGGERS = {"trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value"}


class Bucket:
    """`burst` tokens at most, `rate` new ones a second."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self.tokens, self.at = burst, clock()

    def take(self) -> bool:
        now = self.clock()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def wait(self) -> float:
        """Seconds until the next token."""
        return max(0.0, (1 - self.tokens) / self.rate - (self.clock() - self.at))


class Inbox:
    """What one client has sent and the application has not yet been given."""

    def __init__(self, source: Receive, bucket: Bucket, turnstile: Turnstile) -> None:
        self.source, self.bucket, self.turnstile = source, bucket, turnstile
        self.waiting: OrderedDict[str, BackMsg] = OrderedDict()
        self.reading: asyncio.Future[Message] | None = None
        self.turn: asyncio.Future[Place] | None = None
        self.patient = False
        self.places: list[Place] = []
        self.stir = asyncio.Event()
        self.rerun_at: float | None = None
        self.page, self.runs = "", False

    async def receive(self) -> Message:
        """The next message for the application."""
        while True:
            self.stir.clear()
            if self.waiting and self._may_pass():
                return self._deliver()
            event = await self._next()
            if event is None:
                continue
            sent = parsed(event.get("bytes")) if event["type"] == "websocket.receive" else None
            if sent is None:
                return event
            if self.waiting:
                await asyncio.sleep(PAUSE_S)
            if welcome(sent) and not self._keep(sent):
                return {"type": "websocket.disconnect", "code": 1008}

    def _may_pass(self) -> bool:
        """Whether the first that waits goes now: a rerun needs the end of the one before, a token, and its turn."""
        if next(iter(self.waiting)).startswith("rerun"):
            if self._gap() > 0 or self.bucket.wait() > 0:
                return False
            if not self._stand_in_line().done():
                return False
        return self.bucket.take()

    def _stand_in_line(self) -> "asyncio.Future[Place]":
        """The turn that this inbox waits for: a clock's, or a hand's as soon as one waits behind its page's clocks."""
        reruns = [message.rerun_script for key, message in self.waiting.items() if key.startswith("rerun")]
        patient = all(rerun.is_auto_rerun for rerun in reruns)
        if self.turn is not None and self.patient and not patient and self.turn.cancel():
            self.turn = None
        if self.turn is None:
            self.turn, self.patient = self._stirring(self.turnstile.enter(patient)), patient
        return self.turn

    def _deliver(self) -> Message:
        place, message = self.waiting.popitem(last=False)
        if place.startswith("rerun") and self.turn is not None:
            self.rerun_at, self.runs = self.bucket.clock(), self._is_of_the_page(message)
            self.places.append(self.turn.result())
            self.turn = None
        return {"type": "websocket.receive", "bytes": message.SerializeToString()}

    async def _next(self) -> Message | None:
        """What the client sends next, or None when something else may have become possible first."""
        if not self.waiting and self.reading is None:
            return await self.source()
        self.reading = self.reading or self._stirring(asyncio.ensure_future(self.source()))
        if not self.reading.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stir.wait(), self._pause())
        if not self.reading.done():
            return None
        event, self.reading = self.reading.result(), None
        return event

    def _pause(self) -> float | None:
        """Seconds until what waits may pass; None where only another event can let it. Never 0: time goes on between
        the question whether it may pass and this one, and what was refused would never be asked again."""
        in_line = self.turn is not None and not self.turn.done()
        pause = max(self.bucket.wait(), self._gap())
        return None if not self.waiting or (in_line and not pause) else max(pause, PAUSE_S)

    def _stirring(self, future: F) -> F:
        future.add_done_callback(lambda _: self.stir.set())
        return future

    def _gap(self) -> float:
        """Seconds that the first rerun has yet to wait for the last one, unless that ends before."""
        if self.rerun_at is None:
            return 0.0
        behind = self.runs and next(iter(self.waiting), "").startswith("rerun ")
        patience = FOR_A_FRAGMENT_S if behind else GAP_S
        return max(0.0, self.rerun_at + patience - self.bucket.clock())

    def heard(self, answer: Message) -> None:
        """Notice in what the server sends which page it shows, and the end of a run, a short message among long ones."""
        frame = answer.get("bytes") or b""
        self.page = page_begun(frame) or self.page
        if len(frame) < SHORT and has_finished(frame):
            self.rerun_at = None
            self._leave()
            self.stir.set()

    def _is_of_the_page(self, message: BackMsg) -> bool:
        """Whether this rerun runs: a fragment of another page than the one that is shown does not (stay_on_page)."""
        asked = message.rerun_script
        return not asked.fragment_id or not self.page or asked.page_script_hash in ("", self.page)

    def _leave(self) -> None:
        while self.places:
            self.places.pop().leave()

    def _keep(self, message: BackMsg) -> bool:
        """Let it wait, merged with what it replaces; False when too much waits."""
        key = place(message)
        if key == "rerun":
            for older in [older for older in self.waiting if older.startswith("rerun")]:
                message = merged(self.waiting.pop(older), message)
        elif key in self.waiting:
            message = self._renewed(key, message)
        elif key.startswith("rerun") and "rerun" in self.waiting:
            if self.waiting["rerun"].rerun_script.page_script_hash != message.rerun_script.page_script_hash:
                return True
            whole = merged(self.waiting.pop("rerun"), message)
            whole.rerun_script.fragment_id = ""
            whole.rerun_script.is_auto_rerun = False
            key, message = "rerun", whole
        self.waiting[key] = message
        return len(self.waiting) <= LONGEST_WAIT

    def _renewed(self, key: str, message: BackMsg) -> BackMsg:
        """The newer message in the turn of the older one: behind it, two clocks that tick together would pass each other for
        ever, and one of them would never run. What waits behind learns what the controls hold by now."""
        keys = list(self.waiting)
        behind = keys[keys.index(key) + 1 :]
        if not all(other.startswith("rerun ") for other in (key, *behind)):
            return merged(self.waiting.pop(key), message)
        for other in behind:
            self.waiting[other] = with_values_of(message, self.waiting[other])
        return merged(self.waiting[key], message)

    def close(self) -> None:
        if self.reading is not None:
            self.reading.cancel()
        if self.turn is not None and not self.turn.cancel():
            self.places.append(self.turn.result())
        self._leave()


class RateLimit:
    """Gives every session's websocket its own bucket, and all of them one turnstile."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.turnstile = Turnstile(PLACES, LONGEST_TURN_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not scope["path"].endswith(STREAM):
            await self.app(scope, receive, send)
            return
        inbox, send = Inbox(receive, Bucket(RATE, BURST), self.turnstile), said_to_nobody(send)

        async def send_and_hear(answer: Message) -> None:
            inbox.heard(answer)
            await send(answer)

        try:
            await self.app(scope, inbox.receive, send_and_hear)
        finally:
            inbox.close()


def parsed(frame: bytes | None) -> BackMsg | None:
    """The message in a frame, or None where there is none: Streamlit itself then ends the connection."""
    message = BackMsg()
    try:
        message.ParseFromString(frame or b"\xff")
    except DecodeError:
        return None
    return message


def welcome(message: BackMsg) -> bool:
    """Whether a visitor's browser has any business sending this."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        request = message.backend_operation_request
        return any(field.name in OPERATIONS for field, _ in request.ListFields())
    return kind in WELCOME


def place(message: BackMsg) -> str:
    """Messages of the same place replace each other: reruns of the page, reruns of one fragment, heartbeats, stops."""
    kind = message.WhichOneof("type") or ""
    if kind == "rerun_script":
        fragment = message.rerun_script.fragment_id
        return f"rerun {fragment}" if fragment else "rerun"
    if kind in ("file_urls_request", "backend_operation_request"):
        return f"{kind} {getattr(message, kind).request_id}"
    return kind


def merged(older: BackMsg, newer: BackMsg) -> BackMsg:
    """The newer message, with the clicks of the older one that it does not know; a clock's rerun does not undo that the
    older one followed Back, nor make a hand's a clock's."""
    if newer.WhichOneof("type") != "rerun_script":
        return newer
    if newer.rerun_script.is_auto_rerun and older.rerun_script.is_history_navigation:
        newer.rerun_script.is_history_navigation = True
    newer.rerun_script.is_auto_rerun &= older.rerun_script.is_auto_rerun
    states = newer.rerun_script.widget_states.widgets
    known = {state.id: state for state in states}
    for state in older.rerun_script.widget_states.widgets:
        if clicked(state) and not (state.id in known and clicked(known[state.id])):
            if state.id in known:
                known[state.id].CopyFrom(state)
            else:
                states.append(state)
    return newer


def with_values_of(newest: BackMsg, waits: BackMsg) -> BackMsg:
    """A rerun that runs behind a newer one of the same page, whose values its own older ones would undo; its clicks stay."""
    if newest.rerun_script.page_script_hash != waits.rerun_script.page_script_hash:
        return waits
    fresh = BackMsg.FromString(newest.SerializeToString())
    asked, states = fresh.rerun_script, fresh.rerun_script.widget_states.widgets
    clicks = [state for state in waits.rerun_script.widget_states.widgets if clicked(state)]
    own = {state.id for state in clicks}
    values = [state for state in states if not clicked(state) and state.id not in own]
    asked.fragment_id, asked.is_auto_rerun = waits.rerun_script.fragment_id, waits.rerun_script.is_auto_rerun
    asked.is_history_navigation = waits.rerun_script.is_history_navigation
    asked.widget_states.CopyFrom(WidgetStates(widgets=[*values, *clicks]))
    return fresh


def clicked(state: WidgetState) -> bool:
    """Whether this state says that something was just clicked or sent, rather than what a widget holds."""
    kind = state.WhichOneof("value")
    value = getattr(state, kind) if kind in TRIGGERS else None
    return bool(value.ListFields()) if isinstance(value, ProtoMessage) else bool(value)
