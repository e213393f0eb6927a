"""The regime's word on the paper's figure 3, its reasons, and what it refuses."""

import numpy as np
import pytest

from core.errors import OutsideTheory
from core.theory import regime as regimes
from core.theory.regime import classify
from core.theory.single_neuron import exact_flow, kernel_distance, split


def figure_3(delta, last=20.0):
    times = np.concatenate([[0], np.geomspace(1e-4, last, 400)])
    a_0, w_0 = split([-1.0, 0.0], delta)
    a, w = exact_flow(a_0, w_0, [0.0, 1.0], times)
    loss = ((a[:, None] * w - [0.0, 1.0]) ** 2).sum(axis=-1) / 2
    return classify(times, kernel_distance(a_0, w_0, a, w), loss)


@pytest.mark.parametrize(
    "delta, word", [(-4, "delayed rich"), (-2, "delayed rich"), (0, "rich"), (2, "lazy"), (4, "lazy")]
)
def test_figure_3_is_called_what_the_paper_calls_it(delta, word):
    found = figure_3(delta)
    assert found.word == word
    assert f"{regimes.LAZY_BELOW:g}" in found.basis


def test_the_measured_half_times_are_the_curves():
    times = np.linspace(0, 4, 9)
    found = classify(times, times / 4, 1 - times / 8)
    assert (found.word, found.kernel_distance, found.half_time_kernel, found.half_time_loss) == ("rich", 1.0, 2.0, 4.0)


def test_says_when_the_run_was_too_short_to_know():
    found = figure_3(-20)
    assert found.word == "lazy" and "longer run" in found.basis
    assert figure_3(-20, last=2000.0).word == "delayed rich"


def test_a_run_that_never_moves_or_learns():
    found = classify([0, 1], [0, 0], [0, 0])
    assert found.word == "lazy" and np.isnan(found.half_time_kernel) and np.isnan(found.half_time_loss)
    assert "not halved" in classify([0, 1], [0, 0.5], [1, 1]).basis


@pytest.mark.parametrize(
    "arrays", [([0], [0], [0]), ([0, 1], [0], [0, 0]), ([0, 0], [0, 0], [0, 0]), ([0, 1], [0, np.nan], [0, 0])]
)
def test_refuses_what_is_no_curve(arrays):
    with pytest.raises(OutsideTheory):
        classify(*arrays)
