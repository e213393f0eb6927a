"""A two-layer (leaky) ReLU network with two inputs, trained and watched: snapshots spaced evenly in log time.

paper     name                 shape       unit
W, a      W, a                 [k, m, 2], [k, m]
t         time                 [k]         flow time, learning rate × steps, from 0
L         loss                 [k]         mean of squares on the training data
–         hamming              [k]         Σ_neurons of the share of data whose activation differs from the start's
‖θ−θ₀‖    distance             [k]         parameter distance
S         kernel_distance      [k]         1 − cos∠(K_0, K_t) of the tangent kernel; NaN where no neuron is active
δ drift   drift                [k]         max over neurons of |δ_i(t) − δ_i(0)|, what the flow would conserve
η         rate                 scalar      flow time per step of gradient descent

The task is that of the paper's figure 1a.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import OutsideTheory
from core.kernels import kernel_distance, relu_kernel_distance, relu_ntk
from core.training import measures, relu_flow

Array = NDArray[np.float64]

SNAPSHOTS = 120
EARLIEST = 1e-3
PAPER_RATE = 1e-4
MOST_STEPS = 100_000_000
STIFF = 5e8
MOST_WORK = 6e10
DEVICES_SHARE = 10
"""How much more of that a device other than a core may take on."""
PAYS = 2.5e5
"""Samples times neurons from which a GPU is expected to be sooner than a core. For τ = 0.1 and 2, until t = 100, a core took
0.5 and 0.3 s for 200 × 200, 1.8 and 1.8 s for 400 × 400, 4.4 and 6.3 s for 600 × 600; an H200 0.8 and 1.2, 0.9 and 2.4, and
1.2 and 3.6 s."""
AUTO = "a GPU from samples × neurons = 250,000 on"
TOGETHER = 200
"""Samples and neurons up to which all snapshots are measured at once."""


@dataclass(frozen=True)
class Run:
    """One finished training run; see the module's legend. `rate` is the one that was used."""

    time: Array
    W: Array
    a: Array
    loss: Array
    hamming: Array
    distance: Array
    kernel_distance: Array
    drift: Array
    rate: float

    @property
    def beta(self) -> Array:
        """|a_i| w_i [k, m, 2]: where each neuron is drawn, so that its sign can be its colour (paper, figure 1a)."""
        return np.abs(self.a)[..., None] * self.W

    @property
    def flipped(self) -> Array:
        """Share of all (neuron, datum) activations that differ from the start's, 0 to 1."""
        return self.hamming / self.a.shape[1]


def follow(
    W_0: Array,
    a_0: Array,
    X: Array,
    y: Array,
    *,
    end: float,
    rate: float = 0.0,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    slope: float = 0.0,
    snapshots: int = SNAPSHOTS,
    device: str = "cpu",
) -> Run:
    """Train W_0[m, 2], a_0[m] on X[n, 2], y[n] until flow time `end`; rate 0 means `panel_rate`.

    Raises OutsideTheory where gradient descent diverges at the given rate, and where the run would take too long.
    On another device than "cpu" torch trains and compares the kernels.
    """
    rates: dict[str, Any] = {"eta_a": eta_a, "eta_w": eta_w, "slope": slope}
    sharpness = _sharpness(W_0, a_0, X, rates)
    rate = rate or _panel_rate(sharpness)
    work = end * sharpness * X.shape[0] * a_0.size
    _refuse_long_runs(end, rate, work if device == "cpu" else work / DEVICES_SHARE)
    times = np.geomspace(min(EARLIEST, end / 2), end, snapshots)
    steps = np.unique(np.concatenate([[0], np.round(times / rate)])).astype(int)
    method = "chebyshev" if work > STIFF and rate <= PAPER_RATE else "auto"
    moments = {"checkpoints": steps.tolist(), "method": method if device == "cpu" else "batched", "device": device}
    seen = list(relu_flow.integrate(W_0, a_0, X, y, rate=rate, **moments, **rates))
    W, a = np.stack([s.W for s in seen]), np.stack([s.a for s in seen])
    return Run(
        time=np.array([float(s.time) for s in seen]),
        W=W,
        a=a,
        loss=np.array([float(s.loss) for s in seen]),
        hamming=_flips(W, X),
        distance=measures.parameter_distance(W[0], a[0], W, a),
        kernel_distance=_kernel_distances(W, a, X, rates, device),
        drift=measures.delta_drift(W[0], a[0], W, a, eta_a=eta_a, eta_w=eta_w),
        rate=rate,
    )


def pays(samples: int, neurons: int) -> bool:
    """Whether a GPU is expected to train such a network sooner than a core."""
    return samples * neurons >= PAYS


def check_even(width: int) -> None:
    """Students start as pairs, or with as many readouts of either sign: OutsideTheory for an odd number of neurons."""
    if width % 2:
        raise OutsideTheory("The number of neurons must be even", got=width, do=f"Use {width + 1}.")


def panel_rate(W_0: Array, a_0: Array, X: Array, **rates: float) -> float:
    """The paper's 1e-4 (figure 1a), or half of the largest stable rate at the start where that is smaller."""
    return _panel_rate(_sharpness(W_0, a_0, X, rates))


def _panel_rate(sharpness: float) -> float:
    return min(PAPER_RATE, 1 / max(sharpness, 1.0))


def _sharpness(W: Array, a: Array, X: Array, rates: dict[str, Any]) -> float:
    """λ_max of (2/n) K, exactly: descent is stable below a rate of 2/λ_max."""
    return 2 / len(X) * float(np.linalg.eigvalsh(relu_ntk(W, a, X, **rates))[-1])


def _refuse_long_runs(end: float, rate: float, work: float) -> None:
    if work > MOST_WORK:
        raise OutsideTheory(
            "This run is too stiff to be done while you wait",
            got=f"{work / MOST_WORK:.2g} times the limit of end · λ_max · samples · neurons",
            do="Use a shorter time, smaller rates η_a and η_w, fewer neurons or fewer samples.",
        )
    if end / rate > MOST_STEPS:
        raise OutsideTheory(
            f"A run may have at most {MOST_STEPS:,} steps",
            got=f"{end / rate:.3g}",
            do=f"Use a step size of at least {end / MOST_STEPS:.2g}, or a shorter time.",
        )


def _flips(W: Array, X: Array) -> Array:
    if len(X) <= TOGETHER and W.shape[1] <= TOGETHER:
        return measures.hamming_distance(W[0], W, X)
    return np.array([float(measures.hamming_distance(W[0], now, X)) for now in W])


def _kernel_distances(W: Array, a: Array, X: Array, rates: dict[str, Any], device: str) -> Array:
    if device != "cpu":
        from core.training.relu.ruler import kernel_distances

        return kernel_distances(W, a, X, rates, device)
    if len(X) > TOGETHER:
        return np.array([_blockwise(W, a, X, rates, k) for k in range(len(W))])
    kernels = np.stack([relu_ntk(*now, X, **rates) for now in zip(W, a, strict=True)])
    seen = np.any(kernels, axis=(1, 2)) & np.any(kernels[0])
    found = np.full(len(kernels), np.nan)
    if seen.any():
        found[seen] = kernel_distance(kernels[0], kernels[seen])
    return found


def _blockwise(W: Array, a: Array, X: Array, rates: dict[str, Any], k: int) -> float:
    try:
        return relu_kernel_distance(W[0], a[0], W[k], a[k], X, **rates)
    except OutsideTheory:
        return float("nan")
