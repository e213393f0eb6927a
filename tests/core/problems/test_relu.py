"""The XOR-like task, rich beside lazy: who redraws its map, and when."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.problems import relu as xor_plane
from core.problems.relu import Problem

SOLVED = xor_plane.solve(Problem())


def at(run, time):
    return int(np.argmin(np.abs(run.time - time)))


def test_the_map_is_drawn_before_the_fit():
    rich = SOLVED.main
    early = at(rich, 0.03)
    assert rich.flipped[early] > 0.8 * rich.flipped.max()
    assert rich.loss[early] > 0.7 * rich.loss[0]
    assert rich.distance[early] < 0.2 * rich.distance[-1]
    assert rich.loss[-1] < 0.03


def test_the_large_networks_map_is_frozen_while_it_fits():
    lazy = SOLVED.rival
    assert lazy.flipped.max() < 0.05 and lazy.loss[-1] < 0.03
    assert SOLVED.starts[1] == (2.0, 0.0)


def test_the_opposite_delta_is_the_other_rival():
    solution = xor_plane.solve(Problem(delta=1.0, rival="mirror", end=10.0))
    assert solution.starts == ((0.1, 1.0), (0.1, -1.0))
    assert solution.rival.flipped[-1] < 0.1 < solution.main.flipped[-1]


def test_small_starts_are_unpaired_and_large_ones_cancel():
    small, large = (xor_plane.start(Problem(), paired) for paired in (False, True))
    assert np.unique(small.directions, axis=0).shape == (30, 2) and small.signs.sum() == 0
    assert np.unique(large.directions, axis=0).shape == (15, 2)
    np.testing.assert_array_equal(large.signs[:15], -large.signs[15:])
    assert SOLVED.rival.loss[0] == pytest.approx(1.0)
    assert SOLVED.main.loss[0] == pytest.approx(1.0, abs=0.1)


def test_a_linear_network_cannot_learn_it():
    assert xor_plane.solve(Problem(slope=1.0, end=10.0)).main.loss[-1] > 0.9


@pytest.mark.parametrize("fields", [{"tau": 4.0}, {"width": 2}, {"points": 1}, {"noise": 0.0}, {"slope": 0.5}])
def test_other_settings_give_finite_runs(fields):
    solution = xor_plane.solve(Problem(end=3.0, **fields))
    for run in (solution.main, solution.rival):
        assert np.all(np.isfinite(run.W)) and np.all(np.isfinite(run.loss))


@pytest.mark.parametrize("wrong", [{"slope": 1.5}, {"tau": 0.0}, {"rival": "other"}, {"noise": -1.0}])
def test_bad_problems_get_a_sentence(wrong):
    with pytest.raises(OutsideTheory):
        Problem(**wrong)


def test_an_odd_width_is_refused():
    with pytest.raises(OutsideTheory, match="even"):
        Problem(width=3)


def test_a_moved_cluster_takes_its_points_along():
    plain, moved = (xor_plane.solve(Problem(end=1.0, **fields)) for fields in ({}, {"top": 90.0, "far_top": 0.5}))
    shift = moved.X - plain.X
    np.testing.assert_allclose(shift[20:30], np.tile([-0.5, -1.0], (10, 1)), atol=1e-12)
    assert not shift[:20].any() and not shift[30:].any() and (moved.y == plain.y).all()


def test_single_data_go_where_they_are_put_and_numbers_that_no_datum_has_do_nothing():
    plain, moved = (xor_plane.solve(Problem(end=1.0, moved=word)) for word in ("", "3_0.5_-1~39_0_0~99_1_1"))
    changed = np.flatnonzero((moved.X != plain.X).any(axis=1))
    assert changed.tolist() == [3, 39] and moved.X[[3, 39]].tolist() == [[0.5, -1.0], [0.0, 0.0]]
    assert (moved.y == plain.y).all()
