"""What a browser still has of what it was sent, when a rerun that it asked for comes to speak of it.

With each rerun a browser says which long messages it has, and Streamlit then sends their names alone. But the browser forgets
what no run has spoken of for a while each time that it hears of a run's end, and between the question and the answer that may
come several times: over a slow network a slider moved to and fro ended with "Connection error", and the page was lost. Here is
noted, from the same messages in the same order, what the browser forgets; only what it will still have is called known.
"""

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.streamlit_internals import STREAM, BackMsg, ForwardMsg


class Remembered:
    """A browser's memory as it will be once it has read all that it was sent: for each long message the count of runs when one
    last spoke of it, and the fragment that it belongs to."""

    def __init__(self) -> None:
        self.longest = int(st.get_option("global.maxCachedMessageAge"))
        self.kept: dict[str, tuple[int, str]] = {}
        self.count = 0
        self.runs = self.asked_for = False

    def heard(self, frame: bytes) -> None:
        """Note what this frame to the browser makes it remember or forget."""
        message = ForwardMsg.FromString(frame)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.runs, self.asked_for = True, False
        elif kind == "script_finished":
            self.runs = False
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._ended(set(message.metadata.run.fragment_ids))
        elif kind == "ref_hash" or message.metadata.cacheable:
            name = message.ref_hash or message.hash
            _, fragment = self.kept.get(name, (0, message.delta.fragment_id))
            self.kept[name] = self.count, fragment

    def asks(self, frame: bytes) -> bytes:
        """This frame of the browser, without the names of what it will have forgotten when it is answered."""
        try:
            message = BackMsg.FromString(frame)
        except DecodeError:
            return frame
        if message.WhichOneof("type") != "rerun_script":
            return frame
        names = message.rerun_script.cached_message_hashes
        known = [name for name in names if self._stays(name)]
        self.asked_for = True
        if len(known) == len(names):
            return frame
        names[:] = known
        return message.SerializeToString()

    def _stays(self, name: str) -> bool:
        """Whether nothing that is under way can make the browser forget this: the end of a run that it has not heard of yet."""
        if name not in self.kept:
            return False
        at_rest = not self.runs and not self.asked_for
        return at_rest or self.count + 1 - self.kept[name][0] <= self.longest

    def _ended(self, fragments: set[str]) -> None:
        """A run of these fragments has ended, or of the whole page where there are none."""
        self.count += 1
        for name, (last, fragment) in list(self.kept.items()):
            if (not fragments or fragment in fragments) and self.count - last > self.longest:
                del self.kept[name]


class StillKnown:
    """Lets no rerun call known what its browser will have forgotten; inside whatever lets reruns wait."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not scope["path"].endswith(STREAM):
            await self.app(scope, receive, send)
            return
        remembered = Remembered()

        async def receive_known() -> Message:
            event = await receive()
            if event["type"] == "websocket.receive" and event.get("bytes"):
                event = {**event, "bytes": remembered.asks(event["bytes"])}
            return event

        async def heard(answer: Message) -> None:
            if answer["type"] == "websocket.send" and answer.get("bytes"):
                remembered.heard(answer["bytes"])
            await send(answer)

        await self.app(scope, receive_known, heard)
