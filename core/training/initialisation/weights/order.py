"""In which order layers follow, from the input on: by numbers, by the container, by the only fit of shapes; or a question.

A layer is a name with its size (in, out). Numbers count only where all names share one template ("net.#.weight"): those of
`encoder.0` and `decoder.0` say nothing about which comes first.
"""

import functools
import itertools
from collections.abc import Mapping, Sequence

from core.training.initialisation.weights.naming import numbers, template

NUMBERS, CONTAINER, SHAPES, GIVEN = (
    "by their numbers",
    "the file's own",
    "the only one that fits the shapes",
    "as given",
)
Sizes = Mapping[str, tuple[int, int]]


def orders(names: Sequence[str], sizes: Sizes, ordered: bool) -> tuple[list[list[str]], str]:
    """At most two orders in which each layer takes what the one before gives, and what they rest on.

    One is the answer, two are a question, none means that the layers form no chain.
    """
    ranked = by_number(names)
    if ranked is not None:
        return ([ranked] if chained(ranked, sizes) else []), NUMBERS
    if ordered:
        placed = in_place(names)
        return ([placed] if chained(placed, sizes) else []), CONTAINER
    return fitting(names, sizes), SHAPES


def chained(names: Sequence[str], sizes: Sizes) -> bool:
    """Whether each layer takes what the one before gives."""
    return all(sizes[lower][1] == sizes[upper][0] for lower, upper in itertools.pairwise(names))


def by_number(names: Sequence[str]) -> list[str] | None:
    """The names sorted by their numbers if all share one template and no two have the same; else None."""
    one = len({template(name) for name in names}) == 1
    return sorted(names, key=numbers) if one and len({numbers(name) for name in names}) == len(names) else None


def in_place(names: Sequence[str]) -> list[str]:
    """The container's order; a series (net.2, net.10) is put into its own numbers' order in the places that it takes."""
    out = list(names)
    for series in {template(name) for name in names}:
        places = [k for k, name in enumerate(names) if template(name) == series]
        for place, name in zip(places, sorted((names[k] for k in places), key=numbers), strict=True):
            out[place] = name
    return out


def fitting(names: Sequence[str], sizes: Sizes) -> list[list[str]]:
    """The first two orders that fit the shapes and keep each series in the order of its numbers."""
    names = sorted(names)
    before = [
        sum(
            1 << j
            for j, other in enumerate(names)
            if template(other) == template(name) and numbers(other) < numbers(name)
        )
        for name in names
    ]
    whole = (1 << len(names)) - 1

    @functools.cache
    def ends(taken: int, width: int | None) -> tuple[tuple[int, ...], ...]:
        """Up to two ways to go on from the layers taken, the last of which gives `width` values."""
        if taken == whole:
            return ((),)
        found: list[tuple[int, ...]] = []
        for k, name in enumerate(names):
            free = not taken >> k & 1 and not before[k] & ~taken
            if free and width in (None, sizes[name][0]):
                found += [(k, *rest) for rest in ends(taken | 1 << k, sizes[name][1])]
            if len(found) > 1:
                break
        return tuple(found[:2])

    return [[names[k] for k in way] for way in ends(0, None)]
