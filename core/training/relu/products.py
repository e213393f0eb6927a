"""Gradients and sharpness of many networks at once in torch, the networks of one data set multiplied together.

θ ↔ theta ↔ [slot, d + 1, m] ↔ float64, rows 0…d−1 are Wᵀ and row d is a      slot = group · members + member
X, y ↔ [group, n, d], [group, n, member] ↔ one set of inputs a group, in the type of the products (float32 or float64)
−η ∂L/∂θ ↔ speed ↔ [slot, d + 1, m] ↔ float64, L = (1/n) Σ_i (f(x_i) − y_i)²
λ ↔ sharpness ↔ [slot] ↔ largest eigenvalue of (2/n) K, K the tangent kernel with its rates

One product of X[n, d] with all members' weights [d, members·m] keeps a GPU busier than many narrow ones, and reads X
once. Nothing here looks at a value on the host, so a sequence of calls can be captured as one CUDA graph.

Ours.
"""

from dataclasses import dataclass

import torch

from core.training.relu.gradient import SINGLE


def signals(Z, a, y, slope: float):
    """(signals [g, n, k, m], −∂L/∂a [g, k, m], loss [g, k]) from pre-activations Z[g, n, k, m], a[g, 1, k, m], y[g, n, k]."""
    above = Z >= 0
    gain = above if slope == 0 else _gain(Z, slope)
    active = Z.clamp_min(0.0) if slope == 0 else gain * Z
    residual = y - (active * a).sum(-1)
    pull = ((2.0 / Z.shape[1]) * residual)[..., None]
    return (pull * a).mul_(gain), active.mul_(pull).sum(1), residual.double().square().mean(1)


def _gain(Z: torch.Tensor, slope: float) -> torch.Tensor:
    """σ'(Z), 1 at 0."""
    above = (Z >= 0).to(Z.dtype)
    return above if slope == 0 else above * (1.0 - slope) + slope


@dataclass
class Products:
    """The data of a batch and the buffers of its products; eta_a, eta_w and slope as in integrate."""

    X: torch.Tensor
    y: torch.Tensor
    m: int
    eta_a: float
    eta_w: float
    slope: float

    def __post_init__(self) -> None:
        self.groups, self.n, self.d = self.X.shape
        self.members = self.y.shape[2]
        self.slots = self.groups * self.members
        self.flat = self.X.new_empty(self.groups, self.d + 1, self.members * self.m)

    def velocity(self, theta: torch.Tensor, ahead: torch.Tensor, speed: torch.Tensor) -> torch.Tensor:
        """speed ← (−η_w ∂L/∂W, −η_a ∂L/∂a) at theta + ahead; returns the loss there, [slot]."""
        Z, a = self._hidden(theta, ahead)
        back, by_a, loss = signals(Z, a, self.y, self.slope)
        self._write(speed, back, by_a)
        return loss.flatten()

    def power(self, theta: torch.Tensor, probe: torch.Tensor, turns: int) -> tuple[torch.Tensor, torch.Tensor]:
        """(λ [slot], probe [slot, n]) after `turns` power iterations from probe; a kernel of 0 leaves a probe of ones."""
        Z, a = self._hidden(theta)
        gain = _gain(Z, self.slope)
        active, gate = gain * Z, gain * a
        u = self._by_group(probe / probe.norm(dim=1, keepdim=True).clamp_min(1e-300))
        size = u.new_zeros(self.groups, self.members)
        for _ in range(turns):
            pull = u.to(Z.dtype)[..., None]
            by_W = torch.bmm(self.X.mT, (pull * gate).flatten(2))
            along = torch.bmm(self.X, by_W).view(Z.shape)
            by_a = (pull * active).sum(1, keepdim=True)
            image = self.eta_w * (along * gate).sum(-1).double() + self.eta_a * (active * by_a).sum(-1).double()
            size = image.norm(dim=1)
            found = ((size > 0) & torch.isfinite(size))[:, None]
            u = torch.where(found, image / torch.where(found, size[:, None], 1.0), 1.0)
        return size.flatten() * (2.0 / self.n), u.permute(0, 2, 1).reshape(self.slots, self.n)

    def scales(self, theta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(loss, the loss that float32 products cannot tell from 0), each [slot]: see gradient.rounding_floor."""
        Z, a = self._hidden(theta)
        loss = signals(Z, a, self.y, self.slope)[2]
        rounding = float(SINGLE) ** 2 * (Z * a).double().square().sum(-1).mean(1)
        return loss.flatten(), rounding.flatten()

    def _hidden(self, theta: torch.Tensor, ahead: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Pre-activations [g, n, k, m] and readouts [g, 1, k, m] at theta or theta + ahead, in the type of the products."""
        own, flat = self._grouped(theta), self.flat.view(self.groups, self.d + 1, self.members, self.m)
        if ahead is None:
            flat.copy_(own)
        else:
            torch.add(own, self._grouped(ahead), out=flat)
        Z = torch.bmm(self.X, self.flat[:, :-1]).view(self.groups, self.n, self.members, self.m)
        return Z, flat[:, -1:]

    def _grouped(self, weights: torch.Tensor) -> torch.Tensor:
        """[slot, d + 1, m] → [g, d + 1, k, m]."""
        return weights.view(self.groups, self.members, self.d + 1, self.m).permute(0, 2, 1, 3)

    def _write(self, speed: torch.Tensor, back: torch.Tensor, by_a: torch.Tensor) -> None:
        by_W = torch.bmm(self.X.mT, back.flatten(2)).view(self.groups, self.d, self.members, self.m)
        own = self._grouped(speed)
        for part, found, rate in ((own[:, :-1], by_W, self.eta_w), (own[:, -1], by_a, self.eta_a)):
            part.copy_(found if rate == 1 else found * rate)

    def _by_group(self, probe: torch.Tensor) -> torch.Tensor:
        """[slot, n] → [g, n, k]."""
        return probe.view(self.groups, self.members, self.n).permute(0, 2, 1)
