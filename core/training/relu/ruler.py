"""How far tangent kernels have turned, measured with torch in blocks that the device's memory takes.

K/‖K‖ ↔ [k, n, n]     S(0, t) ↔ ½‖K_t/‖K_t‖ − K_0/‖K_0‖‖² ↔ kernel_distances [k], accurate also where it is tiny

The kernel and its distance: paper, section 5 and “Notation”.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

BLOCK_BYTES = 200e6
"""About what the kernels of one block may take."""


class Blocks:
    """Rows computed a block at a time; where the memory does not suffice, in ever smaller blocks from then on."""

    def __init__(self, bytes_of_a_row: float):
        self.size = max(1, int(BLOCK_BYTES / bytes_of_a_row))

    def measure(self, rows: Callable[[slice], torch.Tensor], count: int) -> np.ndarray:
        """rows(slice) of all `count`. Raises torch.OutOfMemoryError where a single row is too much."""
        while True:
            try:
                parts = [rows(slice(at, at + self.size)) for at in range(0, count, self.size)]
                return torch.cat(parts).cpu().numpy()
            except torch.OutOfMemoryError:
                if self.size == 1:
                    raise
                self.size //= 2


def kernel_distances(W: np.ndarray, a: np.ndarray, X: np.ndarray, rates: dict[str, Any], device: str) -> np.ndarray:
    """S(0, t) of the networks W[k, m, d], a[k, m] against the first, on X[n, d]; NaN where a kernel is zero.

    rates: eta_a, eta_w and slope as in core.kernels.relu_ntk.
    """
    weights, readouts, inputs = (torch.as_tensor(np.ascontiguousarray(array), device=device) for array in (W, a, X))
    gram = inputs @ inputs.T

    def kernels(part: slice) -> torch.Tensor:
        return direction(torch.matmul(inputs, weights[part].mT), readouts[part], gram, **rates)

    first = kernels(slice(0, 1))

    def rows(part: slice) -> torch.Tensor:
        return half_square(kernels(part), first)

    return Blocks(8 * max(len(X) ** 2, len(X) * W.shape[1])).measure(rows, len(W))


def half_square(K: torch.Tensor, K_0: torch.Tensor) -> torch.Tensor:
    """½‖K − K_0‖² [k] of directions; K is used up."""
    return 0.5 * K.sub_(K_0).square_().sum((1, 2)).double()


def direction(
    Z: torch.Tensor, a: torch.Tensor, gram: torch.Tensor, *, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0
) -> torch.Tensor:
    """K/‖K‖ [k, n, n] of the tangent kernels, from pre-activations Z[k, n, m], readouts a[k, m] and gram = XXᵀ."""
    active = Z.clamp_min(0.0) if slope == 0 else torch.where(Z >= 0, Z, slope * Z)
    gate = (Z >= 0) * a[:, None] if slope == 0 else torch.where(Z >= 0, a[:, None], slope * a[:, None])
    K = torch.bmm(gate, gate.mT).mul_(gram)
    K = K.baddbmm_(active, active.mT, beta=eta_w, alpha=eta_a)
    return K.div_(K.flatten(1).norm(dim=1)[:, None, None])
