"""The browser's clock of the fragment that is running: look again sooner, or not any more.

Streamlit sets it where a fragment is defined, and stops it only when the whole page runs, which costs a page. These send
the same messages from inside the fragment, by Streamlit's internal names (pinned with its version).
"""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, enqueue_message


def look_again(seconds: float) -> None:
    """From now on run this fragment every so many seconds."""
    message = ForwardMsg()
    message.auto_rerun.fragment_id, message.auto_rerun.interval = _fragment(), seconds
    enqueue_message(message)


def stop_looking() -> None:
    """Run this fragment only when something on the page changes."""
    message = ForwardMsg()
    message.stop_auto_rerun.fragment_ids.append(_fragment())
    enqueue_message(message)


def _fragment() -> str:
    return ThreadState.get().fragment_id or ""
