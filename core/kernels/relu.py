"""Tangent kernel of a two-layer (leaky) ReLU network in closed form, and how far it has turned.

Φ ↔ σ(XWᵀ) ↔ [n, m]     D ↔ σ'(XWᵀ) ↔ [n, m], 1 at 0 as in the published code
K ↔ η_a ΦΦᵀ + η_w (XXᵀ) ∘ (D diag(a²) Dᵀ) ↔ [n, n]: K_ij = Σ_p η_p ∂_p f(x_i) ∂_p f(x_j)
S ↔ 1 − ⟨K_0, K_t⟩/(‖K_0‖‖K_t‖), Frobenius ↔ scalar in [0, 1]
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory.checks import Floats, finite, leading_axes, leak, rate_or_none, representable, same_size, whole
from core.theory.states import exponent

TINY = 1e-9


def relu_ntk(
    W: ArrayLike, a: ArrayLike, X: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0
) -> Floats:
    """K[n, n] of f(x) = Σ_k a_k σ(w_kᵀx) with W[m, d], a[m], X[n, d] (paper, section 5).

    A rate of 0 leaves its layer out. Raises OutsideTheory for arrays that are empty, not finite or do not fit together,
    for negative rates, a slope outside [0, 1], and where float64 cannot hold the kernel.

    >>> relu_ntk(W=[[1.0, 0.0]], a=[1.0], X=[[1.0, 0.0], [0.0, 1.0]]).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    X = finite("X", X, axes=2)
    with np.errstate(over="ignore", invalid="ignore"):
        network = _Features(*_checked(W, a, X), X, eta_a, eta_w, slope)
        return representable("The kernel", network.block(slice(None), slice(None), X @ X.T))


def kernel_distance(K_0: ArrayLike, K_t: ArrayLike) -> Any:
    """S = 1 − ⟨K_0, K_t⟩/(‖K_0‖‖K_t‖), computed as ½‖K_0/‖K_0‖ − K_t/‖K_t‖‖², so never negative and exact when tiny.

    The kernel distance S(0, t) of the paper's "Notation", before its section 3; K_0, K_t [n, n], S without unit, 0 to 1.
    Two matrices give a number, stacks [..., n, n] that broadcast give S[...]. Raises OutsideTheory for kernels of
    different size, not finite, or zero (they have no direction).

    >>> round(kernel_distance([[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]), 4)
    0.2929
    """
    first, last = _direction("K_0", K_0), _direction("K_t", K_t)
    same_size("Two kernels of one size are compared", first.shape[-2], last.shape[-2])
    same_size("Two kernels of one size are compared", first.shape[-1], last.shape[-1])
    leading_axes({"K_0": (first, 2), "K_t": (last, 2)})
    difference = first - last
    S = np.minimum(0.5 * np.einsum("...ij,...ij->...", difference, difference), 1.0)
    return S if S.ndim else float(S)


def relu_kernel_distance(
    W_0: ArrayLike,
    a_0: ArrayLike,
    W: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    slope: float = 0.0,
    rows: int = 256,
) -> float:
    """S between the kernels of (W_0, a_0) and (W, a) on X, in row blocks: memory O(n·rows), never n×n or n×m×d.

    Each network and the inputs are taken in units of their own size, since S does not depend on it. Where S is below TINY
    a second pass measures the difference itself, which 1 − cos would lose to rounding. Refuses what relu_ntk refuses, and
    a kernel that is zero. Paper, “Notation”.
    """
    X, rows = finite("X", X, axes=2), whole("rows", rows)
    X = np.ldexp(X, -exponent(np.abs(X).max()))
    one, two = (
        _Features(*_checked(*state, X), X, eta_a, eta_w, slope, own_unit=True) for state in ((W_0, a_0), (W, a))
    )
    sums = np.zeros(3)
    for near, far, weights in _upper_blocks(len(X), rows):
        G = X[near] @ X[far].T
        K, L = one.block(near, far, G), two.block(near, far, G)
        for place, (left, right) in enumerate(((K, K), (K, L), (L, L))):
            sums[place] += _weighted_sum(left, right, weights)
    if not (sums[0] > 0 and sums[2] > 0):
        raise OutsideTheory("a kernel that is zero has no direction", got="‖K‖ = 0", do="Start from non-zero weights.")
    norms = np.sqrt(sums[[0, 2]])
    distance = 1.0 - sums[1] / norms[0] / norms[1]
    if distance > TINY:
        return float(distance)
    total = 0.0
    for near, far, weights in _upper_blocks(len(X), rows):
        G = X[near] @ X[far].T
        difference = one.block(near, far, G) / norms[0] - two.block(near, far, G) / norms[1]
        total += _weighted_sum(difference, difference, weights)
    return 0.5 * float(total)


class _Features:
    """What the blocks of K are made of: √η_a Φ and √η_w D∘|a|, each [n, m]; with own_unit both over a power of two near
    their own size."""

    def __init__(self, W: Floats, a: Floats, X: Floats, eta_a, eta_w, slope, *, own_unit: bool = False):
        eta_a, eta_w, slope = rate_or_none("eta_a", eta_a), rate_or_none("eta_w", eta_w), leak("slope", slope)
        size = int(exponent(np.abs(W).max())) if own_unit else 0
        Z = X @ (np.ldexp(W, -size) if own_unit else W).T
        gain = np.where(Z >= 0, 1.0, slope)
        self.hidden, self.gate = np.sqrt(eta_a) * gain * Z, np.sqrt(eta_w) * gain * np.abs(a)
        if own_unit:
            self._divide(size)

    def _divide(self, size: int) -> None:
        tall, steep = np.abs(self.hidden).max(), self.gate.max()
        unit = max([exponent(tall) + size] * bool(tall) + [exponent(steep)] * bool(steep), default=0)
        self.hidden, self.gate = np.ldexp(self.hidden, size - unit), np.ldexp(self.gate, -unit)

    def block(self, near: slice, far: slice, gram: Floats) -> Floats:
        K = self.gate[near] @ self.gate[far].T
        K *= gram
        K += self.hidden[near] @ self.hidden[far].T
        return K


def _checked(W: ArrayLike, a: ArrayLike, X: Floats) -> tuple[Floats, Floats]:
    W, a = finite("W", W, axes=2), finite("a", a, axes=1)
    same_size("W [m,d] and a [m] must have the same number of neurons", len(W), len(a))
    same_size("W [m,d] and X [n,d] must have the same number of inputs", W.shape[1], X.shape[1])
    return W, a


def _upper_blocks(n: int, rows: int):
    """(rows, columns from the diagonal on, how often the whole block, then its diagonal part, counts)."""
    for first in range(0, n, rows):
        last = min(first + rows, n)
        yield slice(first, last), slice(first, n), last - first


def _weighted_sum(left: np.ndarray, right: np.ndarray, diagonal: int) -> float:
    """Σ over the full symmetric kernel's rows and columns that a block of its upper half stands for."""
    both_halves = 2.0 * float(np.vdot(left, right))
    return both_halves - float(np.einsum("ij,ij->", left[:, :diagonal], right[:, :diagonal]))


def _direction(name: str, kernel: ArrayLike) -> Floats:
    """kernel[..., n, n] over its Frobenius norm."""
    K = finite(name, kernel, least_axes=2)
    largest = np.abs(K).max(axis=(-2, -1), keepdims=True)
    if not (largest > 0).all():
        do = "Check the network's weights."
        raise OutsideTheory("A kernel must not be zero to have a direction", got="‖K‖ = 0", do=do)
    K = np.ldexp(K, -exponent(largest))
    return K / np.sqrt(np.einsum("...ij,...ij->...", K, K))[..., None, None]
