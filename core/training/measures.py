"""What is measured of a two-layer (leaky) ReLU network on its way from (W_0, a_0) to (W, a).

W ↔ [..., m, d], a ↔ [..., m], X ↔ [n, d]; leading axes broadcast
Hamming distance ↔ Σ over neurons of the fraction of inputs whose activation has flipped ↔ 0..m
parameter distance ↔ √(‖W − W_0‖² + ‖a − a_0‖²)
loss ↔ mean of squares, as in the paper's ReLU experiments
δ drift ↔ max over neurons of |δ_k − δ_k(0)|, δ_k = η_w a_k² − η_a ‖w_k‖² (zero for the exact flow)
alignment ↔ Σ_k |a_k|‖w_k‖ max_j cos(w_k, w*_j) / Σ_k |a_k|‖w_k‖ ↔ −1..1, over teacher neurons j with the sign of a_k
The kernel distance is core.kernels.relu_kernel_distance.

Every measure raises OutsideTheory for arrays that are not finite or do not fit together.

The paper's figures 5b and 10 show the first three and the losses; δ drift and alignment are ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.datasets.teacher_student import Teacher, outputs
from core.theory.checks import Floats, finite, leading_axes, leak, representable, same_size
from core.theory.states import activation_signs, imbalance, in_own_unit, norm


@dataclass(frozen=True)
class Measures:
    """The five of the paper's section 5 that a sweep records, by name; arrays of one shape, or numbers."""

    kernel_distance: Any
    hamming_distance: Any
    parameter_distance: Any
    train_loss: Any
    test_loss: Any

    @classmethod
    def stack(cls, rows: Iterable["Measures"]) -> "Measures":
        """Measures [row, …] of measures [ … ]."""
        rows = list(rows)
        return cls(*(np.array([getattr(row, name) for row in rows]) for name in MEASURES))

    @classmethod
    def full(cls, shape: tuple[int, ...], value: float = np.nan, dtype: type = np.float64) -> "Measures":
        """Arrays of one shape that hold `value`; each may be filled in place."""
        return cls(*(np.full(shape, value, dtype) for _ in MEASURES))

    def arrays(self) -> dict[str, np.ndarray]:
        """Name → array."""
        return {name: getattr(self, name) for name in MEASURES}


MEASURES = tuple(field.name for field in fields(Measures))


def hamming_distance(W_0: ArrayLike, W: ArrayLike, X: ArrayLike) -> Floats:
    """Σ_k (1/n) Σ_i [sign(w_kᵀx_i) ≠ sign(w_k(0)ᵀx_i)]: [...]."""
    W_0, W, X = (finite(name, v, least_axes=2) for name, v in (("W_0", W_0), ("W", W), ("X", X)))
    same_size("W_0 and W must have the same width", W_0.shape[-2], W.shape[-2])
    for name, weights in (("W_0", W_0), ("W", W)):
        same_size(f"{name} and X must have the same number of inputs", weights.shape[-1], X.shape[-1])
    leading_axes({"W_0": (W_0, 2), "W": (W, 2), "X": (X, 2)})
    return np.sum(np.mean(activation_signs(W_0, X) != activation_signs(W, X), axis=-2), axis=-1)


def parameter_distance(W_0: ArrayLike, a_0: ArrayLike, W: ArrayLike, a: ArrayLike) -> Floats:
    """√(‖W − W_0‖² + ‖a − a_0‖²): [...]."""
    (W_0, a_0), (W, a) = _network("W_0", W_0, "a_0", a_0), _network("W", W, "a", a)
    _comparable(W_0, a_0, W, a)
    return np.hypot(norm(norm(W - W_0)), norm(a - a_0))


def mean_squared_error(W: ArrayLike, a: ArrayLike, X: ArrayLike, y: ArrayLike, *, slope: float = 0.0) -> Floats:
    """(1/n) Σ_i (f(x_i) − y_i)²: [...]; the train or test loss, according to the inputs."""
    (W, a), X, y = _network("W", W, "a", a), finite("X", X, least_axes=2), finite("y", y, least_axes=1)
    same_size("W and X must have the same number of inputs", W.shape[-1], X.shape[-1])
    same_size("X and y must have the same number of samples", X.shape[-2], y.shape[-1])
    leading_axes({"W": (W, 2), "a": (a, 1), "X": (X, 2), "y": (y, 1)})
    with np.errstate(over="ignore", invalid="ignore"):
        found = mean_squared_error_of(W, a, X, y, slope=leak("slope", slope))
        return representable("The mean squared error", found)


def mean_squared_error_of(W: Floats, a: Floats, X: Floats, y: Floats, *, slope: float) -> Floats:
    """`mean_squared_error` of arguments that are checked already."""
    return np.mean((outputs(W, a, X, slope=slope) - y) ** 2, axis=-1)


def delta_drift(
    W_0: ArrayLike, a_0: ArrayLike, W: ArrayLike, a: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> Floats:
    """max_k |δ_k − δ_k(0)|: [...]; how well the integration conserves what the flow conserves."""
    (W_0, a_0), (W, a) = _network("W_0", W_0, "a_0", a_0), _network("W", W, "a", a)
    _comparable(W_0, a_0, W, a)
    before, after = (imbalance(*state, eta_a=eta_a, eta_w=eta_w) for state in ((a_0, W_0), (a, W)))
    return np.max(np.abs(after - before), axis=-1)


def alignment(W: ArrayLike, a: ArrayLike, teacher: Teacher) -> Floats:
    """How well neurons point along teacher neurons of their own sign, weighted by |a_k|‖w_k‖: [...] in [−1, 1].

    A network without any weight has alignment 0.
    """
    W, a = _network("W", W, "a", a)
    same_size("W and the teacher must have the same number of inputs", W.shape[-1], teacher.directions.shape[-1])
    units = in_own_unit(W)
    length = norm(units)
    cosines = (units @ teacher.directions.T) / np.where(length > 0, length, 1.0)[..., None]
    same_sign = np.sign(a)[..., None] == np.sign(teacher.readouts)
    best = np.max(np.where(same_sign, cosines, -1.0), axis=-1)
    weight = in_own_unit(np.abs(a)) * in_own_unit(norm(W))
    total = np.sum(weight, axis=-1)
    return np.sum(weight * best, axis=-1) / np.where(total > 0, total, 1.0)


def _network(name_W: str, W: ArrayLike, name_a: str, a: ArrayLike) -> tuple[Floats, Floats]:
    W, a = finite(name_W, W, least_axes=2), finite(name_a, a, least_axes=1)
    same_size(f"{name_W} and {name_a} must have the same width", W.shape[-2], a.shape[-1])
    leading_axes({name_W: (W, 2), name_a: (a, 1)})
    return W, a


def _comparable(W_0: Floats, a_0: Floats, W: Floats, a: Floats) -> None:
    same_size("Both networks must have the same width", W_0.shape[-2], W.shape[-2])
    same_size("Both networks must have the same number of inputs", W_0.shape[-1], W.shape[-1])
    leading_axes({"W_0": (W_0, 2), "a_0": (a_0, 1), "W": (W, 2), "a": (a, 1)})
