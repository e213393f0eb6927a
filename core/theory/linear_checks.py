"""Checks that the linear networks share: every bad array or rate becomes one sentence (OutsideTheory).

LARGEST ↔ magnitude above which products of layers could overflow float64.
"""

import numpy as np

from core.errors import OutsideTheory

LARGEST = 1e30


def finite_array(value, name: str, ndim: int | tuple[int, ...]) -> np.ndarray:
    """`value` as a float64 array of one of the given dimensions; raises OutsideTheory unless finite and non-empty."""
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise OutsideTheory(f"{name} must be numbers", got=type(value).__name__, do="Give a numeric array.") from None
    if array.ndim not in allowed or 0 in array.shape:
        shape = " or ".join(f"{n}-dimensional" for n in allowed)
        raise OutsideTheory(
            f"{name} must be a non-empty {shape} array", got=f"shape {array.shape}", do="Check its shape."
        )
    if not np.all(np.abs(array) <= LARGEST):
        bad = array[~(np.abs(array) <= LARGEST)][0]
        raise OutsideTheory(
            f"{name} must be finite, at most {LARGEST:g} in size", got=f"{bad:g}", do="Replace that entry."
        )
    return array


def same_size(got: int, wanted: int, what: str) -> None:
    """Raises OutsideTheory when two sizes that must agree do not."""
    if got != wanted:
        raise OutsideTheory(what, got=f"{got} and {wanted}", do="Give arrays of matching shapes.")


def positive_rate(value, name: str) -> float:
    """A learning rate as a float; raises OutsideTheory unless positive and finite."""
    rate = float(finite_array(value, name, 0))
    if not rate >= 1 / LARGEST:
        raise OutsideTheory(
            f"The rate {name} must be positive", got=f"{rate:g}", do="Give a rate above 0, for example 1."
        )
    return rate


def time_array(times) -> np.ndarray:
    """Times as a float64 vector; raises OutsideTheory unless finite and not negative."""
    checked = finite_array(times, "times", (0, 1)).reshape(-1)
    if np.any(checked < 0):
        raise OutsideTheory("Times start at 0, the time of the given weights", got=f"{checked.min():g}", do="Drop it.")
    return checked
