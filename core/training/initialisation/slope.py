"""How steep the target is: the scale without which δ has no meaning.

Legend: X ↔ inputs [n, d]; y ↔ targets [n, c]; C = XᵀX/n ↔ second moments, eigenvalues λ; p = √(mean ‖y‖²) ↔ size of y;
‖slope‖ ↔ y per unit of x. In the minimal model ‖slope‖ = ‖β*‖, and δ compares with 2√(η_aη_w)‖β*‖ (paper section 3).

A target is seen only through its data. If it varied along one eigenvector of C its slope would be p/√λ. The estimate
takes λ averaged with weight λ (a direction chosen where the data vary), tr C²/tr C; the range runs from the largest
λ to the mean one. On isotropic inputs the three agree; for a linear target there they are ‖β*‖ itself.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory

WIDEST = 10.0


@dataclass(frozen=True)
class Slope:
    """Estimate and range of ‖slope‖, and a sentence that says how it was found."""

    value: float
    low: float
    high: float
    how: str


def given_slope(value: float, how: str = "given by you") -> Slope:
    """A slope that is known, or assumed, without data."""
    if not (np.isfinite(value) and value > 0):
        raise OutsideTheory("The slope must be a positive number", got=value, do="Give the size of dy/dx.")
    return Slope(float(value), float(value), float(value), how)


def estimate_slope(X: np.ndarray, y: np.ndarray, *, centred: bool = False) -> Slope:
    """‖slope‖ of targets y[n] or y[n, c] over inputs X[n, d]; `centred` removes means first, for networks with biases.

    Raises OutsideTheory where data cannot tell: fewer than 8 rows, constant targets or inputs, values that are not
    finite, or inputs so uneven that the range spans more than a factor WIDEST.
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    y = y.reshape(len(y), -1)
    if X.ndim != 2 or len(X) != len(y) or len(X) < 8 or X.shape[1] == 0 or y.shape[1] == 0:
        raise OutsideTheory(
            "A slope needs at least 8 rows of inputs [n, d] with as many targets",
            got=f"X {list(X.shape)}, y {list(y.shape)}",
            do="Give more data.",
        )
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise OutsideTheory("Inputs and targets must be finite", got="NaN or infinity", do="Drop those rows.")
    if centred:
        X, y = X - X.mean(0), y - y.mean(0)
    size = float(np.sqrt(np.square(y).sum(1).mean()))
    spectrum = np.square(np.linalg.svd(X, compute_uv=False)) / len(X)
    kept = spectrum[spectrum > 1e-12 * max(spectrum[0], 1e-300)]
    if size <= 0 or kept.size == 0 or kept[0] <= 1e-280:
        raise OutsideTheory(
            "The slope cannot be estimated: targets or inputs do not vary" + (" about their mean" if centred else ""),
            got=f"size of targets {size:g}, largest variance {spectrum[0]:g}",
            do="Give data that vary, or state the slope yourself.",
        )
    weighted, mean = float((kept**2).sum() / kept.sum()), float(kept.mean())
    low, value, high = (size / np.sqrt(level) for level in (kept[0], weighted, mean))
    if high / low > WIDEST:
        raise OutsideTheory(
            f"The slope cannot be estimated to within a factor {WIDEST:g}: the inputs vary far more in some directions",
            got=f"{low:.3g} to {high:.3g}",
            do="Standardise the inputs (zero mean, unit variance), or state the slope yourself.",
        )
    how = f"√(mean ‖y‖²) / √(tr C²/tr C) over {len(X)} rows{', means removed' if centred else ''}"
    return Slope(value, low, high, how)
