"""What AppTest must be told, so that pages run as they do on the server."""

import pytest
from streamlit.runtime.pages_manager import PagesManager


@pytest.fixture(autouse=True)
def navigation_rules(monkeypatch):
    """As on the server: the folder pages/ is not Streamlit's, so each page runs inside the frame."""
    made = PagesManager.__init__

    def make(self, *args, **kwargs):
        made(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make)
