"""What the committed results say: medians and orders that the pages' words rest on."""

import numpy as np
import pytest

from core.training.practice import filters, grokking, harness, hierarchy, kernel_movement
from core.training.regime_map import MEASURES
from tests.core.training.committed import plain_map


def falls(values) -> bool:
    return bool((np.diff(values) < 0).all())


def rises(values) -> bool:
    return bool((np.diff(values) > 0).all())


@pytest.fixture(scope="module")
def grokked():
    """Steps to fit and to grok, [seed, tau, alpha], infinite where never."""
    solution = harness.read(grokking.EXPERIMENT).solution
    return np.nan_to_num(solution.fitted, nan=np.inf), np.nan_to_num(solution.grokked, nan=np.inf)


def test_grokking_medians(grokked):
    fitted, steps = (np.median(one, 0) for one in grokked)
    assert steps[0] == pytest.approx([551, 469, 404, 303, 354], rel=0.05)
    assert steps[1] == pytest.approx([3473, 1646, 1615, 1165, 1322], rel=0.05)
    assert fitted[0] == pytest.approx([269, 123, 74, 65, 62], rel=0.05)


def test_grokking_waits_longer_with_the_output_scale_and_fits_earlier_with_alpha(grokked):
    fitted, steps = (np.median(one, 0) for one in grokked)
    assert all(rises(column) for column in fitted.T) and all(falls(row) for row in fitted)
    assert all(rises(column) for column in steps[:2].T) and (steps[2] > steps[1]).all()
    assert np.isfinite(grokked[1]).mean((0, 2)).tolist() == pytest.approx([1, 1, 0.6])
    assert (grokked[1] >= grokked[0]).all()


def test_hierarchy_medians_and_orders():
    solution = harness.read(hierarchy.EXPERIMENT).solution
    tested = np.median(solution.test_accuracy[..., -1], 0)
    assert tested[3] == pytest.approx([0.126, 0.418, 0.604, 0.834, 0.866, 0.865], abs=0.02)
    assert rises(tested[3, :4]) and np.ptp(tested[3, 3:]) < 0.05
    assert all(rises(column) for column in tested.T[2:])
    assert (tested[:, 0] < 0.2).all()


def test_hierarchy_left_when_learnt_and_not_before():
    solution = harness.read(hierarchy.EXPERIMENT).solution
    learnt = solution.epochs_used < 250
    assert solution.train_loss[..., -1][learnt].max() < 1e-3 <= solution.train_loss[..., -1][~learnt].min()
    assert learnt.sum() == 69 and not learnt[..., 0].any()
    assert (solution.train_accuracy[..., 1:, -1] > 0.99).all()


def test_filters_medians_and_orders():
    solution = harness.read(filters.EXPERIMENT).solution
    last = solution.turned[..., -1]
    assert np.median(last, 0) == pytest.approx([3.4, 44.9, 83.4], rel=0.03)
    assert all(rises(row) for row in last) and all(falls(row) for row in solution.smoothness[:, :, -1].mean(-1))
    assert np.median(solution.smoothness[:, :, -1].mean(-1), 0) == pytest.approx([3.88, 2.64, 1.14], rel=0.03)
    assert np.median(solution.turned[:, 2, 1]) == pytest.approx(64.5, abs=1)
    assert (np.abs(solution.test_accuracy[..., -1] - 0.78) < 0.05).all()


def test_kernel_movement_medians_and_orders():
    solution = harness.read(kernel_movement.EXPERIMENT).solution
    early = solution.steps.tolist().index(32)
    S, flipped, moved = (
        np.median(getattr(solution, name), 0) for name in ("kernel_distance", "distance_flipped", "distance_moved")
    )
    assert S[[0, 3, 6], early] == pytest.approx([0.0140, 0.0200, 0.369], rel=0.02)
    assert rises(S[2:, 3]) and rises(flipped[:, 3])
    assert (flipped[3:, early] > 3 * moved[3:, early]).all() and (moved[:2, early] > 10 * flipped[:2, early]).all()
    assert rises(np.median(solution.flipped_share, 0)[1:, -1])


def test_map_medians_and_orders():
    arrays, _ = plain_map.committed()
    end = {name: np.median(arrays[name], 0)[..., -1] for name in MEASURES}
    S, tested, flips = (end[name][0] for name in ("kernel_distance", "test_loss", "hamming_distance"))
    assert S[[0, 7, 8, 16]] == pytest.approx([0.276, 0.616, 0.175, 0.205], rel=0.02)
    assert tested[[0, 7, 8, 16]] == pytest.approx([2.79e-3, 1.21e-3, 5.3e-4, 3.7e-4], rel=0.02)
    assert rises(S[:8]) and falls(tested[:9]) and rises(flips[:10]) and S.argmax() == 7
    assert end["kernel_distance"][-1].max() < 2e-3 < 0.15 < S.min()
    assert (end["train_loss"] < 1e-9).all()
