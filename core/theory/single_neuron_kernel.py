"""The minimal model's tangent kernel and how far it has turned.

| paper       | here            | shape           | meaning                                            |
|-------------|-----------------|-----------------|----------------------------------------------------|
| Θ, K        | ntk             | [..., n, n]     | K = X M Xᵀ                                         |
| M           | —               | [d, d]          | η_w a² I + η_a w wᵀ                                |
| S(0, t)     | kernel_distance | [...]           | 1 − ⟨K₀, K_t⟩ / (‖K₀‖‖K_t‖), 0 (lazy) to 1          |
| XᵀX         | gram            | [d, d]          | None means whitened inputs, XᵀX = I                |
"""

import numpy as np
from numpy.typing import ArrayLike

from core.errors import OutsideTheory
from core.theory.normalised import Floats, finite, norm, positive_rate

BLOCK = 65_536


def ntk(a: ArrayLike, w: ArrayLike, X: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0) -> Floats:
    """K[..., n, n] = η_w a² X Xᵀ + η_a (Xw)(Xw)ᵀ for inputs X[n, d] (paper, section 3)."""
    a, w = finite("a", a), finite("w", w, least_axes=1)
    X = finite("X", X, least_axes=2)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    if X.ndim != 2 or X.shape[1] != w.shape[-1]:
        got = f"X {X.shape} and w {w.shape}"
        raise OutsideTheory("X must be n × d with the d of w", got=got, do="Give one row per datum.")
    outputs = w @ X.T
    across = (rate_w * a * a)[..., None, None] * (X @ X.T)
    return across + rate_a * outputs[..., :, None] * outputs[..., None, :]


def kernel_distance(
    a_0: ArrayLike,
    w_0: ArrayLike,
    a: ArrayLike,
    w: ArrayLike,
    *,
    gram: ArrayLike | None = None,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
) -> Floats:
    """S[...] between the kernels at (a_0[...], w_0[..., d]) and (a, w); never negative, accurate when tiny.

    With G = A² H + H^½VVᵀH^½ and E = G_t − G_0 formed from the differences of the states,
    S = sin²/(1 + cos) = ‖E − G_0⟨E, G_0⟩/‖G_0‖²‖² / (‖G_t‖²(1 + cos)); kernels are positive, so 1 + cos ≥ 1
    (paper, section 3). Leading axes broadcast. Raises OutsideTheory where a kernel is zero.
    """
    a_0, a = finite("a_0", a_0), finite("a", a)
    w_0, w = finite("w_0", w_0, least_axes=1), finite("w", w, least_axes=1)
    root_a, root_w = np.sqrt(positive_rate("eta_a", eta_a)), np.sqrt(positive_rate("eta_w", eta_w))
    d = w_0.shape[-1]
    try:
        shape = np.broadcast_shapes(a_0.shape, w_0.shape[:-1], a.shape, w.shape[:-1])
        if w.shape[-1] != d:
            raise ValueError
    except ValueError as error:
        got = f"{a_0.shape}, {w_0.shape}, {a.shape}, {w.shape}"
        raise OutsideTheory("The two states do not broadcast", got=got, do="Give [...], [..., d] twice.") from error
    factors = None if gram is None else _root(gram, d)
    flat: list[Floats] = [np.broadcast_to(x, shape).reshape(-1) for x in (a_0, a)]
    flat += [np.broadcast_to(x, (*shape, d)).reshape(-1, d) for x in (w_0, w)]
    distance = np.empty(flat[0].size)
    rows = BLOCK if factors is None else max(1, BLOCK // d**2)
    for first in range(0, distance.size, rows):
        block = slice(first, first + rows)
        A_0, A, V_0, V = (x[block] for x in flat)
        A_0, dA = root_w * A_0, root_w * (A - A_0)
        V_0, dV = root_a * V_0, root_a * (V - V_0)
        size = np.maximum(np.abs(A_0), norm(V_0))
        _refuse_zero(size)
        A_0, dA, V_0, dV = A_0 / size, dA / size, V_0 / size[:, None], dV / size[:, None]
        if factors is None:
            distance[block] = _whitened(A_0, V_0, dA, dV, d)
        else:
            distance[block] = _general(A_0, V_0 @ factors.T, dA, dV @ factors.T, factors @ factors.T)
    return distance.reshape(shape)


def _whitened(A_0: Floats, V_0: Floats, dA: Floats, dV: Floats, d: int) -> Floats:
    """In the plane of V_0 and V the kernels are 2×2 blocks; across it both are multiples of I, d − 2 times."""
    if d == 1:
        return np.zeros(A_0.shape)
    p = norm(V_0)
    axis = V_0 / np.where(p > 0, p, 1.0)[:, None]
    x = np.einsum("...i,...i->...", dV, axis)
    y = norm(dV - x[:, None] * axis)
    rise = dA * (2 * A_0 + dA)
    G_11, G_22 = A_0**2 + p**2, A_0**2
    E_11, E_12, E_22 = rise + x * (2 * p + x), (p + x) * y, rise + y**2
    G_0 = G_11**2 + (d - 1) * G_22**2
    along = (E_11 * G_11 + E_22 * G_22 + (d - 2) * rise * G_22) / G_0
    across = (E_11 - along * G_11) ** 2 + 2 * E_12**2
    across += (E_22 - along * G_22) ** 2 + (d - 2) * (rise - along * G_22) ** 2
    A_2, V_2 = (A_0 + dA) ** 2, (p + x) ** 2 + y**2
    G = d * A_2**2 + 2 * A_2 * V_2 + V_2**2
    both = d * G_22 * A_2 + G_22 * V_2 + A_2 * p**2 + (p * (p + x)) ** 2
    return _distance(across, both, G_0, G)


def _general(A_0: Floats, U_0: Floats, dA: Floats, dU: Floats, H: Floats) -> Floats:
    rise = dA * (2 * A_0 + dA)
    A, U = A_0 + dA, U_0 + dU
    first = A_0[:, None, None] ** 2 * H + _outer(U_0, U_0)
    last = A[:, None, None] ** 2 * H + _outer(U, U)
    E = rise[:, None, None] * H + _outer(dU, U_0) + _outer(U, dU)
    G_0, G, both = _inner(first, first), _inner(last, last), _inner(first, last)
    _refuse_zero(G_0)
    E = E - (_inner(E, first) / G_0)[:, None, None] * first
    return _distance(_inner(E, E), both, G_0, G)


def _distance(across: Floats, both: Floats, G_0: Floats, G: Floats) -> Floats:
    _refuse_zero(G)
    cosine = np.minimum(both / (np.sqrt(G_0) * np.sqrt(G)), 1.0)
    return np.minimum(across / (G * (1 + cosine)), 1.0)


def _refuse_zero(size: Floats) -> None:
    if not (size > 0).all():
        what = "The kernel is zero (a = 0, and w = 0 or perpendicular to all data), so its direction is undefined"
        raise OutsideTheory(what, got="a zero kernel", do="Start from a state with a or w other than 0.")


def _root(gram: ArrayLike, d: int) -> Floats:
    """F[d, d] with F Fᵀ of the same spectrum as H and ‖F v‖² = vᵀHv: √h Qᵀ of H = Q h Qᵀ."""
    H = finite("gram", gram, least_axes=2)
    if H.shape != (d, d) or not np.allclose(H, H.T, rtol=1e-10, atol=1e-12 * np.abs(H).max()):
        raise OutsideTheory("gram must be a symmetric d × d matrix", got=f"shape {H.shape}", do="Give X.T @ X.")
    values, vectors = np.linalg.eigh((H + H.T) / 2)
    if values[0] < -1e-10 * max(values[-1], 0.0) or values[-1] <= 0:
        got = f"eigenvalues {values[0]:.3g} to {values[-1]:.3g}"
        raise OutsideTheory("gram must be positive semi-definite and not zero", got=got, do="Give X.T @ X.")
    return np.sqrt(np.maximum(values, 0.0) / values[-1])[:, None] * vectors.T


def _outer(x: Floats, y: Floats) -> Floats:
    return x[:, :, None] * y[:, None, :]


def _inner(x: Floats, y: Floats) -> Floats:
    return (x * y).sum(axis=(-2, -1))
