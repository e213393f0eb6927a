"""You are here: places on the small map are those of the cells, what lies outside stands on the edge, no map is no harm."""

from importlib import import_module

import pytest

from core.figures import here as module
from core.figures.here import here
from core.problems import relu, teacher_student
from core.training.regime_map import DELTAS, TAUS


@pytest.mark.parametrize("i, j", [(0, 0), (16, 16), (3, 12)])
def test_a_cell_stands_in_its_middle(i, j):
    (spot,) = here([(float(TAUS[i]), float(DELTAS[j]))])["spots"]
    assert spot[:2] == pytest.approx([(i + 0.5) / 17, 1 - (j + 0.5) / 17], abs=1e-3)


def test_what_is_outside_stands_on_the_edge_and_is_said():
    told = here([(4.0, -2.0), (0.1, 1.0)])
    assert told["spots"][0][:2] == [1.0, 1.0] and told["spots"][1][3]
    assert "outside" in told["label"] and told["href"] == "regime_map?tau=2&delta=-1"
    assert "outside" not in here([(0.1, 1.0)])["label"]


def test_pages_show_where_their_networks_start():
    task = teacher_student.Problem(end=1.0)
    drawn = figures_of("teacher_student", task)
    assert drawn[0].network["here"]["spots"][0][2] == "▲"
    assert [spot[2] for spot in figures_of("relu", relu.Problem(end=1.0))[0].network["here"]["spots"]] == ["▲", "●"]


def figures_of(stem, problem):
    return import_module(f"core.figures.{stem}").figures(problem, import_module(f"core.problems.{stem}").solve(problem))


def test_without_the_map_nothing_is_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ASSET", tmp_path / "none.npz")
    module._image.cache_clear()
    assert here([(0.1, 1.0)]) == {}
    module._image.cache_clear()
