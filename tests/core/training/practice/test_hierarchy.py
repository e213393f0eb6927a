"""The batched MLP against torch's own layers and optimiser; the lever; the record of runs that leave early."""

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.problems import hierarchy as page_model
from core.training.practice import harness as ground
from core.training.practice import hierarchy

TINY = hierarchy.Problem(
    alphas=(0.3, 3.0), sizes=(512, 1024), seeds=2, epochs=3, width=16, classes=4, synonyms=3, vocabulary=4
)


def test_start_is_one_function_for_every_scale():
    x, *_ = hierarchy.samples(TINY, 0, 256, "cpu")
    outputs = hierarchy.logits(hierarchy.initial(TINY, 0, x.shape[1]), x)
    torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-4, atol=1e-6)


def test_training_and_test_data_are_different():
    x, _, x_test, _ = hierarchy.samples(TINY, 0, 256, "cpu")
    assert len(x_test) == hierarchy.rules(TINY, 0).count - 256
    assert len(torch.unique(torch.cat([x, x_test]), dim=0)) == len(x) + len(x_test)


def test_one_epoch_is_that_of_torch_layers_and_sgd():
    x, y, *_ = hierarchy.samples(TINY, 0, 256, "cpu")
    start = hierarchy.initial(TINY, 0, x.shape[1])
    layers = [layer.clone() for layer in start]
    hierarchy._Runs(layers, x, y).epoch(lambda share: 0.5, _shuffle())
    for run in range(2):
        weights = [layer[run].clone().requires_grad_(True) for layer in start]
        optimiser = torch.optim.SGD(weights, lr=0.5, momentum=0.9)
        for chosen in torch.randperm(256, generator=_shuffle()).split(hierarchy.BATCH):
            hidden = x[chosen]
            for weight in weights[:-1]:
                hidden = torch.relu(hidden @ weight) / weight.shape[0] ** 0.5
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(hidden @ weights[-1] / weights[-1].shape[0], y[chosen]).backward()
            optimiser.step()
        for ours, theirs in zip(layers, weights, strict=True):
            torch.testing.assert_close(ours[run], theirs.detach(), rtol=2e-4, atol=2e-5)


def _shuffle():
    return torch.Generator().manual_seed(1)


def test_run_that_has_learnt_keeps_its_last_values(monkeypatch):
    monkeypatch.setattr(hierarchy, "LEARNT", 1.0)
    easy = dataclasses.replace(TINY, sizes=(512,), seeds=1, epochs=60, width=32)
    *_, last = ground.run(hierarchy.EXPERIMENT, easy)
    left = last.solution.epochs_used < 60
    assert left.any()
    assert np.isfinite(last.solution.test_accuracy[left]).all()
    assert (last.solution.train_loss[..., -1][left] < hierarchy.LEARNT).all()


def test_partial_results_leave_gaps():
    first = next(ground.run(hierarchy.EXPERIMENT, TINY))
    assert first.total == 100 and 0 < first.done < 25
    assert np.isnan(first.solution.test_accuracy[1]).all()
    assert np.isfinite(first.solution.test_accuracy[0, 0, :, 0]).all()


@pytest.mark.parametrize("bad", [{"alphas": ()}, {"sizes": (32768,), "depth": 2}, {"synonyms": 8}, {"sizes": (3,)}])
def test_bad_problems_are_refused_in_a_sentence(bad):
    with pytest.raises(OutsideTheory):
        hierarchy.Problem(**bad) if "synonyms" not in bad else hierarchy.Problem(**bad, vocabulary=4)


def test_widest_gap_is_among_runs_that_have_fitted():
    size, lines = page_model.widest(page_model.recorded(hierarchy.Problem()))
    assert size in (2048, 4096, 8192) and 10 in [line.alpha for line in lines]
    assert all(0 < line.accuracy < 1 and line.half >= 0 for line in lines)


def test_nothing_fitted_is_no_gap():
    first = next(ground.run(hierarchy.EXPERIMENT, TINY))
    assert page_model.widest(first.solution) is None


def test_a_page_run_is_bounded():
    brief = page_model.brief(hierarchy.Problem(width=256))
    assert brief.seeds == 1 and hierarchy.EXPERIMENT.seconds(brief) <= 31


def test_the_samples_needed_are_read_off_the_curve_in_the_logarithm():
    solution = page_model.recorded(hierarchy.Problem())
    octaves = np.arange(solution.size.size)
    accuracy = np.broadcast_to((octaves / 10)[None, :, None, None], solution.test_accuracy.shape)
    needed = page_model.samples_needed(dataclasses.replace(solution, test_accuracy=accuracy), 0.25)
    np.testing.assert_allclose(needed, 512 * 2**2.5)
    assert np.isnan(page_model.samples_needed(dataclasses.replace(solution, test_accuracy=accuracy), 0.9)).all()
    np.testing.assert_allclose(page_model.samples_needed(solution, 0.0), 512)


def test_an_interval_is_given_where_every_seed_gets_there():
    middle, low, high = page_model.needed_interval(np.array([[1000.0, 2000], [4000, np.nan]]))
    assert middle[0] == pytest.approx(2000) and low[0] < 1000 < 4000 < high[0]
    assert np.isnan([middle[1], low[1], high[1]]).all()
