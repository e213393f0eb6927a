"""Hierarchical data compared with plain layers, one network at a time, under torch's own SGD and its own schedule."""

import itertools
from dataclasses import replace
from unittest import mock

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from core.training.practice import harness, hierarchy
from tests.core.training.committed.agreement import close, last, normal, watched

SMALL = hierarchy.Problem(
    alphas=(0.3, 3), sizes=(512,), seeds=1, epochs=10, width=16, classes=4, synonyms=3, vocabulary=4
)
"""Ten epochs of four minibatches pass through the whole schedule, the rise after its zero included."""
EASY = replace(SMALL, alphas=(1,), epochs=60, width=32, classes=2, synonyms=2, depth=4, vocabulary=2)
SHARES = (0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.79, 0.8, 0.85, 0.99, 1)


def plain_rate(problem: hierarchy.Problem, epoch: float) -> float:
    """What torch's own cosine gives to each epoch: 0 at 80 % of them, from where it rises again."""
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=0.1 * problem.width)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=int(0.8 * problem.epochs))
    for _ in range(int(epoch)):
        optimiser.step()
        schedule.step()
    return schedule.get_last_lr()[0]


def plain_outputs(weights: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    *hidden, readout = weights
    for weight in hidden:
        x = torch.relu(x @ weight) / np.sqrt(len(weight))
    return x @ readout / len(readout)


def plain_run(problem: hierarchy.Problem, start: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor):
    """Weights before every minibatch and at the end, mean losses of the epochs, the epoch after which it has learnt."""
    weights = [weight.clone().requires_grad_(True) for weight in start]
    optimiser = torch.optim.SGD(weights, lr=1.0, momentum=0.9)
    shuffle = torch.Generator().manual_seed(problem.seed + 1)
    seen, losses = [], [cross_entropy(plain_outputs(weights, x), y).item()]
    for epoch in range(problem.epochs):
        batches = torch.randperm(len(x), generator=shuffle).split(128)
        total = 0.0
        for index, chosen in enumerate(batches):
            seen.append([weight.detach().clone() for weight in weights])
            loss = cross_entropy(plain_outputs(weights, x[chosen]), y[chosen])
            total += loss.item() * len(chosen)
            optimiser.zero_grad()
            loss.backward()
            optimiser.param_groups[0]["lr"] = plain_rate(problem, epoch + index / len(batches))
            optimiser.step()
        losses.append(total / len(x))
        if losses[-1] < 1e-2:
            break
    return [*seen, [weight.detach() for weight in weights]], losses, epoch + 1


def _trained(problem: hierarchy.Problem):
    """What the code does from a float64 start of numpy's: training's weights, then the final ones, the record, the start."""
    real = hierarchy.samples
    x, y, *tests = real(problem, problem.seed, problem.sizes[0], "cpu")
    double = (x.double(), y, tests[0].double(), tests[1])
    sizes = [x.shape[1], *[problem.width] * 3, problem.classes]
    one = [normal(k, *shape) for k, shape in enumerate(itertools.pairwise(sizes))]
    starts = [[one[0] / alpha, *one[1:-1], one[-1] * alpha] for alpha in problem.alphas]
    stacked = [torch.stack(layers) for layers in zip(*starts, strict=True)]
    with (
        mock.patch.object(hierarchy, "samples", lambda *_: double),
        mock.patch.object(hierarchy, "initial", lambda *_: stacked),
        watched(hierarchy, "logits", _kept) as seen,
    ):
        arrays = last(hierarchy.train(problem, (0, 0)))
    weights = [layers for trains, layers in seen if trains] + [seen[-1][1]]
    return weights, arrays, starts, (double[0], y)


def _kept(layers, _x):
    return layers[0].requires_grad, [layer.detach().clone() for layer in layers]


def steps() -> None:
    """Forty minibatches through the whole schedule: every weight before each and at the end, and the epochs' losses."""
    seen, arrays, starts, data = _trained(SMALL)
    for run, one in enumerate(starts):
        weights, losses, _ = plain_run(SMALL, one, *data)
        assert len(seen) == len(weights) == 41
        for step, theirs in enumerate(weights):
            for layer, weight in enumerate(theirs):
                close(seen[step][layer][run], weight, f"run {run}, step {step}, layer {layer}")
        recorded = [losses[epoch] for epoch in hierarchy.marks(SMALL)]
        close(arrays["train_loss"][run], recorded, f"loss of run {run}")


def stop() -> None:
    """An easy problem is learnt in the epoch whose mean loss is below 0.01, and keeps its last values."""
    _, arrays, (one,), data = _trained(EASY)
    _, losses, used = plain_run(EASY, one, *data)
    assert used < EASY.epochs and losses[-1] < 1e-2 < losses[-2] < 0.1
    assert arrays["epochs_used"].item() == used
    close(arrays["train_loss"][0, -1], losses[-1], "last loss")


def schedule() -> None:
    """The rate at moments of the committed problem's whole schedule."""
    problem = hierarchy.EXPERIMENT.committed
    moments = [share * problem.epochs for share in SHARES]
    close([hierarchy.rate(problem, at) for at in moments], [plain_rate(problem, at) for at in moments], "rate")


def draws() -> None:
    """The start behind the committed runs: torch's stream of the seed, from the first layer to the last."""
    generator = torch.Generator().manual_seed(4)
    layers = hierarchy.initial(SMALL, 4, 32)
    assert len(layers) == 4
    for layer, shape in enumerate(((32, 16), (16, 16), (16, 16), (16, 4))):
        one = torch.randn(shape, generator=generator)
        for run, alpha in enumerate(SMALL.alphas):
            close(layers[layer][run], one * {0: 1 / alpha, 3: alpha}.get(layer, 1), f"layer {layer}", atol=1e-6)


def stored() -> None:
    """The committed losses of the first epochs: seed 1, 512 samples, every α."""
    result = harness.read(hierarchy.EXPERIMENT)
    arrays = next(arrays for epoch, _, arrays in hierarchy.train(result.problem, (1, 0)) if epoch == 3)
    known = result.solution.epochs <= 3
    close(arrays["train_loss"][:, known], result.solution.train_loss[1, 0][:, known], "stored losses", rtol=1e-4)
