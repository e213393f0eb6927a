"""Modular addition: every pair (i, j) of residues with its sum mod p, split into a training and a validation part.

p            ↔ modulus        ↔ scalar
(i + j) % p  ↔ sums           ↔ [p²]   pair (i, j) stands at index i·p + j
training set ↔ training       ↔ [p²]   bool, True for the pairs the network is trained on
Task: Power et al. 2022, section 3 (one operation, the remaining cells of the table are the validation set).
"""

import numpy as np

from core.errors import OutsideTheory


def sums(modulus: int) -> np.ndarray:
    """(i + j) mod p for all pairs, [p²]. Raises OutsideTheory for a modulus below 2."""
    _check_modulus(modulus)
    residues = np.arange(modulus)
    return ((residues[:, None] + residues) % modulus).ravel()


def training(modulus: int, fraction: float, seed: int) -> np.ndarray:
    """A random choice of round(fraction · p²) pairs, [p²] bool; the rest is for validation.

    Raises OutsideTheory when either side would be empty.
    """
    _check_modulus(modulus)
    pairs = modulus**2
    count = round(fraction * pairs) if np.isfinite(fraction) else 0
    if not 0 < count < pairs:
        raise OutsideTheory(
            "The training fraction must leave pairs on both sides",
            got=f"fraction {fraction:g} of {pairs} pairs",
            do="Choose a fraction between 0 and 1, e.g. 0.7.",
        )
    chosen = np.zeros(pairs, bool)
    chosen[np.random.default_rng(seed).permutation(pairs)[:count]] = True
    return chosen


def _check_modulus(modulus: int) -> None:
    if int(modulus) != modulus or modulus < 2:
        raise OutsideTheory("The modulus must be a whole number of at least 2", got=modulus, do="Choose e.g. 31.")
