"""Linear networks of any shape and depth trained, not solved: gradient flow (adaptive) and gradient descent, many runs at once.

symbol in the paper ↔ name here ↔ shape ↔ unit
W_1 … W_D ↔ weights ↔ tuple of [...,h_l,h_{l−1}] ↔ first layer first; leading axes are independent runs
β         ↔ beta    ↔ [...,d,c] ↔ (W_D … W_1)ᵀ, f(x) = βᵀx; a two-layer f = AᵀWx has weights (W, Aᵀ)
X, Y      ↔ X, Y    ↔ [n,d], [n,c] ↔ shared by all runs; loss L = ½ ‖X β − Y‖²_F, a sum
η_l       ↔ etas    ↔ [D] ↔ rate per layer, Ẇ_l = −η_l ∂L/∂W_l
t         ↔ time    ↔ flow time; one descent step of size `rate` is `rate` of it

The equations are those of the paper's section 4; how they are integrated is ours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from core.errors import OutsideTheory, Unavailable
from core.theory.checks import finite, layer_rates, one_rate, same_size, step_counts, time_vector
from core.training.single_neuron_flow import advance

MOST_STEPS = 200_000
LOST = 1e30
"""A run with a weight beyond this size has diverged."""


@dataclass(frozen=True)
class Snapshot:
    """All runs at one time: weights as given to the run, beta [...,d,c] and loss [...]; NaN where a run has diverged."""

    step: int
    time: float
    weights: tuple[np.ndarray, ...]
    beta: np.ndarray
    loss: np.ndarray


def gradient_flow(
    weights: Sequence, X, Y, times, *, etas=None, tolerance: float = 1e-10, device: str = "cpu", most: int = MOST_STEPS
) -> Iterator[Snapshot]:
    """Gradient flow at the rising `times` [T] by adaptive fifth-order steps; tolerance is one step's relative error.

    Raises OutsideTheory for bad arrays, shapes, rates or times and where more than `most` steps are needed, Unavailable for
    an absent device.
    """
    network = _Network.checked(weights, X, Y, etas, device)
    targets = time_vector("times", times)
    if np.any(np.diff(targets) < 0):
        raise OutsideTheory("Times must rise", got=f"{targets[:4]} …", do="Sort them.")
    return network.flowing(targets, tolerance, most)


def gradient_descent(
    weights: Sequence, X, Y, *, rate: float, checkpoints: Iterable[int], etas=None, device: str = "cpu"
) -> Iterator[Snapshot]:
    """Gradient descent with step `rate`, seen after the rising step counts `checkpoints`; time = rate × step.

    A run that diverges is NaN from there on. Raises OutsideTheory for bad input and beyond 200,000 steps.
    """
    network = _Network.checked(weights, X, Y, etas, device)
    steps = step_counts("checkpoints", checkpoints)
    if steps != sorted(steps) or steps[-1] > MOST_STEPS:
        raise OutsideTheory(
            f"Checkpoints must be rising step counts up to {MOST_STEPS:,}",
            got=str(steps)[:60],
            do="Give 0, 10, 100, … and a larger rate where that is too few.",
        )
    return network.descending(steps, one_rate("rate", rate))


def stable_rate_bound(weights: Sequence, X, *, etas=None) -> float:
    """2/λ, not above the largest stable rate 2/λ_max: λ = Σ_l η_l ‖W_D…W_{l+1}‖² ‖X (W_{l−1}…W_1)ᵀ‖² ≥ λ_max.

    The smallest over the runs; ‖·‖ are spectral norms. Infinite where the kernel is 0.
    """
    checked = [torch.as_tensor(W) for W in _weights(weights)]
    X = torch.as_tensor(finite("X", X, axes=2))
    rates = layer_rates(etas, len(checked))
    before, after = _around(checked)
    bound = sum(
        rate * torch.linalg.matrix_norm(up, 2) ** 2 * torch.linalg.matrix_norm(X @ down.mT, 2) ** 2
        for rate, up, down in zip(rates, after, before, strict=True)
    )
    largest = float(bound.max())
    return 2 / largest if largest > 0 else float("inf")


@dataclass
class _Network:
    """All runs as one tensor state[R, parameters], and how to read it as layers."""

    state: torch.Tensor
    shapes: list[tuple[int, int]]
    runs: tuple[int, ...]
    X: torch.Tensor
    Y: torch.Tensor
    rates: np.ndarray

    def __post_init__(self) -> None:
        self.gram, self.moment = self.X.T @ self.X, self.Y.T @ self.X

    @classmethod
    def checked(cls, weights, X, Y, etas, device: str) -> "_Network":
        layers = _weights(weights)
        X, Y = finite("X", X, axes=2), finite("Y", Y, axes=2)
        same_size("X [n,d] and Y [n,c] must have the same rows", len(X), len(Y))
        same_size("X [n,d] must have as many columns as the first layer", X.shape[1], layers[0].shape[-1])
        same_size("Y [n,c] must have as many columns as the last layer has rows", Y.shape[1], layers[-1].shape[-2])
        runs = layers[0].shape[:-2]
        if device != "cpu" and not (device.startswith("cuda") and torch.cuda.is_available()):
            raise Unavailable("The device must be cpu, or cuda where it is present", got=device, do="Choose cpu.")
        flat = np.concatenate([W.reshape(*runs, -1) for W in layers], axis=-1).reshape(int(np.prod(runs)), -1)
        data = (torch.tensor(array, device=device) for array in (flat, X, Y))
        state, X_t, Y_t = data
        return cls(state, [W.shape[-2:] for W in layers], runs, X_t, Y_t, layer_rates(etas, len(layers)))

    def layers(self, state: torch.Tensor) -> list[torch.Tensor]:
        sizes = [rows * columns for rows, columns in self.shapes]
        pieces = torch.split(state, sizes, dim=1)
        return [piece.reshape(-1, *shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def speed(self, state: torch.Tensor) -> torch.Tensor:
        """−η_l ∂L/∂W_l for all layers, flattened like the state."""
        layers = self.layers(state)
        before, after = _around(layers)
        residual = self.moment - (layers[-1] @ before[-1]) @ self.gram
        moves = [
            (rate * (up.mT @ residual @ down.mT)).flatten(1)
            for rate, up, down in zip(self.rates, after, before, strict=True)
        ]
        return torch.cat(moves, dim=1)

    def flowing(self, times: np.ndarray, tolerance: float, most: int) -> Iterator[Snapshot]:
        now, stride, taken, state = 0.0, None, 0, self.state
        for time in times:
            if time > now:
                try:
                    state, stride, steps = advance(self.speed, state, time - now, stride, tolerance, most - taken)
                except OutsideTheory as stiff:
                    raise OutsideTheory(stiff.what, got=f"{most:,} steps, at t = {now:.3g}", do=stiff.do) from None
                taken, now = taken + steps, float(time)
            yield self.snapshot(taken, now, state)

    def descending(self, checkpoints: list[int], rate: float) -> Iterator[Snapshot]:
        step, state = 0, self.state
        for checkpoint in checkpoints:
            for _ in range(checkpoint - step):
                state = state + rate * self.speed(state)
            state = torch.where((state.abs() < LOST).all(dim=1, keepdim=True), state, torch.nan)
            step = checkpoint
            yield self.snapshot(step, rate * step, state)

    def snapshot(self, step: int, time: float, state: torch.Tensor) -> Snapshot:
        layers = self.layers(state)
        beta = (layers[-1] @ _around(layers)[0][-1]).mT
        loss = ((self.X @ beta - self.Y) ** 2).sum(dim=(-2, -1)) / 2
        weights = tuple(self._out(layer) for layer in layers)
        return Snapshot(step, time, weights, self._out(beta), self._out(loss))

    def _out(self, tensor: torch.Tensor) -> np.ndarray:
        return tensor.cpu().numpy().reshape((*self.runs, *tensor.shape[1:]))


def _around(layers: list[torch.Tensor]) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """For each layer the product of those before it, W_{l−1}…W_1, and of those after it, W_D…W_{l+1}."""
    first, last = layers[0], layers[-1]
    before = [torch.eye(first.shape[-1], dtype=first.dtype, device=first.device).expand(*first.shape[:-2], -1, -1)]
    after = [torch.eye(last.shape[-2], dtype=last.dtype, device=last.device).expand(*last.shape[:-2], -1, -1)]
    for layer in layers[:-1]:
        before.append(layer @ before[-1])
    for layer in reversed(layers[1:]):
        after.insert(0, after[0] @ layer)
    return before, after


def _weights(weights: Sequence) -> list[np.ndarray]:
    layers = [finite(f"layer {k + 1}", W, axes=(2, 3, 4)) for k, W in enumerate(weights)]
    if not layers:
        raise OutsideTheory("A network needs a layer", got="none", do="Give at least one matrix of weights.")
    for lower, upper in pairwise(layers):
        same_size("Neighbouring layers must share their width", upper.shape[-1], lower.shape[-2])
        same_size("All layers must have the same leading axes", upper.ndim, lower.ndim)
        same_size("All layers must have the same runs", int(np.prod(upper.shape[:-2])), int(np.prod(lower.shape[:-2])))
    return layers
