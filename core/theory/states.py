"""States of a network in units of their own size, and the quantity that gradient flow conserves.

| paper          | here            | shape        | meaning                                                      |
|----------------|-----------------|--------------|--------------------------------------------------------------|
| a, w           | a, w            | [...], [..., d] | f(x) = a wᵀx, or one neuron of many                       |
| η_a, η_w       | eta_a, eta_w    | [...]        | rate of each layer: ȧ = −η_a ∂L/∂a, ẇ = −η_w ∂L/∂w           |
| β* = Xᵀy       | beta_star       | [..., d]     | what whitened data ask for                                   |
| √η_w a, √η_a w | A, V            | [R], [R, d]  | the same flow with both rates 1                              |
| δ              | delta           | [R]          | η_w a² − η_a‖w‖², conserved                                  |
| √(η_aη_w)‖β*‖  | r               | [R]          | the rate of the balanced flow, 1 / time                      |
| β*/‖β*‖        | e               | [R, d]       | the target's direction (a fixed axis where β* = 0)           |

R counts the runs: all leading axes, broadcast and flattened. Paper: section 3 and appendix A.

With A, V in units of u and times in units of 1/u² the flow is the same, δ and r in units of u². Every state is therefore
divided by a power of two u = 2^unit near its size, which rounds nothing: scaled problems give scaled answers, and squares
neither overflow nor vanish.

Ours: units that keep the paper's quantities within range.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.theory.checks import Floats, finite, leading_axes, positive_rate, representable, same_size

EPS = float(np.finfo(np.float64).eps)
ROUNDING = 16 * EPS
FURTHEST = 1000
"""A rate r beyond 2^±FURTHEST in units of the state's square decides nothing any more."""
SPLITTER = 2.0**27 + 1

Exponents = NDArray[np.int32]


def norm(vector: Floats) -> Floats:
    """Euclidean length along the last axis, without underflow of the squares."""
    largest = largest_entry(vector)
    safe = np.where(largest > 0, largest, 1.0)
    scaled = vector / safe[..., None]
    return safe * np.sqrt(np.einsum("...i,...i->...", scaled, scaled))


def largest_entry(vector: Floats) -> Floats:
    """max_i |vector_i| along the last axis."""
    size = np.abs(vector)
    # numpy reduces a short last axis ten times slower than it compares columns
    return reduce(np.maximum, np.moveaxis(size, -1, 0)) if vector.shape[-1] <= 4 else size.max(axis=-1)


def exponent(size: Floats) -> Exponents:
    """k[...] with size ≤ 2^k < 2 size; 0 where the size is 0."""
    return np.frexp(size)[1]


def in_own_unit(vectors: Floats) -> Floats:
    """Each vector[..., d] divided by the power of two next above its largest entry; a direction stays what it was."""
    return np.ldexp(vectors, -exponent(largest_entry(vectors))[..., None])


def activation_signs(W: Floats, X: Floats) -> Floats:
    """sgn w_kᵀx_i [..., n, m] of W[..., m, d] on X[..., n, d], whatever their sizes."""
    return np.sign(in_own_unit(X) @ np.swapaxes(in_own_unit(W), -1, -2))


def imbalance(a: ArrayLike, w: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """δ[...] = η_w a² − η_a‖w‖² of a[...] and w[..., d] (paper, section 3; of each ReLU neuron, section 5).

    The squares cancel near δ = 0, so they are summed in twice the precision. Leading axes and rates broadcast.
    Raises OutsideTheory for values that are not finite or do not fit together.
    """
    a, w = finite("a", a), finite("w", w, least_axes=1)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    leading_axes({"a": (a, 0), "w": (w, 1), "eta_a": (rate_a, 0), "eta_w": (rate_w, 0)})
    return imbalance_of(a, w, rate_a, rate_w)


def imbalance_of(a: Floats, w: Floats, rate_a: Floats, rate_w: Floats) -> Floats:
    """`imbalance` of arguments that are checked already."""
    state = _Scaled(a, w, rate_a, rate_w)
    with np.errstate(over="ignore"):
        return representable("δ", np.ldexp(state.delta, 2 * state.unit))


def imbalance_of_squares(outer: Floats, inner: Floats, *, eta_a: float = 1.0, eta_w: float = 1.0) -> Floats:
    """δ[...] where only squared lengths are known: η_w outer − η_a inner of ‖a_k‖² and ‖w_k‖² [...], checked already."""
    return eta_w * outer - eta_a * inner


def imbalance_matrix(A: ArrayLike, W: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """Δ[..., h, h] = η_w A Aᵀ − η_a W Wᵀ of A[..., h, c] and W[..., h, d] (paper, section 4); its diagonal are the δ_k.

    Raises OutsideTheory for values that are not finite, do not fit together or overflow.
    """
    A, W = finite("A", A, least_axes=2), finite("W", W, least_axes=2)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    same_size("A [h,c] and W [h,d] must have the same number of neurons", A.shape[-2], W.shape[-2])
    leading_axes({"A": (A, 2), "W": (W, 2)})
    outer, inner = np.sqrt(rate_w)[..., None, None] * A, np.sqrt(rate_a)[..., None, None] * W
    with np.errstate(over="ignore", invalid="ignore"):
        return representable("Δ", outer @ np.swapaxes(outer, -1, -2) - inner @ np.swapaxes(inner, -1, -2))


class _Scaled:
    """a[...] and w[..., d] over 2^unit, mantissas of the rates, and δ over 4^unit."""

    def __init__(self, a: Floats, w: Floats, rate_a: Floats, rate_w: Floats):
        self.rate_a, self.half_a = _even(rate_a)
        self.rate_w, self.half_w = _even(rate_w)
        self.unit = np.maximum(exponent(np.abs(a)) + self.half_w, exponent(largest_entry(w)) + self.half_a)
        self.shift_a, self.shift_w = self.half_w - self.unit, self.half_a - self.unit
        self.a, self.w = np.ldexp(a, self.shift_a), np.ldexp(w, self.shift_w[..., None])

    @property
    def roots(self) -> tuple[Floats, Floats]:
        """√η_a and √η_w over 2^half_a and 2^half_w."""
        return np.sqrt(self.rate_a), np.sqrt(self.rate_w)

    @property
    def delta(self) -> Floats:
        rates = self.rate_a, self.rate_w
        shape = np.broadcast_shapes(self.a.shape, self.w.shape[:-1], rates[0].shape, rates[1].shape)
        state = np.empty((self.w.shape[-1] + 1, *shape))
        state[0], state[1:] = self.a, np.moveaxis(self.w, -1, 0)
        high, low = _square(state)
        if (rates[0] != 1).any() or (rates[1] != 1).any():
            weight = np.empty_like(state)
            weight[0], weight[1:] = rates[1], rates[0]
            high, low = _times(high, low, weight)
        total, rest = high[0], low[0]
        for term, small in zip(high[1:], low[1:], strict=True):
            shorter = total - term
            taken = total - shorter
            rest = rest + ((total - (shorter + taken)) + (taken - term) - small)
            total = shorter
        return total + rest


def _even(rate: Floats) -> tuple[Floats, Exponents]:
    """(m, k) with rate = m 4^k and ½ ≤ m < 2."""
    k = exponent(rate) >> 1
    return np.ldexp(rate, -2 * k), k


def _halves(x: Floats) -> tuple[Floats, Floats]:
    """x as a sum of two numbers of half its digits, whose products are exact (Veltkamp, Dekker 1971)."""
    long = SPLITTER * x
    high = long - (long - x)
    return high, x - high


def _square(x: Floats) -> tuple[Floats, Floats]:
    """x² as a float and what it lacks."""
    high, low = _halves(x)
    product = x * x
    return product, ((high * high - product) + 2 * high * low) + low * low


def _times(x: Floats, rest: Floats, y: Floats) -> tuple[Floats, Floats]:
    """(x + rest) y as a float and what it lacks, for rest far below x."""
    (high, low), (tall, short) = _halves(x), _halves(y)
    product = x * y
    return product, (((high * tall - product) + high * short + low * tall) + low * short) + rest * y


@dataclass(frozen=True)
class Runs:
    """Starts of R runs in units of their own size; `shape` is that of the leading axes they came in.

    A[R] and V[R, d] are over 2^unit, delta[R] and r[R] over 4^unit; `scale_a` and `scale_w` turn a state back into a, w.
    """

    shape: tuple[int, ...]
    A: Floats
    V: Floats
    delta: Floats
    r: Floats
    e: Floats
    unit: Exponents
    scale_a: Floats
    scale_w: Floats

    @property
    def along(self) -> Floats:
        """v[R]: the component of V along the target."""
        return np.einsum("ri,ri->r", self.V, self.e)

    @property
    def across(self) -> Floats:
        """V_perp[R, d]: what of V is perpendicular to the target, 0 where that is rounding."""
        parts = np.abs(self.e) * np.einsum("ri,ri->r", np.abs(self.V), np.abs(self.e))[:, None]
        rest = self.V - self.along[:, None] * self.e
        return np.where(np.abs(rest) <= 4 * EPS * (np.abs(self.V) + parts), 0.0, rest)

    @property
    def pace(self) -> Floats:
        """4^unit[R]: what a rate in these units is in 1/time, within the range of float64."""
        return np.ldexp(1.0, _within_range(2 * self.unit))


def runs(a: ArrayLike, w: ArrayLike, beta_star: ArrayLike, eta_a: ArrayLike, eta_w: ArrayLike) -> Runs:
    """Broadcast and normalise: with A = √η_w a, V = √η_a w and target √(η_aη_w) β* both rates are 1, same t, same δ."""
    a, w = finite("a_0", a), finite("w_0", w, least_axes=1)
    beta_star = finite("beta_star", beta_star, least_axes=1)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    same_size("w_0 and beta_star need the same number of inputs", w.shape[-1], beta_star.shape[-1])
    named = {"a_0": (a, 0), "w_0": (w, 1), "beta_star": (beta_star, 1), "eta_a": (rate_a, 0), "eta_w": (rate_w, 0)}
    shape = leading_axes(named)
    state = _Scaled(a, w, rate_a, rate_w)
    length = norm(beta_star)
    axis = np.zeros(beta_star.shape[-1])
    axis[0] = 1.0
    direction = np.where(length[..., None] > 0, beta_star / np.where(length > 0, length, 1.0)[..., None], axis)
    root_a, root_w = state.roots
    size, power = np.frexp(length)
    # the rate r over 4^unit, kept within 2^±FURTHEST
    power = _within_range(power + state.half_a + state.half_w - 2 * state.unit)

    def flat(x: Floats) -> Floats:
        return (x if x.shape == shape else np.broadcast_to(x, shape)).reshape(-1)

    def flat_vectors(x: Floats) -> Floats:
        wide = (*shape, x.shape[-1])
        return (x if x.shape == wide else np.broadcast_to(x, wide)).reshape(-1, x.shape[-1])

    return Runs(
        shape=shape,
        A=flat(root_w * state.a),
        V=flat_vectors(root_a[..., None] * state.w),
        delta=flat(state.delta),
        r=flat(np.ldexp(size * root_a * root_w, power)),
        e=flat_vectors(direction),
        unit=np.broadcast_to(state.unit, shape).reshape(-1),
        scale_a=flat(_back(root_w, state.shift_a)),
        scale_w=flat(_back(root_a, state.shift_w)),
    )


def _within_range(power: Exponents) -> Exponents:
    return np.minimum(np.maximum(power, -FURTHEST), FURTHEST)


def _back(root: Floats, shift: Exponents) -> Floats:
    return np.ldexp(1 / root, _within_range(-shift))
