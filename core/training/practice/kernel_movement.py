"""Kernel movement: a small LeNet on handwritten digits, its first layer divided by α and its last multiplied by α.

S       ↔ kernel_distance     ↔ 1 − cosine between the tangent kernels at the start and now, on a fixed probe batch
flips   ↔ flipped_share       ↔ share of (hidden unit, probe image) pairs that switched on or off, 0 … 1
|θ−θ₀|  ↔ parameter_distance  ↔ relative_distance is the same divided by |θ₀|
time    ↔ steps of SGD at one rate for all α, the same minibatches for all α
Two counterfactual kernels separate the causes: `distance_moved` keeps the on/off pattern of the start and takes the new
weights, `distance_flipped` keeps the weights of the start and takes the new pattern.
Setting: paper section 6 (figure 6a) asks what moves the kernel early in training. LeNet-5's five layers without biases, so
that every α starts from the same function; average pooling; cross entropy; PyTorch's He-normal weights.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.nn.functional import avg_pool2d, conv2d, cross_entropy, unfold

from core.datasets import images
from core.errors import OutsideTheory
from core.kernels import kernel_distance
from core.params import Params, knob
from core.training.graphs import Step, upload
from core.training.practice import harness as ground
from core.training.practice.command import main

SCALES = (0.1, 0.16, 0.25, 0.4, 0.63, 1, 1.6, 2.5, 4, 6.3, 10)
DATA = {
    "auto": "MNIST when its files are in DATA_DIR, else digits",
    "mnist": "MNIST, 28 × 28",
    "digits": "scikit-learn's digits, 8 × 8",
}
EQUAL_FIT = "equal train loss"
COMPARED = {"equal steps": "the same number of SGD steps", EQUAL_FIT: "the same share of the start's train loss gone"}
FIRST, LAST = "conv1", "out"
SEEN = 1000
"""Images on which losses and accuracies are taken, at the most."""

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Problem(Params):
    alphas: tuple[float, ...] = ground.scales(*SCALES)
    at: str = knob("equal steps", "Compare at", options=COMPARED)
    seeds: int = ground.seeds(8)
    seed: int = ground.seed()
    steps: int = knob(400, "Steps", low=1, high=4096, step=1)
    rate: float = knob(0.005, "Learning rate", low=1e-4, high=0.1, scale="log")
    batch: int = knob(64, "Minibatch", low=8, high=512, step=8)
    probe: int = knob(32, "Probe images", low=4, high=128, step=4)
    data: str = knob("digits", "Data", options=DATA)

    def __post_init__(self):
        super().__post_init__()
        if not self.alphas:
            raise OutsideTheory("At least one α is needed", got="none", do="Choose e.g. 0.1, 1 and 10.")


@dataclass(frozen=True)
class Solution:
    """Everything [seed, alpha, step]; `data` is the data's key in DATA."""

    data: np.ndarray
    seed: np.ndarray
    alpha: np.ndarray
    steps: np.ndarray
    kernel_distance: np.ndarray
    distance_flipped: np.ndarray
    distance_moved: np.ndarray
    flipped_share: np.ndarray
    parameter_distance: np.ndarray
    relative_distance: np.ndarray
    train_loss: np.ndarray
    test_accuracy: np.ndarray


def initial(alphas: tuple[float, ...], side: int, seed: int, device: str = "cpu") -> Weights:
    """He-normal weights [alpha, …]; first layer / α, last layer × α; one draw shared by all α."""
    flat = 16 * (side // 4) ** 2
    shapes = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (flat, 120), "fc2": (120, 84), "out": (84, 10)}
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes.items():
        fan_in = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
        gain = 1.0 if name == LAST else 2.0
        one = torch.randn(shape, generator=generator) * (gain / fan_in) ** 0.5
        power = {FIRST: -1.0, LAST: 1.0}.get(name, 0.0)
        scale = torch.tensor(alphas, dtype=torch.float32) ** power
        weights[name] = (scale.view(-1, *[1] * len(shape)) * one).to(device)
    return weights


def forward(weights: Weights, x: torch.Tensor, gates: list[torch.Tensor] | None = None):
    """Logits [n, 10] of one network and its on/off patterns; `gates` replaces the patterns by given ones."""
    outputs, _, before = traced(weights, x, gates)
    return outputs, [one > 0 for one in before]


def traced(weights: Weights, x: torch.Tensor, gates: list[torch.Tensor] | None = None):
    """Logits [n, 10], what each of the five layers reads, and what the four hidden ones make of it before the ReLU."""
    inputs: list[torch.Tensor] = []
    before: list[torch.Tensor] = []

    def relu(layer: Callable, x: torch.Tensor, name: str) -> torch.Tensor:
        inputs.append(x)
        before.append(layer(x, weights[name]))
        return before[-1] * ((before[-1] > 0) if gates is None else gates[len(before) - 1])

    hidden = avg_pool2d(relu(_convolved, x, "conv1"), 2)
    hidden = avg_pool2d(relu(_convolved, hidden, "conv2"), 2).flatten(1)
    hidden = relu(torch.matmul, relu(torch.matmul, hidden, "fc1"), "fc2")
    return hidden @ weights[LAST], [*inputs, hidden], before


def _convolved(x: torch.Tensor, filters: torch.Tensor) -> torch.Tensor:
    return conv2d(x, filters, padding=2)


def kernel(weights: Weights, probe: torch.Tensor, *, gates_of: Weights | None = None) -> np.ndarray:
    """The tangent kernel [n·10, n·10] of one network, with the on/off pattern of `gates_of` when given.

    Added up layer by layer: a dense layer's part is (inputs · inputs) (signals · signals), with no Jacobian of it anywhere.
    """
    gates = (
        None if gates_of is None else forward({name: weight.detach() for name, weight in gates_of.items()}, probe)[1]
    )
    weights = {name: weight.detach().requires_grad_(True) for name, weight in weights.items()}
    outputs, inputs, before = traced(weights, probe, gates)
    layers = [*before, outputs]
    signals = [torch.autograd.grad(one.sum(), layers, retain_graph=True) for one in outputs.unbind(1)]
    total = torch.zeros(outputs.numel(), outputs.numel(), dtype=torch.float64, device=probe.device)
    for read, one in zip(inputs, (torch.stack(layer, 1) for layer in zip(*signals, strict=True)), strict=True):
        total += _layer_kernel(read.detach(), one)
    return total.cpu().numpy()


def _layer_kernel(read: torch.Tensor, signals: torch.Tensor) -> torch.Tensor:
    """One layer's part of the kernel: what it reads [n, …], the outputs' derivatives by what it gives [n, 10, …]."""
    count = signals.shape[1]
    if read.ndim == 2:
        flat = signals.flatten(0, 1).double()
        same = (read.double() @ read.double().T).repeat_interleave(count, 0).repeat_interleave(count, 1)
        return same * (flat @ flat.T)
    patches = unfold(read, 5, padding=2)
    rows = torch.einsum("ncop,nkp->ncok", signals.flatten(3), patches).flatten(2).flatten(0, 1)
    return (rows @ rows.T).double()


def train(problem: Problem, part: ground.Part, device: str = "cpu") -> Iterator[tuple[int, int, ground.Arrays]]:
    """All α of one seed as one batch; yields after the recorded steps, or several at once where looks are rare."""
    seed = problem.seed + part[0]
    task = images.digits(problem.data)
    x, y, x_test, y_test = (
        torch.tensor(array, device=device) for array in (task.x_train, task.y_train, task.x_test, task.y_test)
    )
    weights = initial(problem.alphas, x.shape[-1], seed, device)
    shuffle = torch.Generator().manual_seed(seed + 1)
    probe = x[upload(torch.randperm(len(x), generator=shuffle)[: problem.probe], device)]
    gauge = _Gauge(_copy(weights), probe, checkpoints(problem.steps))
    looks, unseen = ground.Looks(device), []

    def descend(chosen: torch.Tensor) -> None:
        change = _gradients(weights, x[chosen], y[chosen])
        for name, weight in weights.items():
            weight.sub_(problem.rate * change[name])

    descent = Step(descend, list(weights.values()))
    for step in range(problem.steps + 1):
        if step in gauge.steps:
            unseen.append((step, _copy(weights)))
        if unseen and (step == problem.steps or looks.due(step)):
            for then, kept in unseen:
                gauge.note(then, kept, (x[:SEEN], y[:SEEN]), (x_test[:SEEN], y_test[:SEEN]))
            unseen.clear()
            yield step, problem.steps, gauge.arrays()
        descent(upload(torch.randint(len(x), (problem.batch,), generator=shuffle), x.device))


def _copy(weights: Weights) -> Weights:
    return {name: weight.clone() for name, weight in weights.items()}


def checkpoints(steps: int) -> np.ndarray:
    """0, 1, 2, 4, 8, 16, then two for each doubling, and the last step."""
    doublings = [2**k for k in range(4)] + [round(2 ** (k / 2)) for k in range(8, 24)]
    return np.unique([0, *(step for step in doublings if step < steps), steps])


def _loss(weights: Weights, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return cross_entropy(forward(weights, x)[0], y)


def _gradients(weights: Weights, x: torch.Tensor, y: torch.Tensor) -> Weights:
    """The loss's gradient for every α: network after network, which a core does faster than all as one batch."""
    leaves = {name: weight.detach().requires_grad_(True) for name, weight in weights.items()}
    runs = zip(*(leaf.unbind() for leaf in leaves.values()), strict=True)
    losses = [_loss(dict(zip(leaves, run, strict=True)), x, y) for run in runs]
    return dict(zip(leaves, torch.autograd.grad(torch.stack(losses).sum(), list(leaves.values())), strict=True))


class _Gauge:
    """Distances from the start, one row for each α."""

    def __init__(self, weights: Weights, probe: torch.Tensor, steps: np.ndarray):
        self.start = [_run(weights, k) for k in range(len(weights[FIRST]))]
        self.probe, self.steps = probe, [int(step) for step in steps]
        self.patterns = [_patterns(one, probe) for one in self.start]
        self.kernels = [kernel(one, probe) for one in self.start]
        names = [name for name in Solution.__annotations__ if name not in ("data", "seed", "alpha", "steps")]
        self.rows = {name: np.full((len(self.start), len(steps)), np.nan, np.float32) for name in names}

    def note(self, step: int, weights: Weights, train, test) -> None:
        for k, start in enumerate(self.start):
            for name, value in self._measure(k, start, _run(weights, k), train, test).items():
                self.rows[name][k, self.steps.index(step)] = value

    def _measure(self, k: int, start: Weights, now: Weights, train, test) -> dict[str, float]:
        if not all(torch.isfinite(weight).all() for weight in now.values()):
            return {}
        flipped = (_patterns(now, self.probe) != self.patterns[k]).float().mean()
        moved = sum(float((now[name] - start[name]).double().square().sum()) for name in now) ** 0.5
        size = sum(float(weight.double().square().sum()) for weight in start.values()) ** 0.5
        return {
            "kernel_distance": kernel_distance(self.kernels[k], kernel(now, self.probe)),
            "distance_moved": kernel_distance(self.kernels[k], kernel(now, self.probe, gates_of=start)),
            "distance_flipped": kernel_distance(self.kernels[k], kernel(start, self.probe, gates_of=now)),
            "flipped_share": float(flipped),
            "parameter_distance": moved,
            "relative_distance": moved / size,
            "train_loss": float(_loss(now, *train)),
            "test_accuracy": float((forward(now, test[0])[0].argmax(-1) == test[1]).float().mean()),
        }

    def arrays(self) -> ground.Arrays:
        return {name: row.copy() for name, row in self.rows.items()}


def _run(weights: Weights, k: int) -> Weights:
    return {name: weight[k] for name, weight in weights.items()}


def _patterns(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    return torch.cat([pattern.flatten(1) for pattern in forward(weights, x)[1]], 1)


def _axes(problem: Problem) -> ground.Arrays:
    return {
        "data": np.array(problem.data),
        "seed": problem.seed + np.arange(problem.seeds),
        "alpha": np.array(problem.alphas, float),
        "steps": checkpoints(problem.steps),
    }


def resolve_data(problem: Problem) -> tuple[Problem, str]:
    """The data that "auto" stands for here and now, and why files were not used."""
    key, note = images.resolve_digits(problem.data)
    return replace(problem, data=key), note


def _seconds(problem: Problem) -> float:
    size = 0.15 if problem.data == "digits" else 1.0
    step = len(problem.alphas) * problem.batch * 1e-4
    look = len(problem.alphas) * (0.2 + 0.003 * problem.probe)
    return problem.seeds * size * (problem.steps * step + len(checkpoints(problem.steps)) * look)


EXPERIMENT = ground.Experiment(
    name="kernel_movement",
    committed=Problem(data="mnist"),
    solution=Solution,
    axes=_axes,
    parts=lambda problem: tuple((k,) for k in range(problem.seeds)),
    train=train,
    seconds=_seconds,
    shown=("at",),
    resolve_data=resolve_data,
)


if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
