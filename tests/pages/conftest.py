"""What AppTest must be told, so that pages run as they do on the server."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.figures.parcel import unpacked
from tests.unpacked import opened

COMPONENTS = functools.cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def components(monkeypatch):
    """What is installed is read once, not by each AppTest, which took most of its time."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", COMPONENTS)


@pytest.fixture(autouse=True)
def navigation_rules(monkeypatch):
    """As on the server: the folder pages/ is not Streamlit's, so each page runs inside the frame."""
    made = PagesManager.__init__

    def make(self, *args, **kwargs):
        made(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make)


def messages(test) -> list[bytes]:
    """What a page's charts were sent, in their order on the page."""
    parts = [element.proto for element in test.get("bidi_component")]
    return [part.bytes for part in parts if part.component_name == "lab_chart"]


@pytest.fixture
def charts():
    return lambda test: [opened(message) for message in messages(test)]


@dataclass
class Shown:
    """A page with a preset, as it was drawn: read by many tests, changed by none."""

    problem: Any
    test: AppTest
    sizes: list[int]

    def charts(self) -> list[dict]:
        """Read anew for each test."""
        return [opened(message) for message in messages(self.test)]


@functools.lru_cache(1)
def _run(page, name) -> Shown:
    problem = page.presets()[name] if name else None
    test = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=120)
    test.switch_page(page.file)
    test.session_state["take_open"] = True
    for key, value in (problem.changed() if problem else {}).items():
        test.query_params[key] = [str(v) for v in value] if isinstance(value, tuple) else str(value)
    test.run()
    return Shown(problem, test, [len(unpacked(message)) for message in messages(test)])


@pytest.fixture
def as_shown(page, name) -> Shown:
    """The page with the preset that the test is given: run once for all of its tests, which follow one another."""
    return _run(page, name)


def pytest_collection_modifyitems(items):
    mine = [item for item in items if "as_shown" in getattr(item, "fixturenames", ())]
    cases = list(dict.fromkeys(_case(item) for item in mine))
    order, here = iter(sorted(mine, key=lambda item: cases.index(_case(item)))), set(mine)
    items[:] = [next(order) if item in here else item for item in items]


def _case(item) -> tuple:
    return item.callspec.params["page"].stem, item.callspec.params["name"]
