"""What is measured of a two-layer (leaky) ReLU network on its way from (W_0, a_0) to (W, a).

W ↔ [..., m, d], a ↔ [..., m], X ↔ [n, d]; leading axes broadcast
Hamming distance ↔ Σ over neurons of the fraction of inputs whose activation has flipped ↔ 0..m
parameter distance ↔ √(‖W − W_0‖² + ‖a − a_0‖²)
loss ↔ mean of squares, as in the paper's ReLU experiments
δ drift ↔ max over neurons of |δ_k − δ_k(0)|, δ_k = η_w a_k² − η_a ‖w_k‖² (zero for the exact flow)
alignment ↔ Σ_k |a_k|‖w_k‖ max_j cos(w_k, w*_j) / Σ_k |a_k|‖w_k‖ ↔ −1..1, over teacher neurons j with the sign of a_k
The kernel distance is core.kernels.relu_kernel_distance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from core.datasets.teacher_student import Teacher, outputs


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


def hamming_distance(W_0: np.ndarray, W: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Σ_k (1/n) Σ_i [sign(w_kᵀx_i) ≠ sign(w_k(0)ᵀx_i)]: [...]."""
    before, after = np.sign(X @ np.swapaxes(W_0, -1, -2)), np.sign(X @ np.swapaxes(W, -1, -2))
    return np.sum(np.mean(before != after, axis=-2), axis=-1)


def parameter_distance(W_0: np.ndarray, a_0: np.ndarray, W: np.ndarray, a: np.ndarray) -> np.ndarray:
    """√(‖W − W_0‖² + ‖a − a_0‖²): [...]."""
    return np.sqrt(np.sum((W - W_0) ** 2, axis=(-2, -1)) + np.sum((a - a_0) ** 2, axis=-1))


def mean_squared_error(W: np.ndarray, a: np.ndarray, X: np.ndarray, y: np.ndarray, *, slope: float = 0.0) -> np.ndarray:
    """(1/n) Σ_i (f(x_i) − y_i)²: [...]; the train or test loss, according to the inputs."""
    return np.mean((outputs(W, a, X, slope=slope) - y) ** 2, axis=-1)


def delta_drift(
    W_0: np.ndarray, a_0: np.ndarray, W: np.ndarray, a: np.ndarray, *, eta_a: float = 1.0, eta_w: float = 1.0
) -> np.ndarray:
    """max_k |δ_k − δ_k(0)|: [...]; how well the integration conserves what the flow conserves."""

    def delta(V: np.ndarray, b: np.ndarray) -> np.ndarray:
        return eta_w * b**2 - eta_a * np.sum(V**2, axis=-1)

    return np.max(np.abs(delta(W, a) - delta(W_0, a_0)), axis=-1)


def alignment(W: np.ndarray, a: np.ndarray, teacher: Teacher) -> np.ndarray:
    """How well neurons point along teacher neurons of their own sign, weighted by |a_k|‖w_k‖: [...] in [−1, 1].

    A network without any weight has alignment 0.
    """
    norms = np.linalg.norm(W, axis=-1)
    cosines = (W @ teacher.directions.T) / np.maximum(norms, 1e-300)[..., None]
    same_sign = np.sign(a)[..., None] == np.sign(teacher.readouts)
    best = np.max(np.where(same_sign, cosines, -1.0), axis=-1)
    weight = np.abs(a) * norms
    total = np.sum(weight, axis=-1)
    return np.sum(weight * best, axis=-1) / np.where(total > 0, total, 1.0)
