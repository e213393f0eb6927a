"""Landscape: one δ moves both landscapes, and the shares that the slices hold are printed."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")


def run(**query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.switch_page("pages/landscape.py")
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def test_one_delta_moves_both(charts):
    neuron, student = charts(run(delta="2"))
    for panel in (*neuron["panels"], *student["panels"]):
        assert panel["figure"]["layout"]["meta"]["delta"] == 2
        assert "delta = 2" in panel["name"]
    assert "two sheets" in neuron["panels"][0]["figure"]["layout"]["title"]["text"]


def test_the_shares_of_the_path_are_printed():
    shown = {metric.label: metric.value for metric in run().metric}
    own, drawn = (float(shown[label].rstrip(" %")) for label in ("components hold", "random plane holds"))
    assert own > 90 > 5 > drawn
