"""Gradient of the mean of squares of a two-layer (leaky) ReLU network, in one compiled pass between two products.

θ = (Wᵀ, a) ↔ theta ↔ [d·m + m] ↔ float64, the first d·m entries are Wᵀ [d, m]
Xᵀ-products ↔ X, Z ↔ [n, d], [n, m] ↔ float32 or float64: the work arrays' type decides
−η ∂L/∂θ ↔ speed ↔ [d·m + m] ↔ the flow's velocity, L = (1/n) Σ_i (f(x_i) − y_i)²
λ ↔ lam ↔ scalar ↔ largest eigenvalue of (2/n) K, K the NTK with its rates; descent is stable while rate·λ < 2

Only the products are ever in float32: a float32 θ would stop moving once rate·|∂L| < 6e-8·|θ|. Rounding of the products
matters once the loss nears `rounding_floor`; the caller changes to float64 there.
"""

import numpy as np

from core.training.relu.compiled import compiled

SINGLE = np.finfo(np.float32).eps


@compiled
def residuals_to_signals(Z, a, y, speed_a, factor, slope):
    """From pre-activations Z to signals, in place; returns the loss.

    f_j = Σ_i a_i σ(Z_ji), r_j = y_j − f_j; speed_a[i] = factor Σ_j r_j σ(Z_ji); Z_ji ← factor r_j a_i σ'(Z_ji).
    """
    n, m = Z.shape
    zero = Z.dtype.type(0)
    one = Z.dtype.type(1)
    total = 0.0
    speed_a[:] = zero
    for j in range(n):
        f = zero
        for i in range(m):
            z = Z[j, i]
            f += a[i] * z * (one if z >= zero else slope)
        r = y[j] - f
        total += r * r
        q = r * factor
        for i in range(m):
            z = Z[j, i]
            gain = q * (one if z >= zero else slope)
            speed_a[i] += gain * z
            Z[j, i] = gain * a[i]
    return total / n


@compiled
def velocity(theta, speed, X, y, Z, W, a, GW, ga, eta_a, eta_w, slope):
    """speed ← (−η_w ∂L/∂W, −η_a ∂L/∂a) at theta; returns the loss there. The other arrays are work space."""
    d, m = W.shape
    cut = d * m
    W.reshape(cut)[:] = theta[:cut]
    a[:] = theta[cut:]
    np.dot(X, W, Z)
    kind = Z.dtype.type
    loss = residuals_to_signals(Z, a, y, ga, kind(2.0 / y.size), kind(slope))
    np.dot(X.T, Z, GW)
    flat = GW.reshape(cut)
    for k in range(cut):
        speed[k] = eta_w * flat[k]
    for i in range(m):
        speed[cut + i] = eta_a * ga[i]
    return loss


@compiled
def sharpness(theta, probe, X, Z, P, W, a, GW, eta_a, eta_w, slope, turns):
    """λ, the largest eigenvalue of (2/n) K(θ), by `turns` power iterations that start from probe[n] and update it."""
    d, m = W.shape
    n = probe.size
    cut = d * m
    kind = Z.dtype.type
    zero, one, leak = kind(0), kind(1), kind(slope)
    W.reshape(cut)[:] = theta[:cut]
    a[:] = theta[cut:]
    np.dot(X, W, Z)
    ga = np.empty(m)
    lam = 0.0
    probe /= np.sqrt(np.sum(probe * probe))
    for _ in range(turns):
        ga[:] = 0.0
        for j in range(n):
            u = kind(probe[j])
            for i in range(m):
                slope_here = one if Z[j, i] >= zero else leak
                ga[i] += u * slope_here * Z[j, i]
                P[j, i] = u * slope_here * a[i]
        np.dot(X.T, P, GW)
        np.dot(X, GW, P)
        size = 0.0
        for j in range(n):
            by_w = 0.0
            by_a = 0.0
            for i in range(m):
                slope_here = one if Z[j, i] >= zero else leak
                by_w += a[i] * slope_here * P[j, i]
                by_a += ga[i] * slope_here * Z[j, i]
            probe[j] = eta_w * by_w + eta_a * by_a
            size += probe[j] * probe[j]
        size = np.sqrt(size)
        lam = size * 2.0 / n
        if not (size > 0.0 and size < np.inf):
            probe[:] = 1.0
            return lam
        probe /= size
    return lam


def pack(W: np.ndarray, a: np.ndarray) -> np.ndarray:
    """θ [d·m + m] from W[m, d] and a[m]."""
    return np.concatenate([np.ascontiguousarray(W.T).ravel(), a]).astype(np.float64)


def unpack(theta: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Copies W[m, d], a[m] of θ."""
    return theta[:-m].reshape(-1, m).T.copy(), theta[-m:].copy()


def rounding_floor(theta: np.ndarray, X: np.ndarray, m: int) -> float:
    """The loss that float32 products cannot tell from 0: eps² times the mean over samples of Σ_i (a_i w_iᵀx)²."""
    terms = (X @ theta[:-m].reshape(-1, m)) * theta[-m:]
    return float(SINGLE**2 * np.mean(np.sum(terms**2, axis=1)))


class Work:
    """Data and work arrays of one network in one float type; `args` is what the compiled functions take."""

    def __init__(self, X, y, m, kind, *, eta_a, eta_w, slope):
        n, d = X.shape
        self.X, self.y = np.ascontiguousarray(X, kind), np.ascontiguousarray(y, kind)
        self.Z, self.P = np.empty((n, m), kind), np.empty((n, m), kind)
        self.W, self.a = np.empty((d, m), kind), np.empty(m, kind)
        self.GW, self.ga = np.empty((d, m), kind), np.empty(m, kind)
        self.rates = (float(eta_a), float(eta_w), float(slope))

    @property
    def for_velocity(self):
        return (self.X, self.y, self.Z, self.W, self.a, self.GW, self.ga, *self.rates)

    @property
    def for_sharpness(self):
        return (self.X, self.Z, self.P, self.W, self.a, self.GW, *self.rates)
