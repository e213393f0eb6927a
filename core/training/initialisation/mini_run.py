"""The same network "as is" and rescaled, trained side by side on the same data over several seeds.

Legend: W_l ↔ [run, out, in]; b_l ↔ [run, out] or None; X ↔ [run, n, d]; y ↔ [run, n, c]; a run is one (variant, seed).
loss = mean over samples of ‖f(x) − y‖² (the paper's ReLU experiments, section 5); time = Σ rate, the flow's time;
λ ↔ largest eigenvalue of (2/n) K with the layers' rates; descent is stable while rate·λ < 2.

Every step is full-batch gradient descent with rate STEADY·2/λ, λ followed along the way: half of what is stable at that
moment, by the same rule for both variants. Any depth, biases, several outputs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.errors import OutsideTheory
from core.kernels import kernel_distance
from core.training.initialisation.layers import Layers, forward, layer_kernels, rescale

STEADY = 0.5
FOLLOW = 10
MAX_STEPS = 10_000
MAX_RUNS = 40
MAX_TRAIN = 500
MAX_TEST = 2_000
KERNEL_SAMPLES = 100
CHECKPOINTS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300)
VARIANTS = ("as is", "rescaled")


@dataclass(frozen=True)
class Split:
    """Training and test part of one data set for one seed."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


@dataclass(frozen=True)
class Snapshot:
    """All measures up to the newest checkpoint; the generator's last one is the finished run.

    Arrays are [variant, seed, checkpoint], variant in the order of VARIANTS; step is [checkpoint]; `total` checkpoints
    will come. flipped_share is the share of hidden activations on the training inputs that have flipped since the start.
    """

    step: np.ndarray
    total: int
    time: np.ndarray
    train_loss: np.ndarray
    test_loss: np.ndarray
    kernel_distance: np.ndarray
    flipped_share: np.ndarray


def split(X: np.ndarray, y: np.ndarray, seed: int, *, train: int = 200) -> Split:
    """A random part for training, at most half of the rows and `train`, the rest (at most MAX_TEST) for testing."""
    order = np.random.default_rng(seed).permutation(len(X))
    count = min(train, MAX_TRAIN, len(X) // 2)
    inside, outside = order[:count], order[count : count + MAX_TEST]
    return Split(X[inside], y[inside], X[outside], y[outside])


def run(
    starts: Sequence[Layers],
    splits: Sequence[Split],
    factors: Sequence[float],
    *,
    checkpoints: Sequence[int] = CHECKPOINTS,
    device: str = "cpu",
) -> Iterator[Snapshot]:
    """Train each start as it is and with its layers multiplied by `factors`, one split per start; yield Snapshots.

    starts and splits have one entry per seed and equal shapes; checkpoints are step counts. Raises OutsideTheory for
    sizes that do not fit together or exceed the limits, and when a run leaves the numbers behind.
    """
    _check(starts, splits, checkpoints)
    networks = [*starts, *(rescale(start, factors) for start in starts)]
    batch = _Batch(networks, [*splits, *splits], device)
    seen: list[tuple[np.ndarray, ...]] = []
    step = 0
    for goal in sorted({int(c) for c in checkpoints}):
        while step < goal:
            if step % FOLLOW == 0 or step < FOLLOW:
                batch.follow(30 if step == 0 else 3)
            batch.step()
            step += 1
        seen.append(batch.measures())
        shape = (len(VARIANTS), len(starts), len(seen))
        columns = (np.stack(column, axis=-1).reshape(shape) for column in zip(*seen, strict=True))
        steps = np.array(sorted({int(c) for c in checkpoints})[: len(seen)])
        yield Snapshot(steps, len(set(checkpoints)), *columns)


def _check(starts, splits, checkpoints) -> None:
    if not starts or len(starts) != len(splits) or 2 * len(starts) > MAX_RUNS:
        raise OutsideTheory(
            f"Each of at most {MAX_RUNS // 2} seeds needs one network and one data split",
            got=f"{len(starts)} networks, {len(splits)} splits",
            do="Give as many of each.",
        )
    if not checkpoints or min(checkpoints) < 0 or max(checkpoints) > MAX_STEPS:
        raise OutsideTheory(f"Steps must lie in 0 to {MAX_STEPS}", got=list(checkpoints), do="Choose fewer.")
    into, out = starts[0].weights[0].shape[1], starts[0].weights[-1].shape[0]
    for part in splits:
        if part.X.shape[1] != into or part.y.shape[1] != out:
            raise OutsideTheory(
                f"The network takes {into} inputs and gives {out} outputs",
                got=f"data with {part.X.shape[1]} and {part.y.shape[1]}",
                do="Choose data of the network's sizes.",
            )
        if len(part.X) > MAX_TRAIN or len(part.X) == 0 or len(part.X_test) == 0:
            raise OutsideTheory(f"Training takes 1 to {MAX_TRAIN} rows", got=len(part.X), do="Take another split.")


class _Batch:
    """All runs at once in float64; the gradient is written out by hand. The device is looked at for measures only."""

    def __init__(self, networks: Sequence[Layers], splits: Sequence[Split], device: str = "cpu"):
        self.networks, self.splits = list(networks), list(splits)
        self.slope = networks[0].slope
        self.W = [_stack([net.weights[k] for net in networks], device) for k in range(networks[0].depth)]
        self.b = [_stack_or_none([net.biases[k] for net in networks], device) for k in range(networks[0].depth)]
        self.rates = _stack([np.array(net.rates) for net in networks], device)
        self.X, self.y = (_stack(part, device) for part in ([part.X for part in splits], [part.y for part in splits]))
        self.probe = torch.from_numpy(np.random.default_rng(0).standard_normal(tuple(self.y.shape))).to(device)
        self.time, self.rate = self.rates.new_zeros(2, len(networks))
        self.start = [self._patterns(net, part) for net, part in zip(self.networks, self.splits, strict=True)]
        self.kernels = [self._kernel(net, part) for net, part in zip(self.networks, self.splits, strict=True)]

    def _forward(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        values, gates = [self.X], []
        for k, (W, b) in enumerate(zip(self.W, self.b, strict=True)):
            z = values[-1] @ W.mT if b is None else values[-1] @ W.mT + b[:, None, :]
            if k < len(self.W) - 1:
                gates.append(torch.where(z > 0, 1.0, self.slope).to(z.dtype))
                z = z * gates[-1]
            values.append(z)
        return values, gates

    def _gradient(self, values, gates, error) -> list[tuple[torch.Tensor, torch.Tensor | None]]:
        """Of Σ error·f by every layer's weights and bias, each times the layer's rate."""
        found = []
        for k in reversed(range(len(self.W))):
            rate = self.rates[:, k]
            bias = None if self.b[k] is None else rate[:, None] * error.sum(1)
            found.append((rate[:, None, None] * (error.mT @ values[k]), bias))
            if k:
                error = (error @ self.W[k]) * gates[k - 1]
        return found[::-1]

    def follow(self, turns: int) -> None:
        """Set every run's rate from λ, by power iterations of (2/n) J η Jᵀ on the outputs, kept warm between calls."""
        values, gates = self._forward()
        for _ in range(turns):
            direction = self.probe / self.probe.square().sum((1, 2), keepdim=True).sqrt()
            change = torch.zeros_like(values[0])
            for k, (dW, db) in enumerate(self._gradient(values, gates, direction)):
                change = change @ self.W[k].mT + values[k] @ dW.mT
                change = change if db is None else change + db[:, None, :]
                change = change * gates[k] if k < len(gates) else change
            self.probe = change * (2 / self.X.shape[1])
        self.rate = STEADY * 2 / (1.05 * self.probe.square().sum((1, 2)).sqrt())

    def step(self) -> None:
        values, gates = self._forward()
        error = (values[-1] - self.y) * (2 / self.X.shape[1])
        for k, (dW, db) in enumerate(self._gradient(values, gates, error)):
            self.W[k] = self.W[k] - self.rate[:, None, None] * dW
            bias = self.b[k]
            if bias is not None and db is not None:
                self.b[k] = bias - self.rate[:, None] * db
        self.time = self.time + self.rate

    def measures(self) -> tuple[np.ndarray, ...]:
        """time, train loss, test loss, kernel distance, share of flipped activations: each [run]."""
        rows = [
            self._measure(index, net, part)
            for index, (net, part) in enumerate(zip(self._now(), self.splits, strict=True))
        ]
        columns = np.array(rows).T
        if not np.isfinite(columns).all():
            raise OutsideTheory("The run diverged", got="a loss that is not finite", do="Choose a milder rescaling.")
        return (self.time.cpu().numpy(), *columns)

    def _now(self) -> Iterator[Layers]:
        for index, net in enumerate(self.networks):
            biases = tuple(None if b is None else b[index].cpu().numpy() for b in self.b)
            yield replace(net, weights=tuple(W[index].cpu().numpy() for W in self.W), biases=biases)

    def _measure(self, index: int, net: Layers, part: Split) -> tuple[float, float, float, float]:
        train = np.square(forward(net, part.X)[-1] - part.y).sum(1).mean()
        test = np.square(forward(net, part.X_test)[-1] - part.y_test).sum(1).mean()
        turned = kernel_distance(self.kernels[index], self._kernel(net, part))
        return train, test, turned, (self._patterns(net, part) != self.start[index]).mean()

    @staticmethod
    def _kernel(net: Layers, part: Split) -> np.ndarray:
        return layer_kernels(net, part.X[:KERNEL_SAMPLES]).sum(0)

    @staticmethod
    def _patterns(net: Layers, part: Split) -> np.ndarray:
        return np.concatenate([h > 0 for h in forward(net, part.X)[1:-1]], axis=1)


def _stack(arrays: list[np.ndarray], device: str) -> torch.Tensor:
    return torch.from_numpy(np.stack(arrays).astype(float)).to(device)


def _stack_or_none(arrays: list[np.ndarray | None], device: str) -> torch.Tensor | None:
    present = [array for array in arrays if array is not None]
    return _stack(present, device) if present else None
