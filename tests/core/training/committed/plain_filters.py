"""First-layer filters compared with torch's own layers, normalisation and SGD on small images drawn by numpy."""

from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch
from scipy.signal import convolve2d
from torch import nn
from torch.nn.functional import cross_entropy

from core.datasets import images
from core.training.practice import filters, harness
from tests.core.training.committed.agreement import close, copied, drawn, here, last, normal, watched

SMALL = filters.Problem(alphas=(10,), seeds=1, epochs=5, samples=200, data="patches")
"""Five epochs of two minibatches pass through the whole schedule."""
SHAPES = {
    "first": (64, 3, 15, 15),
    "one_a": (64, 64, 3, 3),
    "one_b": (64, 64, 3, 3),
    "wider": (128, 64, 3, 3),
    "two_a": (128, 128, 3, 3),
    "two_b": (128, 128, 3, 3),
    "out": (8, 128),
}
SLIM = {name: tuple({64: 8, 128: 16}.get(size, size) for size in shape) for name, shape in SHAPES.items()}
"""An eighth of the channels: what a step does is the same, at a thirtieth of the time."""
SHARES = (0, 0.05, 0.1, 0.2, 0.25, 0.5, 0.6, 0.75, 0.9, 0.99, 1)


def plain_rate(problem: filters.Problem, epoch: float, control: str = "as it is") -> float:
    """From 0 up to the rate at a fifth of the epochs, evenly or as the fourth power, then down to 0 at their end."""
    if control == "slow start" and epoch < problem.epochs / 5:
        return problem.rate * (5 * epoch / problem.epochs) ** 4
    return float(np.interp(epoch, [0, problem.epochs / 5, problem.epochs], [0, problem.rate, 0]))


def gains(shapes: dict[str, tuple[int, ...]]) -> dict[str, float]:
    return {name: ((1 if name == "out" else 2) / np.prod(shape[1:])) ** 0.5 for name, shape in shapes.items()}


class Plain(nn.Module):
    """The network of torch's layers: convolution, then normalisation over all channels of an image, then ReLU."""

    def __init__(self, weights: dict[str, torch.Tensor]):
        super().__init__()
        self.layers = nn.ModuleDict()
        for name, weight in weights.items():
            stride = 2 if name in ("first", "wider") else 1
            convolution = nn.Conv2d(*weight.shape[1::-1], weight.shape[-1], stride, weight.shape[-1] // 2, bias=False)
            self.layers[name] = nn.Linear(*weight.shape[::-1], bias=False) if weight.ndim == 2 else convolution
            self.layers[name].weight = nn.Parameter(weight.clone())

    def normal(self, name: str, x: torch.Tensor) -> torch.Tensor:
        mixed = self.layers[name](x)
        return nn.GroupNorm(1, mixed.shape[1], eps=1e-9, affine=False)(mixed)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.MaxPool2d(2)(self.normal("first", x).relu())
        x = (x + self.normal("one_b", self.normal("one_a", x).relu())).relu()
        x = self.normal("wider", x).relu()
        x = (x + self.normal("two_b", self.normal("two_a", x).relu())).relu()
        return self.layers["out"](nn.AdaptiveAvgPool2d(1)(x).flatten(1))

    def weights(self) -> dict[str, torch.Tensor]:
        return copied({name: layer.weight for name, layer in self.layers.items()})


def plain_run(problem: filters.Problem, control: str, start: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor):
    """Weights before every minibatch and at the end, and the mean loss at the start and on the way of each epoch."""
    network = Plain(start)
    network.layers["first"].weight.requires_grad_(control != "first layer frozen")
    optimiser = torch.optim.SGD(network.parameters(), lr=1.0, momentum=0.9)
    shuffle = torch.Generator().manual_seed(problem.seed + 1)
    seen, losses = [], [cross_entropy(network(x), y).item()]
    for epoch in range(problem.epochs):
        batches = torch.randperm(len(x), generator=shuffle).split(100)
        total = 0.0
        for index, chosen in enumerate(batches):
            seen.append(network.weights())
            loss = cross_entropy(network(x[chosen]), y[chosen])
            total += loss.item() * len(chosen)
            optimiser.zero_grad()
            loss.backward()
            optimiser.param_groups[0]["lr"] = plain_rate(problem, epoch + index / len(batches), control)
            optimiser.step()
        losses.append(total / len(x))
    return [*seen, network.weights()], losses


def angle(one: torch.Tensor, other: torch.Tensor) -> float:
    """Degrees between two arrays of weights: twice the angle whose tangent is half chord over half sum."""
    one, other = one / one.norm(), other / other.norm()
    return np.degrees(2 * np.arctan2((one - other).norm().item(), (one + other).norm().item()))


def plain_smoothness(filters: torch.Tensor, total: int) -> float:
    """Mean over the 2-D filters of ‖(w/‖w‖) * Δ‖², by scipy's convolution; the numbers of Δ sum to `total`."""
    laplacian = np.array([[-1, -2, -1], [-2, 12 + 4 * total, -2], [-1, -2, -1]]) / 4
    each = [one / np.linalg.norm(one) for one in filters.numpy().reshape(-1, 15, 15)]
    return float(np.mean([(convolve2d(one, laplacian, mode="valid") ** 2).sum() for one in each]))


def _trained(problem: filters.Problem, control: int):
    """What the code does from float64 images and a start of numpy's."""
    x, labels = normal(100, 240, 3, 12, 12).numpy(), np.random.default_rng(101).integers(0, 8, 240)
    task = SimpleNamespace(x_train=x[:200], y_train=labels[:200], x_test=x[200:], y_test=labels[200:], classes=8)
    start = drawn(SLIM, gains(SLIM))
    start["first"] /= problem.alphas[0]
    with (
        mock.patch.object(filters.images, "colour", lambda *_, **__: task),
        mock.patch.object(filters, "initial", lambda *_: copied(start)),
        watched(filters, "forward", lambda weights, _x: (weights["out"].requires_grad, copied(weights))) as seen,
    ):
        arrays = last(filters.train(problem, (0, control, 0)))
    weights = [one for trains, one in seen if trains] + [seen[-1][1]]
    return weights, arrays, start, (torch.tensor(task.x_train), torch.tensor(task.y_train))


def steps() -> None:
    """Ten minibatches through the whole schedule of every kind of training: weights, losses, filters, measures, angle."""
    for place, control in enumerate(SMALL.controls):
        _steps_of(control, *_trained(SMALL, place))


def _steps_of(control: str, seen, arrays, start, data) -> None:
    weights, losses = plain_run(SMALL, control, start, *data)
    assert len(seen) == len(weights) == 11
    for step, theirs in enumerate(weights):
        close(seen[step], theirs, f"{control}, step {step}")
    marks = [0, 1, 2, 4, 5]
    close(arrays["train_loss"], [losses[epoch] for epoch in marks], f"{control}, losses")
    ends = torch.stack([weights[0]["first"], weights[-1]["first"]])
    close(arrays["filters"], ends, f"{control}, filters", rtol=5e-4, atol=1e-7)  # kept in half precision
    for name, total in (("smoothness", -1), ("balanced", 0)):
        rough = [plain_smoothness(weights[2 * epoch]["first"], total) for epoch in marks]
        close(arrays[name], rough, f"{control}, {name}")
    angles = [angle(weights[2 * epoch]["first"], start["first"]) for epoch in marks]
    close(arrays["turned"][1:], angles[1:], f"{control}, angles", atol=1e-5)


def schedule() -> None:
    """The rate at moments of the committed problem's whole schedule."""
    problem = filters.EXPERIMENT.committed
    for control in problem.controls:
        moments = [share * problem.epochs for share in SHARES]
        ours = [filters.rate(problem, at, control) for at in moments]
        close(ours, [plain_rate(problem, at, control) for at in moments], f"rate, {control}")


def draws() -> None:
    """The start behind the committed runs: torch's stream of the seed, layer by layer."""
    generator = torch.Generator().manual_seed(4)
    ours = filters.initial(10.0, 8, 4)
    assert ours.keys() == SHAPES.keys()
    for name, gain in gains(SHAPES).items():
        one = torch.randn(SHAPES[name], generator=generator) * gain
        close(ours[name], one / (10 if name == "first" else 1), name, rtol=1e-5, atol=1e-6)


def stored() -> None:
    """The committed filters of the start: seed 0, the last α; where CIFAR-10's files are, loss and angle after one epoch."""
    result = harness.read(filters.EXPERIMENT)
    place = (0, 0, len(result.problem.alphas) - 1)
    known = result.solution
    start = filters.initial(result.problem.alphas[-1], 10, result.problem.seed)["first"]
    close(known.filters[place][0], start, "stored start", rtol=1e-3, atol=1e-6)
    close(known.smoothness[place][0], plain_smoothness(start, -1), "stored smoothness", rtol=1e-4)
    here(lambda: images.cifar(images.data_folder()))
    _, _, arrays = next(filters.train(result.problem, place))
    close(arrays["train_loss"][:2], known.train_loss[place][:2], "stored losses", rtol=5e-3)
    close(arrays["turned"][1], known.turned[place][1], "stored angle", rtol=5e-3)
