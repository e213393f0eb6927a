"""The arguments of integrate, checked: what does not fit is refused in one sentence that says what to do.

Ours.
"""

from dataclasses import dataclass

import numpy as np

from core.theory.checks import Floats, finite, leading_axes, leak, positive_rate, rate_or_none, same_size, step_counts

LARGEST = 1e30
"""Weights, inputs and labels beyond this have losses that float64 cannot hold."""


@dataclass(frozen=True)
class Arguments:
    """All runs, broadcast to one leading shape [...]: W[..., m, d], a[..., m], X[..., n, d], y[..., n], rate[...]."""

    shape: tuple[int, ...]
    W: Floats
    a: Floats
    X: Floats
    y: Floats
    rate: Floats
    layers: dict[str, float]
    """eta_a, eta_w, slope"""

    @property
    def shared_inputs(self) -> bool:
        """Whether all runs have the same X."""
        return all(stride == 0 for stride in self.X.strides[: len(self.shape)])


def checked(W, a, X, y, *, rate, eta_a, eta_w, slope) -> Arguments:
    """The arrays of all runs; OutsideTheory for what is empty, not finite, too large or does not fit together."""
    named = {"W_0": (W, 2), "a_0": (a, 1), "X": (X, 2), "y": (y, 1)}
    arrays = {name: (finite(name, v, least_axes=own, largest=LARGEST), own) for name, (v, own) in named.items()}
    arrays["rate"] = (positive_rate("the rate η", rate), 0)
    W, a, X, y, rate = (array for array, _ in arrays.values())
    same_size("W_0[..., m, d] and a_0[..., m] must have the same width", W.shape[-2], a.shape[-1])
    same_size("W_0[..., m, d] and X[..., n, d] must have the same dimension", W.shape[-1], X.shape[-1])
    same_size("X[..., n, d] and y[..., n] must have the same number of samples", X.shape[-2], y.shape[-1])
    shape = leading_axes(arrays)
    W, a, X, y, rate = (np.broadcast_to(v, shape + v.shape[v.ndim - own :]) for v, own in arrays.values())
    layers = {"eta_a": rate_or_none("η_a", eta_a), "eta_w": rate_or_none("η_w", eta_w), "slope": leak("slope", slope)}
    return Arguments(shape, W, a, X, y, rate, layers)


def checked_steps(checkpoints) -> list[int]:
    """The step counts asked for, rising and each once."""
    return sorted(set(step_counts("checkpoints", checkpoints)))
