"""Gradient of the mean of squares of a two-layer (leaky) ReLU network, in one compiled pass between two products.

−η ∂L/∂θ ↔ speed ↔ [d·m + m] ↔ the flow's velocity, L = (1/n) Σ_i (f(x_i) − y_i)²
λ ↔ lam ↔ scalar; θ and the work arrays, whose type is that of the products: see core.training.relu.state

Only the products are ever in float32: a float32 θ would stop moving once rate·|∂L| < 6e-8·|θ|. Rounding of the products
matters once the loss nears `rounding_floor`; the caller changes to float64 there.

The equations are those of the paper's section 5; how they are computed is ours.
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
def velocity(theta, speed, work):
    """speed ← (−η_w ∂L/∂W, −η_a ∂L/∂a) at theta; returns the loss there."""
    X, Z, W, a = work.X, work.Z, work.W, work.a
    d, m = W.shape
    cut = d * m
    W.reshape(cut)[:] = theta[:cut]
    a[:] = theta[cut:]
    np.dot(X, W, Z)
    kind = Z.dtype.type
    loss = residuals_to_signals(Z, a, work.y, work.by_a, kind(2.0 / work.y.size), kind(work.slope))
    np.dot(X.T, Z, work.by_W)
    flat = work.by_W.reshape(cut)
    for k in range(cut):
        speed[k] = work.eta_w * flat[k]
    for i in range(m):
        speed[cut + i] = work.eta_a * work.by_a[i]
    return loss


@compiled
def sharpness(theta, probe, work, turns):
    """λ, the largest eigenvalue of (2/n) K(θ), by `turns` power iterations that start from probe[n] and update it."""
    X, Z, P, W, a, by_W = work.X, work.Z, work.P, work.W, work.a, work.by_W
    d, m = W.shape
    n = probe.size
    cut = d * m
    kind = Z.dtype.type
    zero, one, leak = kind(0), kind(1), kind(work.slope)
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
        np.dot(X.T, P, by_W)
        np.dot(X, by_W, P)
        size = 0.0
        for j in range(n):
            by_w = 0.0
            by_a = 0.0
            for i in range(m):
                slope_here = one if Z[j, i] >= zero else leak
                by_w += a[i] * slope_here * P[j, i]
                by_a += ga[i] * slope_here * Z[j, i]
            probe[j] = work.eta_w * by_w + work.eta_a * by_a
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
