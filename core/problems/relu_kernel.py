"""What moves a ReLU network's tangent kernel along a run in the plane: which neurons, which samples, weights or flips.

paper        name              shape       unit
t            time              [T]         flow time; shown[F] are the places of it at which kernels are kept
K            kernel            [F, n, n]   K over its largest entry, samples by the angle of x; of many samples every few
‖ΔK_k‖       neurons           [F, m]      change of each neuron's part of the kernel (equation 9), over ‖K(0)‖
∠w_k         direction         [F, m]      degrees
–            samples           [F, n]      change of each sample's row of the kernel, over ‖K(0)‖; at angle[n], degrees
–            weights, flips    [T]         path the kernel has gone by weights and by flips, over ‖K(0)‖, running sums
t‖K̇‖         rate              [T]         by the formula of core.kernels.relu_movement, over ‖K(0)‖
–            error             scalar      what K̇, integrated between snapshots, and flips leave of the path unexplained
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import OutsideTheory
from core.kernels.relu import relu_ntk
from core.kernels.relu_movement import kernel_rate, movement, neuron_kernels
from core.training.plane import Run

Array = NDArray[np.float64]

FRAMES = 26
MOST_SAMPLES = 60
MOST_PARTS = 8_000_000
"""neurons · samples² up to which each neuron's part of the kernel is taken."""


@dataclass(frozen=True)
class History:
    """See the module's legend."""

    time: Array
    shown: NDArray[np.int64]
    kernel: Array
    neurons: Array
    direction: Array
    samples: Array
    angle: Array
    weights: Array
    flips: Array
    rate: Array
    error: float


def history(run: Run, X: Array, y: Array, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0) -> History:
    """The kernel's way along a run on data X[n, 2], y[n]; where no neuron sees a datum at first, sizes are over 1.

    Raises OutsideTheory beyond MOST_PARTS.
    """
    if run.a.shape[1] * len(X) ** 2 > MOST_PARTS:
        what = f"What moves the kernel is taken apart up to neurons · samples² = {MOST_PARTS:,}"
        raise OutsideTheory(what, got=f"{run.a.shape[1] * len(X) ** 2:,}", do="Take fewer samples or neurons.")
    rates: dict[str, Any] = {"eta_a": eta_a, "eta_w": eta_w, "slope": slope}
    size = float(np.linalg.norm(relu_ntk(run.W[0], run.a[0], X, **rates))) or 1.0
    shown = np.unique(np.round(np.linspace(0, len(run.time) - 1, FRAMES)).astype(int))
    order, first = np.argsort(np.arctan2(X[:, 1], X[:, 0])), neuron_kernels(run.W[0], run.a[0], X, **rates)
    seen = order[np.unique(np.linspace(0, len(X) - 1, MOST_SAMPLES).astype(int))]
    kernels, neurons, samples = [], [], []
    for k in shown:
        change = neuron_kernels(run.W[k], run.a[k], X, **rates) - first
        neurons.append(np.sqrt((change**2).sum(axis=(1, 2))))
        samples.append(np.linalg.norm(change.sum(axis=0), axis=1))
        now = relu_ntk(run.W[k], run.a[k], X[seen], **rates)
        kernels.append(now / max(float(np.abs(now).max()), np.finfo(float).tiny))
    weights, flips, rate, error = _path(run, X, y, rates)
    return History(
        time=run.time,
        shown=shown,
        kernel=np.array(kernels),
        neurons=np.array(neurons) / size,
        direction=np.degrees(np.arctan2(run.W[shown][..., 1], run.W[shown][..., 0])),
        samples=np.array(samples) / size,
        angle=np.degrees(np.arctan2(X[:, 1], X[:, 0])),
        weights=weights / size,
        flips=flips / size,
        rate=run.time * rate / size,
        error=error,
    )


def _path(run: Run, X: Array, y: Array, rates: dict[str, Any]) -> tuple[Array, Array, Array, float]:
    """Running sums of ‖ΔK‖ by weights and by flips, ‖K̇‖, and the share of the path that K̇ and flips leave open."""
    states = list(zip(run.W, run.a, strict=True))
    parts = [movement(*one, *two, X, **rates) for one, two in pairwise(states)]
    slopes = np.array([kernel_rate(*one, X, y, **rates) for one in states])
    by_weights, by_flips = (np.array([np.linalg.norm(part[k]) for part in parts]) for k in (0, 1))
    steps = np.diff(run.time)[:, None, None] * (slopes[1:] + slopes[:-1]) / 2
    missing = np.linalg.norm(steps - np.array([part.weights for part in parts]), axis=(1, 2)).sum()
    path = by_weights.sum() + by_flips.sum()
    sums = [np.concatenate([[0.0], np.cumsum(one)]) for one in (by_weights, by_flips)]
    return sums[0], sums[1], np.linalg.norm(slopes, axis=(1, 2)), float(missing / path) if path > 0 else 0.0


def told(found: History) -> dict[str, str]:
    """The run's movement in numbers: by flips, by weights, who moves it most, and how well the formula follows."""
    path = found.flips[-1] + found.weights[-1]
    share = float(found.flips[-1] / path) if path > 0 else 0.0
    most = int(np.argmax(found.neurons[-1]))
    of_all = found.neurons[-1] / max(float(found.neurons[-1].sum()), np.finfo(float).tiny)
    ranked = np.cumsum(np.sort(of_all)[::-1])
    return {
        "flips": f"{share:.0%}",
        "weights": f"{1 - share:.0%}",
        "mover": "flips" if share > 0.5 else "weights",
        "direction": f"{found.direction[-1, most]:.0f}".replace("-", "−"),
        "half": str(int(np.searchsorted(ranked, 0.5)) + 1),
        "count": str(len(of_all)),
        "sample": f"{found.angle[int(np.argmax(found.samples[-1]))]:.0f}".replace("-", "−"),
        "error": f"{found.error:.1%}",
    }
