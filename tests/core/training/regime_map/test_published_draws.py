import numpy as np
import pytest
import torch

from core.errors import OutsideTheory
from core.training.regime_map import published_draws


def drawn_as_published(seed, d=100, n=1000, width=50):
    """The same draws through torch's layers and its global generator."""
    torch.manual_seed(seed)
    torch.nn.Linear(d, 3, bias=False), torch.nn.Linear(3, 1, bias=False)
    teacher = torch.nn.functional.normalize(torch.randn(3, d))
    readouts = torch.sign(torch.randn(1, 3))
    torch.nn.Linear(d, width, bias=False), torch.nn.Linear(width, 1, bias=False)
    student = torch.nn.functional.normalize(torch.randn(width // 2, d))
    signs = torch.sign(torch.randn(1, width // 2))
    X = torch.nn.functional.normalize(torch.randn(n, d))
    return teacher, readouts[0], student, signs[0], X


@pytest.mark.parametrize("seed", [100, 115])
def test_draws_are_those_of_torchs_layers_under_the_global_seed(seed):
    with torch.random.fork_rng():
        teacher, readouts, student, signs, X = (v.numpy() for v in drawn_as_published(seed))
    data = published_draws.draw(seed=seed)
    assert np.allclose(data.teacher.directions, teacher, atol=1e-7)
    assert np.array_equal(data.teacher.readouts, readouts)
    assert np.allclose(data.student.directions[:25], student, atol=1e-7)
    assert np.array_equal(data.student.signs, np.concatenate([signs, -signs]))
    assert np.allclose(data.X, X, atol=1e-7)


def test_global_generator_is_left_alone():
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    published_draws.draw(seed=101)
    assert torch.equal(before, torch.random.get_rng_state())


def test_mean_square_of_the_labels_is_the_published_start_of_the_test_loss():
    powers = [np.mean(published_draws.draw(seed=seed).y_test ** 2) for seed in range(100, 116)]
    assert np.mean(powers) == pytest.approx(0.01648, rel=0.005)


@pytest.mark.parametrize("change", [{"width": 3}, {"n": 0}, {"seed": -1}, {"teachers": 0}])
def test_impossible_sizes_are_refused(change):
    with pytest.raises(OutsideTheory):
        published_draws.draw(**change)
