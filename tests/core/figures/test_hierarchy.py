"""The hierarchy's figures: sound for plotly, partial results too; the tree shows the rules of its seed."""

import dataclasses

import numpy as np

from core.figures.hierarchy import figures, finding, needed, tree
from core.problems import hierarchy as page_model
from core.training.practice import harness as ground
from core.training.practice import hierarchy


def test_every_picture_is_sound():
    problem = hierarchy.Problem()
    solution = page_model.recorded(problem)
    accuracy, samples, derivation = figures(problem, solution)
    accuracy.figure(), samples.figure(), derivation.figure()
    assert len(accuracy.frames) == len(samples.frames) == len(solution.epochs) and not derivation.frames
    assert "samples give" in finding(problem, solution)


def test_the_tree_has_a_node_for_every_symbol_and_follows_the_slider():
    problem = hierarchy.Problem()
    picture = tree(problem)
    symbols = [trace["text"] for trace in picture.data if trace.get("text")]
    assert [len(level) for level in symbols] == [1, 2, 4, 8]
    assert symbols[0] == ["0"]
    rules = hierarchy.rules(problem, 0)
    assert [int(one) for one in symbols[1]] in rules.levels[0][0].tolist()
    assert tree(dataclasses.replace(problem, sample=1)).json() != picture.json()
    assert tree(dataclasses.replace(problem, seed=1)).json() != picture.json()


def test_a_run_that_has_just_begun_can_be_drawn():
    tiny = hierarchy.Problem(alphas=(0.3, 3), sizes=(512, 1024), seeds=1, epochs=3, width=8)
    first = next(ground.run(hierarchy.EXPERIMENT, tiny))
    for picture in figures(tiny, first.solution):
        picture.figure()
    assert "No scale has fitted" in finding(tiny, first.solution)
    nothing = np.full_like(first.solution.test_accuracy, np.nan)
    for picture in figures(tiny, dataclasses.replace(first.solution, test_accuracy=nothing)):
        picture.figure()


def test_an_accuracy_that_no_scale_reaches_is_said():
    problem = hierarchy.Problem(target=0.9)
    poor = dataclasses.replace(
        page_model.recorded(problem), test_accuracy=0 * page_model.recorded(problem).test_accuracy
    )
    assert "For 90%: no scale gets there" in needed(problem, poor).layout["meta"]["alt"]
