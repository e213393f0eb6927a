"""Classes and what happens in them. Bounded in number, size and age; whoever asks for one that is over gets None."""

import contextlib
import functools
import hmac
import json
import sqlite3
import threading
import time
from collections.abc import Callable

from core.errors import Unavailable
from pages.classes.kept.codes import animal, fingerprint, new_code, new_secret
from pages.classes.kept.database import Database, default_file
from pages.classes.kept.records import Class, Offer, Query, Reached, Tally

LIFE_S = 8 * 3600
HERE_S = 150
CLASSES, PHONES, OFFERS, QUESTIONS = 200, 200, 40, 50
LONGEST = 1500
CHOICES = 6
FIELDS = (
    "code, made, said, scene, stem, query, question, round, asked, asked_in, revealed, goal, goal_stem, goal_at, at_stem, "
    "at_step"
)


class Store:
    """The classes of one machine. Times come from `clock`, in seconds since the epoch."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock

    @property
    def in_memory(self) -> bool:
        return self.database.in_memory

    def start(self) -> tuple[str, str]:
        """A new class: its code and the teacher's secret. Raises Unavailable where there are too many."""
        secret = new_secret()
        self.forget_old()
        with self.database.writing() as rows:
            (count,) = rows.execute("SELECT COUNT(*) FROM classes").fetchone()
            if count >= CLASSES:
                raise Unavailable("No more classes fit on this server", got=f"{count}", do="Try again in an hour.")
            code = new_code()
            while rows.execute("SELECT 1 FROM classes WHERE code = ?", (code,)).fetchone():
                code = new_code()
            rows.execute(
                "INSERT INTO classes (code, secret, made) VALUES (?, ?, ?)", (code, fingerprint(secret), self.clock())
            )
        timer = threading.Timer(LIFE_S + 1, self.forget_old)
        timer.daemon = True
        timer.start()
        return code, secret

    def forget_old(self) -> None:
        """Delete what is over. Done when the store opens, with each start, and when the class that was started ends."""
        with contextlib.suppress(Unavailable):
            self._delete("made < ?", self._oldest())

    def end(self, code: str) -> None:
        """Forget the class and everything in it."""
        self._delete("code = ?", code)

    def end_all(self) -> None:
        """Forget every class."""
        self._delete("1")

    def _delete(self, which: str, *values: object) -> None:
        with self.database.writing() as rows:
            gone = rows.execute(f"DELETE FROM classes WHERE {which}", values).rowcount
        if gone:
            self.database.wipe()

    def find(self, code: str) -> Class | None:
        """The class, or None where it is over or never was."""
        found = self.database.read(f"SELECT {FIELDS} FROM classes WHERE code = ? AND made >= ?", code, self._oldest())
        return _class(found[0]) if found else None

    def heard(self, code: str, phone: str) -> tuple[int, int | None]:
        """What a phone listens to, in one look: a number that changes with whatever the teacher does, 0 when the class is over,
        and its own choice, which another of its tabs may change."""
        found = self.database.read(
            "SELECT c.said, v.choice FROM classes c LEFT JOIN votes v ON v.code = c.code AND v.question = c.question"
            " AND v.round = c.round AND v.phone = ? WHERE c.code = ? AND c.made >= ?",
            *(phone, code, self._oldest()),
        )
        return (found[0]["said"], found[0]["choice"]) if found else (0, None)

    def is_teacher(self, code: str, secret: str) -> bool:
        """Whether this is the secret of this class."""
        found = self.database.read("SELECT secret FROM classes WHERE code = ? AND made >= ?", code, self._oldest())
        return bool(found) and hmac.compare_digest(found[0]["secret"], fingerprint(secret))

    def join(self, code: str, phone: str) -> str:
        """The animal that this phone is in the class, from now on. Raises Unavailable where the class is full; who is gone
        and never voted nor reached a goal makes room."""
        if name := self.animal(code, phone):
            return name
        with self.database.writing() as rows:
            if rows.execute("SELECT COUNT(*) FROM phones WHERE code = ?", (code,)).fetchone()[0] >= PHONES:
                rows.execute(
                    "DELETE FROM phones WHERE code = ?1 AND seen < ?2 AND phone NOT IN"
                    " (SELECT phone FROM votes WHERE code = ?1 UNION SELECT phone FROM reached WHERE code = ?1)",
                    (code, self.clock() - HERE_S),
                )
            taken = {row["animal"] for row in rows.execute("SELECT animal FROM phones WHERE code = ?", (code,))}
            if len(taken) >= PHONES:
                raise Unavailable("This class is full", got=f"{PHONES} phones", do="Look on with a neighbour.")
            name = animal(taken)
            rows.execute(
                "INSERT OR IGNORE INTO phones (code, phone, animal, seen) VALUES (?, ?, ?, ?)",
                (code, phone, name, self.clock()),
            )
        return self.animal(code, phone)

    def animal(self, code: str, phone: str) -> str:
        found = self.database.read("SELECT animal FROM phones WHERE code = ? AND phone = ?", code, phone)
        return found[0]["animal"] if found else ""

    def seen(self, code: str, phone: str) -> None:
        """This phone is still here."""
        with self.database.writing() as rows:
            rows.execute("UPDATE phones SET seen = ? WHERE code = ? AND phone = ?", (self.clock(), code, phone))

    def leave(self, code: str, phone: str) -> None:
        """Not counted any more, until it comes back; what it voted stays."""
        with self.database.writing() as rows:
            rows.execute(
                "UPDATE phones SET seen = 0, offer_stem = '', offer = '' WHERE code = ? AND phone = ?", (code, phone)
            )

    def forget_phone(self, code: str, phone: str) -> None:
        """As if it had never come."""
        with self.database.writing() as rows:
            for table in ("votes", "reached", "phones"):
                rows.execute(f"DELETE FROM {table} WHERE code = ? AND phone = ?", (code, phone))

    def phones(self, code: str) -> int:
        """How many are here."""
        here = self.clock() - HERE_S
        return self.database.read("SELECT COUNT(*) AS n FROM phones WHERE code = ? AND seen >= ?", code, here)[0]["n"]

    def show(self, code: str, stem: str, query: Query, goal: str = "") -> None:
        """Send everyone to a picture; a goal in it counts from now on. Ends a vote that is still open."""
        self._say(
            code,
            "scene = scene + 1, stem = ?, query = ?, asked = CASE revealed WHEN 1 THEN asked ELSE '' END,"
            " goal = ?, goal_stem = ?, goal_at = ?",
            *(stem, _written(query), goal, stem, self.clock() if goal else 0.0),
        )

    def ask(self, code: str, stem: str, query: Query, *, again: bool = False) -> None:
        """Open a vote on a page's prediction: a new question, or another round of the one that was asked there."""
        counted = "round = round + 1" if again else "question = question + 1, round = 1"
        self._say(
            code,
            f"scene = scene + 1, asked_in = scene + 1, stem = ?, query = ?, {counted}, asked = ?, revealed = 0",
            *(stem, _written(query), stem),
        )
        with self.database.writing() as rows:
            old = "question <= (SELECT question FROM classes c WHERE c.code = votes.code) - ?"
            rows.execute(f"DELETE FROM votes WHERE code = ? AND {old}", (code, QUESTIONS))

    def reveal(self, code: str) -> None:
        """From now on everybody sees the votes, and none can be changed."""
        self._say(code, "revealed = 1")

    def close(self, code: str) -> None:
        """Put the vote away. Phones that were shown the answer go on showing it: to them this is no news."""
        with self.database.writing() as rows:
            rows.execute(
                "UPDATE classes SET said = said + (1 - revealed), asked = '', revealed = 0 WHERE code = ?", (code,)
            )

    def at(self, code: str, stem: str, step: int) -> None:
        """What the projector shows, for the speaker's notes."""
        with self.database.writing() as rows:
            rows.execute("UPDATE classes SET at_stem = ?, at_step = ? WHERE code = ?", (stem, step, code))

    def vote(self, code: str, phone: str, question: int, turn: int, choice: int) -> bool:
        """Take or change a phone's choice; False where this round of this question is not open or the phone unknown."""
        if not 0 <= choice < CHOICES:
            return False
        with self.database.writing() as rows:
            done = rows.execute(
                "INSERT INTO votes (code, question, round, phone, choice) SELECT c.code, c.question, c.round, p.phone, ?"
                " FROM classes c JOIN phones p ON p.code = c.code AND p.phone = ?"
                " WHERE c.code = ? AND c.made >= ? AND c.question = ? AND c.round = ? AND c.asked != '' AND c.revealed = 0"
                " ON CONFLICT (code, question, round, phone) DO UPDATE SET choice = excluded.choice",
                (choice, phone, code, self._oldest(), question, turn),
            )
            return done.rowcount == 1

    def choice(self, code: str, phone: str, question: int, turn: int) -> int | None:
        """What this phone has chosen."""
        found = self.database.read(
            "SELECT choice FROM votes WHERE code = ? AND phone = ? AND question = ? AND round = ?",
            *(code, phone, question, turn),
        )
        return found[0]["choice"] if found else None

    def tally(self, klass: Class, choices: int) -> Tally:
        """The votes of the question's rounds by choice."""
        counts = [[0] * choices for _ in range(klass.round)]
        for row in self.database.read(
            "SELECT round, choice, COUNT(*) AS n FROM votes WHERE code = ? AND question = ? GROUP BY round, choice",
            *(klass.code, klass.question),
        ):
            if row["choice"] < choices and row["round"] <= klass.round:
                counts[row["round"] - 1][row["choice"]] = row["n"]
        return Tally(tuple(map(tuple, counts)), max(self.phones(klass.code), sum(counts[-1]) if counts else 0))

    def reach(self, klass: Class, phone: str) -> None:
        """This phone has reached the class's goal; the first time counts."""
        with self.database.writing() as rows:
            rows.execute(
                "INSERT OR IGNORE INTO reached (code, goal_at, phone, after) SELECT code, ?, phone, ? FROM phones"
                " WHERE code = ? AND phone = ?",
                (klass.goal_at, max(0.0, self.clock() - klass.goal_at), klass.code, phone),
            )

    def reached(self, klass: Class) -> Reached:
        """How far the class has come with its goal."""
        found = self.database.read(
            "SELECT COUNT(*) AS n, MIN(after) AS first FROM reached WHERE code = ? AND goal_at = ?",
            *(klass.code, klass.goal_at),
        )[0]
        return Reached(found["n"], max(self.phones(klass.code), found["n"]), found["first"])

    def offer(self, code: str, phone: str, stem: str, query: Query) -> None:
        """What this phone would like to show; its last word counts."""
        with self.database.writing() as rows:
            rows.execute(
                "UPDATE phones SET offer_stem = ?, offer = ? WHERE code = ? AND phone = ?",
                (stem, _written(query), code, phone),
            )

    def offers(self, code: str) -> list[Offer]:
        found = self.database.read(
            "SELECT phone, animal, offer_stem, offer FROM phones WHERE code = ? AND offer_stem != '' ORDER BY animal"
            f" LIMIT {OFFERS}",
            code,
        )
        return [Offer(row["phone"], row["animal"], row["offer_stem"], json.loads(row["offer"])) for row in found]

    def forget_offer(self, code: str, phone: str) -> None:
        with self.database.writing() as rows:
            rows.execute("UPDATE phones SET offer_stem = '', offer = '' WHERE code = ? AND phone = ?", (code, phone))

    def counts(self) -> dict[str, int]:
        """For the operator: how many rows there are of each kind."""
        tables = ("classes", "phones", "votes", "reached")
        return {table: self.database.read(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] for table in tables}

    def _say(self, code: str, change: str, *values: object) -> None:
        with self.database.writing() as rows:
            rows.execute(f"UPDATE classes SET said = said + 1, {change} WHERE code = ?", (*values, code))

    def _oldest(self) -> float:
        return self.clock() - LIFE_S


@functools.cache
def store() -> Store:
    """This process's store."""
    opened = Store(Database(default_file()))
    opened.forget_old()
    return opened


def _written(query: Query) -> str:
    text = json.dumps(dict(query))
    if len(text) > LONGEST:
        raise Unavailable("This picture has too many settings to be sent", got=f"{len(text)} signs", do="Reset some.")
    return text


def _class(row: sqlite3.Row) -> Class:
    values = dict(row)
    return Class(**{**values, "query": json.loads(values["query"]), "revealed": bool(values["revealed"])})
