"""What every exact function asks of its arguments; whatever fails becomes one sentence (OutsideTheory).

Each check takes the argument's name first, then its value, and returns the value in the form that computations need.
Lists, numpy arrays and torch tensors (parameters too, without their gradients) are taken alike; complex numbers, words and
dates are not real numbers. Nothing here loads torch.

Ours: no function here is the paper's.
"""

import math
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import OutsideTheory

Floats = NDArray[np.float64]

LARGEST = 1e160
"""Size up to which an argument is taken: beyond 1e150, where ratios are still asked for."""
MOST = 1e300
"""The same for what is a product of many such arguments."""
REAL = "fiub"


def real(name: str, value: ArrayLike, *, axes: int | tuple[int, ...] | None = None, least_axes: int = 0) -> Floats:
    """`value` as float64, NaN and infinity included, non-empty and with the asked number of axes."""
    try:
        found = np.asarray(_without_gradient(value))
        if found.dtype.kind not in REAL and (found.dtype != object or any(part is None for part in found.flat)):
            raise TypeError
        array = found.astype(np.float64, copy=False)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise OutsideTheory(f"{name} must be real numbers", got=_shown(value), do="Give a float array.") from error
    allowed = (axes,) if isinstance(axes, int) else axes
    if array.ndim < least_axes or array.size == 0 or (allowed is not None and array.ndim not in allowed):
        what = f"{name} must be {_counted(allowed, least_axes)}"
        raise OutsideTheory(what, got=f"shape {array.shape}", do="Check its shape.")
    return array


def finite(
    name: str,
    value: ArrayLike,
    *,
    axes: int | tuple[int, ...] | None = None,
    least_axes: int = 0,
    largest: float = LARGEST,
) -> Floats:
    """`value` as float64, or OutsideTheory when it is no array of finite numbers of at most `largest` in size."""
    if isinstance(value, float) and abs(value) <= largest and not (axes or least_axes):
        return np.asarray(value, dtype=np.float64)
    array = real(name, value, axes=axes, least_axes=least_axes)
    good = np.abs(array) <= largest
    if not good.all():
        do = f"Give finite numbers of at most {largest:g} in size."
        raise OutsideTheory(f"{name} must be finite", got=f"{array[~good].flat[0]:g}", do=do)
    return array


def number(name: str, value: ArrayLike, *, largest: float = LARGEST) -> float:
    """One finite number."""
    return float(finite(name, value, axes=0, largest=largest))


def positive_rate(
    name: str, value: ArrayLike, *, axes: int | tuple[int, ...] | None = None, largest: float = LARGEST
) -> Floats:
    """A learning rate, or rates, that are finite and positive."""
    rate = finite(name, value, axes=axes, largest=largest)
    if not (rate > 1 / largest).all():
        what = f"{name} must be positive" + (f", at least {1 / largest:g}" if rate.min() > 0 else "")
        raise OutsideTheory(what, got=f"{rate.min():g}", do="Give a learning rate above 0.")
    return rate


def rate_or_none(name: str, value: ArrayLike) -> float:
    """One learning rate that is finite and not negative; 0 freezes its layer."""
    rate = number(name, value)
    if rate < 0:
        raise OutsideTheory(f"{name} must not be negative", got=f"{rate:g}", do="Give a learning rate of 0 or more.")
    return rate


def one_rate(name: str, value: ArrayLike) -> float:
    """One learning rate that is finite and positive."""
    return float(positive_rate(name, value, axes=0))


def layer_rates(etas: ArrayLike | None, layers: int) -> Floats:
    """Rates [layers], all 1 when None; one per layer, first layer first."""
    if etas is None:
        return np.ones(layers)
    rates = positive_rate("etas", etas, axes=1)
    same_size("etas needs one rate per layer, first layer first", len(rates), layers)
    return rates


def time_vector(name: str, value: ArrayLike, *, largest: float = LARGEST) -> Floats:
    """times[T] of 0 or later, in any order; one number is one time."""
    times = finite(name, value, axes=(0, 1), largest=largest).reshape(-1)
    if (times < 0).any():
        do = "Give times of 0 or more."
        raise OutsideTheory("Times start at 0, the time of the given weights", got=f"{times.min():g}", do=do)
    return times


def share(name: str, value: ArrayLike) -> float:
    """A number strictly between 0 and 1."""
    part = number(name, value)
    if not 0 < part < 1:
        raise OutsideTheory(f"{name} must lie between 0 and 1", got=f"{part:g}", do="Choose 0.5 for one half.")
    return part


def leak(name: str, value: ArrayLike) -> float:
    """The slope γ of the activation max(z, γz): 0 (ReLU) to 1 (linear)."""
    slope = number(name, value)
    if not 0 <= slope <= 1:
        what = f"The {name} γ must lie between 0 (ReLU) and 1 (linear)"
        raise OutsideTheory(what, got=f"{slope:g}", do="Choose 0 ≤ γ ≤ 1.")
    return slope


def whole(name: str, value: Any, *, least: int = 1) -> int:
    """A whole number of at least `least`: an int, one of numpy's integers, or a float without a fraction."""
    count = number(name, value)
    if count != math.floor(count) or count < least:
        what = f"{name} must be a whole number, at least {least}"
        raise OutsideTheory(what, got=f"{count:g}", do=f"Choose {least} or more.")
    return operator.index(value) if hasattr(value, "__index__") else int(count)


def step_counts(name: str, value: Any) -> list[int]:
    """Whole numbers of 0 or more, at least one of them, in the order given."""
    return [whole(f"each of {name}", count, least=0) for count in listed(name, value)]


def listed(name: str, value: Any) -> list:
    """The parts of a list, tuple or array, at least one."""
    try:
        parts = list(value)
    except TypeError:
        parts = []
    if not parts:
        raise OutsideTheory(
            f"{name} must be a list with an entry", got=_shown(value), do="Give one or more in brackets."
        )
    return parts


def same_size(what: str, got: int, wanted: int) -> None:
    """Refuse two sizes that must agree and do not, in the words `what`."""
    if got != wanted:
        raise OutsideTheory(what, got=f"{got} and {wanted}", do="Give arrays of matching shapes.")


def leading_axes(arrays: Mapping[str, tuple[Floats, int]]) -> tuple[int, ...]:
    """The common leading axes of arrays by name, each with the number of its own last axes."""
    shapes = [array.shape[: array.ndim - own] for array, own in arrays.values()]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise OutsideTheory(
            f"The leading axes of {', '.join(arrays)} do not broadcast",
            got=", ".join(str(array.shape) for array, _ in arrays.values()),
            do="Give each the same leading axes, or none.",
        ) from error


def representable(name: str, value: Floats) -> Floats:
    """A result as it is, or OutsideTheory where float64 could not hold it."""
    if not np.isfinite(value).all():
        what = f"{name} must be a number that float64 can hold"
        raise OutsideTheory(what, got="more than 1e308", do="Measure in other units, or give smaller arguments.")
    return value


def _without_gradient(value: Any) -> Any:
    """torch's tensors as numpy arrays, also inside a list."""
    if isinstance(value, list | tuple) and any(hasattr(part, "detach") for part in value):
        return [_without_gradient(part) for part in value]
    if not hasattr(value, "detach"):
        return value
    plain = value.detach().cpu()
    return (plain.double() if plain.is_floating_point() else plain).numpy()


def _shown(value: Any) -> str:
    if hasattr(value, "dtype") and np.ndim(value):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    return " ".join(repr(value).split())[:80]


def _counted(allowed: tuple[int, ...] | None, least: int) -> str:
    if allowed is None:
        return f"a non-empty array of at least {least} axes" if least else "non-empty"
    words = {0: "one number", 1: "a non-empty list of numbers", 2: "a non-empty matrix"}
    return " or ".join(words.get(n, f"a non-empty array of {n} axes") for n in allowed)
