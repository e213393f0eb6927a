"""What a browser holds of its messages is known message by message, as Streamlit's browser keeps it."""

import pytest

from pages.server.held import ANY, Held

WHOLE: list[str] = []


@pytest.mark.parametrize(
    ("drawn_by", "ends", "there"),
    [
        ("", [], True),
        ("", [WHOLE], True),
        ("", [WHOLE, WHOLE], False),
        ("", [["ear"]] * 9, True),
        ("", [["ear"]] * 9 + [WHOLE], False),
        ("body", [["ear"]] * 9, True),
        ("body", [["ear"]] * 9 + [["body"]], False),
        ("body", [["ear"], ["ear", "body"]], False),
        ("body", [["body"]], True),
    ],
)
def test_a_message_is_held_until_runs_end_without_it(drawn_by, ends, there):
    held = Held([])
    assert not held.has("picture", drawn_by)
    for fragments in ends:
        held.a_run_ends(fragments)
    assert held.has("picture", "another") == there
    assert held.has("picture", drawn_by)


@pytest.mark.parametrize("ends", [WHOLE, ["ear"]])
def test_what_is_brought_along_is_held_until_a_run_ends_without_it(ends):
    used, unused = Held(["picture"]), Held(["picture"])
    assert used.has("picture", "body")
    used.a_run_ends(ends)
    unused.a_run_ends(ends)
    assert used.has("picture", "body") and not unused.has("picture", ANY)
