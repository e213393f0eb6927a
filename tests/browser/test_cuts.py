"""A phone of a class whose connection is cut while its teacher sends it on, at every place where that once lost the page, or
left it deaf: after the cut it stands where its class is, whole, and hears what comes next."""

import re

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from pages.classes.kept.store import store
from tests.browser.tabs import Visit
from tests.browser.test_class import PHONES

WHOLE = """([stem, delta]) => location.pathname.endsWith(stem)
    && document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('[data-testid=stMain] h1') && document.querySelector('.st-key-class_strip')
    && document.querySelector('.js-plotly-plot')?.layout?.meta
    && (stem !== 'geometry' || document.querySelector('.js-plotly-plot').layout.meta.delta === delta)"""
NEW, ADDRESS, ENDED, OTHER, BODY = "new_session", "page_info_changed", "script_finished", "another page", "auto_rerun"
BEHIND = {
    "the news, of which nothing comes through": [NEW],
    "what the page that is left says last: a new address": [ADDRESS],
    "the end of a page, before the next begins": [ADDRESS, ENDED],
    "the new page's first words": [OTHER],
    "half of the new page": [OTHER, BODY],
}


class Line:
    """The websocket between a page and the server, which can be cut behind a message and can hold one back."""

    def __init__(self, tab):
        self.cut_behind, self.cuts, self.dead, self.page = None, 0, False, ""
        self.late: bytes | None = None
        self.server = self.browser = None
        tab.route_web_socket(re.compile("_stcore/stream"), self.open)

    def open(self, browser) -> None:
        """A new connection; what comes late over the one before is lost with it."""
        self.browser, self.server, self.dead = browser, browser.connect_to_server(), False
        self.server.on_message(lambda frame: self.browser is browser and self.down(frame))
        browser.on_message(lambda frame: self.browser is browser and self.up(frame))

    def down(self, frame: bytes) -> None:
        """To the browser, up to the message behind which the line is dead."""
        if self.dead:
            return
        self.browser.send(frame)
        kinds = self.kinds(ForwardMsg.FromString(frame))
        if self.cut_behind and self.cut_behind[0] in kinds:
            self.cut_behind.pop(0)
            self.dead = self.cut_behind == []

    def kinds(self, message: ForwardMsg) -> set[str]:
        """What this message is: its type, and whether another page begins with it."""
        found, before = {str(message.WhichOneof("type"))}, self.page
        if NEW in found and not message.metadata.run.fragment_ids:
            self.page = message.new_session.page_script_hash
        return found | ({OTHER} if self.page != before else set())

    def up(self, frame: bytes) -> None:
        if self.dead:
            return
        asked = BackMsg.FromString(frame)
        if asked.rerun_script.is_auto_rerun and self.late is None:
            self.late = frame
        self.server.send(frame)

    def end(self) -> None:
        """Both sides hear of it; the browser then opens another one."""
        self.cut_behind, self.cuts, self.dead = None, self.cuts + 1, True
        self.server.close()
        self.browser.close()


@pytest.fixture
def phone(browser, server):
    """(code, a phone in the class, its line)."""
    code, _ = store().start()
    look = {key: value for key, value in PHONES.items() if key not in ("width", "height")}
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce", **look)
    seen = Visit(context, server)
    line = Line(seen.tab)
    seen.open(f"geometry?class={code}")
    yield code, seen, line
    context.close()
    store().end(code)


def send(code: str, delta: float, stem: str = "geometry") -> None:
    store().show(code, stem, {"delta": f"{delta:g}"} if stem == "geometry" else {})


def whole(seen, delta: float, stem: str = "geometry") -> None:
    seen.tab.wait_for_function(WHOLE, arg=[stem, delta], timeout=60_000)


def wait(seen, holds, what: str) -> None:
    for _ in range(600):
        if holds():
            return
        seen.tab.wait_for_timeout(50)
    pytest.fail(f"never came: {what}")


def test_a_phone_whose_connection_is_cut_stands_where_its_class_is(phone):
    code, seen, line = phone
    for turn, (place, behind) in enumerate(BEHIND.items()):
        for stem in ("exact", "geometry"):
            delta = turn - 1
            line.cut_behind = list(behind)
            send(code, delta, stem)
            wait(seen, lambda: line.dead, place)
            seen.tab.wait_for_timeout(300)
            line.end()
            whole(seen, delta, stem)
    assert line.cuts == 2 * len(BEHIND)
    send(code, 3)
    whole(seen, 3)
    assert [text for text in seen.complaints if "WebSocket" not in text and "disconnected" not in text] == []


def test_what_the_page_before_asked_takes_nothing_from_the_next(phone):
    code, seen, line = phone
    whole(seen, -2)
    wait(seen, lambda: line.late, "its clock's rerun")
    send(code, 1, "exact")
    whole(seen, 1, "exact")
    line.server.send(line.late)
    seen.tab.wait_for_timeout(2500)
    whole(seen, 1, "exact")
    send(code, 2)
    whole(seen, 2)


NOWHERE = ForwardMsg()
NOWHERE.metadata.delta_path[:] = [0, 40, 3]
NOWHERE.delta.new_element.markdown.body = "nowhere"
UNKNOWN = ForwardMsg(ref_hash="unknown")
UNKNOWN.metadata.delta_path[:] = [0, 0]
FATAL = {
    "() => !document.querySelector('[data-testid=stApp]')": NOWHERE,
    "() => document.querySelector('[data-testid=stApp]')?.dataset.testConnectionState === 'DISCONNECTED_FOREVER'": UNKNOWN,
}
"""What Streamlit does about a message whose predecessors were lost with the line: it throws the page away where the message
speaks of a place that the browser does not have, and ends the connection for ever where it names one that is forgotten."""


def test_a_page_that_streamlit_gives_up_comes_back_by_itself(phone):
    code, seen, line = phone
    for delta, (given_up, lost) in enumerate(FATAL.items()):
        send(code, delta)
        whole(seen, delta)
        line.browser.send(lost.SerializeToString())
        seen.tab.wait_for_function(given_up, timeout=10_000)
        whole(seen, delta)
    send(code, 3)
    whole(seen, 3)


def exchange(socket, *, until, page: str = "geometry", held=()) -> list[ForwardMsg]:
    """Ask for a page as a browser would that holds these messages, and listen up to this message."""
    hello = BackMsg()
    hello.rerun_script.page_name = page
    hello.rerun_script.cached_message_hashes.extend(held)
    socket.send(hello.SerializeToString())
    heard: list[ForwardMsg] = []
    while not (heard and until(heard[-1])):
        heard.append(ForwardMsg.FromString(socket.recv(timeout=60)))
    return heard


def test_who_comes_back_hears_nothing_of_the_run_that_the_cut_has_stopped(server):
    """Streamlit calls such a run a success: the browser would take away what its half of a page has not drawn."""
    address = server.replace("http", "ws") + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=None) as socket:
        heard = exchange(socket, until=lambda message: message.WhichOneof("type") == "delta")
        session = heard[0].new_session.initialize.session_id
    again = ["streamlit", "none", session]
    with connect(address, subprotocols=again, max_size=None) as socket:
        heard = exchange(socket, until=lambda message: message.WhichOneof("type") == ENDED)
    kinds = [message.WhichOneof("type") for message in heard]
    assert kinds[0] == NEW and kinds.count(NEW) == kinds.count(ENDED) == 1
    assert heard[0].new_session.initialize.session_id == session and heard[-1].script_finished == 0


def named(heard: list[ForwardMsg]) -> set[str]:
    return {message.ref_hash for message in heard} - {""}


def test_no_message_is_named_that_the_browser_has_forgotten_since_it_asked(server):
    """Runs that end while a request is on its way make it forget; what it holds when it comes back is named."""
    address = server.replace("http", "ws") + "/_stcore/stream"
    ends = {"until": lambda message: message.WhichOneof("type") == ENDED}
    with connect(address, subprotocols=["streamlit"], max_size=None) as socket:
        opened = exchange(socket, **ends)
        drawn = {message.hash for message in opened if message.metadata.cacheable}
        assert drawn and named(exchange(socket, **ends)) == drawn, "at once"
        for page in ("exact", "kernel_movement"):
            drawn -= named(exchange(socket, page=page, **ends))
        heard = exchange(socket, held=drawn, **ends)
        assert drawn and not drawn & named(heard)
        assert drawn <= {message.hash for message in heard}
    again = ["streamlit", "none", opened[0].new_session.initialize.session_id]
    with connect(address, subprotocols=again, max_size=None) as socket:
        assert drawn <= named(exchange(socket, held=drawn, **ends))
