"""Hierarchical data: an MLP on the Random Hierarchy Model, its first layer divided by α and its last multiplied by α.

P     ↔ sizes   ↔ [size]    training samples; the test set is 20,000 other samples (or all the rest, when fewer)
α     ↔ alphas  ↔ [alpha]   one stacked tensor for each layer, [alpha, fan_in, fan_out]; all α see the same minibatches
f     ↔ logits  ↔ [alpha, n, n_c]; at the start the same function for every α (ReLU is homogeneous, there are no biases)
time  ↔ epochs; epochs[k] are the recorded ones
Setting: paper section 6 and appendix D.3 (figure 6c): three hidden layers of width 64, weights N(0, 1) with √(2/fan-in)
and a 1/width readout in the forward pass, SGD with momentum 0.9, batch 128, rate 0.1 · width, cosine decay over 80 %.
A run leaves when its train loss, averaged over an epoch, is below 1e-3: after that its predictions hardly change.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from core.datasets import hierarchy as data
from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.practice import harness as ground
from core.training.practice.command import main

SCALES = (0.03, 0.1, 0.3, 1, 3, 10)
SIZES = {2**k: "" for k in range(9, 14)}
BATCH = 128
HIDDEN = 3
TESTED = 20_000
LEARNT = 1e-3
FITTED = 0.99
RECORDS = 16


@dataclass(frozen=True)
class Problem(Params):
    alphas: tuple[float, ...] = ground.scales(*SCALES)
    sizes: tuple[int, ...] = knob((512, 1024, 2048, 4096, 8192), "Samples P", options=SIZES, many=True)
    seeds: int = ground.seeds(3)
    seed: int = ground.seed()
    sample: int = knob(0, "Datum drawn as a tree", low=0, high=40, step=1)
    epochs: int = knob(250, "Epochs at most", low=2, high=250, step=1)
    width: int = knob(64, "Width", low=8, high=256, step=8)
    classes: int = knob(8, "Classes", low=2, high=16, step=1)
    synonyms: int = knob(4, "Synonyms m", low=1, high=8, step=1)
    depth: int = knob(3, "Levels L", low=1, high=4, step=1)
    vocabulary: int = knob(8, "Symbols v", low=2, high=16, step=1)

    def __post_init__(self):
        super().__post_init__()
        if not self.alphas or not self.sizes:
            raise OutsideTheory("At least one α and one sample size are needed", got="none", do="Choose one of each.")
        count = rules(self, 0).count
        if max(self.sizes) >= count:
            raise OutsideTheory(
                f"The hierarchy has only {count} different data, and some must be left for the test",
                got=f"{max(self.sizes)} training samples",
                do="Take fewer samples, or more levels or synonyms.",
            )


@dataclass(frozen=True)
class Solution:
    """Accuracies and losses [seed, size, alpha, epoch]; `epochs_used` [seed, size, alpha] until the run was learnt."""

    seed: np.ndarray
    size: np.ndarray
    alpha: np.ndarray
    epochs: np.ndarray
    test_accuracy: np.ndarray
    train_accuracy: np.ndarray
    train_loss: np.ndarray
    epochs_used: np.ndarray


def rules(problem: Problem, seed: int) -> data.Rules:
    """The hierarchy of one seed; strings of length s = 2 as in the paper."""
    return data.draw_rules(problem.classes, problem.synonyms, problem.depth, 2, problem.vocabulary, seed)


def initial(problem: Problem, seed: int, inputs: int) -> list[torch.Tensor]:
    """Standard normal weights, [alpha, fan_in, fan_out]; first layer / α, last × α; one draw shared by all α."""
    generator = torch.Generator().manual_seed(seed)
    sizes = [inputs, *[problem.width] * HIDDEN, problem.classes]
    alpha = torch.tensor(problem.alphas, dtype=torch.float32)[:, None, None]
    pairs = itertools.pairwise(sizes)
    layers = [torch.randn(i, o, generator=generator).expand(len(alpha), -1, -1) for i, o in pairs]
    return [layers[0] / alpha, *(layer.clone() for layer in layers[1:-1]), layers[-1] * alpha]


def logits(layers: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """f(x) for every α, [alpha, n, n_c]; x is [n, inputs]."""
    hidden = x.expand(len(layers[0]), *x.shape)
    for layer in layers[:-1]:
        hidden = torch.relu(torch.bmm(hidden, layer)) * (2 / layer.shape[1]) ** 0.5
    return torch.bmm(hidden, layers[-1]) / layers[-1].shape[1]


def train(problem: Problem, part: ground.Part, device: str = "cpu") -> Iterator[tuple[int, int, ground.Arrays]]:
    """All α of one seed and one sample size as one batch; a run leaves when learnt. Yields after every epoch."""
    seed, size = problem.seed + part[0], problem.sizes[part[1]]
    x, y, x_test, y_test = samples(problem, seed, size, device)
    layers = [layer.to(device) for layer in initial(problem, seed, x.shape[1])]
    speeds = [torch.zeros_like(layer) for layer in layers]
    shuffle = torch.Generator().manual_seed(seed + 1)
    alive = np.arange(len(problem.alphas))
    record = _Record(problem)
    record.note(0, alive, accuracy(layers, x_test, y_test), *_loss_and_accuracy(layers, x, y))
    for epoch in range(problem.epochs):
        seen = _epoch(layers, speeds, x, y, lambda share, e=epoch: rate(problem, e + share), shuffle)
        learnt = seen[0] < LEARNT
        if epoch + 1 in record.marks or learnt.any():
            record.note(epoch + 1, alive, accuracy(layers, x_test, y_test), *seen)
            record.finish(epoch + 1, alive[learnt])
            keep = torch.tensor(np.flatnonzero(~learnt), device=device)
            layers, speeds = [w[keep] for w in layers], [v[keep] for v in speeds]
            alive = alive[~learnt]
        ended = epoch + 1 == problem.epochs or not len(alive)
        yield (problem.epochs if ended else epoch + 1), problem.epochs, record.arrays()
        if ended:
            return


def samples(problem: Problem, seed: int, size: int, device: str):
    """x[P, inputs], y[P] for training and x, y of other data for testing, on the device."""
    hierarchical = rules(problem, seed)
    tested = min(TESTED, hierarchical.count - size)
    labels, leaves = data.sample(hierarchical, size + tested, seed)
    x = torch.tensor(data.one_hot(leaves, problem.vocabulary), device=device)
    y = torch.tensor(labels, device=device)
    return x[:size], y[:size], x[size:], y[size:]


def rate(problem: Problem, epoch: float) -> float:
    """0.1 · width, falling as a cosine to 0 over 80 % of the epochs and small, but not 0, from there."""
    share = min(epoch / (0.8 * problem.epochs), 1.0)
    return 0.1 * problem.width * max(0.01, (1 + np.cos(np.pi * share)) / 2)


def accuracy(layers: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """Share of right answers of every run, [run]."""
    right = [(logits(layers, x_).argmax(-1) == y_).sum(1) for x_, y_ in zip(x.split(4096), y.split(4096), strict=True)]
    return (torch.stack(right).sum(0) / len(y)).cpu().numpy()


def _loss_and_accuracy(layers: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    return _cross_entropy(logits(layers, x), y).cpu().numpy(), accuracy(layers, x, y)


def _cross_entropy(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean over samples for every run, [run]."""
    return -torch.log_softmax(outputs, -1).gather(-1, y.expand(len(outputs), -1)[..., None]).mean((1, 2))


def _epoch(layers, speeds, x, y, rate_at, shuffle) -> tuple[np.ndarray, np.ndarray]:
    """One pass in random order, weights changed in place; mean loss and accuracy of every run on the way."""
    batches = torch.randperm(len(x), generator=shuffle).to(x.device).split(BATCH)
    losses = torch.zeros(len(layers[0]), device=x.device)
    right = torch.zeros_like(losses)
    for index, chosen in enumerate(batches):
        for layer in layers:
            layer.requires_grad_(True)
        outputs = logits(layers, x[chosen])
        loss = _cross_entropy(outputs, y[chosen])
        gradients = torch.autograd.grad(loss.sum(), layers)
        losses += loss.detach() * len(chosen)
        right += (outputs.detach().argmax(-1) == y[chosen]).sum(1)
        with torch.no_grad():
            for layer, speed, gradient in zip(layers, speeds, gradients, strict=True):
                speed.mul_(0.9).add_(gradient)
                layer.sub_(rate_at(index / len(batches)) * speed)
    for layer in layers:
        layer.requires_grad_(False)
    return (losses / len(x)).cpu().numpy(), (right / len(x)).cpu().numpy()


class _Record:
    """What is measured at the marked epochs; a run that has left keeps its last values."""

    def __init__(self, problem: Problem):
        self.marks = marks(problem)
        self.curves = np.full((3, len(problem.alphas), len(self.marks)), np.nan, np.float32)
        self.epochs_used = np.full(len(problem.alphas), problem.epochs, np.float32)

    def note(self, epoch: int, alive: np.ndarray, test: np.ndarray, loss: np.ndarray, train: np.ndarray) -> None:
        column = int(np.searchsorted(self.marks, epoch))
        self.curves[:, alive, column] = test, train, loss

    def finish(self, epoch: int, left: np.ndarray) -> None:
        column = int(np.searchsorted(self.marks, epoch))
        self.curves[:, left, column:] = self.curves[:, left, column, None]
        self.epochs_used[left] = epoch

    def arrays(self) -> ground.Arrays:
        test, train, loss = self.curves.copy()
        return {
            "test_accuracy": test, "train_accuracy": train, "train_loss": loss, "epochs_used": self.epochs_used.copy(),
        }  # fmt: skip


def marks(problem: Problem) -> list[int]:
    """The recorded epochs: 0, 1, 2, … about evenly spaced in the logarithm, ending at the budget."""
    return sorted({0, *np.geomspace(1, problem.epochs, RECORDS).round().astype(int).tolist()})


def _axes(problem: Problem) -> ground.Arrays:
    return {
        "seed": problem.seed + np.arange(problem.seeds),
        "size": np.array(problem.sizes),
        "alpha": np.array(problem.alphas, float),
        "epochs": np.array(marks(problem)),
    }


def _seconds(problem: Problem) -> float:
    steps = sum(-(-size // BATCH) for size in problem.sizes) * problem.epochs * problem.seeds
    return steps * (4e-4 + 3.5e-4 * len(problem.alphas) * (problem.width / 64) ** 2)


EXPERIMENT = ground.Experiment(
    name="hierarchy",
    committed=Problem(),
    solution=Solution,
    axes=_axes,
    parts=lambda problem: tuple((s, k) for s in range(problem.seeds) for k in range(len(problem.sizes))),
    train=train,
    seconds=_seconds,
)


if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
