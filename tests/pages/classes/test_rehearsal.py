"""Twenty simulated students: they vote within their time, the better after a talk, reach goals, offer, and leave."""

import time

from pages.classes import rehearsal
from pages.classes.rehearsal import STUDENTS, VOTES_WITHIN_S, Rehearsal
from pages.lessons.guide import question


def test_simulated_students_do_what_students_do(kept):
    code, _ = kept.start()
    one = Rehearsal(kept, code, seed=3)
    one.begin()
    assert kept.phones(code) == STUDENTS and one.step(0.0)
    right = question("geometry").right
    for turn in (False, True):
        kept.ask(code, "geometry", {"predict": "true"}, again=turn)
        start = 100.0 * (1 + turn)
        one.step(start)
        assert kept.tally(kept.find(code), 3).answered == 0
        one.step(start + VOTES_WITHIN_S / 2)
        assert 0 < kept.tally(kept.find(code), 3).answered < STUDENTS
        one.step(start + VOTES_WITHIN_S)
    before, after = kept.tally(kept.find(code), 3).rounds
    assert sum(before) == sum(after) == STUDENTS and before[right] < after[right]
    kept.show(code, "geometry", {"delta": "1"}, "loss<0.01@3")
    one.step(300)
    one.step(400)
    assert 0 < kept.reached(kept.find(code)).count < STUDENTS and len(kept.offers(code)) == 1
    one.leave()
    assert kept.phones(code) == 0
    kept.end(code)
    assert not one.step(500)


def test_a_server_rehearses_a_few_classes_at_once(kept, monkeypatch):
    monkeypatch.setattr(rehearsal, "AT_ONCE", 1)
    monkeypatch.setattr(rehearsal, "LOOK_S", 0.01)
    first, second = kept.start()[0], kept.start()[0]
    assert rehearsal.begin(kept, first) and rehearsal.begin(kept, first) and not rehearsal.begin(kept, second)
    rehearsal.end(first)
    for _ in range(500):
        if first not in rehearsal.RUNNING:
            break
        time.sleep(0.02)
    assert first not in rehearsal.RUNNING


def test_who_has_ended_a_rehearsal_can_begin_the_next_and_all_are_here(kept):
    code, _ = kept.start()
    for _ in range(2):
        assert rehearsal.begin(kept, code)
        for _ in range(500):
            if kept.phones(code) == STUDENTS:
                break
            time.sleep(0.02)
        assert kept.phones(code) == STUDENTS
        rehearsal.end(code)
        assert code not in rehearsal.RUNNING and kept.phones(code) == 0
