"""All runs at once in torch, for a GPU: descent whose step grows with time, with a step of its own for each run.

W ↔ [run, d, m], a ↔ [run, m] ↔ float64      X ↔ [n, d] or [run, n, d] ↔ the type of the products
k ↔ at ↔ [run] ↔ steps of descent at each run's rate (flow time = rate·k)      λ ↔ sharp ↔ [run]
The rule for the step is that of relu_growing; a run that has converged, or waits for the others, takes steps of 0.

Only W and a are in float64: a float32 state would stop moving once rate·|∂L| < 6e-8·|θ|.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from core.errors import OutsideTheory, Unavailable
from core.training.relu.growing import FOLLOW, SAFETY

LOOK = 10
"""Steps between two looks whether all runs have arrived: each look waits for the device."""


@dataclass
class Batch:
    """Data and settings of a batch on one device; X, y in the type of the products, rate [run] in float64."""

    X: torch.Tensor
    y: torch.Tensor
    rate: torch.Tensor
    eta_a: float
    eta_w: float
    slope: float

    @property
    def n(self) -> int:
        return self.X.shape[-2]

    def velocity(self, W, a):
        """(−η_w ∂L/∂W, −η_a ∂L/∂a, loss) of each run, in float64."""
        Z, gain = self._hidden(W)
        weights = a.to(Z.dtype)[:, None, :]
        active = gain * Z
        residual = self.y - (active * weights).sum(-1)
        signal = (2.0 / self.n) * residual[..., None]
        by_a = (signal * active).sum(-2)
        by_w = self.X.mT @ (signal * weights * gain)
        return self.eta_w * by_w.double(), self.eta_a * by_a.double(), residual.double().square().mean(-1)

    def sharpness(self, W, a, probe, turns: int):
        """(λ, probe): the largest eigenvalue of (2/n) K by power iterations from probe [run, n]."""
        Z, gain = self._hidden(W)
        weights = a.to(Z.dtype)[:, None, :]
        active, back = gain * Z, gain * weights
        for _ in range(turns):
            u = probe.to(Z.dtype)[..., None]
            by_a = (u * active).sum(-2, keepdim=True)
            by_w = ((self.X @ (self.X.mT @ (u * back))) * back).sum(-1)
            image = (self.eta_w * by_w + self.eta_a * (active * by_a).sum(-1)).double()
            size = image.norm(dim=-1)
            probe = image / size.clamp_min(1e-300)[:, None]
        return size * 2.0 / self.n, probe

    def _hidden(self, W):
        Z = self.X @ W.to(self.X.dtype)
        return Z, torch.where(Z >= 0, 1.0, self.slope).to(Z.dtype)


def snapshots(W, a, X, y, rate, steps, *, accuracy, device: str, products, eta_a, eta_w, slope) -> Iterator[tuple]:
    """(step, W[run, m, d], a[run, m]) as numpy, for arrays with one leading axis of runs (X may have none).

    Raises OutsideTheory where descent diverges (η λ_max > 2), Unavailable where the device cannot be had.
    """
    device = _checked(device)

    def to(value, kind):
        return torch.as_tensor(np.array(value), dtype=kind, device=device)

    batch = Batch(to(X, products), to(y, products), to(rate, torch.float64), eta_a, eta_w, slope)
    W, a = to(W, torch.float64).mT.contiguous(), to(a, torch.float64)
    probe = to(np.random.default_rng(0).standard_normal((len(rate), batch.n)), torch.float64)
    sharp, probe = batch.sharpness(W, a, probe, 30)
    _check_stability(batch, sharp)
    power = batch.y.double().square().mean(-1)
    stop = accuracy.stop * torch.where(power > 0, power, 1.0)
    opening = accuracy.opening * torch.where(batch.rate * sharp > 0.05, 3.0, 1.0)
    at = torch.zeros_like(batch.rate)
    for step in steps:
        W, a, probe, sharp, at = _advance(batch, W, a, probe, sharp, at, float(step), accuracy.growth, opening, stop)
        yield step, W.mT.cpu().numpy(), a.cpu().numpy()


def _advance(batch, W, a, probe, sharp, at, goal, growth, opening, stop):
    taken = 0
    while True:
        by_w, by_a, loss = batch.velocity(W, a)
        moving = (at < goal) & (loss >= stop)
        if taken % LOOK == 0 and not moving.any():
            return W, a, probe, sharp, torch.full_like(at, goal)
        if taken % FOLLOW == 0:
            sharp, probe = batch.sharpness(W, a, probe, 1)
        pace = ((by_w.square().sum(1) + by_a.square()) / (W.square().sum(1) + a.square())).amax(-1).sqrt()
        allowed = torch.minimum(SAFETY / sharp, 2.0 * growth / pace) / batch.rate
        stride = torch.minimum(allowed, growth * at).clamp_min(1.0)
        stride = torch.where(at < opening, 1.0, stride)
        stride = torch.minimum(stride, goal - at) * moving
        h = batch.rate * stride
        W = W + h[:, None, None] * by_w
        a = a + h[:, None] * by_a
        at = at + stride
        taken += 1


def _check_stability(batch: Batch, sharp: torch.Tensor) -> None:
    worst = int((batch.rate * sharp).argmax())
    product = float(batch.rate[worst] * sharp[worst])
    if product > 2.0:
        raise OutsideTheory(
            f"gradient descent diverges: η·λ_max = {product:.2g} > 2",
            got=f"η = {float(batch.rate[worst]):.3g}",
            do=f"Use η ≤ {0.99 / float(sharp[worst]):.2g}.",
        )


def _checked(device: str) -> str:
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):
        raise Unavailable("this device cannot be had here", got=device, do="Use device='cpu'.") from None
    return device
