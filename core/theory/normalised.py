"""Checked single-neuron states, with the learning rates scaled away once, here.

| paper          | here            | shape        | meaning                                                      |
|----------------|-----------------|--------------|--------------------------------------------------------------|
| a, w           | a, w            | [...], [..., d] | f(x) = a wᵀx                                              |
| η_a, η_w       | eta_a, eta_w    | [...]        | rate of each layer: ȧ = −η_a ∂L/∂a, ẇ = −η_w ∂L/∂w           |
| β* = Xᵀy       | beta_star       | [..., d]     | what whitened data ask for                                   |
| √η_w a, √η_a w | A, V            | [R], [R, d]  | the same flow with both rates 1                              |
| δ              | delta           | [R]          | η_w a² − η_a‖w‖², conserved                                  |
| √(η_aη_w)‖β*‖  | r               | [R]          | the rate of the balanced flow, 1 / time                      |
| β*/‖β*‖        | e               | [R, d]       | the target's direction (a fixed axis where β* = 0)           |

R counts the runs: all leading axes, broadcast and flattened. Paper: section 3 and appendix A.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import OutsideTheory

Floats = NDArray[np.float64]

LARGEST = 1e70


def finite(name: str, value: ArrayLike, *, least_axes: int = 0) -> Floats:
    """`value` as float64, or OutsideTheory when it is no array of finite numbers of at most LARGEST in size."""
    if isinstance(value, float) and abs(value) <= LARGEST and not least_axes:
        return np.asarray(value, dtype=np.float64)
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise OutsideTheory(f"{name} must be real numbers", got=repr(value)[:80], do="Give a float array.") from error
    if array.ndim < least_axes or array.size == 0:
        do = f"Give at least one number along each of at least {least_axes} axes."
        raise OutsideTheory(f"{name} has the wrong shape", got=f"shape {array.shape}", do=do)
    good = np.abs(array) <= LARGEST
    if not good.all():
        do = f"Give finite numbers of at most {LARGEST:g} in size."
        raise OutsideTheory(f"{name} must be finite", got=f"{array[~good].flat[0]:g}", do=do)
    return array


def positive_rate(name: str, value: ArrayLike) -> Floats:
    """A learning rate, or rates, that are finite and positive."""
    rate = finite(name, value)
    if not (rate > 1 / LARGEST).all():
        raise OutsideTheory(f"{name} must be positive", got=f"{rate.min():g}", do="Give a learning rate above 0.")
    return rate


def norm(vector: Floats) -> Floats:
    """Euclidean length along the last axis, without underflow of the squares."""
    size = np.abs(vector)
    # numpy reduces a short last axis ten times slower than it compares columns
    largest = reduce(np.maximum, np.moveaxis(size, -1, 0)) if vector.shape[-1] <= 4 else size.max(axis=-1)
    safe = np.where(largest > 0, largest, 1.0)
    scaled = vector / safe[..., None]
    return safe * np.sqrt(np.einsum("...i,...i->...", scaled, scaled))


def relative_scale(a: ArrayLike, w: ArrayLike, *, eta_a: ArrayLike = 1.0, eta_w: ArrayLike = 1.0) -> Floats:
    """δ[...] = η_w a² − η_a‖w‖² (paper, section 3), summed in extended precision since squares cancel."""
    a_long = finite("a", a).astype(np.longdouble)
    w_long = finite("w", w, least_axes=1).astype(np.longdouble)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    delta = rate_w * a_long * a_long - rate_a * (w_long * w_long).sum(axis=-1)
    return delta.astype(np.float64)


@dataclass(frozen=True)
class Runs:
    """Starts of R runs in normalised units; `shape` is that of the leading axes they came in."""

    shape: tuple[int, ...]
    A: Floats
    V: Floats
    delta: Floats
    r: Floats
    e: Floats
    root_a: Floats
    root_w: Floats

    @property
    def along(self) -> Floats:
        """v[R]: the component of V along the target."""
        return (self.V * self.e).sum(axis=-1)

    @property
    def across(self) -> Floats:
        """V_perp[R, d]: what of V is perpendicular to the target."""
        return self.V - self.along[:, None] * self.e


def runs(a: ArrayLike, w: ArrayLike, beta_star: ArrayLike, eta_a: ArrayLike, eta_w: ArrayLike) -> Runs:
    """Broadcast and normalise: with A = √η_w a, V = √η_a w and target √(η_aη_w) β* both rates are 1, same t, same δ."""
    a, w = finite("a_0", a), finite("w_0", w, least_axes=1)
    beta_star = finite("beta_star", beta_star, least_axes=1)
    rate_a, rate_w = positive_rate("eta_a", eta_a), positive_rate("eta_w", eta_w)
    if w.shape[-1] != beta_star.shape[-1]:
        got = f"{w.shape[-1]} and {beta_star.shape[-1]}"
        raise OutsideTheory("w_0 and beta_star need the same number of inputs", got=got, do="Give both d entries.")
    try:
        shape = np.broadcast_shapes(a.shape, w.shape[:-1], beta_star.shape[:-1], rate_a.shape, rate_w.shape)
    except ValueError as error:
        got = f"{a.shape}, {w.shape}, {beta_star.shape}, {rate_a.shape}, {rate_w.shape}"
        what = "The leading axes of a_0, w_0, beta_star, eta_a, eta_w do not broadcast"
        raise OutsideTheory(what, got=got, do="Give shapes [...], [..., d], [d].") from error
    length = norm(beta_star)
    axis = np.zeros(beta_star.shape[-1])
    axis[0] = 1.0
    direction = np.where(length[..., None] > 0, beta_star / np.where(length > 0, length, 1.0)[..., None], axis)
    delta = relative_scale(a, w, eta_a=rate_a, eta_w=rate_w)
    root_a, root_w = np.sqrt(rate_a), np.sqrt(rate_w)

    def flat(x: Floats) -> Floats:
        return np.broadcast_to(x, shape).reshape(-1)

    def flat_vectors(x: Floats) -> Floats:
        return np.broadcast_to(x, (*shape, x.shape[-1])).reshape(-1, x.shape[-1])

    return Runs(
        shape=shape,
        A=flat(root_w * a),
        V=flat_vectors(root_a[..., None] * w),
        delta=flat(delta),
        r=flat(root_a * root_w * length),
        e=flat_vectors(direction),
        root_a=flat(root_a),
        root_w=flat(root_w),
    )
