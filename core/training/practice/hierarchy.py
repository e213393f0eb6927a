"""Hierarchical data: an MLP on the Random Hierarchy Model, its first layer divided by α and its last multiplied by α.

P     ↔ sizes   ↔ [size]    training samples; the test set is 20,000 other samples (or all the rest, when fewer)
α     ↔ alphas  ↔ [alpha]   one stacked tensor for each layer, [alpha, fan_in, fan_out]; all α see the same minibatches
f     ↔ logits  ↔ [alpha, n, n_c]; at the start the same function for every α (ReLU is homogeneous, there are no biases)
time  ↔ epochs; epochs[k] are the recorded ones
Setting: paper section 6 and appendix D.3 (figure 6c) with the conventions of the model's public code (Cagnetta et al.):
three hidden layers of width 64, weights N(0, 1) with 1/√fan-in and a 1/width readout in the forward pass, one-hot inputs
of 0 and 1, SGD with momentum 0.9, batch 128, rate 0.1 · width under a cosine with one value an epoch that is 0 at 80%.
A run leaves when its train loss, averaged over an epoch, is below 0.01.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from core.datasets import hierarchy as data
from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.graphs import Step, upload
from core.training.practice import harness as ground
from core.training.practice.command import main

SCALES = (0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
SIZES = {2**k: "" for k in range(9, 16)}
TARGETS = {0.5: "", 0.6: "", 0.7: "", 0.8: "", 0.9: ""}
BATCH = 128
HIDDEN = 3
TESTED = 20_000
LEARNT = 1e-2
FITTED = 0.99
RECORDS = 16


@dataclass(frozen=True)
class Problem(Params):
    alphas: tuple[float, ...] = ground.scales(*SCALES)
    sizes: tuple[int, ...] = knob(tuple(SIZES), "Samples P", options=SIZES, many=True)
    target: float = knob(0.7, "Accuracy asked for", options=TARGETS, help="P* is the number of samples that reach it.")
    seeds: int = ground.seeds(6)
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
        hidden = torch.relu(torch.bmm(hidden, layer)) / layer.shape[1] ** 0.5
    return torch.bmm(hidden, layers[-1]) / layers[-1].shape[1]


def train(problem: Problem, part: ground.Part, device: str = "cpu") -> Iterator[tuple[int, int, ground.Arrays]]:
    """All α of one seed and one sample size as one batch; a run stands still when learnt, and leaves at the next look.

    Yields after every epoch, or after several where looks are rare.
    """
    seed, size = problem.seed + part[0], problem.sizes[part[1]]
    x, y, x_test, y_test = samples(problem, seed, size, device)
    runs = _Runs([layer.to(device) for layer in initial(problem, seed, x.shape[1])], x, y)
    shuffle = torch.Generator().manual_seed(seed + 1)
    alive = torch.arange(len(problem.alphas), device=device)
    record, looks = _Record(problem, device), ground.Looks(device)
    record.see(alive, _cross_entropy(logits(runs.layers, x), y), accuracy(runs.layers, x, y))
    record.note(0, alive, accuracy(runs.layers, x_test, y_test))
    for epoch in range(problem.epochs):
        going = record.going[alive]
        record.learn(epoch + 1, alive, *runs.epoch(lambda share, e=epoch: rate(problem, e + share), shuffle, going))
        last = epoch + 1 == problem.epochs
        looked = last or looks.due((epoch + 1) * -(-size // BATCH))
        staying = record.going[alive].nonzero()[:, 0] if looked else alive
        if epoch + 1 in record.marks or len(staying) < len(alive):
            record.note(epoch + 1, alive, accuracy(runs.layers, x_test, y_test))
        if not looked:
            continue
        last |= not len(staying)
        yield (problem.epochs if last else epoch + 1), problem.epochs, record.arrays()
        if last:
            return
        if len(staying) < len(alive):
            runs, alive = runs.kept(staying), alive[staying]


def samples(problem: Problem, seed: int, size: int, device: str):
    """x[P, inputs], y[P] for training and x, y of other data for testing, on the device."""
    hierarchical = rules(problem, seed)
    tested = min(TESTED, hierarchical.count - size)
    labels, leaves = data.sample(hierarchical, size + tested, seed)
    x = torch.tensor(data.one_hot(leaves, problem.vocabulary), device=device)
    y = torch.tensor(labels, device=device)
    return x[:size], y[:size], x[size:], y[size:]


def rate(problem: Problem, epoch: float) -> float:
    """0.1 · width times a cosine, one value an epoch: 1 at the start, 0 at 80% of the epochs, rising again from there."""
    return 0.1 * problem.width * (1 + np.cos(np.pi * int(epoch) / (0.8 * problem.epochs))) / 2


def accuracy(layers: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Share of right answers of every run, [run]."""
    right = [(logits(layers, x_).argmax(-1) == y_).sum(1) for x_, y_ in zip(x.split(4096), y.split(4096), strict=True)]
    return torch.stack(right).sum(0) / len(y)


def _cross_entropy(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean over samples for every run, [run]."""
    return -torch.log_softmax(outputs, -1).gather(-1, y.expand(len(outputs), -1)[..., None]).mean((1, 2))


class _Runs:
    """Runs trained as one batch on x[n, inputs], y[n]: their layers, momenta and an epoch's sums, all changed in place."""

    def __init__(self, layers: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor, speeds=None):
        self.layers, self.x, self.y = layers, x, y
        self.speeds = [torch.zeros_like(layer) for layer in layers] if speeds is None else speeds
        self.losses = torch.zeros(len(layers[0]), device=x.device)
        self.right, self.moves = torch.zeros_like(self.losses), torch.ones_like(self.losses)
        self.step = Step(self._step, [*self.layers, *self.speeds, self.losses, self.right])

    def epoch(self, rate_at, shuffle, going=None) -> tuple[torch.Tensor, torch.Tensor]:
        """One pass in random order, weights of the runs `going` changed; loss and accuracy on the way, [run]."""
        batches = upload(torch.randperm(len(self.x), generator=shuffle), self.x.device).split(BATCH)
        self.losses.zero_()
        self.right.zero_()
        if going is not None:
            self.moves.copy_(going)
        for index, chosen in enumerate(batches):
            self.step(chosen, rate_at(index / len(batches)))
        for layer in self.layers:
            layer.requires_grad_(False)
        return self.losses / len(self.x), self.right / len(self.x)

    def kept(self, staying: torch.Tensor) -> "_Runs":
        """Some of the runs, as they are."""
        return _Runs([w[staying] for w in self.layers], self.x, self.y, [v[staying] for v in self.speeds])

    def _step(self, chosen: torch.Tensor, now) -> None:
        for layer in self.layers:
            layer.requires_grad_(True)
        outputs = logits(self.layers, self.x[chosen])
        loss = _cross_entropy(outputs, self.y[chosen])
        gradients = torch.autograd.grad(loss.sum(), self.layers)
        self.losses += loss.detach() * len(chosen)
        self.right += (outputs.detach().argmax(-1) == self.y[chosen]).sum(1)
        step = (now * self.moves)[:, None, None]
        with torch.no_grad():
            for layer, speed, gradient in zip(self.layers, self.speeds, gradients, strict=True):
                speed.mul_(0.9).add_(gradient)
                layer.sub_(step * speed)


class _Record:
    """What is measured at the marked epochs, on the device until looked at; a learnt run keeps its last values."""

    def __init__(self, problem: Problem, device: str):
        self.marks = marks(problem)
        runs = len(problem.alphas)
        self.ends = torch.tensor(self.marks, device=device)
        self.curves = torch.full((3, runs, len(self.marks)), torch.nan, device=device)
        self.seen = torch.full((2, runs), torch.nan, device=device)
        self.epochs_used = torch.full((runs,), float(problem.epochs), device=device)
        self.going = torch.ones(runs, dtype=torch.bool, device=device)

    def see(self, alive: torch.Tensor, loss: torch.Tensor, train: torch.Tensor) -> None:
        """Loss and accuracy of the runs that are still going."""
        self.seen[:, alive] = torch.where(self.going[alive], torch.stack([train, loss]).float(), self.seen[:, alive])

    def learn(self, epoch: int, alive: torch.Tensor, loss: torch.Tensor, train: torch.Tensor) -> None:
        """What an epoch showed; runs whose loss is small enough stand still from here on."""
        self.see(alive, loss, train)
        learnt = self.going[alive] & (loss < LEARNT)
        self.epochs_used[alive] = torch.where(learnt, float(epoch), self.epochs_used[alive])
        self.going[alive] = self.going[alive] & ~learnt

    def note(self, epoch: int, alive: torch.Tensor, test: torch.Tensor) -> None:
        """Fill this epoch's column, if it is a mark, and for learnt runs all that come from where they learnt."""
        stands = ~self.going[alive, None] & (self.ends >= self.epochs_used[alive, None])
        here = stands | (self.ends == epoch)
        now = torch.stack([test.float(), *self.seen[:, alive]])[..., None]
        self.curves[:, alive] = torch.where(here, now, self.curves[:, alive])

    def arrays(self) -> ground.Arrays:
        test, train, loss = self.curves.cpu().numpy().copy()
        used = self.epochs_used.cpu().numpy().copy()
        return {"test_accuracy": test, "train_accuracy": train, "train_loss": loss, "epochs_used": used}


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
    epochs = min(problem.epochs, 100)  # by then nearly all have learnt
    steps = sum(-(-size // BATCH) for size in problem.sizes) * epochs * problem.seeds
    return steps * (4e-4 + 3.5e-4 * len(problem.alphas) * (problem.width / 64) ** 2)


EXPERIMENT = ground.Experiment(
    name="hierarchy",
    committed=Problem(),
    solution=Solution,
    axes=_axes,
    parts=lambda problem: tuple((s, k) for s in range(problem.seeds) for k in range(len(problem.sizes))),
    train=train,
    seconds=_seconds,
    shown=("sample", "target"),
)


if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
