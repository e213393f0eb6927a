"""The token bucket: a burst passes, a flood is merged into its newest message, nothing a visitor clicked is lost."""

import asyncio
import itertools
import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession

from pages.server.rate_limit import BURST, GAP_S, RATE, Bucket, Inbox, merged, place, welcome
from pages.server.turnstile import Turnstile


def rerun(value: float, fragment: str = "", clicked: str = "") -> BackMsg:
    message = BackMsg()
    message.rerun_script.fragment_id = fragment
    message.rerun_script.widget_states.widgets.add(id="slider").double_array_value.data.append(value)
    if clicked:
        message.rerun_script.widget_states.widgets.add(id=clicked).trigger_value = True
    return message


def value(message: BackMsg) -> float:
    return message.rerun_script.widget_states.widgets[0].double_array_value.data[0]


def clicks(message: BackMsg) -> set[str]:
    return {state.id for state in message.rerun_script.widget_states.widgets if state.trigger_value}


ENDED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()


def delivered(messages: list[BackMsg], quick: bool = True, sudden: bool = False) -> list[BackMsg]:
    """What reaches the application of a flood, up to its newest value. quick: each run ends at once; sudden: no time passes
    until all has come."""

    async def run() -> list[BackMsg]:
        queue: asyncio.Queue = asyncio.Queue()
        for message in messages:
            queue.put_nowait({"type": "websocket.receive", "bytes": message.SerializeToString()})
        clock = (lambda: 60.0 * queue.empty()) if sudden else time.monotonic
        inbox, out = Inbox(queue.get, Bucket(RATE, BURST, clock), Turnstile(1, 0.2)), []
        while not out or value(out[-1]) != value(messages[-1]):
            event = await asyncio.wait_for(inbox.receive(), 60)
            if event["type"] != "websocket.receive":
                break
            out.append(BackMsg.FromString(event["bytes"]))
            if quick:
                inbox.heard({"type": "websocket.send", "bytes": ENDED})
        inbox.close()
        return out

    return asyncio.run(run())


def test_a_flood_becomes_a_trickle_that_ends_with_the_newest():
    got = delivered([rerun(k) for k in range(200)])
    assert BURST <= len(got) < 150
    assert value(got[-1]) == 199


def test_a_slow_run_is_not_overtaken_by_many():
    got = delivered([rerun(k) for k in range(40)], quick=False)
    assert 2 <= len(got) < 20
    assert value(got[-1]) == 39


def test_a_drag_passes_unmerged():
    assert [value(m) for m in delivered([rerun(k) for k in range(13)])] == list(range(13))


def test_clicks_survive_merging():
    got = delivered([rerun(k, clicked="run" if k == 60 else "") for k in range(120)])
    assert any("run" in clicks(message) for message in got)


def test_a_newer_click_is_not_overwritten_and_values_are_the_newest():
    both = merged(rerun(1, clicked="a"), rerun(2, clicked="b"))
    assert clicks(both) == {"a", "b"} and value(both) == 2


def test_the_whole_page_supersedes_its_fragments():
    got = delivered([rerun(0)] * int(BURST) + [rerun(1, "f"), rerun(2, "g"), rerun(3)], sudden=True)
    assert place(got[-1]) == "rerun" and value(got[-1]) == 3
    assert len(got) == BURST + 1


def to_page(message: BackMsg, page: str, **flags: bool) -> BackMsg:
    message.rerun_script.page_script_hash = page
    for name, flag in flags.items():
        setattr(message.rerun_script, name, flag)
    return message


def test_who_goes_to_another_page_is_not_called_back_by_the_one_that_is_left():
    async def run() -> list[BackMsg]:
        inbox = Inbox(asyncio.Queue().get, Bucket(RATE, BURST), Turnstile(1, 0.2))
        for message in (to_page(rerun(9), "new"), to_page(rerun(1, "f"), "old"), to_page(rerun(3, "g"), "new")):
            inbox._keep(message)
        inbox.close()
        return list(inbox.waiting.values())

    (waits,) = asyncio.run(run())
    assert place(waits) == "rerun" and waits.rerun_script.page_script_hash == "new" and value(waits) == 3


def test_a_hand_does_not_wait_where_its_pages_clock_stands_in_line():
    async def run() -> list[tuple[bool, bool, int]]:
        turnstile, found = Turnstile(1, 60), []
        turnstile.enter()
        inbox = Inbox(asyncio.Queue().get, Bucket(RATE, BURST), turnstile)
        for fragment, by_itself in (("ear", True), ("tally", True), ("body", False), ("strip", False), ("ear", True)):
            inbox._keep(to_page(rerun(1, fragment), "page", is_auto_rerun=by_itself))
            found.append((inbox._may_pass(), inbox.patient, sum(not turn.cancelled() for *_, turn in turnstile.line)))
        inbox.close()
        return found

    assert asyncio.run(run()) == [(False, True, 1), (False, True, 1), *[(False, False, 1)] * 3]


def test_of_two_clocks_that_tick_together_none_waits_for_ever():
    """A projector's strip and its count of the votes: where the line is longer than a tick, both tick again and again."""

    async def run() -> list[str]:
        inbox, ran = Inbox(asyncio.Queue().get, Bucket(1e6, 1e6), Turnstile(5, 60)), []
        for _ in range(6):
            for _, fragment in itertools.product(range(2), ("strip", "count")):
                inbox._keep(to_page(rerun(1, fragment), "page", is_auto_rerun=True))
            assert inbox._may_pass()
            ran.append(BackMsg.FromString(inbox._deliver()["bytes"]).rerun_script.fragment_id)
            inbox.heard({"type": "websocket.send", "bytes": ENDED})
        inbox.close()
        return ran

    assert asyncio.run(run()) == ["strip", "count"] * 3


def test_what_waits_behind_a_newer_move_does_not_undo_it():
    async def run() -> list[BackMsg]:
        inbox = Inbox(asyncio.Queue().get, Bucket(RATE, BURST), Turnstile(1, 60))
        inbox._keep(to_page(rerun(1, "body"), "page"))
        inbox._keep(to_page(rerun(2, "strip", clicked="reveal"), "page"))
        inbox._keep(to_page(rerun(2, "old"), "left", is_auto_rerun=True))
        inbox._keep(to_page(rerun(3, "body"), "page"))
        inbox.close()
        return list(inbox.waiting.values())

    body, strip, old = asyncio.run(run())
    assert [one.rerun_script.fragment_id for one in (body, strip, old)] == ["body", "strip", "old"]
    assert [value(one) for one in (body, strip, old)] == [3, 3, 2] and clicks(strip) == {"reveal"} and not clicks(body)


def test_a_run_that_goes_over_into_another_has_not_ended():
    async def run(status: int) -> bool:
        inbox = Inbox(asyncio.Queue().get, Bucket(RATE, BURST), Turnstile(1, 60))
        inbox.rerun_at = 0.0
        inbox.heard({"type": "websocket.send", "bytes": ForwardMsg(script_finished=status).SerializeToString()})
        return inbox.rerun_at is None

    ended = {status: asyncio.run(run(status)) for status in ForwardMsg.ScriptFinishedStatus.values()}
    assert [status for status, done in ended.items() if not done] == [ForwardMsg.FINISHED_EARLY_FOR_RERUN]


@pytest.mark.parametrize(
    ("fragment", "by_itself", "shown", "passes"),
    [
        ("", False, "page", True),
        ("body", False, "page", False),
        ("ear", True, "page", False),
        ("body", False, "next", True),
    ],
)
def test_only_a_whole_page_passes_a_run_that_takes_long(fragment, by_itself, shown, passes):
    """A fragment's rerun that Streamlit holds beside a run makes the end of that run read as if it had been broken off, or the
    run's picture lost. What is asked of a page that has been left does not run, and is waited for by nobody."""

    async def run() -> list[bool]:
        now = [100.0]
        inbox = Inbox(asyncio.Queue().get, Bucket(RATE, BURST, clock=lambda: now[0]), Turnstile(5, 60))
        begun = ForwardMsg(new_session=NewSession(page_script_hash=shown)).SerializeToString()
        inbox.heard({"type": "websocket.send", "bytes": begun})
        inbox._keep(to_page(rerun(1, "body"), "page"))
        assert inbox._may_pass() and inbox._deliver()
        inbox._keep(to_page(rerun(2, fragment), shown, is_auto_rerun=by_itself))
        found = []
        for later in (0.0, GAP_S + 0.01):
            now[0] += later
            found.append(inbox._may_pass())
        taken = len(inbox.places) + (inbox.turn is not None)
        inbox.heard({"type": "websocket.send", "bytes": ENDED})
        found.append(inbox._may_pass())
        inbox.close()
        return [*found, taken == 1]

    assert asyncio.run(run()) == [False, passes, True, not passes]


def test_a_clock_does_not_undo_that_somebody_went_back():
    back = to_page(rerun(1), "page", is_history_navigation=True)
    by_itself = to_page(rerun(2, "ear"), "page", is_auto_rerun=True)
    by_hand = to_page(rerun(2, "body"), "page")
    assert [merged(back, newer).rerun_script.is_history_navigation for newer in (by_itself, by_hand)] == [True, False]


def test_what_a_hand_pressed_does_not_wait_as_if_a_clock_had_asked():
    def tick() -> BackMsg:
        return to_page(rerun(1, "strip"), "page", is_auto_rerun=True)

    both = merged(rerun(1, "strip", clicked="reveal"), tick())
    assert clicks(both) == {"reveal"} and not both.rerun_script.is_auto_rerun
    assert merged(tick(), tick()).rerun_script.is_auto_rerun


def test_too_many_kinds_at_once_end_the_connection():
    assert len(delivered([rerun(k, f"fragment {k}") for k in range(400)])) < 400


def test_only_what_visitors_need_is_let_in():
    for kind in ("clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"):
        message = BackMsg()
        setattr(message, kind, True)
        assert not welcome(message)
    install = BackMsg()
    install.backend_operation_request.install_skills.SetInParent()
    assert not welcome(install) and welcome(rerun(1))
    download = BackMsg()
    download.backend_operation_request.deferred_file.SetInParent()
    assert welcome(download)


def test_malformed_frames_are_left_to_streamlit():
    async def run():
        async def source():
            return {"type": "websocket.receive", "bytes": b"\xff\xff"}

        return await Inbox(source, Bucket(RATE, BURST), Turnstile(1, 0.2)).receive()

    assert asyncio.run(run())["bytes"] == b"\xff\xff"


def test_a_bucket_refills_with_time():
    now = [0.0]
    bucket = Bucket(10, 2, clock=lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    assert abs(bucket.wait() - 0.1) < 1e-9
    now[0] = 0.1001
    assert bucket.take() and not bucket.take()


@pytest.mark.parametrize("tick", [0.003, 0.01, 0.017, 0.03, 0.06])
def test_time_that_passes_between_two_questions_strands_nobody(tick):
    """A token may come after a rerun was refused and before it is asked how long it has to wait."""

    async def run() -> list[float]:
        times = itertools.count()
        queue: asyncio.Queue = asyncio.Queue()
        inbox = Inbox(queue.get, Bucket(RATE, 1, clock=lambda: next(times) * tick), Turnstile(1, 0.2))
        got = []
        for number in range(20):
            queue.put_nowait({"type": "websocket.receive", "bytes": rerun(number).SerializeToString()})
            got.append(value(BackMsg.FromString((await asyncio.wait_for(inbox.receive(), 5))["bytes"])))
            inbox.heard({"type": "websocket.send", "bytes": ENDED})
        inbox.close()
        return got

    assert asyncio.run(run()) == list(range(20))


def test_a_visitor_who_leaves_gives_the_place_back():
    async def run() -> None:
        turnstile = Turnstile(1, 60)
        queues = [asyncio.Queue() for _ in range(2)]
        first, second = (Inbox(queue.get, Bucket(RATE, BURST), turnstile) for queue in queues)
        for queue in queues:
            queue.put_nowait({"type": "websocket.receive", "bytes": rerun(1).SerializeToString()})
        await first.receive()
        waits = asyncio.ensure_future(second.receive())
        await asyncio.sleep(0.02)
        assert not waits.done()
        first.close()
        await asyncio.wait_for(waits, 5)
        second.close()
        assert turnstile.free == 1

    asyncio.run(run())
