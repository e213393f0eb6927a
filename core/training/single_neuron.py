"""The minimal model f(x) = a wᵀx trained, not solved: gradient flow, gradient descent, and descent with noise.

| paper    | here        | shape            | meaning                                                                |
|----------|-------------|------------------|------------------------------------------------------------------------|
| a, w     | a, w        | [...], [..., d]  | leading axes are independent runs, all advanced together               |
| X, y     | X, y        | [n, d], [n]      | L = ½‖Xβ − y‖², β = a w                                                |
| η_a, η_w | eta_a, eta_w |                 | rate of each layer                                                     |
| η        | rate        |                  | step of gradient descent: one step is η of the flow's time             |
| δ        | drift       | [..., T]         | η_w a² − η_a‖w‖² minus its start; the flow keeps it, steps move it     |

Paper: section 3. Parameters are float64 torch tensors; snapshots are numpy.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory.checks import Floats, finite, leading_axes, one_rate, step_counts, time_vector, whole
from core.theory.row_space import check_inputs, row_space
from core.theory.single_neuron_kernel import ntk
from core.theory.states import imbalance
from core.training.single_neuron_flow import advance

MOST_STEPS = 200_000
LOST = 1e8
CHUNK = 256


@dataclass(frozen=True)
class Snapshot:
    """All runs at one time of the flow: a[...], w[..., d] after `step` steps. NaN where a run has diverged."""

    step: int
    time: float
    a: Floats
    w: Floats


@dataclass(frozen=True)
class Run:
    """Finished runs: times[T], a[..., T], w[..., T, d], drift[..., T] of δ."""

    times: Floats
    a: Floats
    w: Floats
    drift: Floats


def gradient_flow(
    a_0: ArrayLike,
    w_0: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    times: ArrayLike,
    *,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    tolerance: float = 1e-8,
    device: str = "cpu",
) -> Iterator[Snapshot]:
    """Gradient flow at times[T] (rising) by Dormand and Prince's adaptive fifth-order steps, each run with its own.

    It knows nothing of the exact solution. tolerance is the relative error of one step. Raises OutsideTheory for bad
    input and where more than 200,000 steps would be needed (|δ| times the last time is then too large).
    """
    task = _Task.checked(a_0, w_0, X, y, eta_a, eta_w, device)
    targets = time_vector("times", times)
    if (np.diff(targets) < 0).any():
        raise OutsideTheory("Times must rise", got=f"{targets[:4]} …", do="Sort the times.")
    return _flowing(task, targets, tolerance)


def gradient_descent(
    a_0: ArrayLike,
    w_0: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    rate: float,
    checkpoints: Iterable[int],
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    batch: int = 0,
    label_noise: float = 0.0,
    seed: int = 0,
    device: str = "cpu",
) -> Iterator[Snapshot]:
    """Gradient descent with step η = rate, seen after the step counts `checkpoints` (rising); time = rate × step.

    batch > 0: each step sees `batch` data drawn with replacement, weighted n/batch; label_noise: each step adds fresh
    normal noise of that size to every label. Both leave the mean step unchanged and are drawn for each run on the CPU, so
    that a seed means the same on every device. A run that grows beyond 1e8 times its start is NaN from there on.
    """
    task = _Task.checked(a_0, w_0, X, y, eta_a, eta_w, device)
    steps = step_counts("checkpoints", checkpoints)
    if any(b < a for a, b in itertools.pairwise(steps)):
        raise OutsideTheory("checkpoints must be rising step counts", got=str(steps)[:60], do="Give 0, 10, 100, say.")
    if steps[-1] > MOST_STEPS:
        do = f"Stop at {MOST_STEPS:,} steps, or take larger ones."
        raise OutsideTheory("That is more steps than one picture is worth", got=f"{steps[-1]:,}", do=do)
    rate, batch = one_rate("rate", rate), whole("batch", batch, least=0)
    if not 0 <= label_noise < np.inf:
        raise OutsideTheory("Noise cannot be negative", got=f"{label_noise}", do="Give finite noise of 0 or more.")
    return _descending(task, steps, rate, _Noise(task, batch, float(label_noise), seed))


def collect(snapshots: Iterable[Snapshot], *, eta_a: float = 1.0, eta_w: float = 1.0) -> Run:
    """All snapshots as one Run."""
    kept = list(snapshots)
    a, w = np.stack([s.a for s in kept], axis=-1), np.stack([s.w for s in kept], axis=-2)
    lost = ~np.isfinite(a)
    delta = imbalance(np.where(lost, 0.0, a), np.where(lost[..., None], 0.0, w), eta_a=eta_a, eta_w=eta_w)
    drift = np.where(lost, np.nan, delta - delta[..., :1])
    return Run(np.array([s.time for s in kept]), a, w, drift)


def largest_stable_rate(a: ArrayLike, w: ArrayLike, X: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0) -> float:
    """2/λ_max, the largest step that is stable at (a[...], w[..., d]): λ_max is the tangent kernel's, the largest of all."""
    K = ntk(a, w, X, eta_a=eta_a, eta_w=eta_w)
    return float(2 / np.linalg.eigvalsh(K).max())


@dataclass
class _Task:
    """The runs as one tensor: state[R, d + 1] = (w, a), with the data beside it."""

    state: torch.Tensor
    X: torch.Tensor
    y: torch.Tensor
    rates: torch.Tensor
    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        self.gram, self.moment = self.X.T @ self.X, self.y @ self.X

    @classmethod
    def checked(cls, a_0, w_0, X, y, eta_a, eta_w, device: str) -> "_Task":
        a, w = finite("a_0", a_0), finite("w_0", w_0, least_axes=1)
        check_inputs(row_space(X, y), w)
        rate_a, rate_w = one_rate("eta_a", eta_a), one_rate("eta_w", eta_w)
        shape = leading_axes({"a_0": (a, 0), "w_0": (w, 1)})
        d = w.shape[-1]
        both = [np.broadcast_to(w, (*shape, d)), np.broadcast_to(a, shape)[..., None]]
        start = np.concatenate(both, axis=-1).reshape(-1, d + 1)
        rates = np.r_[np.full(d, rate_w), rate_a]
        state, X, y, rates = (_tensor(x, device) for x in (start, np.asarray(X, float), np.asarray(y, float), rates))
        return cls(state, X, y, rates, shape)

    def speed(self, state: torch.Tensor) -> torch.Tensor:
        """(ẇ, ȧ) = (η_w a ρ, η_a wᵀρ) with ρ = Xᵀ(y − Xβ)."""
        return self.push(state, torch.addmm(self.moment, self.beta(state), self.gram, alpha=-1))

    def beta(self, state: torch.Tensor) -> torch.Tensor:
        return state[:, -1:] * state[:, :-1]

    def push(self, state: torch.Tensor, force: torch.Tensor) -> torch.Tensor:
        """What ρ[R, d] does to the parameters."""
        w, a = state[:, :-1], state[:, -1:]
        return self.rates * torch.cat([a * force, torch.linalg.vecdot(w, force)[:, None]], dim=1)

    def snapshot(self, state: torch.Tensor, step: int, time: float) -> Snapshot:
        out = state.cpu().numpy()
        return Snapshot(step, time, out[:, -1].reshape(self.shape), out[:, :-1].reshape(*self.shape, -1))


def _tensor(array: Floats, device: str) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64, device=device)


def _flowing(task: _Task, targets: Floats, tolerance: float) -> Iterator[Snapshot]:
    state, clock, steps = task.state, 0.0, 0
    stride = None
    for target in targets:
        if target > clock:
            state, stride, taken = advance(task.speed, state, target - clock, stride, tolerance, MOST_STEPS - steps)
            steps, clock = steps + taken, float(target)
        yield task.snapshot(state, steps, float(target))


class _Noise:
    """What a step's labels and data differ by: drawn in chunks on the CPU."""

    def __init__(self, task: _Task, batch: int, label_noise: float, seed: int):
        self.task, self.batch, self.label_noise = task, batch, label_noise
        self.any = batch > 0 or label_noise > 0
        self.source = torch.Generator().manual_seed(seed)
        self.at = CHUNK

    def speed(self, state: torch.Tensor) -> torch.Tensor:
        """The task's speed, as this step's labels and data have it."""
        residual = self._disturbed(self.task.y - self.task.beta(state) @ self.task.X.T)
        return self.task.push(state, residual @ self.task.X)

    def _disturbed(self, residual: torch.Tensor) -> torch.Tensor:
        if self.at == CHUNK:
            self._draw(tuple(residual.shape))
        k = self.at
        self.at += 1
        if self.label_noise:
            residual = residual + self.added[k]
        return residual * self.weight[k] if self.batch else residual

    def _draw(self, shape: tuple[int, ...]) -> None:
        device, n = self.task.y.device, shape[1]
        if self.label_noise:
            normal = torch.randn(CHUNK, *shape, dtype=torch.float64, generator=self.source)
            self.added = (self.label_noise * normal).to(device)
        if self.batch:
            drawn = torch.randint(n, (CHUNK, shape[0], self.batch), generator=self.source)
            counts = torch.zeros(CHUNK, *shape, dtype=torch.float64)
            ones = torch.ones(1, dtype=torch.float64).expand(drawn.shape)
            self.weight = (counts.scatter_add_(2, drawn, ones) * (n / self.batch)).to(device)
        self.at = 0


def _descending(task: _Task, steps: list[int], rate: float, noise: _Noise) -> Iterator[Snapshot]:
    state, done = task.state, 0
    ceiling = LOST * task.state.norm(dim=1, keepdim=True).clamp(min=1.0)
    for step in steps:
        for _ in range(step - done):
            state = state + rate * (noise.speed(state) if noise.any else task.speed(state))
        done = step
        state = torch.where(state.norm(dim=1, keepdim=True) < ceiling, state, torch.nan)
        yield task.snapshot(state, step, rate * step)
