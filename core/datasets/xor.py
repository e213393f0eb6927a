"""An XOR-like task on the plane: four clusters, opposite ones alike, so that no linear function can tell them apart.

x ↔ X ↔ [4k, 2] ↔ points around ±e₁ and ±e₂, k each        y ↔ y ↔ [4k] ↔ +1 around ±e₁, −1 around ±e₂
spread ↔ noise ↔ scalar ↔ standard deviation of each coordinate of a cluster

The paper shows such a task (figure 5a) without giving its data; this one is our choice.
"""

import math
import operator

import numpy as np

from core.errors import OutsideTheory

CENTRES = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
LABELS = np.array([1.0, 1.0, -1.0, -1.0])
MOST = 10_000


def clusters(
    per_cluster: int = 10, *, noise: float = 0.15, seed: int = 0, centres: np.ndarray = CENTRES
) -> tuple[np.ndarray, np.ndarray]:
    """X[4·per_cluster, 2] and labels y, cluster by cluster; the same seed gives the same offsets at every noise and centre.

    Raises OutsideTheory unless 1 ≤ per_cluster ≤ 10,000, noise is finite and not negative, and seed is a whole number
    from 0.
    """
    count = _whole("The number of points in a cluster", per_cluster, least=1, most=MOST)
    start = _whole("The seed", seed, least=0, most=2**63)
    if not (math.isfinite(noise) and noise >= 0):
        raise OutsideTheory("The clusters' spread must be 0 or more", got=noise, do="Try noise=0.15.")
    offsets = np.random.default_rng(start).standard_normal((4, count, 2))
    return (centres[:, None] + noise * offsets).reshape(-1, 2), np.repeat(LABELS, count)


def _whole(name: str, value: object, *, least: int, most: int) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if not least <= number <= most:
        raise OutsideTheory(f"{name} must be a whole number, {least} to {most:,}", got=value, do=f"Try {least}.")
    return number
