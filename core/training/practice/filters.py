"""First-layer filters: a small residual network with 15 × 15 kernels on colour images, its first layer divided by α.

w ↔ filters     ↔ [filter, colour, 15, 15]; normalisation follows, so dividing w by α leaves the start's function unchanged
smoothness      ↔ ‖(w/‖w‖) * Δ‖² of each 2-D filter, one for each input and output; lower is smoother; white noise has 3.94
turned          ↔ angle in degrees between the first layer's weights (all as one vector) now and at the start
control         ↔ what else is tried: a slower start of the rate, a first layer that stands still
time            ↔ epochs; epochs[k] are the recorded ones, filters are kept at the start and at the last one
Setting: paper section 6 (figures 6b, 11): 64 filters, no weight decay. Our network is smaller: stride 2 and pooling, two
residual blocks, normalisation over all channels of an image (no learned gains), SGD with momentum 0.9, batch 100, the rate
a triangle in time, no augmentation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.nn.functional import conv2d, cross_entropy, layer_norm, max_pool2d

from core.datasets import images
from core.errors import OutsideTheory
from core.params import Params, knob
from core.training.graphs import Step, upload
from core.training.practice import harness as ground
from core.training.practice.command import main

DATA = {
    "auto": "CIFAR-10 when its files are in DATA_DIR, else patches",
    "cifar": "CIFAR-10",
    "cifar-jpeg75": "CIFAR-10 re-encoded as JPEG of quality 75",
    "patches": "patches of two photographs",
}
FILES = {"cifar-jpeg75": "cifar"}
"""Data that stand in the same files as others: only who put them there knows."""
LAPLACIAN = np.array([[-0.25, -0.5, -0.25], [-0.5, 2.0, -0.5], [-0.25, -0.5, -0.25]])
BALANCED = LAPLACIAN + np.diag([0.0, 1.0, 0.0])
FILTERS, SIDE, BATCH = 64, 15, 100
PLAIN, SLOW, FROZEN = "as it is", "slow start", "first layer frozen"
CONTROLS = {
    PLAIN: "the rate rises evenly over the first fifth",
    SLOW: "the rate rises as the fourth power over the first fifth",
    FROZEN: "all other layers learn; one run, since α then changes nothing",
}

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Problem(Params):
    alphas: tuple[float, ...] = ground.scales(0.1, 1, 10)
    control: str = knob(PLAIN, "Training", options=CONTROLS)
    controls: tuple[str, ...] = knob(tuple(CONTROLS), "All kinds of training", options=CONTROLS, many=True)
    seeds: int = ground.seeds(3)
    seed: int = ground.seed()
    epochs: int = knob(3, "Epochs", low=1, high=100, step=1)
    samples: int = knob(20000, "Training images", low=200, high=50000, step=100)
    rate: float = knob(0.05, "Learning rate", low=1e-3, high=1.0, scale="log")
    data: str = knob("patches", "Data", options=DATA)

    def __post_init__(self):
        super().__post_init__()
        if not self.alphas or not self.controls:
            raise OutsideTheory("At least one α and one kind of training are needed", got="none", do="Choose e.g. 1.")


@dataclass(frozen=True)
class Solution:
    """Accuracies, loss, angle, both smoothnesses (means over the 2-D filters) [seed, control, alpha, epoch]; filters
    [seed, control, alpha, 2, filter, 3, 15, 15] at the start and at the last recorded epoch; `data` a key of DATA."""

    data: np.ndarray
    seed: np.ndarray
    control: np.ndarray
    alpha: np.ndarray
    epochs: np.ndarray
    test_accuracy: np.ndarray
    train_accuracy: np.ndarray
    train_loss: np.ndarray
    turned: np.ndarray
    smoothness: np.ndarray
    balanced: np.ndarray
    filters: np.ndarray


def smoothness(filters: np.ndarray, laplacian: np.ndarray = LAPLACIAN) -> np.ndarray:
    """‖(w/‖w‖) * Δ‖² over the positions where Δ lies inside the filter, each 2-D filter by itself: [..., side, side] → [...].

    The paper's measure (appendix D.3) and its Δ. That Δ sums to −1, so a constant filter has 0.75, not 0; BALANCED is the
    Δ with the centre 3, which does not see constants or ramps. Raises OutsideTheory for a zero filter.
    """
    filters = np.asarray(filters, float)
    norm = np.sqrt((filters**2).sum((-2, -1), keepdims=True))
    if (norm == 0).any():
        raise OutsideTheory("A filter must not be zero", got="norm 0", do="Leave such filters out.")
    windows = np.lib.stride_tricks.sliding_window_view(filters / norm, (3, 3), (-2, -1))
    return (np.einsum("...ij,ij->...", windows, laplacian) ** 2).sum((-2, -1))


def initial(alpha: float, classes: int, seed: int, device: str = "cpu") -> Weights:
    """He-normal weights, the first layer divided by α."""
    shapes = {
        "first": (FILTERS, 3, SIDE, SIDE),
        "one_a": (FILTERS, FILTERS, 3, 3),
        "one_b": (FILTERS, FILTERS, 3, 3),
        "wider": (2 * FILTERS, FILTERS, 3, 3),
        "two_a": (2 * FILTERS, 2 * FILTERS, 3, 3),
        "two_b": (2 * FILTERS, 2 * FILTERS, 3, 3),
        "out": (classes, 2 * FILTERS),
    }
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes.items():
        gain = 1.0 if name == "out" else 2.0
        weights[name] = torch.randn(shape, generator=generator) * (gain / int(np.prod(shape[1:]))) ** 0.5
    weights["first"] = weights["first"] / alpha
    return {name: weight.to(device) for name, weight in weights.items()}


def forward(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    """Logits [n, classes] for images [n, 3, side, side]."""
    hidden = max_pool2d(torch.relu(_norm(conv2d(x, weights["first"], stride=2, padding=SIDE // 2))), 2)
    hidden = _block(hidden, weights["one_a"], weights["one_b"])
    hidden = torch.relu(_norm(conv2d(hidden, weights["wider"], stride=2, padding=1)))
    hidden = _block(hidden, weights["two_a"], weights["two_b"])
    return hidden.mean((2, 3)) @ weights["out"].T


def _block(hidden: torch.Tensor, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    inner = torch.relu(_norm(conv2d(hidden, first, padding=1)))
    return torch.relu(hidden + _norm(conv2d(inner, second, padding=1)))


def _norm(hidden: torch.Tensor) -> torch.Tensor:
    """Mean 0, variance 1 over all channels and positions of an image; the tiny eps keeps the start the same for all α."""
    return layer_norm(hidden, hidden.shape[1:], eps=1e-9)


def train(problem: Problem, part: ground.Part, device: str = "cpu") -> Iterator[tuple[int, int, ground.Arrays]]:
    """One seed, one control and one α; yields after every epoch, or after several where looks are rare."""
    seed, control, alpha = problem.seed + part[0], problem.controls[part[1]], problem.alphas[part[2]]
    task = images.colour(FILES.get(problem.data, problem.data), limit=problem.samples)
    x, y = (torch.tensor(array, device=device) for array in (task.x_train, task.y_train))
    tests = tuple(torch.tensor(array, device=device) for array in (task.x_test, task.y_test))
    weights = initial(alpha, task.classes, seed, device)
    run = _Run(weights, [name for name in weights if name != "first" or control != FROZEN], x, y)
    shuffle = torch.Generator().manual_seed(seed + 1)
    record = _Record(problem, weights["first"])
    record.note(0, weights, tests, *_measure(weights, x[:2000], y[:2000]))
    looks, batches = ground.Looks(device), -(-len(x) // BATCH)
    for epoch in range(problem.epochs):
        rates = [rate(problem, epoch + index / batches, control) for index in range(batches)]
        seen = run.epoch(rates, shuffle)
        if epoch + 1 in record.marks:
            record.note(epoch + 1, weights, tests, *seen)
        if epoch + 1 == problem.epochs or looks.due((epoch + 1) * batches):
            yield epoch + 1, problem.epochs, record.arrays()


def rate(problem: Problem, epoch: float, control: str = PLAIN) -> float:
    """A triangle: up to `rate` over the first fifth of the epochs, then down to 0, as in the DAWN benchmark's recipe.

    With a slow start it goes up as the fourth power.
    """
    share = epoch / problem.epochs
    rise = min(5 * share, 1.0)
    return problem.rate * min(rise**4 if control == SLOW else rise, (1 - share) / 0.8)


class _Run:
    """One network in training on images x[n, …], y[n]: the layers that learn, their momenta and an epoch's sums, in place."""

    def __init__(self, weights: Weights, learning: list[str], x: torch.Tensor, y: torch.Tensor):
        self.weights, self.x, self.y = weights, x, y
        self.learning = [weights[name] for name in learning]
        self.speeds = [torch.zeros_like(weight) for weight in self.learning]
        self.sums = torch.zeros(2, dtype=torch.float64, device=x.device)
        self.step = Step(self._step, [*self.learning, *self.speeds, self.sums])

    def epoch(self, rates: list[float], shuffle: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """One pass in random order; mean loss and accuracy on the way, on the device."""
        self.sums.zero_()
        batches = upload(torch.randperm(len(self.x), generator=shuffle), self.x.device).split(BATCH)
        for now, chosen in zip(rates, batches, strict=True):
            self.step(chosen, now)
        for weight in self.learning:
            weight.requires_grad_(False)
        loss, right = (self.sums / len(self.x)).unbind()
        return loss, right

    def _step(self, chosen: torch.Tensor, now) -> None:
        for weight in self.learning:
            weight.requires_grad_(True)
        outputs = forward(self.weights, self.x[chosen])
        loss = cross_entropy(outputs, self.y[chosen])
        gradients = torch.autograd.grad(loss, self.learning)
        self.sums[0] += loss.detach() * len(chosen)
        self.sums[1] += (outputs.detach().argmax(1) == self.y[chosen]).sum()
        with torch.no_grad():
            for weight, speed, gradient in zip(self.learning, self.speeds, gradients, strict=True):
                speed.mul_(0.9).add_(gradient)
                weight.sub_(now * speed)


def _measure(weights: Weights, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    outputs = torch.cat([forward(weights, part) for part in x.split(500)])
    return cross_entropy(outputs, y), (outputs.argmax(1) == y).double().mean()


class _Record:
    """What is measured at the marked epochs, kept on the device until looked at."""

    def __init__(self, problem: Problem, first: torch.Tensor):
        self.marks, self.latest = marks(problem.epochs), 0
        self.start = first.clone()
        self.curves = torch.full((4, len(self.marks)), torch.nan, device=first.device)
        self.filters = torch.full((len(self.marks), *first.shape), torch.nan, device=first.device)

    def note(self, epoch: int, weights: Weights, tests, loss: torch.Tensor, accuracy: torch.Tensor) -> None:
        column = self.marks.index(epoch)
        first = weights["first"].detach()
        cosine = torch.nn.functional.cosine_similarity(first.flatten(), self.start.flatten(), 0)
        angle = cosine.double().clamp(-1, 1).arccos().rad2deg()
        self.curves[:, column] = torch.stack([_measure(weights, *tests)[1], accuracy, loss.double(), angle])
        self.filters[column] = first
        self.latest = column

    def arrays(self) -> ground.Arrays:
        """Curves, and the filters at the start and at the latest mark, rounded to half precision: so they are small on disk."""
        names = ("test_accuracy", "train_accuracy", "train_loss", "turned")
        every = {name: curve.cpu().numpy().copy() for name, curve in zip(names, self.curves, strict=True)}
        filters = self.filters.cpu().numpy()
        for name, laplacian in (("smoothness", LAPLACIAN), ("balanced", BALANCED)):
            every[name] = smoothness(filters, laplacian).mean((-2, -1))
        return every | {"filters": filters[[0, self.latest]].astype(np.float16).astype(filters.dtype)}


def marks(epochs: int) -> list[int]:
    """The recorded epochs: 0, 1, 2, 4, … and the last."""
    return sorted({0, epochs, *(2**k for k in range(7) if 2**k < epochs)})


def _axes(problem: Problem) -> ground.Arrays:
    return {
        "data": np.array(problem.data),
        "seed": problem.seed + np.arange(problem.seeds),
        "control": np.array(problem.controls),
        "alpha": np.array(problem.alphas, float),
        "epochs": np.array(marks(problem.epochs)),
    }


def resolve_data(problem: Problem) -> tuple[Problem, str]:
    """The data that "auto" stands for here and now, and why files were not used."""
    if problem.data in FILES:
        return problem, images.resolve_colour(FILES[problem.data])[1]
    key, note = images.resolve_colour(problem.data)
    return replace(problem, data=key), note


def parts(problem: Problem) -> tuple[ground.Part, ...]:
    """Every seed and α of one control after the other; the frozen layer once a seed, with the α nearest to 1."""
    standard = int(np.argmin(np.abs(np.log(problem.alphas))))
    return tuple(
        (seed, control, k)
        for control, name in enumerate(problem.controls)
        for seed in range(problem.seeds)
        for k in range(len(problem.alphas))
        if name != FROZEN or k == standard
    )


def _seconds(problem: Problem) -> float:
    image = 7e-4 if problem.data == "patches" else 1.4e-3
    return len(parts(problem)) * (1 + problem.epochs * problem.samples * image)


EXPERIMENT = ground.Experiment(
    name="filters",
    committed=Problem(data="cifar-jpeg75", seeds=3, epochs=9),
    solution=Solution,
    axes=_axes,
    parts=parts,
    train=train,
    seconds=_seconds,
    resolve_data=resolve_data,
    shown=("control",),
)


if __name__ == "__main__":
    raise SystemExit(main(EXPERIMENT))
