"""ReLU picture: both networks' flips and distances stand in words and bars beside the six panels."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")


def run(**query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.switch_page("pages/relu.py")
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def bars(test: AppTest) -> list[str]:
    return [element.proto.text for element in test.get("progress")]


def test_bars_tell_flips_and_distance_of_both():
    words = bars(run())
    assert [word.split(":")[0] for word in words] == ["activations flipped", "distance moved"] * 2
    rich, lazy = (float(word.split(":")[1].rstrip(" %")) for word in words[::2])
    assert rich > 15 > 2 > lazy


def test_the_rival_can_be_the_opposite_delta(charts):
    test = run(delta="-1", rival="mirror")
    names = charts(test)[0]["panels"]
    assert "delta = -1" in names[0]["name"] and "delta = 1" in names[3]["name"]


def test_an_odd_number_of_neurons_is_told_by_the_controls():
    test = run(width="3")
    assert "even" in test.error[0].value
