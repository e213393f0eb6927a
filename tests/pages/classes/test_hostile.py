"""Whatever a student's browser sends, and whenever it comes: one clear sentence or the right picture, nothing lost, nobody else
disturbed."""

import pytest

from pages.classes import lesson_part, member, phone
from pages.classes.kept.store import LIFE_S, Store
from pages.classes.panel import MOVED_ON
from pages.lessons.guide import question
from tests.pages.classes.test_room import charts, healthy, keys, meta, visit, words

BEFORE, OPEN, AGAIN, SHOWN, PUT_AWAY, OVER = "before", "open", "again", "shown", "put away", "over"
MOMENTS = (BEFORE, OPEN, AGAIN, SHOWN, PUT_AWAY, OVER)


def at(shared: Store, moment: str) -> str:
    """A class in which another phone has chosen B, at this moment of its vote on Geometry."""
    code, _ = shared.start()
    shared.join(code, "other")
    for step in MOMENTS[1 : MOMENTS.index(moment) + 1]:
        if step in (OPEN, AGAIN):
            shared.ask(code, "geometry", {"predict": "true", "delta": "4"}, again=step == AGAIN)
            assert shared.vote(code, "other", 1, shared.find(code).round, 1)
        else:
            {SHOWN: shared.reveal, PUT_AWAY: shared.close, OVER: shared.end}[step](code)
    return code


def others(shared: Store, code: str) -> tuple[int, ...]:
    """The votes of the question's last round."""
    return shared.tally(shared.find(code), 3).rounds[-1]


COMES = {
    BEFORE: ("", "", False),
    OPEN: ("", "Choose one.", True),
    AGAIN: ("", "Once more, after your talk", True),
    SHOWN: ("", "Almost straight", False),
    PUT_AWAY: ("", "", False),
    OVER: ("There is no class", "", False),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_link_may_be_opened_at_any_moment(shared: Store, moment):
    warning, said, curtain = COMES[moment]
    phone = visit("geometry", at(shared, moment))
    assert [warning in one.value for one in phone.warning] == [True] * bool(warning)
    assert said in words(phone) and bool(charts(phone)[0]["directions"].get("curtain")) == curtain
    assert ("class_follow" in {one.key for one in phone.toggle}) == (moment != OVER)


TYPED = {
    "small": (str.lower, True),
    "with spaces": (" ".join, True),
    "with hyphens": ("-".join, True),
    "in quotation marks": ("“{}”".format, True),
    "with a full stop": ("{}.".format, True),
    "a digit for a letter": (lambda code: code[:4] + "0", False),
    "a letter too many": (lambda code: code + "C", False),
    "one wrong letter": (lambda code: code[:4] + ("C" if code[4] != "C" else "D"), False),
    "a script": (lambda code: f"<script>{code}</script>", False),
    "a novel": (lambda code: code * 3000, False),
}


@pytest.mark.parametrize("kind", TYPED)
def test_a_code_is_typed_by_hand(shared: Store, kind):
    spell, found = TYPED[kind]
    code = at(shared, BEFORE)
    phone = visit("geometry", spell(code))
    assert len(phone.warning) == (0 if found else 1) and meta(phone)["delta"] == -2
    assert shared.phones(code) == 1 + found
    assert all(len(one.value) < 200 for one in phone.warning)


PRESSES = {"the same again": (OPEN, 1), "after the reveal": (SHOWN, 0), "put away": (PUT_AWAY, 0), "ended": (OVER, 0)}


@pytest.mark.parametrize("kind", PRESSES)
def test_a_choice_is_pressed_when_its_vote_may_be_over(shared: Store, kind):
    """The phone still shows the open vote: its press was on the way, or it slept."""
    moment, counted = PRESSES[kind]
    code = at(shared, OPEN)
    phone = visit("geometry", code)
    before = others(shared, code)
    for step in MOMENTS[3 : MOMENTS.index(moment) + 1]:
        {SHOWN: shared.reveal, PUT_AWAY: shared.close, OVER: shared.end}[step](code)
    healthy(phone.button("class_choice_0").click().run())
    if moment == OVER:
        assert [f"Class {code} is over" in one.value for one in phone.warning] == [True]
        return
    assert others(shared, code) == (counted, *before[1:])
    assert ("This vote is closed" in words(phone)) == (not counted)


def test_an_old_vote_comes_again_in_the_next_round_and_in_the_next_question(shared: Store):
    code = at(shared, AGAIN)
    shared.join(code, "late")
    for question_asked, turn in ((1, 1), (0, 1), (2, 1), (1, 3), (-1, 0)):
        assert not shared.vote(code, "late", question_asked, turn, 0)
    for choice in (-1, len(question("geometry").choices) + 3, 10**6):
        assert not shared.vote(code, "late", 1, 2, choice)
    shared.ask(code, "exact", {"predict": "true"})
    assert not shared.vote(code, "late", 1, 2, 0), "a vote for a page that is not asked any more"
    assert others(shared, code) == (0, 0, 0)


def test_a_phone_of_one_class_has_no_voice_in_another(shared: Store):
    mine, foreign = at(shared, OPEN), at(shared, OPEN)
    phone = visit("geometry", mine, cookie="a phone's cookie")
    healthy(phone.button("class_choice_2").click().run())
    assert others(shared, foreign) == (0, 1, 0) and others(shared, mine) == (0, 1, 1)
    with shared.database.writing() as rows:
        known = [row["phone"] for row in rows.execute("SELECT phone FROM phones WHERE code = ?", (mine,))]
    assert not any(shared.vote(foreign, name, 1, 1, 0) for name in known if name != "other")


def test_a_listener_may_be_called_before_its_control_is_there(shared: Store):
    """By a browser that comes back after a cut, while the run that the cut has stopped still clears up."""
    klass = shared.find(at(shared, BEFORE))
    for listener, arguments in ((phone._follow, (klass,)), (lesson_part._join, ())):
        assert listener(*arguments) is None


def test_two_tabs_of_a_phone_are_one_vote(shared: Store):
    code = at(shared, OPEN)
    first, second = (visit("geometry", code, cookie="one phone") for _ in range(2))
    healthy(first.button("class_choice_0").click().run())
    healthy(second.button("class_choice_2").click().run())
    assert others(shared, code) == (0, 1, 1) and "You chose C" in words(healthy(first.run()))


WINDOWS = {"class_ask": BEFORE, "class_again": OPEN, "class_reveal": OPEN, "class_close": OPEN, "class_here": BEFORE}


@pytest.mark.parametrize("button", WINDOWS)
def test_two_windows_of_a_teacher_are_pressed_at_once(shared: Store, button):
    code, secret = shared.start()
    if WINDOWS[button] == OPEN:
        shared.ask(code, "geometry", {"predict": "true", "delta": "4"})
    first, second = (visit("geometry", code, secret) for _ in range(2))
    healthy(first.button(button).click().run())
    once = shared.find(code)
    healthy(second.button(button).click().run())
    assert shared.find(code) == once and MOVED_ON in words(second)


def test_a_closed_laptop_opens_again_with_its_secret_link_and_nobody_elses_does(shared: Store):
    code, secret = shared.start()
    healthy(visit("geometry", code, secret).button("class_ask").click().run())
    again = visit("geometry", code, secret)
    assert "class_reveal" in keys(again) and charts(again)[0]["directions"]["curtain"]
    for wrong in ("", secret[:-1], secret + "A", secret.swapcase(), shared.start()[1]):
        assert "class_reveal" not in keys(visit("geometry", code, wrong)) or not wrong


ADDRESSES = [
    {"at": "99999", "follow": "maybe"},
    {"at": "-1"},
    {"at": "1" * 5000, "follow": "left" * 900},
    {"delta": "9" * 4000},
    {"delta": "nan", "t": "inf", "cam": "x" * 3000},
    {"A": "delta:" + "1" * 3000, "goal": "loss<" + "0" * 3000},
    {"predict": "true", "step": "7" * 40},
    {"teach": "0" * 22},
]


@pytest.mark.parametrize("query", ADDRESSES, ids=lambda query: ",".join(query))
def test_an_address_that_nobody_has_sent_is_a_picture_all_the_same(shared: Store, query):
    code = at(shared, BEFORE)
    phone = visit("geometry", code, **query)
    if "class_back" in keys(phone):
        healthy(phone.button("class_back").click().run())
    assert meta(phone) and "class_follow" in {one.key for one in phone.toggle}
    if "class_mine" in keys(phone):
        healthy(phone.button("class_mine").click().run())
        assert len(str([offer.query for offer in shared.offers(code)])) < 2000
    shared.ask(code, "geometry", {"predict": "true", "delta": "4"})
    healthy(phone.run())
    if "class_go" in keys(phone):
        healthy(phone.button("class_go").click().run())
    assert "Choose one." in words(phone) and meta(phone)["delta"] == 4


def aged(shared: Store, code: str) -> None:
    """Eight hours later."""
    with shared.database.writing() as rows:
        rows.execute("UPDATE classes SET made = made - ? WHERE code = ?", (LIFE_S + 1, code))


VIEWS = {
    "a phone": ("geometry", False, {}),
    "a phone in a vote": ("geometry", False, {"predict": "true", "delta": "4"}),
    "the projector": ("geometry", True, {"present": "true"}),
    "the class's own part": ("learn", True, {"part": "class"}),
    "the speaker's window": ("learn", True, {"part": "speaker"}),
}


@pytest.mark.parametrize("view", VIEWS)
def test_after_eight_hours_each_view_says_so_once_and_goes_on(shared: Store, view):
    stem, leads, query = VIEWS[view]
    code, secret = shared.start()
    if "predict" in query:
        shared.ask(code, stem, query)
    test = visit(stem, code, secret if leads else "", **query)
    assert not test.warning
    aged(shared, code)
    healthy(test.run())
    assert [one.value for one in test.warning] == [f"Class {code} is over; this page stays as you left it."]
    assert member.GUESSES.wrong == 0
    if stem == "geometry":
        assert meta(healthy(test.slider("delta").set_value(1.0).run()))["delta"] == 1
    healthy(test.button("class_forget").click().run())
    assert not test.warning and "class" not in test.query_params
