"""Kernel movement compared with a plain LeNet: torch's SGD, kernels made row by row, patterns put in by hand."""

from dataclasses import replace
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch
from torch.nn.functional import avg_pool2d, conv2d, cross_entropy

from core.datasets import images
from core.training.practice import harness
from core.training.practice import kernel_movement as movement
from tests.core.training.committed.agreement import close, copied, drawn, here, last, normal, watched

SMALL = movement.Problem(alphas=(0.1, 10), seeds=1, steps=10, rate=0.1, batch=16, probe=4, data="digits")
SHAPES = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (64, 120), "fc2": (120, 84), "out": (84, 10)}
FAN_IN = {"conv1": 25, "conv2": 150, "fc1": 64, "fc2": 120, "out": 84}
GAINS = {name: ((1 if name == "out" else 2) / fan_in) ** 0.5 for name, fan_in in FAN_IN.items()}

Weights = dict[str, torch.Tensor]


def scaled(one: Weights, alpha: float) -> Weights:
    return {name: weight * {"conv1": 1 / alpha, "out": alpha}.get(name, 1) for name, weight in one.items()}


def plain_outputs(weights: Weights, x: torch.Tensor, gates: list[torch.Tensor] | None = None):
    """Outputs [n, 10] and the four layers' pre-activations; `gates` says which units are on, else their signs do."""
    seen: list[torch.Tensor] = []

    def switch(before: torch.Tensor) -> torch.Tensor:
        seen.append(before)
        return torch.where(before > 0 if gates is None else gates[len(seen) - 1], before, torch.zeros_like(before))

    x = avg_pool2d(switch(conv2d(x, weights["conv1"], padding=2)), 2)
    x = avg_pool2d(switch(conv2d(x, weights["conv2"], padding=2)), 2)
    x = switch(x.flatten(1) @ weights["fc1"])
    return switch(x @ weights["fc2"]) @ weights["out"], seen


def plain_kernel(weights: Weights, probe: torch.Tensor, gating: Weights) -> np.ndarray:
    """J Jᵀ, each row of J the gradient of one output of one image; units are on where they are under `gating`."""
    weights = {name: weight.clone().requires_grad_(True) for name, weight in weights.items()}
    rows = []
    for image in probe:
        gates = [before > 0 for before in plain_outputs(gating, image[None])[1]]
        for output in plain_outputs(weights, image[None], gates)[0][0]:
            gradients = torch.autograd.grad(output, list(weights.values()), retain_graph=True)
            rows.append(torch.cat([gradient.flatten() for gradient in gradients]).numpy())
    return np.array(rows) @ np.array(rows).T


def plain_distance(one: np.ndarray, other: np.ndarray) -> float:
    return 1 - (one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())


def plain_measures(start: Weights, now: Weights, probe: torch.Tensor) -> dict[str, float]:
    """The paper's S, the two counterfactual ones, the share of switches that flipped, the way gone."""
    first = plain_kernel(start, probe, start)
    flips = [
        ((one > 0) != (other > 0)).flatten()
        for one, other in zip(*(plain_outputs(weights, probe)[1] for weights in (start, now)), strict=True)
    ]
    moved = torch.cat([(now[name] - start[name]).flatten() for name in start]).norm()
    return {
        "kernel_distance": plain_distance(first, plain_kernel(now, probe, now)),
        "distance_moved": plain_distance(first, plain_kernel(now, probe, start)),
        "distance_flipped": plain_distance(first, plain_kernel(start, probe, now)),
        "flipped_share": torch.cat(flips).double().mean().item(),
        "parameter_distance": moved.item(),
        "relative_distance": (moved / torch.cat([weight.flatten() for weight in start.values()]).norm()).item(),
    }


def plain_run(problem: movement.Problem, start: Weights, x: torch.Tensor, y: torch.Tensor):
    """The probe images, the weights before every step, and the loss over all images there."""
    weights = {name: weight.clone().requires_grad_(True) for name, weight in start.items()}
    optimiser = torch.optim.SGD(list(weights.values()), lr=problem.rate)
    draws = torch.Generator().manual_seed(problem.seed + 1)
    probe = x[torch.randperm(len(x), generator=draws)[: problem.probe]]
    seen, losses = [], []
    for _ in range(problem.steps + 1):
        seen.append(copied(weights))
        losses.append(cross_entropy(plain_outputs(weights, x)[0], y).item())
        chosen = torch.randint(len(x), (problem.batch,), generator=draws)
        optimiser.zero_grad()
        cross_entropy(plain_outputs(weights, x[chosen])[0], y[chosen]).backward()
        optimiser.step()
    return probe, seen, losses


def _trained(problem: movement.Problem):
    """What the code does from float64 images and a start of numpy's; the weights of which it takes kernels as they are."""
    x, labels = normal(100, 80, 1, 8, 8).numpy(), np.random.default_rng(101).integers(0, 10, 80)
    task = SimpleNamespace(x_train=x[:64], y_train=labels[:64], x_test=x[64:], y_test=labels[64:])
    starts = [scaled(drawn(SHAPES, GAINS), alpha) for alpha in problem.alphas]
    stacked = {name: torch.stack([one[name] for one in starts]) for name in SHAPES}
    with (
        mock.patch.object(movement.images, "digits", lambda *_: task),
        mock.patch.object(movement, "initial", lambda *_: stacked),
        watched(movement, "kernel", lambda weights, _, gates_of=None: (gates_of is None, copied(weights))) as seen,
    ):
        arrays = last(movement.train(problem, (0,)))
    own = [weights for alone, weights in seen if alone]
    return own[len(starts) :], arrays, starts, (torch.tensor(task.x_train), torch.tensor(task.y_train))


def steps() -> None:
    """Ten steps at the recorded moments: every weight, the loss, and in the end every measure from its definition."""
    seen, arrays, starts, data = _trained(SMALL)
    for run, start in enumerate(starts):
        probe, weights, losses = plain_run(SMALL, start, *data)
        for column, step in enumerate([0, 1, 2, 4, 8, 10]):
            close(seen[column * len(starts) + run], weights[step], f"run {run}, step {step}")
            close(arrays["train_loss"][run, column], losses[step], f"loss of run {run}")
        for name, value in plain_measures(start, weights[-1], probe).items():
            close(arrays[name][run, -1], value, f"{name} of run {run}")
    assert (arrays["flipped_share"][:, -1] > 0).all()


def draws() -> None:
    """The start behind the committed runs: torch's stream of the seed, layer by layer."""
    generator = torch.Generator().manual_seed(4)
    ours = movement.initial((0.1, 10.0), 8, 4)
    assert ours.keys() == SHAPES.keys()
    one = {name: torch.randn(shape, generator=generator) * GAINS[name] for name, shape in SHAPES.items()}
    for run, alpha in enumerate((0.1, 10)):
        close({name: weight[run] for name, weight in ours.items()}, scaled(one, alpha), f"α = {alpha}", rtol=1e-5)


def stored() -> None:
    """The committed losses and distances of the first step: seed 0, both ends of α. Only where MNIST's files are.

    Distances that depend on which units are on get room for some that stand at their threshold.
    """
    result = harness.read(movement.EXPERIMENT)
    here(lambda: images.mnist(images.data_folder()))
    ends = replace(result.problem, alphas=result.problem.alphas[:: len(result.problem.alphas) - 1])
    arrays = next(arrays for step, _, arrays in movement.train(ends, (0,)) if step == 1)
    known = {name: getattr(result.solution, name)[0, [0, -1], :2] for name in arrays}
    for name in ("train_loss", "parameter_distance", "relative_distance"):
        close(arrays[name][:, :2], known[name], f"stored {name}", rtol=1e-4, atol=1e-7)
    for name in ("kernel_distance", "distance_moved", "distance_flipped"):
        close(arrays[name][:, :2], known[name], f"stored {name}", rtol=0.02, atol=1e-5)
