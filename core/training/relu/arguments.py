"""The arguments of integrate, checked: what does not fit is refused in one sentence that says what to do."""

import math
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory


@dataclass(frozen=True)
class Arguments:
    """All runs, broadcast to one leading shape [...]: W[..., m, d], a[..., m], X[..., n, d], y[..., n], rate[...]."""

    shape: tuple[int, ...]
    W: np.ndarray
    a: np.ndarray
    X: np.ndarray
    y: np.ndarray
    rate: np.ndarray
    layers: dict[str, float]
    """eta_a, eta_w, slope"""

    @property
    def shared_inputs(self) -> bool:
        """Whether all runs have the same X."""
        return all(stride == 0 for stride in self.X.strides[: len(self.shape)])


def checked(W, a, X, y, *, rate, eta_a, eta_w, slope) -> Arguments:
    """The arrays of all runs; OutsideTheory for what is empty, not finite or does not fit together."""
    named = (("W_0", W, 2), ("a_0", a, 1), ("X", X, 2), ("y", y, 1), ("rate", rate, 0))
    W, a, X, y, rate = (checked_array(name, value, axes) for name, value, axes in named)
    check_fit(W, a, X, y)
    check_numbers(rate, eta_a, eta_w, slope)
    tails = ((W, 2), (a, 1), (X, 2), (y, 1), (rate, 0))
    try:
        shape = np.broadcast_shapes(*(v.shape[: v.ndim - k] for v, k in tails))
    except ValueError:
        raise OutsideTheory(
            "the leading axes of W_0, a_0, X, y and rate must fit together",
            got=", ".join(str(v.shape) for v, _ in tails),
            do="Give each the same leading axes, or none.",
        ) from None
    W, a, X, y, rate = (np.broadcast_to(v, shape + v.shape[v.ndim - k :]) for v, k in tails)
    layers = {"eta_a": float(eta_a), "eta_w": float(eta_w), "slope": float(slope)}
    return Arguments(shape, W, a, X, y, rate, layers)


def checked_array(name: str, value, axes: int) -> np.ndarray:
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


def check_fit(W, a, X, y) -> None:
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


def check_numbers(rate, eta_a, eta_w, slope) -> None:
    for name, value in (("the rate η", rate), ("η_a", eta_a), ("η_w", eta_w)):
        if not np.all(np.isfinite(value) & (np.asarray(value) >= 0)) or (name == "the rate η" and np.any(rate == 0)):
            raise OutsideTheory(f"{name} must be positive and finite", got=value, do="Choose a value above 0.")
    if not (math.isfinite(slope) and 0 <= slope <= 1):
        raise OutsideTheory("the slope γ must lie between 0 (ReLU) and 1 (linear)", got=slope, do="Choose 0 ≤ γ ≤ 1.")


def checked_steps(checkpoints) -> list[int]:
    steps = sorted({int(step) for step in checkpoints})
    if not steps or steps[0] < 0:
        raise OutsideTheory(
            "checkpoints are step counts, at least one, none negative",
            got=list(checkpoints),
            do="Give for example [0, 100].",
        )
    return steps
