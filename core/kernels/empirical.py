"""The tangent kernel of any torch network on a probe batch, with bounded memory.

θ       ↔ parameters  ↔ dict name → tensor        f(x; θ) ↔ function(parameters, x) → [outputs] for one input x
K(x,x') ↔ kernel      ↔ [n·c, n·c], rows ordered input by input, output by output
J       ↔ jacobian    ↔ [n·c, number of parameters], never held whole when larger than `memory` bytes
The only module of core.kernels that loads torch.
"""

from collections.abc import Callable, Iterator

import torch
from torch.func import jacrev, vmap

from core.errors import OutsideTheory

Parameters = dict[str, torch.Tensor]


def jacobian(
    function: Callable[[Parameters, torch.Tensor], torch.Tensor], parameters: Parameters, x: torch.Tensor
) -> torch.Tensor:
    """∂f(xᵢ)/∂θ for a batch x [n, …] as a matrix [n·c, parameters]; a network with one output gives [n, parameters].

    Ours.
    """
    leaves = vmap(jacrev(function), (None, 0))(parameters, x)
    first = next(iter(parameters))
    outputs = leaves[first].ndim - 1 - parameters[first].ndim
    rows = leaves[first].shape[: 1 + outputs].numel()
    return torch.cat([leaf.reshape(rows, -1) for leaf in leaves.values()], 1)


def ntk(
    function: Callable[[Parameters, torch.Tensor], torch.Tensor],
    parameters: Parameters,
    x: torch.Tensor,
    *,
    memory: float = 256e6,
) -> torch.Tensor:
    """K = J Jᵀ on the batch x [n, …], [n·c, n·c] float64; two row blocks of J at a time, together at most `memory` bytes.

    All rates are 1 (K as in Kunin et al. 2024, section 2). Raises OutsideTheory for an empty batch, for parameters or a
    kernel that are not finite, and when `memory` does not hold the rows of two inputs.
    """
    if x.ndim < 1 or not len(x):
        raise OutsideTheory("The probe batch must hold at least one input", got=tuple(x.shape), do="Give [n, …].")
    if not all(torch.isfinite(p).all() for p in parameters.values()):
        raise OutsideTheory("Parameters must be finite", got="NaN or infinity", do="Train with a smaller rate.")
    blocks = list(_blocks(function, parameters, x, memory))
    rows = [slice(*(edge * _outputs(function, parameters, x) for edge in block)) for block in blocks]
    size = rows[-1].stop
    kernel = torch.empty(size, size, dtype=torch.float64, device=x.device)
    for i, block in enumerate(blocks):
        left = jacobian(function, parameters, x[slice(*block)])
        for j in range(i, len(blocks)):
            right = left if j == i else jacobian(function, parameters, x[slice(*blocks[j])])
            product = (left @ right.T).double()
            kernel[rows[i], rows[j]], kernel[rows[j], rows[i]] = product, product.T
    if not torch.isfinite(kernel).all():
        raise OutsideTheory(
            "The kernel must be finite", got="NaN or infinity", do="Use a float64 network or a smaller α."
        )
    return kernel


def _outputs(function, parameters: Parameters, x: torch.Tensor) -> int:
    return max(1, function(parameters, x[0]).numel())


def _blocks(function, parameters: Parameters, x: torch.Tensor, memory: float) -> Iterator[tuple[int, int]]:
    count = sum(p.numel() for p in parameters.values())
    per_input = 2 * _outputs(function, parameters, x) * count * next(iter(parameters.values())).element_size()
    together = int(memory // (2 * per_input))
    if together < 1:
        raise OutsideTheory(
            "Two inputs' rows of the Jacobian must fit into memory",
            got=f"{memory / 1e6:.0f} MB for {2 * per_input / 1e6:.0f} MB",
            do="Allow more memory or use a smaller network.",
        )
    for start in range(0, len(x), together):
        yield start, min(start + together, len(x))
