"""Lesson links on the running pages (without a browser): steps, predictions, comparisons, hiding, locking, goals."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages import BY_STEM
from pages.lessons.compare import spell
from pages.lessons.lessons import LESSONS
from tests.unpacked import frames, opened

ROOT = Path(__file__).parents[3]
ALONE = [
    (stem, number)
    for stem, lesson in LESSONS.items()
    for number, step in enumerate(lesson.steps, 1)
    if len(step.panels) == 1 and not lesson.story
]


def run(stem: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    test.switch_page(BY_STEM[stem].file)
    for key, value in query.items():
        test.query_params[key] = value
    return healthy(test.run())


def healthy(test: AppTest) -> AppTest:
    assert not test.exception and not test.error
    return test


def charts(test: AppTest) -> list[dict]:
    return [opened(e.proto.bytes) for e in test.get("bidi_component") if e.proto.component_name == "lab_chart"]


def asked(test: AppTest, key: str) -> str:
    value = test.query_params[key]
    return value[0] if isinstance(value, list) else value


def meta(test: AppTest, chart: int = 0, panel: int = 0) -> dict:
    return charts(test)[chart]["panels"][panel]["figure"]["layout"]["meta"]


def keys(test: AppTest) -> set[str]:
    widgets = [*test.slider, *test.select_slider, *test.button_group, *test.button]
    return {widget.key for widget in widgets}


def test_a_step_brings_its_state_and_points_at_its_trace():
    test = run("geometry", step="3")
    assert meta(test)["delta"] == 2
    assert charts(test)[0]["directions"]["highlight"] == ["same function"]
    healthy(test.button("step_next").click().run())
    assert meta(test)["surfaces"] == "three" and asked(test, "step") == "4"
    healthy(test.button("step_leave").click().run())
    assert "step" not in test.query_params and meta(test)["surfaces"] == "three"


def test_a_link_that_names_values_keeps_them_beside_its_step():
    assert meta(run("geometry", step="3", delta="-1"))["delta"] == -1


@pytest.mark.parametrize("stem", LESSONS)
def test_a_prediction_waits_then_shows_who_was_right(stem):
    test = run(stem, predict="true")
    directions = charts(test)[0]["directions"]
    assert directions["curtain"] and directions["veil"]
    assert all("waits" in panel["name"] for panel in charts(test)[0]["panels"])
    before = directions["act"]
    healthy(test.button("choice_0").click().run())
    directions = charts(test)[0]["directions"]
    assert not directions["curtain"] and directions["act"] != before
    assert any("You said" in words.value for words in test.markdown)


def test_a_prediction_can_be_skipped_and_asked_again():
    test = run("geometry")
    healthy(test.button("predict_first").click().run())
    assert charts(test)[0]["directions"]["curtain"] and meta(test)["delta"] == 4
    healthy(test.button("choice_skip").click().run())
    assert not charts(test)[0]["directions"]["curtain"]
    healthy(test.button("choice_again").click().run())
    assert charts(test)[0]["directions"]["curtain"]


@pytest.mark.parametrize("stem", LESSONS)
def test_a_pin_puts_a_and_b_side_by_side(stem):
    a, b = list(BY_STEM[stem].presets().values())[:2]
    test = run(stem, A=spell(a), **{k: str(v) for k, v in b.changed().items() if not isinstance(v, tuple)})
    compared = next(chart for chart in charts(test) if chart["file"] == f"{stem}-compare")
    names = [panel["name"][:2] for panel in compared["panels"]]
    assert names[:2] == ["A,", "B."] and names[-1] == "Di"
    counts = {len(frames(panel["figure"])) for panel in compared["panels"]}
    assert counts <= {0, len(compared["cursor"]["values"])}
    assert not test.warning


def test_pin_swap_unpin():
    test = run("geometry", delta="3")
    healthy(test.button("pin").click().run())
    assert asked(test, "A") == "delta:3"
    healthy(test.slider("delta").set_value(-1.0).run())
    healthy(test.button("pin_swap").click().run())
    assert asked(test, "A") == "delta:-1" and test.slider("delta").value == 3
    healthy(test.button("unpin").click().run())
    assert "A" not in test.query_params and charts(test)[0]["file"] == "geometry"


def test_hidden_controls_keep_the_links_values_and_locked_ones_cannot_be_moved():
    test = run("geometry", hide="angle,eta_a", lock="norm", angle="90", norm="2")
    assert meta(test)["angle"] == 90 and meta(test)["norm"] == 2
    assert not {"angle", "eta_a", "preset_pinch", "guide"} & keys(test)
    assert test.slider("norm").disabled and not test.slider("delta").disabled


def test_a_goal_gets_its_check_mark():
    test = run("geometry", goal="loss<0.01@3")
    assert "Not yet" in test.info[0].value
    healthy(test.slider("delta").set_value(4.0).run())
    assert "Reached" in test.success[0].value


@pytest.mark.parametrize(
    "query, word",
    [
        ({"goal": "beauty>1"}, "beauty"),
        ({"goal": "loss<1@1e-9"}, "cannot be reached"),
        ({"goal": "win"}, "win"),
        ({"colour": "red"}, "colour"),
        ({"step": "77"}, "77"),
        ({"v": "2"}, "version 2"),
        ({"A": "delta:huge"}, "huge"),
        ({"A": "target_norm:0"}, "cannot be drawn"),
        ({"hide": "everything"}, "everything"),
    ],
)
def test_what_a_link_asks_in_vain_is_said(query, word):
    test = run("geometry", **query)
    assert len(test.warning) == 1 and word in test.warning[0].value


def test_a_page_without_a_lesson_says_so():
    said = " ".join(warning.value for warning in run("learn", step="1", A="x:1", goal="loss<1").warning)
    assert "no guided steps" in said and "no comparison" in said and "cannot check a goal" in said


def test_the_projector_shows_one_picture_large():
    test = run("geometry", present="true")
    assert len(charts(test)) == 1 and len(charts(test)[0]["panels"]) == 1
    assert charts(test)[0]["directions"]["scale"] > 1.5
    healthy(test.button("present_leave").click().run())
    assert len(charts(test)[0]["panels"]) == 3 and "present" not in test.query_params


def square(layout: dict) -> bool:
    """Whether a picture is a scene or of equal units, and as high as it is wide."""
    return "scene" in layout or bool(layout["yaxis"].get("scaleanchor"))


@pytest.mark.parametrize("stem, number", ALONE)
def test_words_stand_beside_a_picture_that_is_as_high_as_it_is_wide(stem, number):
    test = run(stem, step=str(number), present="true")
    [panel] = charts(test)[0]["panels"]
    beside = any("grid-area: 3 / 2" in html.proto.body for html in test.get("html"))
    assert beside == LESSONS[stem].steps[number - 1].beside == square(panel["figure"]["layout"])


def test_words_stand_beside_no_picture_without_a_projector():
    assert not any("grid-area" in html.proto.body for html in run("geometry", step="1").get("html"))


def test_a_step_that_speaks_of_the_start_stays_there():
    cursors = [charts(run(stem, step="1"))[0]["cursor"] for stem in ("initialisation", "limits")]
    assert [cursor["replayed"] for cursor in cursors] == [False, True] and cursors[0]["still"] == 0


def test_the_projector_is_left_although_the_browser_has_not_heard_of_it():
    """What a browser asks just after the press still carries the address from before it."""
    test = healthy(run("geometry", present="true").button("present_leave").click().run())
    for address, presents in (("true", False), ("true", False), ("", False), ("true", True)):
        test.query_params.update({"present": address}) if address else test.query_params.pop("present", None)
        assert ("present_leave" in {button.key for button in healthy(test.run()).button}) == presents
