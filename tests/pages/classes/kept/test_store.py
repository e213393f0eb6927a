"""The store: what is kept, for how long, and that processes which write at once lose and double nothing."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Unavailable
from pages.classes.kept import __main__ as operator
from pages.classes.kept import store as room
from pages.classes.kept.database import MEMORY, Database
from pages.classes.kept.store import LIFE_S, Store

ROOT = Path(__file__).parents[4]
VOTER = """
import sys
from pages.classes.kept.database import Database
from pages.classes.kept.store import Store
file, code, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
kept = Store(Database(file))
for k in range(first, first + 15):
    kept.join(code, f"phone {k}")
    for choice in (0, 1, k % 3):
        assert kept.vote(code, f"phone {k}", 1, 1, choice)
"""


def asked(kept: Store, phones: int = 0) -> str:
    code, _ = kept.start()
    for k in range(phones):
        kept.join(code, f"phone {k}")
    kept.ask(code, "geometry", {"predict": "true"})
    return code


def test_processes_that_write_at_once_lose_and_double_nothing(tmp_path):
    file = str(tmp_path / "classes.db")
    kept = Store(Database(file))
    code = asked(kept)
    writers = [
        subprocess.Popen([sys.executable, "-c", VOTER, file, code, str(15 * k)], cwd=ROOT, env={**os.environ})
        for k in range(4)
    ]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    tally = kept.tally(kept.find(code), 3)
    assert tally.rounds == ((20, 20, 20),) and tally.phones == 60
    animals = [row["animal"] for row in kept.database.read("SELECT animal FROM phones")]
    assert len(set(animals)) == 60


def test_what_was_voted_outlives_the_process(tmp_path, clock):
    file = str(tmp_path / "classes.db")
    first = Store(Database(file), clock)
    code = asked(first, phones=1)
    assert first.vote(code, "phone 0", 1, 1, 2)
    again = Store(Database(file), clock)
    assert again.choice(code, "phone 0", 1, 1) == 2 and again.join(code, "phone 0") == first.join(code, "phone 0")


def test_a_vote_can_be_changed_until_the_reveal_and_only_in_its_round(kept):
    code = asked(kept, phones=2)
    assert kept.vote(code, "phone 0", 1, 1, 0) and kept.vote(code, "phone 0", 1, 1, 1)
    assert kept.vote(code, "phone 1", 1, 1, 0)
    kept.reveal(code)
    assert not kept.vote(code, "phone 0", 1, 1, 2)
    kept.ask(code, "geometry", {}, again=True)
    assert not kept.vote(code, "phone 0", 1, 1, 2) and kept.vote(code, "phone 0", 1, 2, 2)
    assert kept.tally(kept.find(code), 3).rounds == ((1, 1, 0), (0, 0, 1))
    kept.ask(code, "start", {})
    assert kept.find(code).question == 2 and kept.tally(kept.find(code), 3).rounds == ((0, 0, 0),)


@pytest.mark.parametrize(
    "phone, question, turn, choice", [("nobody", 1, 1, 0), ("phone 0", 2, 1, 0), ("phone 0", 1, 1, 9)]
)
def test_what_is_no_vote_is_not_counted(kept, phone, question, turn, choice):
    code = asked(kept, phones=1)
    assert not kept.vote(code, phone, question, turn, choice)
    assert kept.tally(kept.find(code), 3).answered == 0


def test_a_class_is_over_after_eight_hours_and_leaves_nothing(kept, clock):
    code = asked(kept, phones=1)
    kept.vote(code, "phone 0", 1, 1, 0)
    clock.now += LIFE_S + 1
    assert (
        kept.find(code) is None and kept.heard(code, "phone 0") == (0, None) and not kept.vote(code, "phone 0", 1, 1, 1)
    )
    kept.start()
    assert kept.counts() == {"classes": 1, "phones": 0, "votes": 0, "reached": 0}


def test_the_end_deletes_everything(kept):
    code = asked(kept, phones=3)
    kept.vote(code, "phone 0", 1, 1, 0)
    kept.end(code)
    assert set(kept.counts().values()) == {0}


def test_the_secret_is_not_kept_as_it_is(kept):
    code, secret = kept.start()
    assert (
        kept.is_teacher(code, secret) and not kept.is_teacher(code, secret[:-1] + "x") and not kept.is_teacher("", "")
    )
    assert secret not in str([tuple(row) for row in kept.database.read("SELECT * FROM classes")])


def test_classes_phones_and_pictures_are_bounded(kept, monkeypatch):
    monkeypatch.setattr(room, "CLASSES", 2)
    monkeypatch.setattr(room, "PHONES", 2)
    code = asked(kept, phones=2)
    with pytest.raises(Unavailable, match="full"):
        kept.join(code, "one more")
    with pytest.raises(Unavailable, match="too many settings"):
        kept.offer(code, "phone 0", "geometry", {"A": "x" * 2000})
    kept.start()
    with pytest.raises(Unavailable, match="classes"):
        kept.start()


GONE = {"nothing": True, "a vote": False, "a goal": False, "a sign of life": False}


@pytest.mark.parametrize("left", GONE)
def test_who_came_for_nothing_and_is_gone_keeps_nobody_out(kept, clock, monkeypatch, left):
    """Somebody reloads without cookies until the class is full, and goes: the room has its places again."""
    monkeypatch.setattr(room, "PHONES", 3)
    code = asked(kept, phones=3)
    clock.now += room.HERE_S + 1
    for phone in ("phone 1", "phone 2"):
        kept.seen(code, phone)
    if left == "a vote":
        assert kept.vote(code, "phone 0", 1, 1, 0)
    if left == "a goal":
        kept.show(code, "geometry", {}, "loss<0.01")
        kept.reach(kept.find(code), "phone 0")
    if left == "a sign of life":
        kept.seen(code, "phone 0")
    if not GONE[left]:
        with pytest.raises(Unavailable, match="full"):
            kept.join(code, "one more")
        return
    assert kept.join(code, "one more") and kept.animal(code, "phone 0") == "" and kept.phones(code) == 3
    assert kept.vote(code, "one more", 1, 1, 2) and not kept.vote(code, "phone 0", 1, 1, 2)


@pytest.mark.parametrize("hours", [1, -1, 7, -7])
def test_a_clock_that_is_set_loses_no_vote(kept, clock, hours):
    """The server's clock is wrong and put right in the middle of a vote."""
    code = asked(kept, phones=3)
    assert kept.vote(code, "phone 0", 1, 1, 0)
    clock.now += 3600 * hours
    for k in (1, 2):
        kept.seen(code, f"phone {k}")
        assert kept.vote(code, f"phone {k}", 1, 1, k)
    tally = kept.tally(kept.find(code), 3)
    assert tally.rounds == ((1, 1, 1),) and tally.phones == 3
    kept.show(code, "geometry", {}, "loss<0.01")
    clock.now -= 3600 * hours
    kept.reach(kept.find(code), "phone 1")
    assert kept.reached(kept.find(code)).first == max(0.0, -3600 * hours)
    assert kept.join(code, "one more") and kept.phones(code) >= 1


def test_votes_of_old_questions_go(kept, monkeypatch):
    monkeypatch.setattr(room, "QUESTIONS", 3)
    code = asked(kept, phones=1)
    for question in range(1, 8):
        kept.vote(code, "phone 0", question, 1, 0)
        kept.ask(code, "geometry", {})
    assert kept.counts()["votes"] == 2, "those of the last three questions, the newest of which has none"


def test_a_goal_counts_each_phone_once_from_when_it_was_set(kept, clock):
    code, _ = kept.start()
    for k in range(3):
        kept.join(code, f"phone {k}")
    kept.show(code, "teacher_student", {"delta": "1"}, "test_loss<0.001@10")
    for k, wait in ((0, 130), (0, 5), (2, 7)):
        clock.now += wait
        kept.seen(code, "phone 1")
        kept.reach(kept.find(code), f"phone {k}")
    found = kept.reached(kept.find(code))
    assert (found.count, found.first) == (2, 130)
    kept.show(code, "geometry", {}, "loss<1")
    assert kept.reached(kept.find(code)).count == 0


def test_an_offer_is_one_for_each_phone_and_goes_when_it_is_shown(kept):
    code = asked(kept, phones=2)
    kept.offer(code, "phone 0", "geometry", {"delta": "1"})
    kept.offer(code, "phone 0", "geometry", {"delta": "2"})
    (offer,) = kept.offers(code)
    assert (offer.stem, offer.query) == ("geometry", {"delta": "2"})
    kept.forget_offer(code, "phone 0")
    assert kept.offers(code) == []


def test_who_leaves_is_not_counted_until_back(kept, clock):
    code = asked(kept, phones=2)
    kept.leave(code, "phone 0")
    assert kept.phones(code) == 1
    kept.seen(code, "phone 0")
    assert kept.phones(code) == 2
    clock.now += room.HERE_S + 1
    assert kept.phones(code) == 0


def test_sending_a_picture_puts_an_open_vote_away_and_keeps_a_revealed_one(kept):
    code = asked(kept)
    kept.show(code, "geometry", {})
    assert not kept.find(code).voting and kept.find(code).asked == ""
    kept.ask(code, "geometry", {})
    kept.reveal(code)
    kept.show(code, "geometry", {})
    assert kept.find(code).revealed and kept.find(code).asked == "geometry"


def test_whatever_the_teacher_does_is_heard_and_votes_are_not(kept):
    code = asked(kept, phones=1)
    said = [kept.heard(code, "phone 0")[0]]
    for act in (
        lambda: kept.vote(code, "phone 0", 1, 1, 0),
        lambda: kept.close(code),
        lambda: kept.ask(code, "geometry", {}),
        lambda: kept.reveal(code),
        lambda: kept.close(code),
        lambda: kept.show(code, "start", {}),
    ):
        act()
        said.append(kept.heard(code, "phone 0")[0])
    news = [after != before for before, after in itertools.pairwise(said)]
    assert news == [False, True, True, True, False, True], "a vote, and what is put away once all have seen it, is none"


@pytest.mark.parametrize("way", ["its end", "its age", "the operator"])
def test_what_was_deleted_is_in_no_file(tmp_path, kept, clock, way, capsys, monkeypatch):
    code = asked(kept, phones=1)
    name = kept.animal(code, "phone 0")

    def written() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.glob("classes.db*"))

    assert name.encode() in written()
    if way == "its end":
        kept.end(code)
    elif way == "its age":
        clock.now += LIFE_S + 1
        kept.forget_old()
    else:
        monkeypatch.setattr(operator, "store", lambda: kept)
        assert operator.main(["--all"]) == 2 and operator.main([]) == operator.main(["--delete"]) == 0
        assert "classes.db: 0 classes, 0 phones, 0 votes, 0 reached" in capsys.readouterr().out
    assert name.encode() not in written() and b"phone 0" not in written()


def test_a_phone_hears_its_own_choice_of_this_round_alone(kept):
    code = asked(kept, phones=2)
    kept.vote(code, "phone 0", 1, 1, 2)
    assert [kept.heard(code, f"phone {k}")[1] for k in (0, 1)] == [2, None]
    kept.ask(code, "geometry", {}, again=True)
    assert kept.heard(code, "phone 0")[1] is None


@pytest.mark.parametrize("broken", ["folder/that/is/a/file", "no database"])
def test_where_nothing_can_be_written_memory_serves(tmp_path, broken):
    file = tmp_path / "classes.db"
    if broken == "no database":
        file.write_bytes(b"something else, and long enough to be taken for a database" * 50)
    else:
        (tmp_path / "folder").write_text("a file")
        file = tmp_path / broken
    kept = Store(Database(str(file)))
    assert kept.in_memory and kept.find(asked(kept)) is not None


def test_a_disk_that_refuses_is_one_sentence(kept):
    kept.database.connection.execute("PRAGMA query_only=ON")
    with pytest.raises(Unavailable, match="cannot be written down just now"):
        kept.start()
    kept.database.connection.execute("PRAGMA query_only=OFF")
    assert kept.find(kept.start()[0]) is not None


def test_memory_on_request():
    assert Store(Database(MEMORY)).in_memory
