"""What AppTest must be told, so that pages run as they do on the server."""

import pytest
from streamlit.runtime.pages_manager import PagesManager

from tests.unpacked import opened


@pytest.fixture(autouse=True)
def navigation_rules(monkeypatch):
    """As on the server: the folder pages/ is not Streamlit's, so each page runs inside the frame."""
    made = PagesManager.__init__

    def make(self, *args, **kwargs):
        made(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make)


@pytest.fixture
def charts():
    """What a page's charts were sent, in their order on the page."""

    def read(test) -> list[dict]:
        parts = [element.proto for element in test.get("bidi_component")]
        return [opened(part.bytes) for part in parts if part.component_name == "lab_chart"]

    return read
