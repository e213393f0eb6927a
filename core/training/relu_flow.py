"""integrate: train two-layer (leaky) ReLU networks, and see them at chosen steps of gradient descent.

f(x) = Σ_k a_k σ(w_kᵀx), σ(z) = max(z, γz); no bias        L = (1/n) Σ_i (f(x_i) − y_i)²
W, a ↔ [..., m, d], [..., m]     X, y ↔ [..., n, d], [..., n]     γ ↔ slope
η ↔ rate ↔ number or [...] ↔ flow time per step of descent; θ ← θ − η η_θ ∂L/∂θ
λ_max ↔ largest eigenvalue of (2/n) K, K the tangent kernel with its rates; descent is stable while η λ_max < 2

A run opens with exact gradient descent and goes on with steps of the flow that the fast modes, already still, no longer
forbid. Where η λ_max is large, or the whole run is cheap, all of it is exact descent.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory
from core.training.measures import mean_squared_error
from core.training.relu import chebyshev as relu_chebyshev
from core.training.relu import growing as relu_growing
from core.training.relu.gradient import Work, pack, rounding_floor, sharpness, unpack
from core.training.relu.growing import ARRIVED, CONVERGED, DIVERGED, ROUNDED

METHODS = ("auto", "descent", "growing", "chebyshev", "batched")
CHEAP = 2e8
"""n·m·d times steps up to which every step is taken: some 10 ms."""
OVERHEAD = 3e4
"""n·m·d that take as long as a step's overhead."""
SMALL = 2e5
"""n·m·d up to which products are in float64 and steps short, since time is no concern."""
STABLE = 2.0


@dataclass(frozen=True)
class Accuracy:
    """How closely the flow follows descent. opening: exact steps (three times as many where η λ_max > 0.05);
    growth: largest step of method A as a fraction of the time; tolerance: of method B; stop: loss relative to the mean
    of y² below which θ is frozen."""

    opening: int = 100
    growth: float = 0.05
    tolerance: float = 1e-2
    stop: float = 1e-8


@dataclass(frozen=True)
class Snapshot:
    """Networks after `step` steps of descent: W[..., m, d], a[..., m], their loss[...] and time[...] = rate·step."""

    step: int
    time: np.ndarray
    W: np.ndarray
    a: np.ndarray
    loss: np.ndarray


def integrate(
    W_0,
    a_0,
    X,
    y,
    *,
    rate,
    checkpoints,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    slope: float = 0.0,
    device: str = "cpu",
    method: str = "auto",
    accuracy: Accuracy | None = None,
) -> Iterator[Snapshot]:
    """Snapshots of gradient descent on the mean of squares at the step counts `checkpoints`, in increasing order.

    W_0[..., m, d], a_0[..., m], X[..., n, d], y[..., n]; leading axes are independent runs and broadcast. method:
    "descent" (every step), "growing", "chebyshev" (steps of the flow; see relu_growing, relu_chebyshev), "batched" (all
    runs at once in torch; see relu_batch) or "auto". device "cpu" runs compiled kernels, one network after the other;
    any other name is torch's and means "batched".
    Raises OutsideTheory for input that is empty, not finite or does not fit together, and where η λ_max > 2.
    """
    runs = _Runs.checked(W_0, a_0, X, y, rate=rate, eta_a=eta_a, eta_w=eta_w, slope=slope)
    steps = _checked_steps(checkpoints)
    if method not in METHODS:
        raise OutsideTheory("the method is unknown", got=method, do="Choose one of " + ", ".join(METHODS) + ".")
    if device != "cpu" or method == "batched":
        return runs.batched(steps, device, accuracy)
    return runs.snapshots(steps, method, accuracy)


def stable_rate(W, a, X, *, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0) -> float:
    """The automatic rate 1/λ_max, half of the largest that is stable at this start; W[m, d], a[m], X[n, d].

    Raises OutsideTheory where no neuron is active on any sample: then nothing moves and every rate is stable.
    """
    runs = _Runs.checked(W, a, X, np.zeros(np.shape(X)[:-1]), rate=1.0, eta_a=eta_a, eta_w=eta_w, slope=slope)
    sharpest = max(float(run.lam) for run in runs.started())
    if sharpest == 0:
        what = "The automatic rate needs a neuron that is active on some sample"
        raise OutsideTheory(what, got="a kernel that is zero", do="Choose another seed, more neurons or a leaky slope.")
    return 1.0 / sharpest


def warm_up() -> None:
    """Compile every kernel in both float types, or load it from the cache: seconds once, a fraction of one later."""
    rng = np.random.default_rng(0)
    for n, d, m in ((4, 2, 2), (100, 50, 50)):
        W, a, X = rng.standard_normal((m, d)), rng.standard_normal(m), rng.standard_normal((n, d))
        for method in ("descent", "growing", "chebyshev"):
            rate = 0.1 * stable_rate(W, a, X)
            steps = [2] if method == "descent" else [110]
            opening = Accuracy(opening=2)
            list(integrate(W, a, X, np.ones(n), rate=rate, checkpoints=steps, method=method, accuracy=opening))


class _Run:
    """One network on its way: θ, the clock that the compiled kernels keep, and the work arrays of its float type."""

    def __init__(self, W, a, X, y, rate, flags):
        self.m, self.X, self.y, self.rate, self.flags = a.size, X, y, rate, flags
        self.theta = pack(W, a)
        self.start = self.theta.copy()
        self.speed = np.empty_like(self.theta)
        self.probe = np.random.default_rng(0).standard_normal(y.size)
        self.clock = np.zeros(7)
        self.power = float(np.mean(y**2)) or 1.0
        self.done = False
        self._use(np.float64)
        self.lam = self.clock[1] = sharpness(self.theta, self.probe, *self.work.for_sharpness, 30)
        self.ceiling = 1e6 * max(self.loss(), self.power)

    def _use(self, kind):
        self.kind = kind
        self.work = Work(self.X, self.y, self.m, kind, **self.flags)

    def loss(self) -> float:
        W, a = unpack(self.theta, self.m)
        return float(mean_squared_error(W, a, self.X, self.y, slope=self.flags["slope"]))

    def prepare(self, method: str, last: int, accuracy: Accuracy | None):
        """Choose the method, the opening and the float type of a run to step `last`."""
        sharp, cost = self.rate * self.lam, float(self.X.size) * self.m
        if method == "auto":
            if max(cost, OVERHEAD) * last <= CHEAP:
                method = "descent"
            else:
                method = "chebyshev" if cost > SMALL else "growing"
        if method != "descent" and sharp > STABLE:
            raise self.divergence(sharp)
        if accuracy is None:
            accuracy = _default_accuracy(cost <= SMALL)
            accuracy = replace(accuracy, stop=0.0) if method == "descent" else accuracy
        self.method, self.accuracy = method, accuracy
        self.opening = accuracy.opening * (3 if sharp > 0.05 else 1)
        self.stop = accuracy.stop * self.power
        self.floor = 0.0
        if cost > SMALL:
            self.floor = 1e3 * rounding_floor(self.theta, self.X, self.m)
            self._use(np.float32)

    def advance(self, goal: int):
        """Bring θ to step `goal`; a converged network stays where it is."""
        while not self.done and self.clock[0] < goal:
            found = self._move(goal)
            if found == DIVERGED:
                raise self.divergence(self.rate * self.lam)
            if found == ROUNDED:
                self.floor = 0.0
                self._use(np.float64)
            self.done = found == CONVERGED

    def _move(self, goal: int) -> int:
        until = goal if self.method == "descent" else min(goal, self.opening)
        limits = (self.stop, self.floor, self.ceiling)
        if self.clock[0] < until:
            found = relu_growing.descend(
                self.theta, self.speed, self.clock, until, self.rate, *limits, self.work.for_velocity
            )
            if found == ARRIVED and until == self.opening and self.method != "descent":
                self.clock[1] = sharpness(self.theta, self.probe, *self.work.for_sharpness, 30)
                self.clock[3] += 30
                self.clock[4] = 10.0
            return found
        tail = (*limits, self.work.for_velocity, self.work.for_sharpness)
        if self.method == "growing":
            return relu_growing.grow(
                self.theta, self.speed, self.clock, self.probe, goal, self.rate, self.accuracy.growth, *tail
            )
        return relu_chebyshev.leap(
            self.theta,
            self.speed,
            self.clock,
            self.probe,
            self.start,
            goal,
            self.rate,
            self.accuracy.tolerance,
            *tail,
        )

    def divergence(self, sharp: float) -> OutsideTheory:
        return OutsideTheory(
            f"gradient descent diverges: η·λ_max = {sharp:.2g} > 2",
            got=f"η = {self.rate:.3g}",
            do=f"Use η ≤ {_rounded_down(1.0 / self.lam)}.",
        )


class _Runs:
    """Checked arrays of all runs, broadcast to one leading shape."""

    def __init__(self, shape, arrays, rate, flags):
        self.shape, self.arrays, self.rate, self.flags = shape, arrays, rate, flags

    @classmethod
    def checked(cls, W, a, X, y, *, rate, eta_a, eta_w, slope) -> "_Runs":
        named = (("W_0", W, 2), ("a_0", a, 1), ("X", X, 2), ("y", y, 1), ("rate", rate, 0))
        W, a, X, y, rate = (_checked_array(name, value, axes) for name, value, axes in named)
        _check_fit(W, a, X, y)
        _check_numbers(rate, eta_a, eta_w, slope)
        tails = ((W, 2), (a, 1), (X, 2), (y, 1), (rate, 0))
        try:
            shape = np.broadcast_shapes(*(v.shape[: v.ndim - k] for v, k in tails))
        except ValueError:
            raise OutsideTheory(
                "the leading axes of W_0, a_0, X, y and rate must fit together",
                got=", ".join(str(v.shape) for v, _ in tails),
                do="Give each the same leading axes, or none.",
            ) from None
        wide = [np.broadcast_to(v, shape + v.shape[v.ndim - k :]) for v, k in tails]
        return cls(shape, wide[:4], wide[4], {"eta_a": float(eta_a), "eta_w": float(eta_w), "slope": float(slope)})

    def started(self) -> list[_Run]:
        W, a, X, y = self.arrays
        return [_Run(W[i], a[i], X[i], y[i], float(self.rate[i]), self.flags) for i in np.ndindex(self.shape)]

    def snapshots(self, steps, method, accuracy) -> Iterator[Snapshot]:
        runs = self.started()
        for run in runs:
            run.prepare(method, steps[-1], accuracy)
        for step in steps:
            for run in runs:
                run.advance(step)
            W, a = zip(*(unpack(run.theta, run.m) for run in runs), strict=True)
            yield self._snapshot(step, np.stack(W), np.stack(a))

    def batched(self, steps, device, accuracy) -> Iterator[Snapshot]:
        import torch

        from core.training.relu import batched as relu_batch

        W, a, X, y = (v.reshape(-1, *v.shape[len(self.shape) :]) for v in self.arrays)
        small = X[0].size * a.shape[-1] <= SMALL
        if all(stride == 0 for stride in self.arrays[2].strides[: len(self.shape)]):
            X = X[0]
        together = relu_batch.snapshots(
            W, a, X, y, self.rate.ravel(), steps, accuracy=accuracy or _default_accuracy(small), device=device,
            products=torch.float64 if small else torch.float32, **self.flags,
        )  # fmt: skip
        for step, W, a in together:
            yield self._snapshot(step, W, a)

    def _snapshot(self, step: int, W: np.ndarray, a: np.ndarray) -> Snapshot:
        W, a = W.reshape(*self.shape, *W.shape[1:]), a.reshape(*self.shape, *a.shape[1:])
        X, y = self.arrays[2:]
        loss = mean_squared_error(W, a, X, y, slope=self.flags["slope"])
        return Snapshot(step, self.rate * step, W, a, loss)


def _default_accuracy(small: bool) -> Accuracy:
    return Accuracy(growth=0.003, stop=1e-12) if small else Accuracy()


def _rounded_down(value: float) -> str:
    digits = 2 - math.ceil(math.log10(value))
    return f"{math.floor(value * 10**digits) / 10**digits:.3g}"


def _checked_array(name: str, value, axes: int) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise OutsideTheory(f"{name} must be numbers", got=type(value).__name__, do="Give real numbers.") from None
    if array.ndim < axes:
        raise OutsideTheory(
            f"{name} needs at least {axes} axes", got=f"shape {array.shape}", do="Add the missing axes."
        )
    if array.size == 0:
        raise OutsideTheory(f"{name} is empty", got=f"shape {array.shape}", do="Give at least one entry on each axis.")
    if not np.isfinite(array).all():
        raise OutsideTheory(
            f"{name} must be finite", got="NaN or infinity", do="Remove the entries that are not numbers."
        )
    return array


def _check_fit(W, a, X, y) -> None:
    if W.shape[-2] != a.shape[-1]:
        raise OutsideTheory(
            "W_0 and a_0 must have the same width",
            got=f"{W.shape} and {a.shape}",
            do="Give W_0[..., m, d], a_0[..., m].",
        )
    if W.shape[-1] != X.shape[-1]:
        raise OutsideTheory(
            "W_0 and X must have the same dimension",
            got=f"{W.shape} and {X.shape}",
            do="Give W_0[..., m, d], X[..., n, d].",
        )
    if X.shape[-2] != y.shape[-1]:
        raise OutsideTheory(
            "X and y must have the same number of samples",
            got=f"{X.shape} and {y.shape}",
            do="Give X[..., n, d], y[..., n].",
        )


def _check_numbers(rate, eta_a, eta_w, slope) -> None:
    for name, value in (("the rate η", rate), ("η_a", eta_a), ("η_w", eta_w)):
        if not np.all(np.isfinite(value) & (np.asarray(value) >= 0)) or (name == "the rate η" and np.any(rate == 0)):
            raise OutsideTheory(f"{name} must be positive and finite", got=value, do="Choose a value above 0.")
    if not (math.isfinite(slope) and 0 <= slope <= 1):
        raise OutsideTheory("the slope γ must lie between 0 (ReLU) and 1 (linear)", got=slope, do="Choose 0 ≤ γ ≤ 1.")


def _checked_steps(checkpoints) -> list[int]:
    steps = sorted({int(step) for step in checkpoints})
    if not steps or steps[0] < 0:
        raise OutsideTheory(
            "checkpoints are step counts, at least one, none negative",
            got=list(checkpoints),
            do="Give for example [0, 100].",
        )
    return steps
