"""Mini-runs: steps against autograd, rate against the kernel's eigenvalue, same start function, bad input."""

import itertools

import numpy as np
import pytest
import torch

from core.datasets.teacher_student import draw as teacher_student
from core.errors import OutsideTheory
from core.problems.initialisation import Problem, drawn
from core.training.initialisation import mini_run
from core.training.initialisation.layers import layer_kernels, make_layers
from core.training.initialisation.mini_run import Split, run
from core.training.relu_flow import integrate

RNG = np.random.default_rng(4)


def deep(biased=True):
    sizes = (4, 6, 5, 2)
    weights = [RNG.standard_normal((o, i)) / 2 for i, o in itertools.pairwise(sizes)]
    return make_layers(weights, [RNG.standard_normal(o) for o in sizes[1:]] if biased else None, rates=(0.5, 2.0, 1.0))


def data(c=2):
    return Split(*(RNG.standard_normal(shape) for shape in ((12, 4), (12, c), (20, 4), (20, c))))


@pytest.mark.parametrize("biased", [False, True])
def test_one_step_is_descent_by_autograd(biased):
    net, part = deep(biased), data()
    batch = mini_run._Batch([net], [part])
    batch.follow(300)
    rate = batch.rate.item()
    batch.step()
    parameters = [torch.tensor(w, requires_grad=True) for w in net.weights]
    biases = [None if b is None else torch.tensor(b, requires_grad=True) for b in net.biases]
    h = torch.tensor(part.X)
    for k, (w, b) in enumerate(zip(parameters, biases, strict=True)):
        h = h @ w.T if b is None else h @ w.T + b
        h = torch.relu(h) if k < 2 else h
    (h - torch.tensor(part.y)).square().sum(1).mean().backward()
    for k, w in enumerate(parameters):
        expected = w.detach() - rate * net.rates[k] * w.grad
        np.testing.assert_allclose(batch.W[k][0].numpy(), expected.numpy(), rtol=1e-12)
        bias, moved = biases[k], batch.b[k]
        if bias is not None and moved is not None:
            assert bias.grad is not None
            np.testing.assert_allclose(moved[0], (bias - rate * net.rates[k] * bias.grad).detach())


def test_rate_is_half_of_the_largest_stable_one():
    net, part = drawn(Problem(width=16, d=4)), data(c=1)
    batch = mini_run._Batch([net], [part])
    batch.follow(300)
    largest = np.linalg.eigvalsh(layer_kernels(net, part.X).sum(0))[-1] * 2 / len(part.X)
    assert batch.rate.item() == pytest.approx(mini_run.STEADY * 2 / (1.05 * largest), rel=1e-4)


def test_agrees_with_the_relu_engine_at_equal_time():
    sample = teacher_student(d=4, n=40, width=2, tests=50)
    net = drawn(Problem(width=16, d=4, seed=1))
    part = Split(sample.X, sample.y[:, None], sample.X_test, sample.y_test[:, None])
    *_, last = run([net], [part], (1.0, 1.0), checkpoints=(100,))
    time = last.time[0, 0, -1]
    (end,) = integrate(
        net.weights[0],
        net.weights[1][0],
        sample.X,
        sample.y,
        rate=time / 20_000,
        checkpoints=(20_000,),
        method="descent",
    )
    start = np.mean(sample.y**2)
    assert abs(last.train_loss[0, 0, -1] - end.loss) < 0.01 * start


def test_both_variants_start_from_the_same_function():
    nets = [drawn(Problem(width=8, d=4), seed) for seed in range(2)]
    first, *_, last = run(nets, [data(c=1), data(c=1)], (0.25, 4.0), checkpoints=(0, 4, 8))
    np.testing.assert_allclose(first.train_loss[0], first.train_loss[1], rtol=1e-10)
    assert not first.kernel_distance.any() and not first.flipped_share.any()
    assert last.train_loss.shape == (2, 2, 3) and (last.train_loss[..., -1] < last.train_loss[..., 0]).all()


def test_split_keeps_rows_together_and_apart():
    X = np.arange(40.0)[:, None]
    part = mini_run.split(X, X, 3)
    assert len(part.X) == 20 and not set(part.X.ravel()) & set(part.X_test.ravel())
    np.testing.assert_array_equal(part.X, part.y)


@pytest.mark.parametrize(
    "starts, splits, checkpoints, words",
    [
        ([], [], (1,), "seeds"),
        ([drawn(Problem(d=4))], [], (1,), "split"),
        ([drawn(Problem(d=4))], [data(c=1)], (-1,), "Steps"),
        ([drawn(Problem(d=4))], [data(c=1)], (10**9,), "Steps"),
        ([drawn(Problem(d=4))], [data(c=1)], (), "Steps"),
        ([drawn(Problem(d=3))], [data(c=1)], (1,), "takes 3 inputs"),
        ([drawn(Problem(d=4))], [data(c=2)], (1,), "outputs"),
    ],
)
def test_bad_runs_get_a_sentence(starts, splits, checkpoints, words):
    with pytest.raises(OutsideTheory, match=words):
        list(run(starts, splits, (0.5, 2.0), checkpoints=checkpoints))
