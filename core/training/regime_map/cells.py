"""The cells of a regime map, (τ, δ, seed): those of the paper, and the order in which they are trained.

Setting: paper, section 5 and appendix D.1: 17 × 17 places, 16 seeds.
"""

from collections.abc import Iterable

import numpy as np

from core.errors import OutsideTheory

TAUS = np.logspace(-1.0, 0.3, 17)
DELTAS = np.linspace(-1.0, 1.0, 17)
SEEDS = np.arange(100, 116)

Cell = tuple[float, float, int]


def grid(taus: Iterable[float] = TAUS, deltas: Iterable[float] = DELTAS, seeds: Iterable[int] = SEEDS) -> list[Cell]:
    """All cells of a map, one seed after the other: first the plane's corners, then ever finer grids between them."""
    plane = [(i, j, float(tau), float(delta)) for i, tau in enumerate(taus) for j, delta in enumerate(deltas)]
    plane.sort(key=lambda cell: -_coarseness(cell[0] | cell[1]))
    return [(tau, delta, int(seed)) for seed in seeds for _, _, tau, delta in plane]


def _coarseness(place: int) -> int:
    """The largest power of two that divides a place; place 0 comes first of all."""
    return place & -place if place else 1 << 20


def checked(cell: Cell) -> Cell:
    """A cell as floats and a whole number. Raises OutsideTheory for τ ≤ 0, a δ that is not finite or a seed below 0."""
    try:
        tau, delta, seed = float(cell[0]), float(cell[1]), int(cell[2])
        legal = len(cell) == 3 and 0 < tau < np.inf and np.isfinite(delta) and seed >= 0 and seed == cell[2]
    except (TypeError, ValueError, IndexError):
        legal = False
    if not legal:
        raise OutsideTheory(
            "a cell is (tau, delta, seed) with τ > 0, finite δ and a whole seed ≥ 0",
            got=cell,
            do="Use (0.1, 0.5, 100).",
        )
    return tau, delta, seed
