"""What a row of the table of invariances is: a public function, legal arguments for it, and what must not matter to it.

A scaling multiplies each named argument by c to a power and says to which power of c each result goes. A symmetry makes
other arguments of the same problem, and says how the results must then look. Adding a function to the guard is adding a
row to neuron.py, bias.py, linear.py, matrices.py or relu.py.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arguments = dict[str, Any]
Results = tuple[np.ndarray, ...]
Symmetry = Callable[[Arguments, np.random.Generator], tuple[Arguments, Callable[[Results], Results]]]

QUANTITY, RATIO = 60, 150


@dataclass(frozen=True)
class Scaling:
    """arguments: name → power of c; results: the power of each result, None where it is not compared."""

    arguments: dict[str, float]
    results: tuple[float | None, ...] = (0,)
    reach: int = QUANTITY
    """The largest decimal exponent that any scaled argument gets."""

    @property
    def decades(self) -> float:
        powers = [*self.arguments.values(), *(p for p in self.results if p is not None)]
        most = max(abs(p) for p in self.arguments.values())
        return min(self.reach / most, 280 / max(abs(p) for p in powers))


@dataclass(frozen=True)
class Row:
    """function is what the row guards; call, where it differs, is how: both take the arguments that draw(rng) makes."""

    function: Callable
    draw: Callable[[np.random.Generator], Arguments]
    scalings: tuple[Scaling, ...] = ()
    symmetries: dict[str, Symmetry] = field(default_factory=dict)
    call: Callable | None = None
    rtol: float = 1e-9
    nan_passes: frozenset[str] = frozenset()
    """Arguments in which NaN and infinity are let through, since lost runs are drawn too."""
    zero_rates: bool = False
    """Whether a rate of 0 is legal."""
    free: frozenset[str] = frozenset()
    """Arguments that the refusals are not tried on: what the row's own call makes of them is not the function's."""

    whole: frozenset[str] = frozenset()
    """Arguments that fit together only as they are drawn."""

    @property
    def rough(self) -> set[str]:
        """Arguments that may be of any size, entry by entry."""
        scaled = {name for scaling in self.scalings for name in scaling.arguments}
        return scaled - self.whole - {"times", "t", "eta_a", "eta_w", "etas", "gram"}

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__name__}"

    def results(self, arguments: Arguments) -> Results:
        return flattened((self.call or self.function)(**arguments))


def flattened(found: Any) -> Results:
    """Arrays, numbers, tuples and frozen results alike as a tuple of arrays; words are left out."""
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return flattened(tuple(getattr(found, f.name) for f in dataclasses.fields(found)))
    if isinstance(found, tuple | list):
        return tuple(array for part in found for array in flattened(part))
    return () if isinstance(found, str) else (np.asarray(found, dtype=np.float64),)


def assert_same(found: Results, expected: Results, rtol: float) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        size = np.max(np.abs(np.nan_to_num(other)), initial=0.0)
        np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-2 * rtol * size)


def unchanged(results: Results) -> Results:
    return results


def signs(*factors: float) -> Callable[[Results], Results]:
    """Each result times its factor."""
    return lambda results: tuple(factor * result for factor, result in zip(factors, results, strict=True))


def negated(*names: str, results: Callable[[Results], Results] = unchanged) -> Symmetry:
    """The named arguments with the other sign."""

    def symmetry(arguments, rng):
        return {**arguments, **{name: -np.asarray(arguments[name]) for name in names}}, results

    return symmetry


def rotated(*names: str, results: tuple[int, ...] = ()) -> Symmetry:
    """The last axis of the named arguments, and of the results numbered here, turned by one random orthogonal matrix."""

    def symmetry(arguments, rng):
        d = np.shape(arguments[names[0]])[-1]
        turn = np.linalg.qr(rng.normal(size=(d, d)))[0]

        def turned(found: Results) -> Results:
            return tuple(result @ turn if k in results else result for k, result in enumerate(found))

        return {**arguments, **{name: np.asarray(arguments[name]) @ turn for name in names}}, turned

    return symmetry


def permuted(axes: dict[str, int], results: dict[int, tuple[int, ...]] | None = None) -> Symmetry:
    """One order of an axis of the named arguments, and of axes of the results by number."""

    def symmetry(arguments, rng):
        first = next(iter(axes))
        order = rng.permutation(np.shape(arguments[first])[axes[first]])

        def ordered(found: Results) -> Results:
            kept = list(found)
            for k, along in (results or {}).items():
                for axis in along:
                    kept[k] = np.take(kept[k], order, axis)
            return tuple(kept)

        return {**arguments, **{name: np.take(arguments[name], order, axis) for name, axis in axes.items()}}, ordered

    return symmetry


def exchanged(*pairs: tuple[str, str], results: Callable[[Results], Results] = unchanged) -> Symmetry:
    """Arguments that trade places."""

    def symmetry(arguments, rng):
        other = dict(arguments)
        for one, two in pairs:
            other[one], other[two] = arguments[two], arguments[one]
        return other, results

    return symmetry
