"""Streamlit's private names are all there, in one module, and the theme that is kept is the one it would read."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.shared import streamlit_internals as internals

ROOT = Path(__file__).parents[3]
MODULE = ROOT / "pages/shared/streamlit_internals.py"


@pytest.mark.parametrize("name", internals.NEEDED)
def test_streamlit_still_has(name):
    assert not internals.missing([name]), internals.missing([name])[0]


def test_a_name_that_is_gone_is_told_with_what_to_do(monkeypatch):
    gone = "streamlit.runtime.nothing_of_the_kind"
    monkeypatch.setitem(internals.NEEDED, gone, "was needed. Do without.")
    assert internals.missing([gone]) == [
        f"Streamlit {streamlit.__version__} has no {gone}, which was needed. Do without."
    ]


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        (node.module or "", alias.name)
        for n in ast.walk(tree)
        if isinstance(node := n, ast.ImportFrom)
        for alias in n.names
    ]
    return {f"{module}.{name}" for module, name in found if module.split(".")[0] == "streamlit"}


def test_every_private_name_in_use_is_explained():
    explained = " ".join(internals.NEEDED) + " "
    for name in imported(MODULE) - {"streamlit.runtime"}:
        assert f"{name} " in explained or f"{name}." in explained, name


def test_nobody_else_reaches_inside():
    for path in [*ROOT.glob("pages/**/*.py"), ROOT / "app.py"]:
        if path != MODULE:
            assert not imported(path), path


@pytest.mark.parametrize(
    ("fragments", "shown", "asked_on", "ran"),
    [
        (["ear"], "here", "here", "with its values"),
        (["ear"], "here", "left", "not"),
        (["ear", "body"], "here", "left", "not"),
        ([], "here", "here", "with its values"),
        ([], "here", "left", "without values"),
        ([], "", "first", "with its values"),
    ],
)
def test_nothing_of_one_page_runs_on_another(fragments, shown, asked_on, ran, monkeypatch):
    runs = []
    monkeypatch.setattr(internals, "_run_script", lambda runner, asked: runs.append(len(asked.widget_states.widgets)))
    monkeypatch.setattr(internals.ScriptRunner, "_run_script", internals.ScriptRunner._run_script)
    internals.stay_on_page()
    runner = SimpleNamespace(_pages_manager=SimpleNamespace(current_page_script_hash=shown))
    values = internals.WidgetStates(widgets=[internals.WidgetState(id="slider", bool_value=True)])
    asked = internals.RerunData(page_script_hash=asked_on, fragment_id_queue=fragments, widget_states=values)
    internals.ScriptRunner._run_script(runner, asked)
    assert runs == {"with its values": [1], "without values": [0], "not": []}[ran]


def waiting(*drawn: tuple[str, int]) -> SimpleNamespace:
    """A session of which a whole run waits to be sent: at each place what this fragment has drawn there."""
    queue = ForwardMsgQueue()
    queue.enqueue(internals.ForwardMsg(new_session={}))
    for fragment, place in drawn:
        message = internals.ForwardMsg(delta={"fragment_id": fragment, "add_block": {}})
        message.metadata.delta_path[:] = [0, place]
        queue.enqueue(message)
    queue.enqueue(internals.ForwardMsg(script_finished=0))
    return SimpleNamespace(_browser_queue=queue)


@pytest.mark.parametrize(("begins", "left"), [(["ear"], [1, 2, 3]), (["body"], [1, 2, 3]), (None, [])])
def test_a_fragment_that_begins_takes_back_nothing_that_waits(begins, left, monkeypatch):
    """Streamlit drops the ear's container: the body behind it would move to its place, and be overwritten by the next tick."""
    monkeypatch.setattr(app_session.AppSession, "_clear_queue", internals._clear_queue)
    internals.keep_what_waits()
    session = waiting(("strip", 1), ("ear", 2), ("body", 3))
    app_session.AppSession._clear_queue(session, begins)
    sent = session._browser_queue.flush()
    assert [message.metadata.delta_path[1] for message in sent if message.HasField("delta")] == left
    assert [sent[0].WhichOneof("type"), sent[-1].WhichOneof("type")] == ["new_session", "script_finished"]


@pytest.mark.parametrize("kind", ["new_element", "add_block"])
def test_what_a_fragment_draws_anew_comes_behind_the_news_of_its_run(kind, monkeypatch):
    """Put in the place of what waits, the browser would take it for the run before, and away at the end of this one."""
    monkeypatch.setattr(app_session.AppSession, "_clear_queue", internals._clear_queue)
    internals.keep_what_waits()

    def drawn(name: str) -> internals.ForwardMsg:
        message = internals.ForwardMsg(delta={"fragment_id": name, "new_element": {}})
        message.metadata.delta_path[:] = [0, 1]
        return message

    session = waiting()
    session._browser_queue.enqueue(drawn("ear"))
    app_session.AppSession._clear_queue(session, ["ear"])
    session._browser_queue.enqueue(internals.ForwardMsg(new_session={}))
    again = drawn("ear")
    getattr(again.delta, kind).SetInParent()
    session._browser_queue.enqueue(again)
    kinds = [message.WhichOneof("type") for message in session._browser_queue.flush()]
    assert kinds == ["new_session", "script_finished", "delta", "new_session", "delta"]


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.dark.sidebar"])
def test_every_part_of_the_theme_is_as_streamlit_reads_it(section, monkeypatch):
    monkeypatch.setattr(app_session, "_populate_theme_msg", internals._populate_theme)
    read, copied = CustomThemeConfig(), CustomThemeConfig()
    app_session._populate_theme_msg(read.dark, section)
    internals.keep_theme()
    assert app_session._populate_theme_msg is not internals._populate_theme
    for _ in range(2):
        copied.Clear()
        app_session._populate_theme_msg(copied.dark, section)
        assert copied == read
    assert bool(copied.dark.primary_color) == ("sidebar" not in section)
