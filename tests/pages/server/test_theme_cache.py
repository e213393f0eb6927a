"""The theme that is read once is the one that Streamlit would read at each rerun."""

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from pages.server import theme_cache as once


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.dark.sidebar"])
def test_every_part_of_the_theme_is_as_streamlit_reads_it(section, monkeypatch):
    monkeypatch.setattr(app_session, "_populate_theme_msg", once._populate)
    read, copied = CustomThemeConfig(), CustomThemeConfig()
    app_session._populate_theme_msg(read.dark, section)
    once.read_theme_once()
    assert app_session._populate_theme_msg is not once._populate
    for _ in range(2):
        copied.Clear()
        app_session._populate_theme_msg(copied.dark, section)
        assert copied == read
    assert bool(copied.dark.primary_color) == ("sidebar" not in section)
