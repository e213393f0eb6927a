"""Borders of a map from half-times: known curves, cells that are missing, and a finer run of the committed map's cells."""

import numpy as np
import pytest

from core.problems.regime_map import ASSET, load, row
from core.problems.regime_map_borders import borders, findings
from core.training.regime_map import CHECKPOINTS, PAPER, RegimeMap, watch_cell

STEPS = np.array(CHECKPOINTS, dtype=float)


def made(flips_at, fits_at, most=10.0):
    """One cell a column: flips and fits are half done at these steps."""
    whole = RegimeMap.empty([1, 2], [0.1], np.arange(len(flips_at)), CHECKPOINTS)
    for j, (flip, fit) in enumerate(zip(flips_at, fits_at, strict=True)):
        row(whole, "flips")[:, 0, j] = most * STEPS / (STEPS + flip)
        row(whole, "train loss")[:, 0, j] = row(whole, "test loss")[:, 0, j] = fit / (STEPS + fit)
        row(whole, "kernel")[:, 0, j] = 0.1 * j
    return whole


def test_half_times_are_those_of_the_curves():
    flips_at, fits_at = np.array([50.0, 2000.0, 5e4, 3.0]), np.array([2000.0, 50.0, 4e4, 200.0])
    found = borders(made(flips_at, fits_at), 50)
    np.testing.assert_allclose(found.flipped[0, :3], flips_at[:3], rtol=0.25)
    np.testing.assert_allclose(found.fitted[0, :3], fits_at[:3], rtol=0.25)
    assert found.flipped[0, 3] < CHECKPOINTS[0]
    assert found.rapid[0].tolist() == [True, False, False, True] and found.late[0, 1] and not found.lazy.any()
    assert found.order[0, 2] == pytest.approx(0, abs=0.2)


def test_few_flips_are_lazy_and_missing_cells_are_nothing():
    whole = made([50.0, 50.0], [2000.0, 2000.0], most=1.0)
    row(whole, "flips")[:, 0, 1] = np.nan
    found = borders(whole, 50)
    assert found.lazy[0].tolist() == [True, False] and np.isnan(found.order).all() and np.isnan(found.share[0, 1])
    told = findings(whole, 50)
    assert (told["there"], told["lazy"], told["soonest"]) == ("1", "1", "none")


def test_an_empty_sweep_counts_nothing():
    told = findings(RegimeMap.empty([1], [0.1, 1.0], [0.0], CHECKPOINTS), 50)
    assert told == {"rapid": "0", "late": "0", "lazy": "0", "there": "0", "cells": "2", "seeds": "1"}


def test_the_papers_map_has_the_three_regimes_where_the_paper_has_them():
    whole = load(ASSET)
    found = borders(whole, PAPER.width)
    assert found.rapid[0, -1] and found.late[0, 0] and found.lazy[-1].all()
    assert found.rapid.sum() + found.late.sum() + found.lazy.sum() == found.order.size
    assert found.rapid[:, whole.delta < -0.1].sum() == 0 and found.rapid[whole.tau > 0.3].sum() == 0
    told = findings(whole, PAPER.width)
    assert "δ = −0.125" in told["most_kernel_at"] and "τ = 0.1" in told["least_test_at"]


@pytest.mark.parametrize("place, first", [((0.1, 1.0), "rapid"), (((10**-0.75), 1.0), "late")])
def test_a_run_seen_at_every_step_has_the_order_that_the_map_tells(place, first):
    steps = tuple(range(1, 41))
    seen = [row for _, row in watch_cell(PAPER, (*place, 100), steps, device="cpu")]
    flips, loss = (np.array([float(getattr(one, name)) for one in seen]) for name in ("hamming_distance", "train_loss"))
    whole = load(ASSET)
    i = int(np.argmin(np.abs(whole.tau - place[0])))
    end = float(row(whole, "flips")[0, i, -1, -1])
    flipped, fitted = (steps[int(np.argmax(there))] for there in (flips >= end / 2, loss <= loss[0] / 2))
    assert (flipped < fitted) == (first == "rapid") and bool(getattr(borders(whole, PAPER.width), first)[i, -1])
