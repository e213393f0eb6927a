"""A class on the running pages (without a browser): strips, votes, following, goals, offers, and codes that are over."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages import BY_STEM
from pages.classes import guess, member, reply
from pages.classes.kept.store import Store
from pages.classes.member import OWN, SECRETS
from pages.lessons.lessons import LESSONS
from tests.pages.lessons.test_classroom import asked, charts, healthy, meta

ROOT = Path(__file__).parents[3]


def visit(stem: str, code: str, secret: str = "", cookie: str = "", **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM[stem].file)
    test.query_params["class"] = code
    for key, value in query.items():
        test.query_params[key] = value
    if secret:
        test.session_state[SECRETS] = {code: secret}
    if cookie:
        test.session_state[OWN] = cookie
    return healthy(test.run())


def words(test: AppTest) -> str:
    return " ".join(one.value for one in [*test.markdown, *test.caption])


def keys(test: AppTest) -> set[str]:
    return {button.key for button in test.button}


def test_a_vote_from_the_question_to_the_bars(shared: Store):
    code, secret = shared.start()
    phone, teacher = visit("geometry", code), visit("geometry", code, secret)
    assert "1 phone" in words(teacher) and {"class_ask", "class_here"} <= keys(teacher)
    assert not {"class_ask", "class_reveal"} & keys(phone)
    healthy(teacher.button("class_ask").click().run())
    assert charts(teacher)[0]["directions"]["curtain"] and meta(teacher)["delta"] == 4
    healthy(phone.run())
    assert charts(phone)[0]["directions"]["curtain"] and meta(phone)["delta"] == 4
    assert "choice_0" not in keys(phone), "the class asks, not the page"
    healthy(phone.button("class_choice_2").click().run())
    assert "You chose C" in words(phone)
    healthy(phone.button("class_choice_1").click().run())
    assert "You chose B" in words(phone)
    healthy(teacher.run())
    counted = " ".join(html.proto.body for html in teacher.get("html"))
    assert "1 of 1" in counted and "<table" not in counted
    healthy(teacher.button("class_reveal").click().run())
    table = next(html.proto.body for html in teacher.get("html") if "<table" in html.proto.body)
    assert "✓ ▲ upstream, δ = 4" in table and table.count("<b>1</b>") == 1
    assert not charts(teacher)[0]["directions"]["curtain"]
    healthy(phone.run())
    assert "You said **First shrinking" in words(phone) and not charts(phone)[0]["directions"]["curtain"]
    healthy(teacher.button("class_again").click().run())
    healthy(phone.run())
    assert "Once more" in words(phone) and charts(phone)[0]["directions"]["curtain"]
    healthy(phone.button("class_choice_0").click().run())
    healthy(teacher.run())
    healthy(teacher.button("class_reveal").click().run())
    table = next(html.proto.body for html in teacher.get("html") if "<table" in html.proto.body)
    assert "<b>0 → 1</b>" in table and "<b>1 → 0</b>" in table


def test_a_closed_vote_is_not_counted_and_the_phone_is_told(shared: Store):
    code, _ = shared.start()
    shared.ask(code, "geometry", {"predict": "true"})
    phone = visit("geometry", code)
    phone.button("class_go").click() if "class_go" in keys(phone) else None
    healthy(phone.run())
    shared.reveal(code)
    healthy(phone.button("class_choice_0").click().run())
    assert shared.tally(shared.find(code), 3).answered == 0


def test_back_lifts_no_curtain_while_a_vote_is_open(shared: Store):
    code, secret = shared.start()
    teacher, phone = visit("geometry", code, secret), visit("geometry", code)
    healthy(teacher.button("class_ask").click().run())
    for test in (teacher, healthy(phone.run())):
        for word in ("predict", "delta"):
            test.query_params.pop(word, None)
        assert charts(healthy(test.run()))[0]["directions"]["curtain"] and meta(test)["delta"] == 4
        assert asked(test, "predict") == "true"


def test_a_teacher_on_another_page_is_led_back_to_the_open_vote(shared: Store):
    code, secret = shared.start()
    shared.ask(code, "geometry", {"predict": "true"})
    teacher = visit("exact", code, secret)
    assert "class_to_vote" in keys(teacher) and not {"class_ask", "class_here"} & keys(teacher)
    healthy(teacher.button("class_to_vote").click().run())
    assert "class_reveal" in keys(teacher) and charts(teacher)[0]["directions"]["curtain"]


def test_everyone_here_sends_settings_locks_and_cursor(shared: Store):
    code, secret = shared.start()
    teacher = visit("geometry", code, secret, lock="norm", t="0.5", delta="3")
    healthy(teacher.button("class_here").click().run())
    klass = shared.find(code)
    assert klass.query == {"delta": "3", "lock": "norm", "t": "0.5"} and klass.stem == "geometry"
    phone = visit("geometry", code)
    assert meta(phone)["delta"] == 3 and phone.slider("norm").disabled
    assert asked(phone, "t") == "0.5" and asked(phone, "class") == code


def test_what_was_done_can_be_read_however_often_the_strip_is_drawn_anew(shared: Store, monkeypatch):
    code, secret = shared.start()
    teacher, phone = visit("geometry", code, secret), visit("geometry", code)
    for test, button, told in (
        (teacher, "class_here", "Everyone is sent to this picture"),
        (phone, "class_mine", "Your teacher can now show it"),
    ):
        healthy(test.button(button).click().run())
        assert [told in words(healthy(test.run())) for _ in range(3)] == [True] * 3
        with monkeypatch.context() as later:
            later.setattr(reply, "READ_S", -1.0)
            assert told not in words(healthy(test.run()))


def test_who_does_not_follow_is_asked_and_goes_with_a_tap(shared: Store):
    code, _ = shared.start()
    phone = visit("geometry", code)
    healthy(phone.toggle("class_follow").set_value(False).run())
    shared.show(code, "geometry", {"delta": "1"})
    healthy(phone.run())
    assert meta(phone)["delta"] == -2 and "Your class is at" in words(phone)
    healthy(phone.button("class_go").click().run())
    assert meta(phone)["delta"] == 1 and "class_go" not in keys(phone)


def test_a_student_can_leave_and_come_back(shared: Store):
    code, _ = shared.start()
    phone = visit("geometry", code)
    healthy(phone.button("class_leave").click().run())
    assert shared.phones(code) == 0 and "You have left" in words(phone)
    shared.show(code, "geometry", {"delta": "1"})
    healthy(phone.run())
    assert meta(phone)["delta"] == -2
    healthy(phone.button("class_back").click().run())
    assert meta(phone)["delta"] == 1 and "class_follow" in {toggle.key for toggle in phone.toggle}
    healthy(phone.button("class_leave").click().run())
    healthy(phone.button("class_forget").click().run())
    assert "class" not in phone.query_params and "left" not in words(phone)


def test_show_mine_puts_a_students_state_on_the_projector(shared: Store):
    code, secret = shared.start()
    phone, teacher = visit("geometry", code, delta="3.5"), visit("geometry", code, secret)
    healthy(phone.button("class_mine").click().run())
    assert "can now show it" in words(phone)
    healthy(teacher.run())
    healthy(teacher.button("class_offer_0").click().run())
    assert meta(teacher)["delta"] == 3.5 and shared.offers(code) == []


def test_a_goal_is_counted_once_it_is_reached(shared: Store):
    code, secret = shared.start()
    shared.show(code, "geometry", {"goal": "loss<0.01@3"}, "loss<0.01@3")
    phone = visit("geometry", code)
    assert shared.reached(shared.find(code)).count == 0
    healthy(phone.slider("delta").set_value(4.0).run())
    assert shared.reached(shared.find(code)).count == 1
    assert "**1 of 1** have reached loss < 0.01 by t = 3, the first after" in words(visit("geometry", code, secret))


def test_the_exercise_sends_its_locks_and_its_goal(shared: Store):
    code, secret = shared.start()
    teacher = visit("teacher_student", code, secret)
    healthy(teacher.button("class_goal").click().run())
    klass = shared.find(code)
    assert klass.goal == "test_loss<0.001@10" and "delta" not in str(klass.query["lock"]).split(",")


@pytest.mark.parametrize("code", ["CDFHJ", "no", "<b>x</b>"])
def test_an_unknown_code_is_one_sentence_and_the_page_goes_on(shared: Store, code):
    test = visit("geometry", code)
    assert len(test.warning) == 1 and "There is no class" in test.warning[0].value and meta(test)["delta"] == -2
    healthy(test.button("class_forget").click().run())
    assert not test.warning and "class" not in test.query_params


@pytest.mark.parametrize(
    ("stem", "query"),
    [
        ("geometry", {"at": "3", "delta": "3"}),
        ("geometry", {"at": "2", "follow": "no", "predict": "true", "delta": "4"}),
        ("geometry", {"follow": "left", "step": "2"}),
        ("geometry", {"present": "true", "step": "1"}),
        ("teacher_student", {"lock": "seed,samples", "goal": "test_loss<0.001@10", "delta": "-1"}),
        ("learn", {"part": "class"}),
        ("learn", {"part": "speaker"}),
    ],
)
def test_a_link_of_an_older_class_opens_its_page_with_one_sentence(shared: Store, stem, query):
    code, secret = shared.start()
    shared.end(code)
    test = visit(stem, code, secret, **query)
    assert [code in warning.value for warning in test.warning] == [True]
    assert "delta" not in query or meta(test)["delta"] == float(query["delta"])
    healthy(test.button("class_forget").click().run())
    assert not test.warning and not {"class", "at", "follow"} & set(test.query_params)


def test_a_room_whose_class_ends_has_guessed_nothing(shared: Store):
    code, _ = shared.start()
    phone = visit("geometry", code)
    shared.end(code)
    assert f"Class {code} is over" in healthy(phone.run()).warning[0].value
    assert member.GUESSES.wrong == 0
    for _ in range(2 * int(guess.ADDRESS_BURST)):
        member.GUESSES.was_wrong("")
    assert f"Class {code} is over" in healthy(phone.run()).warning[0].value


def test_a_wrong_secret_makes_a_student(shared: Store):
    code, _ = shared.start()
    assert "class_follow" in {toggle.key for toggle in visit("geometry", code, "wrong").toggle}


def test_guessers_are_not_told_whether_they_were_right(shared: Store):
    code, _ = shared.start()
    inside = visit("geometry", code)
    visit("learn", "CCCCC")
    for _ in range(2 * int(guess.ADDRESS_BURST)):
        member.GUESSES.was_wrong("")
    assert "Many wrong codes" in visit("geometry", code).warning[0].value
    assert not healthy(inside.run()).warning


def test_a_class_is_started_run_and_ended_on_learn(shared: Store):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM["learn"].file)
    test.query_params["part"] = "class"
    healthy(healthy(test.run()).button("class_start").click().run())
    code = asked(test, "class")
    assert shared.find(code) is not None and any(code in block.value for block in test.code)
    assert "speaker view" in words(test)
    test.query_params["part"] = "class"
    healthy(test.button("class_end").click().run())
    assert shared.find(code) is None and "class_start" in keys(test)


def test_the_speaker_sees_notes_votes_and_the_clock(shared: Store):
    code, secret = shared.start()
    healthy(visit("geometry", code, secret, step="2"))
    shared.join(code, "phone")
    shared.ask(code, "geometry", {"predict": "true"})
    shared.vote(code, "phone", 1, 1, 2)
    seen = words(visit("learn", code, secret, part="speaker"))
    steps = LESSONS["geometry"].steps
    assert f"Now, 2 of {len(steps)} · {steps[1].name}" in seen and f"Next, 3 of {len(steps)} · {steps[2].name}" in seen
    assert "**C** · Round in a wide arc | 1 |" in seen and "the plan is at **Start**" in seen
    shared.end(code)
    assert "belongs to a class" in words(visit("learn", code, part="speaker"))
