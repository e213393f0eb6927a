"""A browser's memory is followed as the browser itself keeps it: nothing is called known that it will have forgotten."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession

from pages.server.remembered import Remembered

LONGEST = 2


def sent(name: str, fragment: str = "body") -> ForwardMsg:
    message = ForwardMsg(hash=name)
    message.metadata.cacheable = True
    message.delta.fragment_id = fragment
    return message


def spoken_of(name: str) -> ForwardMsg:
    return ForwardMsg(ref_hash=name)


BEGINS = ForwardMsg(new_session=NewSession())


def ends(*fragments: str, early: bool = False) -> ForwardMsg:
    status = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY if fragments else ForwardMsg.FINISHED_SUCCESSFULLY
    message = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN if early else status)
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def asks(*names: str) -> BackMsg:
    message = BackMsg()
    message.rerun_script.SetInParent()
    message.rerun_script.cached_message_hashes.extend(names)
    return message


def run(*drawn: ForwardMsg, of: tuple[str, ...] = ("body",)) -> list:
    return [asks(), BEGINS, *drawn, ends(*of)]


OPENED = run(sent("picture"), sent("other", fragment="ear"), of=())
TICK, MOVE = run(of=("ear",)), run(of=("body",))
EARLY = [BEGINS, ends("body", early=True)]


@pytest.mark.parametrize(
    ("before", "known"),
    [
        ([], set()),
        (OPENED, {"picture", "other"}),
        (OPENED + MOVE, {"picture", "other"}),
        (OPENED + MOVE * 2, {"other"}),
        (OPENED + MOVE + run(spoken_of("picture")) + MOVE, {"picture", "other"}),
        (OPENED + MOVE + run(sent("picture")) + MOVE, {"picture", "other"}),
        (OPENED + TICK * 9, {"picture"}),
        (OPENED + TICK * 9 + MOVE, set()),
        (OPENED + run(of=()) * 2, set()),
        (OPENED + EARLY * 9, {"picture", "other"}),
        (OPENED + MOVE[:-1], {"picture", "other"}),
        (OPENED + MOVE + MOVE[:-1], set()),
        (OPENED + MOVE + [asks()], set()),
    ],
    ids=[
        "nothing was sent on this connection",
        "what was sent",
        "one run later",
        "forgotten, but for what belongs to another fragment",
        "spoken of again",
        "sent again",
        "a clock's runs end only its own",
        "many clocks, then a run of the page",
        "a whole page ends all",
        "runs that go over into another do not count",
        "a run under way leaves what is fresh",
        "a run under way may end what is old",
        "so may one that has not begun",
    ],
)
def test_only_what_the_browser_will_still_have_is_called_known(before, known):
    memory = Remembered()
    assert memory.longest == LONGEST
    for message in before:
        frame = message.SerializeToString()
        memory.asks(frame) if isinstance(message, BackMsg) else memory.heard(frame)
    asked = BackMsg.FromString(memory.asks(asks("picture", "other").SerializeToString()))
    assert set(asked.rerun_script.cached_message_hashes) == known


@pytest.mark.parametrize("frame", [b"\xff", BackMsg(stop_script=True).SerializeToString()])
def test_what_asks_for_no_run_passes_as_it_came(frame):
    assert Remembered().asks(frame) == frame
