"""A store of its own for each test, and nobody who has guessed before."""

import pytest

from pages.classes import guess, member
from pages.classes.kept.database import Database
from pages.classes.kept.store import Store, store


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(member, "GUESSES", guess.Guesses())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path, clock) -> Store:
    return Store(Database(str(tmp_path / "classes.db")), clock)


@pytest.fixture
def shared(tmp_path, monkeypatch) -> Store:
    """The store that the pages of this process use."""
    monkeypatch.setenv("CLASSES_DB", str(tmp_path / "shared.db"))
    store.cache_clear()
    yield store()
    store.cache_clear()
