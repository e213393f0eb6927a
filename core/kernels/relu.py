"""Tangent kernel of a two-layer (leaky) ReLU network in closed form, and how far it has turned.

Φ ↔ σ(XWᵀ) ↔ [n, m]     D ↔ σ'(XWᵀ) ↔ [n, m], 1 at 0 as in the published code
K ↔ η_a ΦΦᵀ + η_w (XXᵀ) ∘ (D diag(a²) Dᵀ) ↔ [n, n]: K_ij = Σ_p η_p ∂_p f(x_i) ∂_p f(x_j)
S ↔ 1 − ⟨K_0, K_t⟩/(‖K_0‖‖K_t‖), Frobenius ↔ scalar in [0, 1]
"""

import numpy as np

from core.errors import OutsideTheory

TINY = 1e-9


def relu_ntk(
    W: np.ndarray, a: np.ndarray, X: np.ndarray, *, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0
) -> np.ndarray:
    """K[n, n] of f(x) = Σ_k a_k σ(w_kᵀx) with W[m, d], a[m], X[n, d] (paper, section 5).

    Raises OutsideTheory for arrays that are empty, not finite or do not fit together.
    """
    W, a, X = _checked(W, a, X)
    return _Features(W, a, X, eta_a, eta_w, slope).block(slice(None), slice(None), X @ X.T)


def kernel_distance(K_0: np.ndarray, K_t: np.ndarray) -> float:
    """S = 1 − ⟨K_0, K_t⟩/(‖K_0‖‖K_t‖), computed as ½‖K_0/‖K_0‖ − K_t/‖K_t‖‖², so never negative and exact when tiny.

    The kernel distance S(0, t) of the paper's "Notation", before its section 3; K_0, K_t [n, n], S without unit, 0 to 1.

    Raises OutsideTheory for kernels of different shape, not finite, or zero (they have no direction).
    """
    K_0, K_t = np.asarray(K_0, float), np.asarray(K_t, float)
    if K_0.shape != K_t.shape or K_0.size == 0:
        raise OutsideTheory(
            "two kernels of one shape are compared",
            got=f"{K_0.shape} and {K_t.shape}",
            do="Use the same inputs for both.",
        )
    norms = _norm(K_0), _norm(K_t)
    difference = K_0 / norms[0] - K_t / norms[1]
    return 0.5 * float(np.vdot(difference, difference))


def relu_kernel_distance(
    W_0: np.ndarray,
    a_0: np.ndarray,
    W: np.ndarray,
    a: np.ndarray,
    X: np.ndarray,
    *,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    slope: float = 0.0,
    rows: int = 256,
) -> float:
    """S between the kernels of (W_0, a_0) and (W, a) on X, in row blocks: memory O(n·rows), never n×n or n×m×d.

    Where S is below TINY a second pass measures the difference itself, which 1 − cos would lose to rounding.
    """
    W_0, a_0, X = _checked(W_0, a_0, X)
    W, a, X = _checked(W, a, X)
    one, two = _Features(W_0, a_0, X, eta_a, eta_w, slope), _Features(W, a, X, eta_a, eta_w, slope)
    sums = np.zeros(3)
    for near, far, weights in _upper_blocks(len(X), rows):
        G = X[near] @ X[far].T
        K, L = one.block(near, far, G), two.block(near, far, G)
        for place, (left, right) in enumerate(((K, K), (K, L), (L, L))):
            sums[place] += _weighted_sum(left, right, weights)
    if not (sums[0] > 0 and sums[2] > 0):
        raise OutsideTheory("a kernel that is zero has no direction", got="‖K‖ = 0", do="Start from non-zero weights.")
    distance = 1.0 - sums[1] / np.sqrt(sums[0] * sums[2])
    if distance > TINY:
        return float(distance)
    total = 0.0
    for near, far, weights in _upper_blocks(len(X), rows):
        G = X[near] @ X[far].T
        difference = one.block(near, far, G) / np.sqrt(sums[0]) - two.block(near, far, G) / np.sqrt(sums[2])
        total += _weighted_sum(difference, difference, weights)
    return 0.5 * float(total)


class _Features:
    """What the blocks of K are made of: √η_a Φ and √η_w D∘|a|, each [n, m]."""

    def __init__(self, W, a, X, eta_a, eta_w, slope):
        Z = X @ W.T
        gain = np.where(Z >= 0, 1.0, slope)
        self.hidden = np.sqrt(eta_a) * gain * Z
        self.gate = np.sqrt(eta_w) * gain * np.abs(a)

    def block(self, near: slice, far: slice, gram: np.ndarray) -> np.ndarray:
        K = self.gate[near] @ self.gate[far].T
        K *= gram
        K += self.hidden[near] @ self.hidden[far].T
        return K


def _upper_blocks(n: int, rows: int):
    """(rows, columns from the diagonal on, how often the whole block, then its diagonal part, counts)."""
    for first in range(0, n, rows):
        last = min(first + rows, n)
        yield slice(first, last), slice(first, n), last - first


def _weighted_sum(left: np.ndarray, right: np.ndarray, diagonal: int) -> float:
    """Σ over the full symmetric kernel's rows and columns that a block of its upper half stands for."""
    whole = 2.0 * float(np.vdot(left, right))
    return whole - float(np.einsum("ij,ij->", left[:, :diagonal], right[:, :diagonal]))


def _norm(K: np.ndarray) -> float:
    norm = float(np.linalg.norm(K))
    if not (np.isfinite(norm) and norm > 0):
        raise OutsideTheory(
            "a kernel must be finite and not zero to have a direction",
            got=f"‖K‖ = {norm}",
            do="Check the network's weights.",
        )
    return norm


def _checked(W, a, X):
    W, a, X = (np.asarray(v, dtype=np.float64) for v in (W, a, X))
    fits = W.ndim == 2 and a.ndim == 1 and X.ndim == 2 and len(W) == len(a) and W.shape[1] == X.shape[1]
    if not fits or 0 in (W.size, a.size, X.size):
        raise OutsideTheory(
            "the kernel needs W[m, d], a[m] and X[n, d], none empty",
            got=f"{W.shape}, {a.shape}, {X.shape}",
            do="Give one network and inputs of its dimension.",
        )
    if not (np.isfinite(W).all() and np.isfinite(a).all() and np.isfinite(X).all()):
        raise OutsideTheory(
            "weights and inputs must be finite", got="NaN or infinity", do="Remove what is not a number."
        )
    return W, a, X
