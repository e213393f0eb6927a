"""A class in real browsers: one teacher at a projector of 1024 × 768 and three students, two of them on phones."""

import pytest

from tests.browser.tabs import Visit
from tests.browser.test_classroom import PHONE, focus_by_tab, query, said

PHONES = {**PHONE, "width": 390, "height": 844}


@pytest.fixture(scope="module")
def seats(browser, server):
    """Four browsers of their own: the teacher's, a light phone, a dark phone, a desk."""
    looks = ({"width": 1024, "height": 768}, PHONES, {**PHONES, "color_scheme": "dark"}, {"width": 1280, "height": 720})
    contexts = []
    for look in looks:
        size = {"width": look["width"], "height": look["height"]}
        rest = {key: value for key, value in look.items() if key not in size}
        contexts.append(browser.new_context(viewport=size, reduced_motion="reduce", **rest))
    yield [Visit(context, server) for context in contexts]
    for context in contexts:
        context.close()


@pytest.fixture
def classroom(seats):
    """(code, the teacher at the projector, three students): a new class in the same four browsers."""
    teacher, *students = seats
    for seen in seats:
        seen.complaints.clear()
    teacher.plain()
    teacher.open("learn?part=class")
    teacher.tab.get_by_role("button", name="Start a class").click()
    code = teacher.tab.locator(".lab-code").inner_text(timeout=60_000)
    teacher.tab.get_by_role("img", name="QR code of the class").wait_for()
    teacher.tab.wait_for_function("() => !location.search.includes('teach')")
    names = [cookie["name"] for cookie in teacher.tab.context.cookies()]
    assert f"lab_teacher_{code}" in names
    for student in students:
        student.open(f"start?class={code}")
    return code, teacher, students


def press(seen, name: str) -> None:
    seen.tab.get_by_role("button", name=name).click()


def test_a_class_votes_talks_votes_again_and_follows(classroom):
    code, teacher, students = classroom
    phone, dark, desk = students
    strips = [student.tab.locator(".st-key-class_strip").inner_text() for student in students]
    assert all(code in strip for strip in strips) and len(set(strips)) == 3, "three animals"

    teacher.open(f"geometry?present=true&class={code}")
    teacher.tab.get_by_text("3 phones").wait_for()
    focus_by_tab(teacher, "class_ask")
    teacher.tab.keyboard.press("Enter")
    teacher.tab.get_by_text("0 of 3").wait_for()
    assert teacher.settle().tab.locator(".st-key-delta").is_hidden(), "no control on a projector that asks"
    for student in students:
        student.tab.get_by_text("Choose one.").wait_for(timeout=60_000)
        student.settle()
        assert "/geometry" in student.tab.url and student.meta()["delta"] == 4
        assert student.tab.locator(".lab-time").is_hidden(), "the curtain is down"
    assert phone.violations() == dark.violations() == []
    assert phone.tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") <= 390

    press(phone, "A ·")
    phone.tab.get_by_text("You chose A").wait_for()
    press(phone, "B ·")
    phone.tab.get_by_text("You chose B").wait_for()
    other = Visit(phone.tab.context, phone.server)
    other.open(f"geometry?class={code}").tab.get_by_text("You chose B").wait_for()
    press(other, "A ·")
    phone.tab.bring_to_front()
    phone.tab.get_by_text("You chose A").wait_for()
    press(phone, "B ·")
    phone.tab.get_by_text("You chose B").wait_for()
    other.tab.close()
    press(dark, "C ·")
    focus_by_tab(desk, "class_choice_2")
    desk.tab.keyboard.press("Enter")
    teacher.tab.get_by_text("3 of 3").wait_for(timeout=60_000)
    assert "Votes" not in said(teacher), "how many, not what"
    teacher.settle()
    assert teacher.violations() == []

    press(teacher, "Vote again")
    for student, choice in ((phone, "A ·"), (dark, "A ·"), (desk, "C ·")):
        student.tab.get_by_text("Once more").wait_for(timeout=60_000)
        press(student, choice)
        student.tab.get_by_text(f"You chose {choice[0]}").wait_for()
    teacher.tab.get_by_text("3 of 3").wait_for(timeout=60_000)
    press(teacher, "Reveal")
    table = teacher.tab.locator(".lab-votes")
    table.wait_for()
    assert [cell.inner_text() for cell in table.locator("td b").all()] == ["0 → 2", "1 → 0", "2 → 1"]
    assert "✓ ▲ upstream, δ = 4" in table.inner_text()
    phone.tab.get_by_text("and so it is").wait_for(timeout=60_000)
    desk.tab.get_by_text("it is Almost straight").wait_for(timeout=60_000)
    assert phone.settle().tab.locator(".lab-time").is_visible()
    assert teacher.settle().violations() == []

    phone.tab.reload()
    phone.settle().tab.get_by_text(strips[0].split("\n")[0]).wait_for()
    assert [seen.complaints for seen in (teacher, *students)] == [[]] * 4


@pytest.mark.walk
def test_everyone_here_show_mine_and_the_speakers_window(classroom):
    """A walk, as each of its claims stands in tests/pages/classes/test_room.py, and that phones follow in test_cuts.py."""
    code, teacher, (phone, dark, desk) = classroom
    for student in (dark, desk):
        student.tab.locator(".st-key-class_follow label").click()
        student.tab.wait_for_timeout(300)
    press(desk, "Leave")
    desk.tab.get_by_text("You have left").wait_for()

    teacher.open(f"geometry?delta=3&lock=norm&class={code}")
    teacher.tab.locator(".lab-time input").press("Home")
    teacher.tab.keyboard.press("ArrowRight")
    teacher.tab.keyboard.press("ArrowRight")
    press(teacher, "Everyone here")
    teacher.tab.get_by_text("Everyone is sent").wait_for()
    phone.tab.wait_for_url("**/geometry?*", timeout=60_000)
    phone.settle()
    phone.until_meta("delta", 3)
    now = ".lab-time output"
    assert phone.tab.locator(now).inner_text() == teacher.tab.locator(now).inner_text() != "t = 0"
    dark.tab.get_by_text("Your class is at Geometry").wait_for(timeout=60_000)
    assert "/start" in dark.tab.url and "/start" in desk.tab.url
    press(dark, "Go there")
    dark.tab.wait_for_url("**/geometry?*")
    dark.settle()
    dark.until_meta("delta", 3)
    press(desk, "Come back")
    desk.tab.get_by_text("Your class is at Geometry").wait_for()

    phone.tab.locator(".st-key-delta input[type=range]").focus()
    phone.tab.keyboard.press("ArrowLeft")
    phone.tab.wait_for_function("() => document.querySelector('.js-plotly-plot').layout.meta.delta < 3", timeout=60_000)
    mine = phone.meta()["delta"]
    press(phone, "Show mine")
    phone.tab.get_by_text("can now show it").wait_for()
    teacher.tab.get_by_role("button", name="Offered (1)").click(timeout=60_000)
    teacher.tab.get_by_role("button", name="Geometry").last.click()
    teacher.until_meta("delta", mine)

    teacher.tab.goto(f"{teacher.server}/learn?part=speaker&class={code}")
    teacher.tab.get_by_text("On the projector: Geometry").wait_for(timeout=60_000)
    teacher.tab.get_by_text("since the class began").wait_for()
    assert teacher.settle(charts=0).violations() == []
    teacher.tab.goto(f"{teacher.server}/learn?part=class&class={code}")
    press(teacher, "End the class")
    dark.tab.get_by_text("is over").wait_for(timeout=60_000)
    assert "class=" not in query(teacher)
    assert [seen.complaints for seen in (teacher, phone, dark, desk)] == [[]] * 4
