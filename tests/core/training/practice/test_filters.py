"""The smoothness measure against scipy, the lever's invariance, one run's record, refused requests."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from core.errors import OutsideTheory, Unavailable
from core.problems import filters as page_model
from core.training.practice import filters
from core.training.practice import harness as ground

TINY = filters.Problem(alphas=(10,), seeds=1, epochs=2, samples=200, data="patches", controls=("as it is",))


def test_smoothness_is_the_convolution_of_the_normalised_filter():
    random = np.random.default_rng(0)
    many = random.normal(size=(3, 3, 15, 15))
    measured = filters.smoothness(many)
    assert measured.shape == (3, 3)
    for one, value in zip(many.reshape(-1, 15, 15), measured.ravel(), strict=True):
        expected = (convolve2d(one / np.sqrt((one**2).sum()), filters.LAPLACIAN, mode="valid") ** 2).sum()
        assert value == pytest.approx(expected, rel=1e-12)


def test_smoothness_is_small_for_a_ramp_and_about_four_for_noise():
    rows, columns = np.mgrid[:15, :15]
    ramp = np.stack([rows + 2.0 * columns, rows, columns + 1])
    assert filters.smoothness(ramp, filters.BALANCED) == pytest.approx(np.zeros(3), abs=1e-25)
    assert filters.smoothness(np.ones((15, 15))) == pytest.approx(13**2 / 15**2)
    noise = np.random.default_rng(1).normal(size=(1200, 15, 15))
    assert filters.smoothness(noise).mean() == pytest.approx(5.25 * 13**2 / 15**2, rel=0.02)


def test_smoothness_does_not_see_scale_and_refuses_zero():
    noise = np.random.default_rng(1).normal(size=(3, 15, 15))
    assert filters.smoothness(7 * noise) == pytest.approx(filters.smoothness(noise))
    with pytest.raises(OutsideTheory, match="zero"):
        filters.smoothness(np.stack([noise[0], 0 * noise[0]]))


def test_start_is_one_function_for_every_scale():
    x = torch.randn(4, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    one, ten = (filters.forward(filters.initial(alpha, 8, 0), x) for alpha in (1.0, 10.0))
    torch.testing.assert_close(one, ten, rtol=1e-4, atol=1e-5)


def test_photographs_of_either_size_fit():
    for side in (24, 32):
        assert filters.forward(filters.initial(1.0, 10, 0), torch.zeros(2, 3, side, side)).shape == (2, 10)


def test_rate_is_a_triangle():
    problem = filters.Problem(epochs=10, rate=0.05)
    assert [filters.rate(problem, e) for e in (0, 1, 2, 6, 10)] == pytest.approx([0, 0.025, 0.05, 0.025, 0])
    slow = [filters.rate(problem, e, filters.SLOW) for e in (0, 1, 2, 6, 10)]
    assert slow == pytest.approx([0, 0.05 / 16, 0.05, 0.025, 0])


def test_the_frozen_layer_is_trained_once_a_seed_and_stands_still():
    problem = filters.Problem(alphas=(0.1, 1, 10), seeds=2)
    parts = filters.parts(problem)
    assert len(parts) == len(set(parts)) == 2 * 7 and [part for part in parts if part[1] == 2] == [(0, 2, 1), (1, 2, 1)]
    frozen = dataclasses.replace(TINY, controls=(filters.FROZEN,))
    *_, (_, _, arrays) = filters.train(frozen, (0, 0, 0))
    assert np.nanmax(arrays["turned"]) < 0.1 and arrays["train_loss"][-1] != arrays["train_loss"][0]
    np.testing.assert_array_equal(*arrays["filters"])


def test_a_run_records_filters_accuracy_and_angle():
    snapshots = list(ground.run(filters.EXPERIMENT, TINY))
    solution = snapshots[-1].solution
    assert solution.filters.shape == (1, 1, 1, 2, 64, 3, 15, 15) and np.isfinite(solution.filters).all()
    assert solution.turned[0, 0, 0, 0] < 0.1 < solution.turned[0, 0, 0, -1]
    assert ((solution.test_accuracy >= 0) & (solution.test_accuracy <= 1)).all()
    ends = filters.smoothness(solution.filters).mean((-2, -1))
    np.testing.assert_allclose(solution.smoothness[..., [0, -1]], ends, rtol=1e-3)
    assert str(solution.data) == "patches"


def test_the_filters_kept_are_the_latest_while_a_run_goes_on():
    first = next(filters.train(dataclasses.replace(TINY, epochs=4), (0, 0, 0)))[2]
    assert np.isfinite(first["filters"]).all() and np.isnan(first["train_loss"][-1])


def test_auto_data_are_settled_before_the_run(monkeypatch):
    monkeypatch.delenv("DATA_DIR", raising=False)
    problem, note = filters.resolve_data(filters.Problem(data="auto"))
    assert problem.data == "patches" and "DATA_DIR" in note
    with pytest.raises(Unavailable):
        filters.resolve_data(filters.Problem(data="cifar-jpeg75"))


@pytest.mark.parametrize("bad", [{"alphas": ()}, {"alphas": (0,)}, {"epochs": 0}, {"data": "imagenet"}])
def test_bad_problems_are_refused_in_a_sentence(bad):
    with pytest.raises(OutsideTheory):
        filters.Problem(**bad)


def test_a_summary_has_a_line_for_each_scale():
    lines = page_model.summary(ground.read(filters.EXPERIMENT).solution)
    assert [line.alpha for line in lines if line.control == filters.PLAIN] == pytest.approx([0.1, 1, 10])
    assert all(float(line.smoothness.split()[0]) > 0 and line.turned.endswith("°") for line in lines)
    assert page_model.spread(np.array([1.0, 2.0, np.nan]), "{:.1f}", "°") == "1.5 ± 0.5°"
    assert page_model.spread(np.array([1.0, np.nan]), "{:.1f}") == "1.0"


def test_a_page_run_is_bounded():
    brief = page_model.brief(filters.Problem(samples=50000, epochs=100))
    assert brief.seeds == 1 and filters.EXPERIMENT.seconds(brief) <= 36
