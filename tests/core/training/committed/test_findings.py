"""What the committed results say: medians and orders that the pages' words rest on."""

import numpy as np
import pytest

from core.problems import grokking as page_of_grokking
from core.problems import hierarchy as page_of_hierarchy
from core.problems import kernel_movement as page_of_movement
from core.training.practice import filters, grokking, harness, hierarchy, kernel_movement
from core.training.regime_map import MEASURES
from tests.core.training.committed import plain_map


def falls(values) -> bool:
    return bool((np.diff(values) < 0).all())


def rises(values) -> bool:
    return bool((np.diff(values) > 0).all())


@pytest.fixture(scope="module")
def grokked():
    """Steps to fit and to grok with decay on all weights and on all but the embeddings, [seed, tau, alpha], inf where never."""
    solution = harness.read(grokking.EXPERIMENT).solution
    assert solution.tau.tolist() == [0.5, 0.75, 1, 1.25, 1.5] and solution.alpha.tolist() == [0.1, 1, 10, 32, 100]
    rows = [page_of_grokking.of_row(solution, row) for row in ("all weights", "all but embeddings")]
    return [tuple(np.nan_to_num(one, nan=np.inf) for one in (row.fitted, row.grokked)) for row in rows]


def test_grokking_medians(grokked):
    fitted, steps = (np.median(one, 0) for one in grokked[0])
    assert fitted[0] == pytest.approx([360, 150, 110, 100, 100], rel=0.25)
    assert steps[0] == pytest.approx([530, 290, 230, 220, 180], rel=0.25)
    assert steps[2] == pytest.approx([2340, 1190, 840, 830, 820], rel=0.25)


def test_a_larger_alpha_fits_sooner_up_to_ten_and_groks_sooner_with_both_kinds_of_decay(grokked):
    for fitted, steps in grokked:
        assert (fitted[..., 2] < fitted[..., 1]).all() and (fitted[..., 1] <= fitted[..., 0]).all()
        assert (steps[..., 2] <= steps[..., 1]).mean() >= 0.8
        assert (np.median(fitted, 0)[1:, 1:] < 1000).all()


def test_without_decay_large_embeddings_are_not_fitted(grokked):
    (with_decay, _), (without, grok_without) = grokked
    assert np.isinf(without[..., 0]).all() and np.isinf(grok_without[..., 0]).all()
    assert np.isfinite(with_decay[:, :3, 0]).all()


def test_with_more_pairs_alpha_keeps_its_order_in_the_steps_to_fit_and_the_usual_wait_goes():
    few, many = (
        page_of_grokking.of_row(harness.read(one).solution, "all weights")
        for one in (grokking.EXPERIMENT, grokking.LARGER)
    )
    assert many.modulus == 97 and many.seed.size == 5 and np.array_equal(many.tau, few.tau)
    fitted = np.median(np.nan_to_num(many.fitted, nan=np.inf), 0)
    assert (fitted[:, 2] < fitted[:, 1]).all() and (fitted[:, 1] < fitted[:, 0]).all()
    waits = [np.median(np.nan_to_num(page_of_grokking.waits(one), nan=np.inf), 0)[2, 1] for one in (few, many)]
    assert waits[1] < 200 < 700 < waits[0]


def test_hierarchy_means_and_orders():
    solution = harness.read(hierarchy.EXPERIMENT).solution
    assert solution.alpha.tolist() == [0.03, 0.1, 0.3, 1, 3, 10, 30, 100] and solution.seed.size == 6
    tested = solution.test_accuracy[..., -1].mean(0)
    assert tested[3] == pytest.approx([0.359, 0.430, 0.541, 0.647, 0.693, 0.739, 0.773, 0.855], abs=0.01)
    assert all(rises(row[:-1]) for row in tested[2:5]) and all(rises(column) for column in tested.T)
    needed = page_of_hierarchy.samples_needed(solution, 0.7)
    assert all(falls(row) for row in needed)
    claims = page_of_hierarchy.claims(solution)
    assert (claims.ten_below_one.seen, claims.one_below_tenth.seen, claims.hundred_below_ten.seen) == (6, 6, 6)
    for pair, ratio in (((1, 10), 1.22), ((0.1, 1), 1.83), ((100, 10), 0.87)):
        middle, low, high = page_of_hierarchy.ratio(solution, *pair)
        assert middle == pytest.approx(ratio, abs=0.02) and (low - 1) * (high - 1) > 0


def test_hierarchy_left_when_learnt_and_not_before():
    solution = harness.read(hierarchy.EXPERIMENT).solution
    learnt = solution.epochs_used < 250
    assert solution.train_loss[..., -1][learnt].max() < 1e-2 <= solution.train_loss[..., -1][~learnt].min()
    assert (~learnt).sum() == 23 and (~learnt)[:, 0, 2:5].all() and (~learnt)[:, -1, 0].sum() == 3


def test_filters_are_smoother_with_alpha_whatever_the_start_of_the_rate():
    solution = harness.read(filters.EXPERIMENT).solution
    assert str(solution.data) == "cifar-jpeg75" and solution.filters.shape[4] == 64
    plain, slow, frozen = (solution.smoothness[:, k, :, -1] for k in range(3))
    assert plain.mean(0) == pytest.approx([3.92, 2.98, 0.82], rel=0.06)
    assert slow.mean(0) == pytest.approx([3.92, 3.09, 0.84], rel=0.06)
    assert all(falls(row) for row in (*plain, *slow, *solution.balanced[:, 0, :, -1]))
    assert frozen[:, 1] == pytest.approx(solution.smoothness[:, 2, 1, 0]) and np.isnan(frozen[:, [0, 2]]).all()


def test_filters_turn_far_at_once_and_cost_little_accuracy():
    solution = harness.read(filters.EXPERIMENT).solution
    turned, right = solution.turned[:, :2], solution.test_accuracy[..., -1]
    assert all(rises(row) for row in turned[..., -1].reshape(-1, 3)) and (turned[:, :, 0] < 3).all()
    assert turned[:, :, 2, 1].mean(0) == pytest.approx([62, 30], abs=4)
    assert np.nanmin(right) > 0.55 and np.nanmax(right) < 0.65
    assert (right[:, 2, 1] < right[:, 0, 1]).all() and (right[:, 0, 0] < right[:, 0, 1:].min(-1)).all()


def test_kernel_movement_medians_and_orders():
    solution = harness.read(kernel_movement.EXPERIMENT).solution
    early, ends = solution.steps.tolist().index(45), [0, 5, 10]
    assert str(solution.data) == "mnist" and solution.alpha[ends].tolist() == [0.1, 1, 10]
    S, flipped, moved = (
        np.median(getattr(solution, name), 0) for name in ("kernel_distance", "distance_flipped", "distance_moved")
    )
    assert S[ends, early] == pytest.approx([0.031, 0.087, 0.489], rel=0.05)
    assert rises(S[2:, early]) and rises(flipped[:, early])
    assert (flipped[5:9, early] > 5 * moved[5:9, early]).all() and (moved[:2, early] > 5 * flipped[:2, early]).all()
    assert S[-1, 1] > 0.1 > 10 * S[5, 1]


def test_kernel_movement_where_half_of_the_loss_is_gone():
    solution = harness.read(kernel_movement.EXPERIMENT).solution
    here = page_of_movement.at_equal_fit(solution)
    half = np.median(here.kernel_distance[..., page_of_movement.FITS.tolist().index(0.5)], 0)
    assert half[[0, 5, 10]] == pytest.approx([0.015, 0.118, 0.497], rel=0.05) and rises(half)
    claims = page_of_movement.claims(solution)
    for name in ("upstream_moves_more", "downstream_moves_less", "flips_lead_upstream", "flips_tell_more"):
        counted = getattr(claims, name)
        assert counted.seen == counted.runs >= solution.seed.size, name
    assert 0.4 < claims.weights_lead_downstream.seen / claims.weights_lead_downstream.runs < 0.8


def test_map_medians_and_orders():
    arrays, _ = plain_map.committed()
    end = {name: np.median(arrays[name], 0)[..., -1] for name in MEASURES}
    S, tested, flips = (end[name][0] for name in ("kernel_distance", "test_loss", "hamming_distance"))
    assert S[[0, 7, 8, 16]] == pytest.approx([0.276, 0.616, 0.175, 0.205], rel=0.02)
    assert tested[[0, 7, 8, 16]] == pytest.approx([2.79e-3, 1.21e-3, 5.3e-4, 3.7e-4], rel=0.02)
    assert rises(S[:8]) and falls(tested[:9]) and rises(flips[:10]) and S.argmax() == 7
    assert end["kernel_distance"][-1].max() < 2e-3 < 0.15 < S.min()
    assert (end["train_loss"] < 1e-9).all()
