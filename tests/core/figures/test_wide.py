"""Pictures of the wide page: what they draw, what frames carry, what links say."""

from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from core.figures import network, style
from core.figures.wide import SHAPES, SIGNS, comparison, figures, link, shapes
from core.figures.wide import _word as said_of
from core.figures.wide_theorems import entropy, entropy_deltas
from core.problems.wide import PRESETS, WideNetwork, mean_delta
from core.problems.wide_run import compare, solve
from core.theory.wide_linear import regime

CASES = {"default": WideNetwork(), "neurons": WideNetwork(start="neurons"), "wide": WideNetwork(h=12), **PRESETS}


@pytest.mark.parametrize("problem", CASES.values(), ids=CASES)
def test_pictures_are_sound_and_move_with_time(problem):
    solution = solve(problem)
    for picture in figures(problem, solution):
        picture.figure()
        assert len(picture.frames) == len(solution.curves.times)
        assert f"{mean_delta(problem):g}" in picture.layout["meta"]["alt"]
        assert picture.layout["meta"]["start"] == problem.start


def test_the_comparison_and_the_entropy_are_sound():
    problem = WideNetwork(descent=0.2)
    for picture in (*comparison(problem, compare(problem)), *entropy(problem), *shapes(problem)):
        assert picture.figure().layout.title.text and len(picture.layout["meta"]["alt"]) > 20
    assert len(entropy(problem)[0].frames) == len(entropy_deltas(problem))
    assert 3.7 in entropy_deltas(WideNetwork(delta=-3.7)), "the cursor opens at the δ of the controls"
    first, last = (entropy(problem)[0].frames[k]["data"][0]["y"] for k in (0, -1))
    assert first[90] == pytest.approx(1, abs=0.02) and last[0] == pytest.approx(4, rel=0.02)
    assert np.argmin(first) == np.argmin(last) == 60


@pytest.mark.parametrize("start", ["pytorch", "neurons"])
def test_titles_tell_the_delta_of_the_start_that_was_drawn(start):
    problem = WideNetwork(start=start, delta=4.0)
    solution = solve(problem)
    mean = style.number(float(solution.per_neuron.mean()))
    title = figures(problem, solution)[0].layout["title"]["text"]
    assert f"mean δ = {mean}" in title and mean != "4"


def test_cells_link_to_problems_that_exist():
    (picture,) = shapes(WideNetwork())
    texts = [note["text"] for note in picture.layout["annotations"]]
    assert len(texts) == 12 and sum("delayed rich" in text for text in texts) == 4
    assert sum(f'href="{link(WideNetwork(), (6, 3, 3), -10.0)}"' in text for text in texts) == 1
    assert sum(shape["line"]["width"] > 0 for shape in picture.layout["shapes"]) == 1
    for delta in (-10.0, 0.0, 10.0):
        query = dict(parse_qsl(link(WideNetwork(), (6, 3, 3), delta)[1:]))
        problem = WideNetwork(d=int(query["d"]), h=int(query["h"]), c=int(query["c"]), delta=float(query["delta"]))
        assert regime(problem.d, problem.h, problem.c)["downstream"] == "delayed rich"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("delta", SIGNS)
def test_a_cell_opens_a_network_that_is_measured_as_it_says(shape, delta, seed):
    problem = WideNetwork(seed=seed)
    query = dict(parse_qsl(link(problem, SHAPES[shape], delta)[1:]))
    opened = replace(
        problem, **{name: type(getattr(problem, name))(float(value)) for name, value in query.items() if name != "seed"}
    )
    assert solve(opened).regime.word == said_of(SHAPES[shape], delta)


def test_a_cell_leaves_alone_what_it_does_not_decide():
    problem = WideNetwork(seed=3, scale=0.2, gap=2.0, eta_a=2.0, horizon=500.0)
    for delta in (-10.0, 10.0):
        query = dict(parse_qsl(link(problem, (3, 3, 6), delta)[1:]))
        assert {name: float(query[name]) for name in ("seed", "scale", "gap", "eta_a", "horizon")} == {
            "seed": 3.0,
            "scale": 0.2,
            "gap": 2.0,
            "eta_a": 2.0,
            "horizon": 500.0,
        }


def test_the_network_is_two_heat_maps_of_the_run():
    problem = WideNetwork(delta=-2.0)
    solution = solve(problem)
    (copy,) = figures(problem, solution)[0].network["copies"]
    for name, weights in (("W", solution.curves.W), ("A", solution.curves.A)):
        sent = copy[name]["values"] * copy[name]["scale"] / network.FINEST
        np.testing.assert_allclose(sent, weights, atol=copy[name]["scale"] / network.FINEST)
