"""What a bored class tries: a phone of any name, ten tabs, a reload without cookies, another page in the middle of a vote."""

import pytest

from pages.classes import member, phone
from pages.classes.kept.store import Store
from tests.pages.classes.test_hostile import BEFORE, OPEN, at, others
from tests.pages.classes.test_room import healthy, keys, visit, words

TOLD = {
    "its own word": ("own", True),
    "nothing": ("", False),
    "a word of a wrong length": ("short", False),
    "what is no word": ("<script>alert(1)</scr>", False),
    "somebody's word with more": ("own and more", False),
}


@pytest.mark.parametrize("kind", TOLD)
def test_a_phone_without_cookies_is_reloaded(shared: Store, monkeypatch, kind):
    """Its tab tells who it was; whatever else is told makes another phone, and no vote is lost or doubled by it."""
    told, known = TOLD[kind]
    code = at(shared, OPEN)
    before = healthy(visit("geometry", code).button("class_choice_2").click().run())
    word = before.session_state[member.OWN]
    monkeypatch.setattr(phone, "told_word", lambda: told.replace("own", word))
    again = visit("geometry", code)
    assert ("You chose C" in words(again)) == known and others(shared, code) == (0, 1, 1)
    assert shared.phones(code) == (2 if known else 3)
    healthy(again.button("class_choice_0").click().run())
    assert others(shared, code) == ((1, 1, 0) if known else (1, 1, 1))


def test_a_phone_with_a_cookie_is_who_its_cookie_says(shared: Store, monkeypatch):
    code, words_of_two = at(shared, OPEN), ("a" * 22, "b" * 22)
    for word in words_of_two:
        healthy(visit("geometry", code, cookie=word).button("class_choice_2").click().run())
    monkeypatch.setattr(phone, "told_word", lambda: words_of_two[1])
    monkeypatch.setattr(member, "_cookie", lambda name: words_of_two[0] if name == member.PHONE else "")
    healthy(visit("geometry", code).button("class_choice_0").click().run())
    assert others(shared, code) == (1, 1, 1)


WORDS_OF_A_PHONE = {
    "an empty word": "",
    "a long one": "a" * 9000,
    "emoji": "🦊" * 40,
    "right to left": "\u202eשלום",
    "a null and a line's end": "a\x00b\nc",
    "quotation marks": "' OR 1=1; --",
    "an animal's name": "Otter",
}


@pytest.mark.parametrize("kind", WORDS_OF_A_PHONE)
def test_a_phone_may_call_itself_what_it_likes(shared: Store, kind):
    """Its cookie is written by hand: it is a phone like any other, and none of it is shown or kept as it is."""
    code, word = at(shared, OPEN), WORDS_OF_A_PHONE[kind]
    phone = visit("geometry", code, cookie=word)
    healthy(phone.button("class_choice_2").click().run())
    assert others(shared, code) == (0, 1, 1)
    kept = str([tuple(row) for row in shared.database.read("SELECT * FROM phones WHERE phone != 'other'")])
    assert len(kept) < 200 and (len(word) < 6 or word not in kept + words(phone))


def test_ten_tabs_of_a_phone_are_one_vote_and_one_phone(shared: Store):
    code = at(shared, OPEN)
    tabs = [visit("geometry", code, cookie="one phone") for _ in range(10)]
    for k, tab in enumerate(tabs):
        for _ in range(1 + k % 2):  # tapped twice by every other one
            healthy(tab.button(f"class_choice_{k % 3}").click().run())
    assert others(shared, code) == (1, 1, 0) and shared.phones(code) == 2
    assert all("You chose A" in words(healthy(tab.run())) for tab in tabs[:3])


MEANWHILE = {
    "another page": ("exact", "class_go"),
    "its own question": ("geometry", "class_choice_0"),
}


@pytest.mark.parametrize("kind", MEANWHILE)
def test_a_phone_goes_elsewhere_in_the_middle_of_a_vote(shared: Store, kind):
    """It does not follow, and looks at another page or asks for the page's own: its vote stays, and is one tap away."""
    stem, button = MEANWHILE[kind]
    code = at(shared, OPEN)
    voted = healthy(visit("geometry", code, cookie="one phone").button("class_choice_2").click().run())
    assert "You chose C" in words(voted)
    scene = str(shared.find(code).scene)
    phone = visit(stem, code, cookie="one phone", at=scene, follow="no", predict="true")
    assert button in keys(phone) and others(shared, code) == (0, 1, 1)
    healthy(phone.button(button).click().run())
    assert others(shared, code) == ((0, 1, 1) if stem == "exact" else (1, 1, 0))
    assert "Your class is asked" in words(phone) and "class_choice_1" in keys(phone)


@pytest.mark.parametrize(("cookie", "told"), [("", True), ("a" * 22, False)])
def test_who_cannot_lead_for_want_of_cookies_is_told_so(shared: Store, monkeypatch, cookie, told):
    """The teacher's own link has brought no cookie: the class has begun, and this browser is a phone in it."""
    monkeypatch.setattr(member, "_cookie", lambda name: cookie if name == member.PHONE else "")
    assert ("keeps no cookies" in words(visit("learn", at(shared, BEFORE), part="class"))) == told
