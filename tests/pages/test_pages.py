"""Every page with every preset, as rows of PAGES list them: no exception, sound charts, a script that draws the same."""

import json
from pathlib import Path

import plotly.graph_objects as go
import pytest

from pages import PAGES
from pages.shared.explain.units import quantity
from tests.unpacked import frames

ROOT = Path(__file__).parents[2]
CASES = [(page, name) for page in PAGES for name in (None, *page.presets())]


def shown_as(value):
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("page, name", CASES, ids=lambda case: getattr(case, "stem", case) or "default")
def test_a_page_with_a_preset(page, name, as_shown):
    problem, test = as_shown.problem, as_shown.test
    assert not test.exception
    assert not [error.value for error in test.error]
    assert not [warning.value for warning in test.warning], "a preset's link must not be corrected"
    stage = test.session_state["_stage"].shown
    assert stage is None or not [key for key in stage.arrays if quantity(page.stem, key) is None], "a unit is missing"
    sent = as_shown.charts()
    for chart in sent:
        check_chart(chart)
    if problem is not None:
        meta = sent[0]["panels"][0]["figure"]["layout"]["meta"]
        for key, value in problem.changed().items():
            assert meta[key] == shown_as(value), key


def check_chart(chart: dict) -> None:
    steps = len(chart["cursor"]["values"]) if chart["cursor"] else 0
    shorts = [panel["short"] for panel in chart["panels"]]
    assert len(set(shorts)) == len(shorts) and 0 < min(map(len, shorts)) <= max(map(len, shorts)) <= 24, shorts
    for panel in chart["panels"]:
        figure, moments = panel["figure"], frames(panel["figure"])
        assert len(panel["name"]) > 20
        assert figure["layout"]["uirevision"] and "meta" in figure["layout"]
        assert figure["layout"]["title"]["text"]
        assert len(moments) in (0, steps)
        assert len(json.dumps([figure["data"], figure["layout"]])) < 300_000
        assert len(json.dumps(figure["frames"])) < 2_000_000
        kinds = [trace["type"] for trace in figure["data"]]
        whole = [
            {**f, "data": [{"type": kinds[k], **t} for k, t in zip(f["traces"], f["data"], strict=True)]}
            for f in moments[:3]
        ]
        go.Figure({**figure, "frames": whole})


@pytest.mark.parametrize("page, name", CASES, ids=lambda case: getattr(case, "stem", case) or "default")
def test_the_script_of_a_page_draws_the_same_picture(page, name, as_shown, tmp_path, monkeypatch):
    scripts = [code.value for code in as_shown.test.code if code.language == "python" and "solution = " in code.value]
    if not page.model:
        pytest.skip("this page has no picture to reproduce")
    assert scripts[0].count("\n") <= 40
    monkeypatch.chdir(tmp_path)
    made: dict = {}
    exec(scripts[0].replace("figure.write_html(", "str("), made)
    drawn = [json.loads(figure.json()) for figure in _figures(made)]
    assert drawn == [panel["figure"] for panel in as_shown.charts()[0]["panels"]]


def _figures(made: dict):
    draw = next(value for key, value in made.items() if callable(value) and value.__module__.startswith("core.figures"))
    return draw(made["problem"], made["solution"])
