"""Every private name of Streamlit that the laboratory uses, one function each; nobody else imports from inside it.

NEEDED says for each name why it is needed and what to do when an upgrade takes it away; a test reads it aloud then. This
lies below the rooms that use it (jobs and server), which is why it is not in pages/server.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_cache import create_reference_msg
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, enqueue_message, get_script_run_ctx
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.stats import CacheStat
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

__all__ = ["BackMsg", "ForwardMsg", "WidgetState", "WidgetStates"]

CONTEXT = "streamlit.runtime.scriptrunner_utils.script_run_context"
NEEDED = {
    f"{CONTEXT}.get_script_run_ctx": "tells whether a session runs and whose it is, on which page, and whether Back led "
    "there. Without it, give each session a random id in st.session_state, and enter the server by a file of its own.",
    f"{CONTEXT}.ThreadState": "names the running fragment, so that its timer can be changed from inside.",
    f"{CONTEXT}.enqueue_message": "sends that timer's message. Without either, let beside.py use st.fragment(run_every=…) "
    "alone: a finished simulation then costs a rerun of the page.",
    "streamlit.proto.ForwardMsg_pb2.ForwardMsg": "is that message, and tells the rate limiter that a run has ended. Without "
    "script_finished, let a rerun pass after GAP_S alone.",
    "streamlit.proto.BackMsg_pb2.BackMsg": "is what a browser sends: the rate limiter merges reruns of the same fragment. "
    "Without it, count messages and merge nothing.",
    "streamlit.proto.WidgetStates_pb2.WidgetState": "holds a click, which a merged rerun must keep.",
    "streamlit.proto.WidgetStates_pb2.WidgetStates": "is what a browser says of its controls. Without it, see stay_on_page().",
    "streamlit.runtime.get_instance": "knows which sessions are connected and what they have uploaded. Without it, watch "
    "heartbeats alone and bound uploads by server.maxUploadSize.",
    "streamlit.runtime.stats.CacheStat": "counts the bytes of uploads.",
    "streamlit.runtime.app_session._populate_theme_msg": "reads the theme from all settings six times a rerun; its answer "
    "is kept. Without it, drop keep_theme(): pages cost some CPU-ms more.",
    "streamlit.proto.NewSession_pb2.CustomThemeConfig": "is the theme that is kept.",
    "streamlit.runtime.scriptrunner.script_runner.ScriptRunner._run_script": "would run a fragment of the page that was just "
    "left as if the visitor went back there. Without it, drop stay_on_page() and see what tests/browser/test_cuts.py says.",
    "streamlit.runtime.websocket_session_manager.WebsocketSessionManager.disconnect_session": "would keep what a run says "
    "after its browser was cut off for the next connection. Without it, drop end_what_nobody_hears() and see what "
    "tests/browser/test_cuts.py says.",
    "streamlit.runtime.app_session.AppSession._clear_queue": "would take back a fragment's container that has not left yet. "
    "Without it, drop keep_what_waits() and see what tests/browser/test_cut_class.py says at load.",
    "streamlit.runtime.forward_msg_queue.ForwardMsgQueue.clear": "empties `_delta_index_map`, too: see keep_what_waits().",
    "streamlit.runtime.app_session.AppSessionState": "is how far that session's run has come.",
    "streamlit.runtime.forward_msg_cache.create_reference_msg": "names a message instead of sending it again.",
    "streamlit.runtime.runtime.Runtime._send_message": "sends all messages, in order. Without it, drop "
    "name_only_what_is_held() and set global.maxCachedMessageAge to 30: pages are lost more seldom then.",
    "streamlit.runtime.runtime.Runtime.handle_backmsg": "hears what a browser that comes back still holds.",
    "streamlit.runtime.session_manager.ActiveSessionInfo": "is one connection.",
    "streamlit.runtime.scriptrunner_utils.script_requests.RerunData": "is what is asked to run, and on which page.",
    "streamlit.runtime.pages_manager.PagesManager.current_page_script_hash": "is the page that the last whole run has shown.",
    "streamlit.runtime.pages_manager.PagesManager.uses_pages_directory": "would make the folder pages/ Streamlit's own. "
    "Without it, rename the folder or see whether st.navigation alone decides.",
}

STATIC = Path(streamlit.__file__).parent / "static"
INDEX = STATIC / "index.html"
ICON_FONTS = [
    f"/static/media/{file.name}" for file in (STATIC / "static/media").glob("MaterialSymbols-Rounded.*.woff2")
]
TEXT_FONTS = [f"/static/media/{file.name}" for file in (STATIC / "static/media").glob("SourceSansVF-*.woff2")]
STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file/"
OPERATORS = ("/_stcore/metrics", "/_stcore/script-health-check")
BEGUN_TAG, HEAD, LONGEST_BEGIN = bytes([ForwardMsg.NEW_SESSION_FIELD_NUMBER << 3 | 2]), 80, 20_000
FINISHED_TAG = bytes([ForwardMsg.SCRIPT_FINISHED_FIELD_NUMBER << 3])


def session_id() -> str:
    """The id of the session whose page runs in this thread; "" outside of any."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def where() -> tuple[str, bool]:
    """The page that runs here, and whether the browser came to it by Back or Forward."""
    context = get_script_run_ctx(suppress_warning=True)
    return (context.page_script_hash, bool(context.is_history_navigation)) if context else ("", False)


def runs_a_fragment() -> bool:
    """Whether this is the rerun of a fragment: something on the page was moved."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and bool(context.fragment_ids_this_run)


def runs_alone() -> bool:
    """Whether the fragment that runs was asked for itself, by its clock or by what it holds, not with what stands round it."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and _fragment() in (context.fragment_ids_this_run or ())


def is_connected(session: str) -> bool:
    """Whether this session's browser is there; outside a server everybody is."""
    return not runtime.exists() or bool(runtime.get_instance().is_active_session(session))


def uploaded_bytes() -> int:
    """Bytes of all uploads in memory."""
    stats = runtime.get_instance().uploaded_file_mgr.get_stats()
    return sum(stat.byte_length for group in stats.values() for stat in group if isinstance(stat, CacheStat))


def leave_pages_folder_alone() -> None:
    """The folder pages/ is the laboratory's: st.navigation says what a page is."""
    PagesManager.uses_pages_directory = False


def look_again(seconds: float) -> None:
    """From now on run the fragment that is running every so many seconds."""
    message = ForwardMsg()
    message.auto_rerun.fragment_id, message.auto_rerun.interval = _fragment(), seconds
    enqueue_message(message)


def stop_looking() -> None:
    """Run the fragment that is running only when something on the page changes."""
    message = ForwardMsg()
    message.stop_auto_rerun.fragment_ids.append(_fragment())
    enqueue_message(message)


def has_finished(frame: bytes) -> bool:
    """Whether a frame to the browser says that a run has ended, and not only gone over into another one."""
    if FINISHED_TAG not in frame:
        return False
    message = ForwardMsg.FromString(frame)
    goes_on = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
    return message.WhichOneof("type") == "script_finished" and not goes_on


def page_begun(frame: bytes) -> str:
    """The page whose run a frame to the browser begins; "" for any other frame."""
    if BEGUN_TAG not in frame[:HEAD] or len(frame) > LONGEST_BEGIN:
        return ""
    message = ForwardMsg.FromString(frame)
    return message.new_session.page_script_hash if message.WhichOneof("type") == "new_session" else ""


def keep_theme() -> None:
    """Read each part of the theme once: Streamlit goes through all settings for it, six times a rerun, which costs as much
    as half a page's theory. Settings do not change while the server runs."""
    app_session._populate_theme_msg = _copy_theme  # type: ignore[assignment]


def stay_on_page() -> None:
    """Let nothing that belongs to a page run on another one.

    A fragment of a page that is not shown any more does not run. What a browser asked before it heard of the new page (a
    clock's rerun, a slider's last move) would else come with the old page's name: the browser, told that page again,
    throws away the body it has, and nothing sends it anew.

    Who comes to another page brings no controls' values. A browser whose connection was cut while the server led it on
    comes back to the page that it shows, with that page's values: they would call its controls' listeners before any
    control exists, and one that fails takes the page with it. The address says all of them.
    """
    ScriptRunner._run_script = _run_on_its_page  # type: ignore[method-assign, assignment]


def end_what_nobody_hears() -> None:
    """Let nothing that a run still says after its browser was cut off reach the next connection.

    Such a run is stopped where it stands, and Streamlit tells the browser that comes back that it has ended well: the browser
    takes away what that half of a page did not draw, and forgets messages that it has just said it knows; the first of them
    that the next run refers to ends its connection for ever. Who comes back asks for the whole page.
    """
    WebsocketSessionManager.disconnect_session = _disconnect  # type: ignore[method-assign]


def keep_what_waits() -> None:
    """Let a fragment that begins take back nothing that still waits to be sent.

    Streamlit drops what the fragment has said before, its container in the page's own run among it. When that run's end
    reaches the browser, the container counts as stale, all behind it move up by one place, and the fragment that then draws
    at its old place writes over its neighbour: an ear that ticks, over the body of the page. Nor does what the fragment draws
    take the place of what waits: sent before the news of its run it would count as drawn by the run before, and be taken away
    at the end of this one.
    """
    AppSession._clear_queue = _clear_for_a_page  # type: ignore[method-assign]


def name_only_what_is_held(account: Callable[[Iterable[str]], Any]) -> None:
    """Name a message instead of sending it only where the browser still holds it; each connection has its account.

    A browser forgets what three runs have not used. Where one ends while a request is on its way, a clock's for instance,
    Streamlit names what that request said was held, and the browser ends its connection for ever.
    """
    script_run_context.create_reference_msg = lambda message: message  # type: ignore[assignment]
    Runtime.handle_backmsg = functools.partialmethod(_hear, account)  # type: ignore[method-assign, assignment]
    Runtime._send_message = _send  # type: ignore[method-assign, assignment]


def missing(names: Iterable[str] = NEEDED) -> list[str]:
    """A sentence for each name that this Streamlit does not have."""
    return [
        f"Streamlit {streamlit.__version__} has no {name}, which {NEEDED[name]}" for name in names if not _exists(name)
    ]


def _exists(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found = __import__(".".join(parts[:cut]), fromlist=["*"])
        except ImportError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


_populate_theme = app_session._populate_theme_msg


@functools.cache
def _theme(section: str) -> CustomThemeConfig:
    message = CustomThemeConfig()
    _populate_theme(message, section)
    return message


def _copy_theme(message: CustomThemeConfig, section: str = "theme") -> None:
    if _theme(section).ListFields():
        message.MergeFrom(_theme(section))


_clear_queue = AppSession._clear_queue


def _clear_for_a_page(self: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
    if not fragment_ids_this_run:
        _clear_queue(self, fragment_ids_this_run)
    self._browser_queue._delta_index_map = {}


_disconnect_session = WebsocketSessionManager.disconnect_session


def _disconnect(self: WebsocketSessionManager, session_id: str) -> None:
    info = self.get_active_session_info(session_id)
    _disconnect_session(self, session_id)
    if info is not None and info.session._state is not AppSessionState.SHUTDOWN_REQUESTED:
        info.session._scriptrunner, info.session._state = None, AppSessionState.APP_NOT_RUNNING
        info.session.flush_browser_queue()


_run_script = ScriptRunner._run_script


def _run_on_its_page(self: ScriptRunner, asked: RerunData) -> None:
    page = self._pages_manager.current_page_script_hash
    if page in ("", asked.page_script_hash):
        _run_script(self, asked)
    elif not asked.fragment_id_queue:
        _run_script(self, replace(asked, widget_states=WidgetStates()))


_handle_backmsg, _send_message = Runtime.handle_backmsg, Runtime._send_message


def _hear(self: Runtime, account: Any, session_id: str, message: BackMsg, **given: Any) -> None:
    info = self._session_mgr.get_active_session_info(session_id)
    if info is not None and message.HasField("rerun_script") and "held" not in vars(info):
        vars(info)["held"] = account(message.rerun_script.cached_message_hashes)
    _handle_backmsg(self, session_id, message, **given)


def _send(self: Runtime, info: ActiveSessionInfo, message: ForwardMsg) -> None:
    held = vars(info).get("held")
    if held and message.metadata.cacheable and held.has(message.hash, message.delta.fragment_id):
        message = create_reference_msg(message)
    elif (
        held and message.HasField("script_finished") and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
    ):
        held.a_run_ends(message.metadata.run.fragment_ids)
    _send_message(self, info, message)


def _fragment() -> str:
    return ThreadState.get().fragment_id or ""
