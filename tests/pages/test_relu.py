"""ReLU picture: both networks' flips and distances stand in words beside the six panels."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")


def run(**query: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120)
    test.switch_page("pages/relu.py")
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def test_both_networks_end_in_words_and_titles_follow_the_cursor(charts):
    test = run()
    ends = [caption.value for caption in test.caption if "activations flipped" in caption.value]
    rich, lazy = (float(words.split("%")[0].rsplit(" ", 1)[1]) for words in ends)
    assert rich > 15 > 2 > lazy
    panels = charts(test)[0]["panels"]
    titles = panels[1]["figure"]["layout"]["meta"]["titles"]
    assert len(titles) == len(charts(test)[0]["cursor"]["values"]) and "0% flipped" in titles[0]
    assert panels[1]["figure"]["layout"]["title"]["text"] == titles[-1]


def test_the_rival_can_be_the_opposite_delta(charts):
    test = run(delta="-1", rival="mirror")
    names = charts(test)[0]["panels"]
    assert "delta = −1" in names[0]["name"] and "delta = 1" in names[3]["name"]


def test_an_odd_number_of_neurons_is_told_by_the_controls():
    test = run(width="3")
    assert "even" in test.error[0].value
