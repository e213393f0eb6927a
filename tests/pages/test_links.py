"""A link holds everything: what is clicked, copied and opened elsewhere is the same problem and the same picture."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages import BY_STEM, PAGES
from pages.lessons.lessons import LESSONS

APP = str(Path(__file__).parents[2] / "app.py")
DEVICES = ("desk", "phone")
STEPS = [(stem, number) for stem, lesson in LESSONS.items() for number in range(1, len(lesson.steps) + 1)]


def run(page, query: dict | None = None) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.switch_page(page.file)
    for key, value in (query or {}).items():
        test.query_params[key] = value
    return come(test.run())


def come(test: AppTest) -> AppTest:
    """Once what is simulated beside the theory has come: at the second look."""
    kept = test.session_state.items()
    waits = [key for key, value in kept if str(key).startswith("_beside_") and value[0] != "done"]
    return healthy(test.run() if waits else test)


def healthy(test: AppTest) -> AppTest:
    assert not test.exception and not [one.value for one in test.error]
    assert not [one.value for one in test.warning if "link" in one.value]
    return test


def copied(test: AppTest) -> dict:
    """The address, as a link that is copied or drawn as a QR code carries it."""
    return dict(test.query_params)


@pytest.fixture
def on(monkeypatch):
    """on("phone"): from now on a phone asks."""

    def make(device: str) -> None:
        for place in ("shared.controls", "shared.prose", "lessons.picture", "lessons.frame"):
            monkeypatch.setattr(f"pages.{place}.on_phone", lambda: device == "phone")

    return make


FOLDED_ON_PHONES = [
    ("exact", "scales"),
    ("implicit_bias", "space"),
    ("landscape", "slices"),
    ("deep", "waits"),
    ("wide", "entropy"),
    ("teacher_student", "four"),
]


@pytest.mark.parametrize("stem, part", FOLDED_ON_PHONES)
def test_what_a_phone_folds_is_drawn_when_its_link_opens_it(stem, part, on, charts):
    """Not computed before; on a desk it stands there as it always does."""
    drawn = {}
    for device in DEVICES:
        on(device)
        for query in ({}, {"open": part}):
            drawn[device, bool(query)] = len(charts(run(BY_STEM[stem], query)))
    assert drawn["desk", False] == drawn["desk", True] > drawn["phone", False]
    assert drawn["phone", True] > drawn["phone", False]


def test_a_folded_part_keeps_what_its_controls_were_moved_to(on):
    on("phone")
    test = run(BY_STEM["landscape"], {"seed": "7", "open": "slices"})
    assert copied(test)["seed"] in ("7", ["7"])
    del test.query_params["open"]
    test.session_state["fold_slices"] = False
    healthy(test.run().run())
    assert copied(test)["seed"] in ("7", ["7"])


@pytest.mark.parametrize("page", [page for page in PAGES if page.presets()], ids=lambda page: page.stem)
def test_presets_are_their_links_on_a_desk_and_on_a_phone(page, on, charts):
    """All presets are clicked one after another, on both; each link is opened on the one and the other in turn."""
    visits = {}
    for device in DEVICES:
        on(device)
        visits[device] = run(page)
    for turn, (name, problem) in enumerate(page.presets().items()):
        for device, visit in visits.items():
            on(device)
            come(visit.button(f"preset_{name}").click().run())
        desk, phone = visits.values()
        assert copied(phone) == copied(desk) and set(copied(desk)) == set(problem.changed()), name
        drawn = charts(desk)[0]["panels"]
        assert charts(phone)[0]["panels"] == drawn, name
        on(DEVICES[turn % 2])
        there = run(page, copied(desk))
        assert copied(there) == copied(desk) and charts(there)[0]["panels"] == drawn, name


@pytest.mark.parametrize("stem, number", STEPS)
def test_a_step_is_its_link(stem, number, on, charts):
    page = BY_STEM[stem]
    on("desk")
    here = run(page, {"step": str(number)})
    assert copied(here)["step"] in ("1", [str(number)], str(number))
    on("phone")
    there = run(page, copied(here))
    assert copied(there) == copied(here)
    assert charts(there)[0]["panels"] == charts(here)[0]["panels"]


@pytest.mark.parametrize("word", ["present", "predict"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens_on_a_projector_and_with_its_question(page, word, charts):
    test = run(page, {word: "true"})
    if page.stem in LESSONS:
        lesson, panels = LESSONS[page.stem], charts(test)[0]["panels"]
        assert len(panels) == len(lesson.steps[0].panels) or word == "predict" or lesson.story
        assert word == "present" or charts(test)[0]["directions"]["curtain"]


@pytest.mark.parametrize("device", DEVICES)
def test_a_cell_of_the_map_is_its_link(device, on, charts):
    on(device)
    page = BY_STEM["regime_map"]
    here = run(page)
    here.session_state["chart"] = {"click": {"panel": 0, "x": 0.0, "y": 0.5}}
    healthy(here.run())
    assert copied(here)["delta"] in ("0.5", ["0.5"]) and copied(here)["tau"] in ("1", ["1"])
    there = run(page, copied(here))
    assert charts(there)[0]["panels"] == charts(here)[0]["panels"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_empty_or_unknown_parameter_is_no_fault(page):
    knobs = list(type(next(iter(page.presets().values()))).knobs()) if page.presets() else []
    words = [
        *knobs,
        "step",
        "hide",
        "lock",
        "goal",
        "predict",
        "present",
        "A",
        "t",
        "cam",
        "pic",
        "v",
        "part",
        "nonsense",
    ]
    for word in ("", "☃"):
        test = AppTest.from_file(APP, default_timeout=120)
        test.switch_page(page.file)
        for key in words:
            test.query_params[key] = word
        assert not test.run().exception


def go(test: AppTest, stem: str, **query: str) -> AppTest:
    """To another page of the same visit, as its menu or a link inside it leads there."""
    test.query_params = dict(query)
    test._page_hash = next(h for h, page in test._registered_pages.items() if page["url_pathname"] == stem)
    return healthy(test.run())


def test_what_pages_share_travels_and_a_page_is_found_as_it_was_left():
    test = run(BY_STEM["geometry"])
    test.slider("delta").set_value(3.0)
    test.slider("norm").set_value(2.0)
    healthy(test.run())
    go(test, "implicit_bias")
    assert test.slider("delta").value == 3 and test.slider("norm").value == 2
    assert copied(test)["delta"] in ("3", ["3"])
    go(test, "relu")
    assert test.slider("delta").value == 1, "3 is outside of what this page allows"
    test.slider("seed").set_value(7)
    healthy(test.run())
    go(test, "geometry")
    assert test.slider("delta").value == 3 and test.slider("norm").value == 2
    go(test, "teacher_student")
    assert test.slider("seed").value == 7


def test_a_link_wins_over_what_travels():
    test = run(BY_STEM["geometry"], {"delta": "3"})
    go(test, "implicit_bias", norm="0.5")
    assert test.slider("norm").value == 0.5 and test.slider("delta").value == -2


@pytest.mark.parametrize(
    "stem, query, name",
    [
        ("start", {}, "seed"),
        ("start", {"network": "relu"}, "angle"),
        ("geometry", {"moves": "delta"}, "delta"),
    ],
)
def test_a_control_that_does_nothing_rests(stem, query, name):
    test = run(BY_STEM[stem], query)
    assert test.slider(name).disabled and not test.slider("norm" if stem == "geometry" else "delta").disabled
