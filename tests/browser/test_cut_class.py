"""A class from its start to its end over a network that cuts every connection: one teacher at a projector of 1024 × 768, three
phones. Behind each step all four are cut, some at once, some while the answer is on its way; all come back by themselves."""

import pytest

from tests.browser.tabs import Visit
from tests.browser.test_class import PHONES
from tests.browser.test_cuts import Line

WHILE_ASKED = "Choose one."
OVER = "() => !location.search.includes('class=') || document.body.innerText.includes('is over')"
"""A line that was cut while the class ended keeps its code: then the page that came back with it says so."""
OF_A_CUT = ("WebSocket", "disconnected", "not connected to a server", "Bad delta path")
"""What browser and Streamlit say of a line that is gone; of the last the page was thrown away, and came back (test_cuts.py)."""


class Room:
    """The teacher and the phones, their lines, and how they are cut."""

    def __init__(self, browser, server):
        looks = [{"viewport": {"width": 1024, "height": 768}}]
        rest = {key: value for key, value in PHONES.items() if key not in ("width", "height")}
        looks += [{"viewport": {"width": 390, "height": 844}, **rest}] * 3
        self.contexts = [browser.new_context(reduced_motion="reduce", **look) for look in looks]
        self.seats = [Visit(context, server) for context in self.contexts]
        self.lines = [Line(seat.tab) for seat in self.seats]
        self.teacher, *self.phones = self.seats

    def cut(self) -> None:
        """Every connection once, each a little later in what its server says."""
        for line in self.lines:
            line.end() if line.server else None
            self.teacher.tab.wait_for_timeout(120)

    def press(self, seat: Visit, name: str, came) -> None:
        """Press until it has come to something: a press that the line has lost is made again, as anybody would."""
        button = seat.tab.get_by_role("button", name=name).first
        button.wait_for(timeout=60_000)
        for turn in range(6):
            if button.is_visible() and button.is_enabled():
                button.click()
                seat.tab.wait_for_timeout(300 + 500 * turn)
                self.cut()
            for _ in range(60):
                if came():
                    return
                seat.tab.wait_for_timeout(100)
        pytest.fail(f"nothing came of {name}")

    def stands(self, seat: Visit, place: str):
        return lambda: seat.tab.locator(place).first.is_visible()

    def shows(self, seat: Visit, text: str):
        return lambda: seat.tab.get_by_text(text).first.is_visible()


def drawn(seat: Visit, delta: str) -> None:
    """Wait until its picture is one of such a δ, however late the answers come."""
    test = f"() => document.querySelector('.js-plotly-plot')?.layout?.meta?.delta {delta}"
    seat.tab.wait_for_function(test, timeout=120_000)


@pytest.fixture
def room(browser, server):
    made = Room(browser, server)
    yield made
    for context in made.contexts:
        context.close()


@pytest.mark.walk
def test_a_class_goes_from_its_start_to_its_end_though_every_connection_is_cut(room):
    teacher, phones = room.teacher, room.phones
    teacher.open("learn?part=class")
    room.press(teacher, "Start a class", room.stands(teacher, ".st-key-class_end"))
    code = teacher.tab.locator(".lab-code").inner_text()
    teacher.tab.wait_for_function("() => !location.search.includes('teach')")
    assert f"lab_teacher_{code}" in [cookie["name"] for cookie in teacher.tab.context.cookies()]

    for phone in phones:
        phone.tab.goto(f"{phone.server}/start?class={code}", wait_until="load")
    room.cut()
    for phone in phones:
        phone.tab.locator(".st-key-class_strip").get_by_text(code).wait_for(timeout=60_000)
    teacher.tab.goto(f"{teacher.server}/geometry?present=true&class={code}", wait_until="load")
    teacher.tab.get_by_text("3 phones").wait_for(timeout=60_000)

    room.press(teacher, "Ask the class", room.shows(teacher, "of 3 have answered"))
    for phone, choice in zip(phones, "ABC", strict=True):
        phone.tab.get_by_text(WHILE_ASKED).wait_for(timeout=60_000)
        room.press(phone, f"{choice} ·", room.shows(phone, f"You chose {choice}"))
    teacher.tab.get_by_text("3 of 3").wait_for(timeout=60_000)
    room.press(teacher, "Vote again", room.shows(teacher, "have answered once more"))
    for phone, choice in zip(phones, "BAA", strict=True):  # another one than before: that one may still stand there
        phone.tab.get_by_text("Once more").wait_for(timeout=60_000)
        room.press(phone, f"{choice} ·", room.shows(phone, f"You chose {choice}"))
    teacher.tab.get_by_text("3 of 3").wait_for(timeout=60_000)
    room.press(teacher, "Reveal", room.stands(teacher, ".lab-votes"))
    cells = teacher.tab.locator(".lab-votes td b")
    cells.nth(2).wait_for(timeout=60_000)
    assert cells.all_inner_texts() == ["1 → 2", "1 → 1", "1 → 0"]
    for phone in phones:
        phone.tab.get_by_text("You said").first.wait_for(timeout=60_000)
    room.press(teacher, "Close", room.stands(teacher, ".st-key-class_ask"))

    teacher.tab.goto(f"{teacher.server}/geometry?delta=3&class={code}", wait_until="load")
    drawn(teacher, "=== 3")
    room.press(teacher, "Everyone here", room.shows(teacher, "Everyone is sent"))
    for phone in phones:
        drawn(phone, "=== 3")
    phone = phones[0]
    phone.tab.locator(".st-key-delta input[type=range]").focus()
    phone.tab.keyboard.press("ArrowLeft")
    drawn(phone, "< 3")
    room.press(phone, "Show mine", room.shows(phone, "can now show it"))
    teacher.tab.get_by_role("button", name="Offered (1)").wait_for(timeout=60_000)

    teacher.tab.goto(f"{teacher.server}/learn?part=class&class={code}", wait_until="load")
    teacher.tab.get_by_role("button", name="End the class").wait_for(timeout=60_000)
    room.press(teacher, "End the class", room.stands(teacher, ".st-key-class_start"))
    for phone in phones:
        phone.tab.get_by_text("is over").wait_for(timeout=60_000)
    teacher.tab.wait_for_function(OVER, timeout=60_000)
    assert min(line.cuts for line in room.lines) > 10
    told = [text for seat in room.seats for text in seat.complaints]
    told = [text for text in told if not any(word in text for word in OF_A_CUT)]
    assert told == []
