"""Descent with real steps, noise, momentum, decay and biases: what one step does to δ, added up exactly.

Legend: f(x) = Σ_k a_k σ_γ(w_k·x + b_k); θ = (a, w, b); g = −∂L/∂θ; L = ½ Σ (f − y)² times `share`; η ↔ rate, the same for all
layers; δ_k = a_k² − ‖w_k‖² − b_k² (equal rates); arrays are [run, …], runs differ by their noise alone.

One step changes δ_k exactly by (math of section 5's conservation law, expanded):
  plain descent    η²(g_a² − ‖g_w‖²), because a g_a = w·g_w
  weight decay λ   (1 − ηλ)² δ + η²(g_a² − ‖g_w‖²)
  momentum μ       2η p + η²(v_a² − ‖v_w‖²), v ← μv + g, p = a v_a − w·v_w ← μp
so that over a fixed time the drift grows as η.
"""

from dataclasses import dataclass

import numpy as np

BLOWN = 30.0


@dataclass(frozen=True)
class Task:
    """Start, data and slope of one model: a[m], w[m, d], b[m], X[n, d], y[n]; gradients carry the weight `share`."""

    a: np.ndarray
    w: np.ndarray
    b: np.ndarray
    X: np.ndarray
    y: np.ndarray
    slope: float
    share: float
    biased: bool


class Descent:
    """Descent from one start in `runs` independent copies; a[r, m], w[r, m, d], b[r, m]; NaN-free, stops when BLOWN."""

    def __init__(
        self,
        here: Task,
        rate: float,
        *,
        runs: int = 1,
        momentum: float = 0.0,
        decay: float = 0.0,
        noise: float = 0.0,
        batch: int = 100,
        seed: int = 0,
    ):
        """noise is the spread of fresh label noise, batch the share of the data in each step in %."""
        self.here, self.rate = here, rate
        self.a, self.w, self.b = (np.repeat(value[None], runs, 0) for value in (here.a, here.w, here.b))
        self.v = [np.zeros_like(value) for value in (self.a, self.w, self.b)]
        self.momentum, self.decay, self.noise, self.batch = momentum, decay, noise, batch
        self.generator = np.random.default_rng(seed)
        self.formula = self.counted()
        self.overlap = np.zeros_like(self.formula)
        self.blown = False

    def outputs(self) -> np.ndarray:
        """f(x_i): [run, n]."""
        z = self._hidden()
        return np.einsum("rm,rnm->rn", self.a, np.where(z > 0, z, self.here.slope * z))

    def _hidden(self) -> np.ndarray:
        return np.einsum("nd,rmd->rnm", self.here.X, self.w) + self.b[:, None, :]

    def delta(self) -> np.ndarray:
        """δ without the bias: [run, m]."""
        return self.a**2 - np.square(self.w).sum(-1)

    def counted(self) -> np.ndarray:
        """δ with the bias among the in-weights: [run, m]."""
        return self.delta() - self.b**2

    def loss(self) -> np.ndarray:
        """[run]."""
        return 0.5 * self.here.share * np.square(self.outputs() - self.here.y).sum(-1)

    def force(self) -> list[np.ndarray]:
        """g = −∂L/∂θ at labels with fresh noise, on the step's batch."""
        z = self._hidden()
        gate = np.where(z > 0, 1.0, self.here.slope)
        residual = self.here.y - np.einsum("rm,rnm->rn", self.a, gate * z)
        if self.noise:
            residual = residual + self.noise * self.generator.standard_normal(residual.shape)
        residual = residual * self.here.share * self._batch(residual.shape)
        signal = residual[..., None] * gate * self.a[:, None, :]
        bias = signal.sum(1) if self.here.biased else np.zeros_like(self.b)
        return [np.einsum("rn,rnm->rm", residual, gate * z), np.einsum("rnm,nd->rmd", signal, self.here.X), bias]

    def _batch(self, shape) -> np.ndarray:
        """Weights of the samples in this step: n/k for k of them drawn without replacement, 0 for the rest."""
        if self.batch >= 100:
            return np.ones(shape)
        count = max(1, round(shape[1] * self.batch / 100))
        order = self.generator.random(shape).argsort(1).argsort(1)
        return np.where(order < count, shape[1] / count, 0.0)

    def step(self) -> None:
        """One step of each run; `formula` adds the change of the counted δ that the module's docstring states."""
        shrink = 1 - self.rate * self.decay
        force = self.force()
        self.v = [self.momentum * old + new for old, new in zip(self.v, force, strict=True)]
        squares = self.v[0] ** 2 - np.square(self.v[1]).sum(-1) - self.v[2] ** 2
        self.overlap = self.momentum * self.overlap
        change = 2 * self.rate * shrink * self.overlap + self.rate**2 * squares
        self.formula = shrink**2 * self.formula + change
        self.overlap = shrink * self.overlap + self.rate * squares
        self.a, self.w, self.b = (
            shrink * value + self.rate * speed for value, speed in zip((self.a, self.w, self.b), self.v, strict=True)
        )
        self.blown = not float(np.abs(self.a).max() + np.abs(self.w).max()) < BLOWN
