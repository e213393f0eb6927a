"""A class when its server has ended and another one goes on: phone and teacher stand where they were."""

from streamlit.testing.v1 import AppTest

from pages.classes.kept.store import Store
from pages.classes.member import OWN, SECRETS
from tests.pages.classes.test_room import keys, visit, words
from tests.pages.lessons.test_classroom import asked, charts, healthy, meta


def elsewhere(test: AppTest) -> AppTest:
    """The same browser at another process: all that is known there stands in the address and in its cookies."""
    query = {key: asked(test, key) for key in test.query_params}
    code = query.pop("class")
    if SECRETS in test.session_state:
        return visit("geometry", code, test.session_state[SECRETS][code], **query)
    return visit("geometry", code, cookie=test.session_state[OWN], **query)


def follows(test: AppTest) -> bool:
    return test.toggle("class_follow").value


def after_a_vote(shared: Store, choice: int) -> tuple[str, str, AppTest, AppTest]:
    """Code and secret of a class whose one vote is revealed, its teacher and its phone."""
    code, secret = shared.start()
    teacher = visit("geometry", code, secret)
    healthy(teacher.button("class_ask").click().run())
    phone = visit("geometry", code)
    healthy(phone.button(f"class_choice_{choice}").click().run())
    shared.reveal(code)
    return code, secret, teacher, phone


def test_a_restart_leaves_a_follower_at_what_they_explored(shared: Store):
    code, _ = shared.start()
    shared.show(code, "geometry", {"delta": "1"})
    phone = visit("geometry", code)
    assert meta(phone)["delta"] == 1
    healthy(phone.slider("delta").set_value(3.0).run())
    phone = elsewhere(phone)
    assert meta(phone)["delta"] == 3 and follows(phone) and "class_go" not in keys(phone)
    shared.show(code, "geometry", {"delta": "2"})
    assert meta(healthy(phone.run()))["delta"] == 2, "and it follows on"


def test_a_restart_while_the_teacher_goes_on_brings_a_follower_along(shared: Store):
    code, _ = shared.start()
    shared.show(code, "geometry", {"delta": "1"})
    phone = visit("geometry", code)
    shared.show(code, "geometry", {"delta": "2"})
    assert meta(elsewhere(phone))["delta"] == 2


def test_a_restart_after_the_reveal_keeps_what_was_tried_since(shared: Store):
    code, secret, teacher, phone = after_a_vote(shared, choice=1)
    for seen in (phone, teacher):
        healthy(seen.run())
        healthy(seen.slider("delta").set_value(-1.0).run())
    phone = elsewhere(phone)
    assert meta(phone)["delta"] == -1 and "You said **First shrinking" in words(phone)
    again = visit(
        "geometry", code, secret, **{key: asked(teacher, key) for key in teacher.query_params if key != "class"}
    )
    assert meta(again)["delta"] == -1


def test_a_restart_after_a_vote_was_put_away_does_not_ask_again(shared: Store):
    code, _, teacher, phone = after_a_vote(shared, choice=0)
    shared.close(code)
    for seen in (phone, teacher):
        healthy(seen.run())
        healthy(seen.slider("delta").set_value(3.0).run())
        again = elsewhere(seen)
        assert meta(again)["delta"] == 3 and not charts(again)[0]["directions"]["curtain"]
        assert ("You said" if seen is phone else "The answer is") in words(again)


def test_a_restart_in_a_vote_keeps_curtain_and_choice(shared: Store):
    code, _ = shared.start()
    shared.ask(code, "geometry", {"predict": "true", "delta": "4"})
    phone = visit("geometry", code)
    healthy(phone.button("class_choice_1").click().run())
    phone = elsewhere(phone)
    assert "You chose B" in words(phone) and charts(phone)[0]["directions"]["curtain"]


def test_a_restart_knows_who_does_not_follow_and_who_has_left(shared: Store):
    code, _ = shared.start()
    phone = visit("geometry", code)
    healthy(phone.toggle("class_follow").set_value(False).run())
    shared.show(code, "geometry", {"delta": "1"})
    phone = elsewhere(phone)
    assert not follows(phone) and meta(phone)["delta"] == -2 and "class_go" in keys(phone)
    healthy(phone.button("class_leave").click().run())
    phone = elsewhere(phone)
    assert "You have left" in words(phone) and "class_follow" not in {one.key for one in phone.toggle}
    healthy(phone.button("class_back").click().run())
    assert not follows(phone) and "follow" in phone.query_params
    healthy(phone.button("class_leave").click().run())
    healthy(phone.button("class_forget").click().run())
    assert not {"class", "at", "follow"} & set(phone.query_params)
