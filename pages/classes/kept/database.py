"""Where classes are kept: one SQLite file that all processes of a machine share, or memory where no file can be written.

CLASSES_DB  the file (default: classes.db in the platform's state folder); ":memory:" keeps them in this process alone
"""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from core.errors import Unavailable

LOG = logging.getLogger("lab.classes")
MEMORY = ":memory:"
VERSION = 1
BUSY_S = 3.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS classes (
    code TEXT PRIMARY KEY, secret TEXT NOT NULL, made REAL NOT NULL,
    said INTEGER NOT NULL DEFAULT 1, scene INTEGER NOT NULL DEFAULT 0, stem TEXT NOT NULL DEFAULT '',
    query TEXT NOT NULL DEFAULT '{}', question INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0,
    asked TEXT NOT NULL DEFAULT '', asked_in INTEGER NOT NULL DEFAULT 0, revealed INTEGER NOT NULL DEFAULT 0,
    goal TEXT NOT NULL DEFAULT '', goal_stem TEXT NOT NULL DEFAULT '', goal_at REAL NOT NULL DEFAULT 0,
    at_stem TEXT NOT NULL DEFAULT '', at_step INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS phones (
    code TEXT NOT NULL, phone TEXT NOT NULL, animal TEXT NOT NULL, seen REAL NOT NULL,
    offer_stem TEXT NOT NULL DEFAULT '', offer TEXT NOT NULL DEFAULT '', PRIMARY KEY (code, phone),
    FOREIGN KEY (code) REFERENCES classes ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS votes (
    code TEXT NOT NULL, question INTEGER NOT NULL, round INTEGER NOT NULL, phone TEXT NOT NULL, choice INTEGER NOT NULL,
    PRIMARY KEY (code, question, round, phone), FOREIGN KEY (code) REFERENCES classes ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reached (
    code TEXT NOT NULL, goal_at REAL NOT NULL, phone TEXT NOT NULL, after REAL NOT NULL,
    PRIMARY KEY (code, goal_at, phone), FOREIGN KEY (code) REFERENCES classes ON DELETE CASCADE) WITHOUT ROWID;
"""


def default_file() -> str:
    """CLASSES_DB, else classes.db in the user's state folder; its name carries the schema's version."""
    if named := os.environ.get("CLASSES_DB"):
        return named
    return str(platformdirs.user_state_path("lazy-rich-lab") / f"classes-{VERSION}.db")


class Database:
    """One connection of this process, which its threads take turns with."""

    def __init__(self, file: str) -> None:
        self.lock = threading.Lock()
        self.file, self.connection = _opened(file)

    @property
    def in_memory(self) -> bool:
        """Whether what is kept ends with this process."""
        return self.file == MEMORY

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One change of the store, whole or not at all. Raises Unavailable where the disk refuses."""
        with self.lock:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self.connection
                except BaseException:
                    self.connection.execute("ROLLBACK")
                    raise
                self.connection.execute("COMMIT")
            except sqlite3.Error as error:
                LOG.warning("the store could not be written: %s", error)
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise _lost(error) from error

    def wipe(self) -> None:
        """Empty the log beside the file: what was deleted stands there until it is written over. While another process reads,
        this is left to the next time."""
        with self.lock, contextlib.suppress(sqlite3.Error):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of one SELECT. Raises Unavailable where the file cannot be read."""
        with self.lock:
            try:
                return self.connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                LOG.warning("the store could not be read: %s", error)
                raise _lost(error) from error


def _opened(file: str) -> tuple[str, sqlite3.Connection]:
    if file != MEMORY:
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return file, _connected(file)
        except (OSError, sqlite3.Error) as error:
            LOG.warning("classes are kept in memory, %s cannot be written: %s", file, error)
    return MEMORY, _connected(MEMORY)


def _connected(file: str) -> sqlite3.Connection:
    """Raises sqlite3.Error where the file is no database or cannot be written."""
    made = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    made.row_factory = sqlite3.Row
    try:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=NORMAL")
        made.execute("PRAGMA foreign_keys=ON")
        made.execute("PRAGMA secure_delete=ON")
        made.executescript(SCHEMA)
        made.execute("BEGIN IMMEDIATE")
        made.execute("ROLLBACK")
    except sqlite3.Error:
        made.close()
        raise
    if file != MEMORY:
        os.chmod(file, 0o600)
    return made


def _lost(error: Exception) -> Unavailable:
    return Unavailable("The class cannot be written down just now", got=str(error), do="Try again in a moment.")
