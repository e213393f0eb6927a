"""What a training run carries from call to call, by name: the compiled steps read and write these fields.

θ = (Wᵀ, a) ↔ theta ↔ [d·m + m] ↔ float64, the first d·m entries are Wᵀ [d, m]
λ ↔ largest eigenvalue of (2/n) K, K the tangent kernel with its rates ↔ a step h of flow time is stable while h λ < 2
k ↔ clock.step ↔ steps of gradient descent at the run's rate: flow time = rate · k

Ours.
"""

from typing import NamedTuple

import numpy as np

CLOCK = np.dtype(
    [
        ("step", np.float64),  # k, a whole number only during exact descent
        ("sharpness", np.float64),  # λ as last followed
        ("loss", np.float64),  # before the last step; after it in a Chebyshev run
        ("gradients", np.float64),  # taken so far, a turn of the power iteration counted as one
        ("wanted", np.float64),  # Chebyshev: the step it would take next, in steps of descent
        ("error", np.float64),  # Chebyshev: of the last accepted step, relative to the tolerance; 0 before the first
        ("taken", np.float64),  # Chebyshev: that step's length
    ]
)


def new_clock() -> np.void:
    """A clock with all fields 0: clock.step in compiled functions, which change it in place, clock["step"] elsewhere."""
    return np.zeros(1, CLOCK)[0]


class Path(NamedTuple):
    """Where a network is and where it came from; all arrays change in place but start."""

    theta: np.ndarray
    """[d·m + m]"""
    speed: np.ndarray
    """[d·m + m], −η ∂L/∂θ at theta or at the last place it was needed"""
    start: np.ndarray
    """[d·m + m], θ at step 0"""
    probe: np.ndarray
    """[n], where the next power iteration starts"""


class Rules(NamedTuple):
    """What decides a step's length and the run's end."""

    rate: float
    """flow time per step of descent"""
    growth: float
    """largest growing step, as a fraction of the time"""
    tolerance: float
    """largest relative error of a Chebyshev step"""
    stop: float
    """loss below which the network counts as converged"""
    floor: float
    """loss below which products in float32 no longer do; 0 for float64"""
    ceiling: float
    """loss above which descent has diverged"""


class Work(NamedTuple):
    """The data, work arrays in the type of the products (float32 or float64), and the rates of the layers."""

    X: np.ndarray
    """[n, d]"""
    y: np.ndarray
    """[n]"""
    Z: np.ndarray
    """[n, m], pre-activations and then signals"""
    P: np.ndarray
    """[n, m], signals of the power iteration"""
    W: np.ndarray
    """[d, m], Wᵀ of θ"""
    a: np.ndarray
    """[m]"""
    by_W: np.ndarray
    """[d, m], a product with Xᵀ"""
    by_a: np.ndarray
    """[m], its like for the readouts"""
    eta_a: float
    eta_w: float
    slope: float
    """of the activation below 0"""


def new_work(X, y, m: int, kind, *, eta_a: float, eta_w: float, slope: float) -> Work:
    """Work of one network of m neurons on X[n, d], y[n], its arrays of the float type `kind`."""
    n, d = X.shape
    return Work(
        X=np.ascontiguousarray(X, kind),
        y=np.ascontiguousarray(y, kind),
        Z=np.empty((n, m), kind),
        P=np.empty((n, m), kind),
        W=np.empty((d, m), kind),
        a=np.empty(m, kind),
        by_W=np.empty((d, m), kind),
        by_a=np.empty(m, kind),
        eta_a=float(eta_a),
        eta_w=float(eta_w),
        slope=float(slope),
    )
