"""integrate: train two-layer (leaky) ReLU networks, and see them at chosen steps of gradient descent.

f(x) = Σ_k a_k σ(w_kᵀx), σ(z) = max(z, γz); no bias        L = (1/n) Σ_i (f(x_i) − y_i)²
W, a ↔ [..., m, d], [..., m]     X, y ↔ [..., n, d], [..., n]     γ ↔ slope
η ↔ rate ↔ number or [...] ↔ flow time per step of descent; θ ← θ − η η_θ ∂L/∂θ
λ_max ↔ largest eigenvalue of (2/n) K, K the tangent kernel with its rates; descent is stable while η λ_max < 2

A run opens with exact gradient descent and goes on with steps of the flow that the fast modes, already still, no longer
forbid. Where η λ_max is large, or the whole run is cheap, all of it is exact descent.

The network is that of the paper's section 5, the run that of its figures 1 and 5b; the steps are ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.training.device import usable
from core.training.measures import mean_squared_error_of
from core.training.relu import arguments
from core.training.relu.arguments import Arguments
from core.training.relu.run import Accuracy, Run

METHODS = ("auto", "descent", "growing", "chebyshev", "batched")


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
    "descent" (every step), "growing", "chebyshev" (steps of the flow; see core.training.relu.growing and .chebyshev),
    "batched" (all runs at once in torch; see core.training.relu.batched) or "auto". device "cpu" runs compiled kernels,
    one network after the other; any other name is torch's and means "batched".
    The methods of the flow leave descent's single paths, most where neurons turn fast: on networks so small that "auto"
    takes every step (d = 5, n = 40, m = 20), after 10⁴ steps over 80 runs, the weights by 0.02% in the median and 4% at
    worst ("growing", "batched"), by 0.5% and 25% ("chebyshev"); tests/benchmarks/bench_relu.py measures it.
    Raises OutsideTheory for input that is empty, not finite or does not fit together, where η λ_max > 2 at the start (unless
    only step 0 is asked for), and where the loss grows a million-fold later.

    >>> run = integrate([[1.0, 0.0]], [0.5], X=[[1.0, 0.0]], y=[1.0], rate=0.1, checkpoints=[0, 100])
    >>> [round(float(moment.loss), 6) for moment in run]
    [0.25, 0.0]
    """
    given = arguments.checked(W_0, a_0, X, y, rate=rate, eta_a=eta_a, eta_w=eta_w, slope=slope)
    steps = arguments.checked_steps(checkpoints)
    if method not in METHODS:
        raise OutsideTheory("the method is unknown", got=method, do="Choose one of " + ", ".join(METHODS) + ".")
    if device != "cpu" or method == "batched":
        return _together(given, steps, method, device, accuracy)
    return _one_by_one(given, steps, method, accuracy)


def automatic_rate(W, a, X, *, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0) -> float:
    """The automatic rate 1/λ_max, half of the largest that is stable at this start; W[m, d], a[m], X[n, d].

    Raises OutsideTheory where no neuron is active on any sample: then nothing moves and every rate is stable.
    """
    y = np.zeros(np.shape(X)[:-1])
    given = arguments.checked(W, a, X, y, rate=1.0, eta_a=eta_a, eta_w=eta_w, slope=slope)
    return fastest(max(float(run.sharpness) for run in _started(given)))


def fastest(sharpness: float) -> float:
    """The automatic rate 1/λ_max where λ_max is known; OutsideTheory where it is zero."""
    if sharpness == 0:
        what = "The automatic rate needs a neuron that is active on some sample"
        raise OutsideTheory(what, got="a kernel that is zero", do="Choose another seed, more neurons or a leaky slope.")
    return 1.0 / sharpness


def warm_up() -> None:
    """Compile every kernel in both float types, or load it from the cache: seconds once, a fraction of one later."""
    rng = np.random.default_rng(0)
    for n, d, m in ((4, 2, 2), (100, 50, 50)):
        W, a, X = rng.standard_normal((m, d)), rng.standard_normal(m), rng.standard_normal((n, d))
        for method in ("descent", "growing", "chebyshev"):
            rate = 0.1 * automatic_rate(W, a, X)
            steps = [2] if method == "descent" else [110]
            opening = Accuracy(opening=2)
            list(integrate(W, a, X, np.ones(n), rate=rate, checkpoints=steps, method=method, accuracy=opening))


def _started(runs: Arguments) -> list[Run]:
    each = np.ndindex(runs.shape)
    return [Run(runs.W[i], runs.a[i], runs.X[i], runs.y[i], float(runs.rate[i]), runs.layers) for i in each]


def _one_by_one(given: Arguments, steps: list[int], method: str, accuracy: Accuracy | None) -> Iterator[Snapshot]:
    runs = _started(given)
    for run in runs:
        run.prepare(method, steps[-1], accuracy)
    for step in steps:
        for run in runs:
            run.advance(step)
        W, a = zip(*(run.network() for run in runs), strict=True)
        yield _snapshot(given, step, np.stack(W), np.stack(a))


def _together(
    given: Arguments, steps: list[int], method: str, device: str, accuracy: Accuracy | None
) -> Iterator[Snapshot]:
    from core.training.relu import batched

    usable(device)
    for step, W, a in batched.snapshots(given, steps, method=method, accuracy=accuracy, device=device):
        yield _snapshot(given, step, W, a)


def _snapshot(given: Arguments, step: int, W: np.ndarray, a: np.ndarray) -> Snapshot:
    W, a = W.reshape(*given.shape, *W.shape[1:]), a.reshape(*given.shape, *a.shape[1:])
    loss = mean_squared_error_of(W, a, given.X, given.y, slope=given.layers["slope"])
    return Snapshot(step, given.rate * step, W, a, loss)
