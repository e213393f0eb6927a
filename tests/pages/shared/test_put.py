"""A control that was just put is put once more, unless a hand has moved it since or it is long ago."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from pages.shared.put import put, put_again

    put_again(("size", "other"))
    st.slider("size", 0.0, 9.0, key="size")
    st.button("preset", on_click=put, args=({"size": 4.0},))


@pytest.mark.parametrize("moved, later, again", [(None, 0.5, True), (7.0, 0.5, False), (None, 60.0, False)])
def test_what_was_put_is_put_again(monkeypatch, moved, later, again):
    clock = [100.0]
    monkeypatch.setattr("pages.shared.put.time.monotonic", lambda: clock[0])
    test = AppTest.from_function(page).run()
    test.button[0].click().run()
    assert test.slider[0].value == 4
    clock[0] += later
    if moved is not None:
        test.slider[0].set_value(moved)
    test.run()
    assert test.slider[0].value == (moved or 4.0) and test.slider[0].proto.set_value is again
