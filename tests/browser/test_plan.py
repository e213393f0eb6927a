"""The 50-minute plan as a teacher walks it: a projector of 1024 × 768, three phones, the speaker's window; every item in its
order: the vote, the steps, everyone here, the goal."""

import pytest

from pages import BY_STEM, PAGES
from pages.lessons.guide import question
from pages.lessons.lessons import LESSONS
from pages.shared.prose import pieces
from tests.browser.tabs import Visit
from tests.browser.test_class import PHONES
from tests.browser.test_lessons import strike

pytestmark = pytest.mark.walk
PLAN = [page.stem for page in PAGES if f"plan: {page.stem}" in pieces("learn")]
STEP = "number => new URLSearchParams(location.search).get('step') === String(number)"


@pytest.fixture(scope="module")
def lesson(browser, server):
    """(code, the teacher at the projector, the speaker's window, three phones): one class for the whole plan."""
    size = {"width": PHONES["width"], "height": PHONES["height"]}
    phone = {name: value for name, value in PHONES.items() if name not in size}
    looks = [{"viewport": size, **phone, "color_scheme": scheme} for scheme in ("light", "dark", "light")]
    contexts = [
        browser.new_context(reduced_motion="reduce", **look)
        for look in ({"viewport": {"width": 1024, "height": 768}}, *looks)
    ]
    teacher, *phones = [Visit(context, server) for context in contexts]
    speaker = Visit(contexts[0], server)
    teacher.open("learn?part=class").tab.get_by_role("button", name="Start a class").click()
    code = teacher.tab.locator(".lab-code").inner_text(timeout=60_000)
    teacher.tab.wait_for_function("() => !location.search.includes('teach')")
    for one in phones:
        one.open(f"start?class={code}")
    speaker.open(f"learn?part=speaker&class={code}")
    yield code, teacher, speaker, phones
    for context in contexts:
        context.close()


def press(seen, name: str) -> None:
    seen.tab.get_by_role("button", name=name).click()


def agree(*windows) -> None:
    for seen in windows:
        assert seen.settle().contradictions() == [] and seen.complaints == []


@pytest.mark.parametrize("stem", PLAN)
def test_an_item_of_the_plan_is_asked_walked_and_shared(lesson, stem):
    code, teacher, speaker, phones = lesson
    for seen in (teacher, *phones):
        seen.complaints.clear()
    teacher.open(f"{stem}?present=true&class={code}")
    vote(stem, teacher, phones)
    steps = walk_steps(stem, code, teacher, speaker)
    press(teacher, "Everyone here")
    for phone in phones:
        phone.tab.wait_for_function(STEP, arg=steps, timeout=60_000)
        assert f"/{stem}?" in phone.tab.url
    agree(teacher, *phones)
    if LESSONS[stem].exercise:
        reach_the_goal(teacher, phones[0])


def vote(stem: str, teacher, phones) -> None:
    press(teacher, "Ask the class")
    for letter, phone in zip("ABC", phones, strict=True):
        phone.tab.get_by_text("Choose one.").wait_for(timeout=60_000)
        agree(phone)
        press(phone, f"{letter} ·")
        phone.tab.get_by_text(f"You chose {letter}").wait_for()
    teacher.tab.get_by_text("3 of 3").wait_for(timeout=60_000)
    press(teacher, "Reveal")
    teacher.tab.locator(".lab-votes").wait_for()
    right = question(stem).choices[question(stem).right]
    for phone in phones:
        phone.tab.locator(".st-key-lesson", has_text=right).wait_for(timeout=60_000)
    agree(teacher, *phones)
    press(teacher, "Close")
    teacher.tab.get_by_role("button", name="Ask the class").wait_for()
    agree(teacher)


def walk_steps(stem: str, code: str, teacher, speaker) -> int:
    """By key, with the speaker's notes beside it; how many there are."""
    names = [step.name for step in LESSONS[stem].steps]
    teacher.open(f"{stem}?step=1&present=true&class={code}")
    for number in range(2, len(names) + 1):
        strike(teacher, forwards=True)
        teacher.tab.wait_for_function(STEP, arg=number, timeout=30_000)
        agree(teacher)
    told = speaker.tab.locator("[data-testid=stMain]")
    told.get_by_text(f"On the projector: {BY_STEM[stem].title}, step {len(names)}").wait_for(timeout=30_000)
    told.get_by_text(f"Now, {len(names)} of {len(names)} · {names[-1]}").wait_for()
    if after := PLAN[PLAN.index(stem) + 1 :]:
        told.get_by_text(f"Next page: {BY_STEM[after[0]].title}").wait_for()
    told.get_by_text("since the class began").wait_for()
    return len(names)


def reach_the_goal(teacher, phone) -> None:
    press(teacher, "Set the exercise")
    phone.tab.get_by_text("Not yet").wait_for(timeout=60_000)
    phone.settle().tab.locator(".st-key-delta input[type=range]").press("End")
    phone.tab.get_by_text("Reached:").wait_for(timeout=60_000)
    teacher.tab.get_by_text("1 of 3 have reached").wait_for(timeout=60_000)
    agree(teacher, phone)


def test_the_class_ends_for_all(lesson):
    code, teacher, speaker, phones = lesson
    teacher.open(f"learn?part=class&class={code}")
    press(teacher, "End the class")
    for phone in phones:
        phone.tab.get_by_text("is over").wait_for(timeout=60_000)
    speaker.tab.get_by_text("The speaker’s window belongs to a class").wait_for(timeout=60_000)
