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
from core.theory.checks import Floats, finite, leading_axes, positive_rate, representable, same_size
from core.theory.states import exponent, largest_entry, norm

BLOCK = 65_536


def ntk(a: ArrayLike, w: ArrayLike, X: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """K[..., n, n] = η_w a² X Xᵀ + η_a (Xw)(Xw)ᵀ for inputs X[n, d] (paper, section 3).

    Raises OutsideTheory for shapes that do not fit, and where float64 cannot hold the kernel.
    """
    a, w, X = finite("a", a), finite("w", w, least_axes=1), finite("X", X, axes=2)
    root_a, root_w = np.sqrt(positive_rate("eta_a", eta_a)), np.sqrt(positive_rate("eta_w", eta_w))
    same_size("X must be n × d with the d of w", X.shape[1], w.shape[-1])
    leading_axes({"a": (a, 0), "w": (w, 1), "eta_a": (root_a, 0), "eta_w": (root_w, 0)})
    with np.errstate(over="ignore", invalid="ignore"):
        seen, outputs = (root_w * a)[..., None, None] * X, (root_a[..., None] * w) @ X.T
        K = seen @ np.swapaxes(seen, -1, -2) + outputs[..., :, None] * outputs[..., None, :]
        return representable("The kernel", K)


def kernel_distance(
    a_0: ArrayLike,
    w_0: ArrayLike,
    a: ArrayLike,
    w: ArrayLike,
    *,
    gram: ArrayLike | None = None,
    eta_a: ArrayLike = 1.0,
    eta_w: ArrayLike = 1.0,
) -> Floats:
    """S[...] between the kernels at (a_0[...], w_0[..., d]) and (a, w); never negative, accurate when tiny (paper, Notation).

    S depends on the direction of either state alone, so each is divided by a power of two near its size. With
    G = A² H + H^½VVᵀH^½, S = sin²/(1 + cos), and sin² is made of what distinguishes the two directions, formed from the
    differences of the states; kernels are positive, so 1 + cos ≥ 1 (paper, section 3). Leading axes and rates broadcast.
    Raises OutsideTheory where a kernel is zero, and for a gram that is not symmetric and positive semi-definite.

    >>> round(float(kernel_distance(1.0, [1.0, 0.0], 1.0, [0.0, 1.0])), 3)
    0.2
    """
    states = [finite("a_0", a_0), finite("a", a), finite("w_0", w_0, least_axes=1), finite("w", w, least_axes=1)]
    states += [np.sqrt(positive_rate("eta_a", eta_a)), np.sqrt(positive_rate("eta_w", eta_w))]
    d = states[2].shape[-1]
    same_size("w_0 and w need the same number of inputs", states[3].shape[-1], d)
    own = (0, 0, 1, 1, 0, 0)
    shape = leading_axes(
        dict(zip(("a_0", "a", "w_0", "w", "eta_a", "eta_w"), zip(states, own, strict=True), strict=True))
    )
    factors = None if gram is None else _root(gram, d)
    rows = BLOCK if factors is None else max(1, BLOCK // d**2)
    if int(np.prod(shape)) <= rows:
        return np.broadcast_to(_distances(states, factors), shape).copy()
    flat = [np.broadcast_to(x, shape + x.shape[x.ndim - k :]) for x, k in zip(states, own, strict=True)]
    flat = [x.reshape(-1, *x.shape[len(shape) :]) for x in flat]
    blocks = [[x[first : first + rows] for x in flat] for first in range(0, len(flat[0]), rows)]
    return np.concatenate([_distances(block, factors) for block in blocks]).reshape(shape)


def _distances(states: list[Floats], factors: Floats | None) -> Floats:
    """S of broadcasting states (a_0, a, w_0, w, √η_a, √η_w)."""
    a_0, a, w_0, w, root_a, root_w = states
    seen = (w_0, w) if factors is None else (w_0 @ factors.T, w @ factors.T)
    size_0, size = (
        np.maximum(root_w * np.abs(A), root_a * largest_entry(V)) for A, V in zip((a_0, a), seen, strict=True)
    )
    _refuse_zero(size_0)
    _refuse_zero(size)
    mantissa, unit_0 = np.frexp(size_0)
    # The nearest power of two to the ratio of the sizes, so that states near each other are divided by the same number.
    unit = exponent(size * (np.sqrt(2) / mantissa)) - 1
    A_0, w_0 = np.ldexp(a_0, -unit_0), np.ldexp(w_0, -unit_0[..., None])
    dA, dw = np.ldexp(a, -unit) - A_0, np.ldexp(w, -unit[..., None]) - w_0
    V_0, dV = root_a[..., None] * w_0, root_a[..., None] * dw
    if factors is None:
        return _whitened(root_w * A_0, V_0, root_w * dA, dV)
    return _general(root_w * A_0, V_0 @ factors.T, root_w * dA, dV @ factors.T, factors @ factors.T)


def _whitened(A_0: Floats, V_0: Floats, dA: Floats, dV: Floats) -> Floats:
    """In the plane of V_0 and V the kernels are 2×2 blocks; across it both are multiples of I, d − 2 times.

    With V_0 = (p, 0), V = (x, y) the minors of the two kernels are polynomials in y and D = p A − A_0 x, without a
    difference of large numbers; ‖G_0‖²‖G‖² sin² is the sum of their squares (Lagrange's identity).
    """
    d = V_0.shape[-1]
    p = norm(V_0)
    axis = V_0 / np.where(p > 0, p, 1.0)[..., None]
    step = np.einsum("...i,...i->...", dV, axis)
    rest = dV - step[..., None] * axis
    A, x = A_0 + dA, p + step
    A_02, A2, p2, x2 = A_0 * A_0, A * A, p * p, x * x
    y2 = np.einsum("...i,...i->...", rest, rest) if d > 1 else np.zeros(step.shape)
    both_squares = A_02 + p2
    turn = (p * dA - A_0 * step) * (p * A + A_0 * x) if d > 1 else np.zeros(step.shape)
    V2 = x2 + y2
    G_0, G = both_squares**2 + (d - 1) * A_02**2, d * A2 * A2 + (2 * A2 + V2) * V2
    minors = (both_squares * y2 + turn) ** 2 + 2 * G_0 * x2 * y2
    if d > 2:
        minors = minors + (d - 2) * (turn * turn + (A_02 * y2) ** 2)
    both = A_02 * (d * A2 + V2) + A2 * p2 + p2 * x2
    return _distance(minors / G_0, both, G_0, G)


def _general(A_0: Floats, U_0: Floats, dA: Floats, dU: Floats, H: Floats) -> Floats:
    rise = (dA * (2 * A_0 + dA))[..., None, None]
    A, U = A_0 + dA, U_0 + dU
    first = (A_0 * A_0)[..., None, None] * H + _outer(U_0, U_0)
    last = (A * A)[..., None, None] * H + _outer(U, U)
    E = rise * H + _outer(dU, U_0) + _outer(U, dU)
    G_0, G, both = _inner(first, first), _inner(last, last), _inner(first, last)
    E = E - (_inner(E, first) / G_0)[..., None, None] * first
    return _distance(_inner(E, E), both, G_0, G)


def _distance(across: Floats, both: Floats, G_0: Floats, G: Floats) -> Floats:
    cosine = np.minimum(both / (np.sqrt(G_0) * np.sqrt(G)), 1.0)
    return np.minimum(across / (G * (1 + cosine)), 1.0)


def _refuse_zero(size: Floats) -> None:
    if not (size > 0).all():
        what = "The kernel is zero (a = 0, and w = 0 or perpendicular to all data), so its direction is undefined"
        raise OutsideTheory(what, got="a zero kernel", do="Start from a state with a or w other than 0.")


def _root(gram: ArrayLike, d: int) -> Floats:
    """F[d, d] with F Fᵀ of the same spectrum as H and ‖F v‖² = vᵀHv: √h Qᵀ of H = Q h Qᵀ."""
    H = finite("gram", gram, axes=2)
    H = np.ldexp(H, -exponent(np.abs(H).max()))
    if H.shape != (d, d) or not np.allclose(H, H.T, rtol=1e-10, atol=1e-12):
        raise OutsideTheory("gram must be a symmetric d × d matrix", got=f"shape {H.shape}", do="Give X.T @ X.")
    values, vectors = np.linalg.eigh((H + H.T) / 2)
    if values[0] < -1e-10 * max(values[-1], 0.0) or values[-1] <= 0:
        got = f"eigenvalues {values[0]:.3g} to {values[-1]:.3g}"
        raise OutsideTheory("gram must be positive semi-definite and not zero", got=got, do="Give X.T @ X.")
    return np.sqrt(np.maximum(values, 0.0) / values[-1])[:, None] * vectors.T


def _outer(x: Floats, y: Floats) -> Floats:
    return x[..., :, None] * y[..., None, :]


def _inner(x: Floats, y: Floats) -> Floats:
    return np.einsum("...ij,...ij->...", x, y)
