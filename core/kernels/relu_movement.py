"""Which neurons, and which of their switches, move a two-layer ReLU network's tangent kernel (paper, equation 9).

M_k ↔ η_w a_k² I + η_a w_k w_kᵀ ↔ [m, d, d]: β̇_k = −M_k ξ_k for β_k = a_k w_k
c_ki ↔ σ'(w_kᵀx_i) ↔ [n, m], 1 at 0 as in the published code
ξ_k ↔ ∂L/∂β_k = (2/n) Σ_i c_ki x_i (f(x_i) − y_i) ↔ [m, d], L the mean of squares
K_ij ↔ Σ_k c_ki x_iᵀ M_k x_j c_kj ↔ [n, n], the sum of the neurons' kernels [m, n, n]
K̇_ij ↔ Σ_k c_ki x_iᵀ Ṁ_k x_j c_kj, Ṁ_k = −η_aη_w (2 β_kᵀξ_k I + ξ_k β_kᵀ + β_k ξ_kᵀ) ↔ [n, n]

K̇ is the kernel's rate along gradient flow wherever no activation flips; a flip moves it by a jump, which no derivative sees.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.datasets.teacher_student import outputs
from core.theory.checks import Floats, finite, leak, rate_or_none, representable, same_size


class Movement(NamedTuple):
    """What moved a kernel from one state to another, [n, n] each: weights at unchanged activations, and flips; their sum is
    the whole change."""

    weights: Floats
    flips: Floats


def preconditioners(W: ArrayLike, a: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0) -> Floats:
    """M[m, d, d] of W[m, d], a[m] (equation 9). Raises OutsideTheory for arrays that are not finite or do not fit."""
    first, readouts = _network(W, a)
    eta_a, eta_w = rate_or_none("eta_a", eta_a), rate_or_none("eta_w", eta_w)
    M = eta_a * first[:, :, None] * first[:, None, :] + eta_w * (readouts**2)[:, None, None] * np.eye(first.shape[1])
    return representable("M", M)


def neuron_kernels(
    W: ArrayLike, a: ArrayLike, X: ArrayLike, *, eta_a: float = 1.0, eta_w: float = 1.0, slope: float = 0.0
) -> Floats:
    """Each neuron's part c_ki x_iᵀ M_k x_j c_kj of the kernel (equation 9): [m, n, n]. Refuses what relu_ntk refuses."""
    first, readouts, inputs, eta_a, eta_w, slope = _checked(W, a, X, eta_a, eta_w, slope)
    gate = _gates(first, inputs, slope).T
    size, reach = gate * (first @ inputs.T), gate[:, :, None] * gate[:, None, :] * (inputs @ inputs.T)
    by_weights, by_readouts = eta_a * size[:, :, None] * size[:, None, :], (readouts**2)[:, None, None] * reach
    return representable("The kernel", by_weights + eta_w * by_readouts)


def kernel_rate(
    W: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    *,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    slope: float = 0.0,
) -> Floats:
    """K̇[n, n] under gradient flow of the mean of squares with labels y[n], between flips (ours, from equation 9
    and appendix A.3.1); refuses what relu_ntk refuses."""
    first, readouts, inputs, eta_a, eta_w, slope = _checked(W, a, X, eta_a, eta_w, slope)
    labels = finite("y", y, axes=1)
    same_size("X [n,d] and y [n] must have the same number of samples", len(inputs), len(labels))
    gate = _gates(first, inputs, slope)
    residual = outputs(first, readouts, inputs, slope=slope) - labels
    xi = 2 / len(inputs) * (gate * residual[:, None]).T @ inputs
    beta = readouts[:, None] * first
    inward = 2 * np.einsum("kd,kd->k", beta, xi)
    near, far = gate * (inputs @ xi.T), gate * (inputs @ beta.T)
    crossed = near @ far.T
    rate = (gate * inward) @ gate.T * (inputs @ inputs.T) + crossed + crossed.T
    return representable("The kernel's rate", -eta_a * eta_w * rate)


def movement(
    W_0: ArrayLike,
    a_0: ArrayLike,
    W: ArrayLike,
    a: ArrayLike,
    X: ArrayLike,
    *,
    eta_a: float = 1.0,
    eta_w: float = 1.0,
    slope: float = 0.0,
) -> Movement:
    """Why the kernel of (W, a) differs from that of (W_0, a_0): the discrete product rule, exact at any distance (ours).

    With Q(c, M) the kernel of activations c and preconditioners M: weights is the mean over both c of Q's change with M,
    flips the mean over both M of its change with c. Refuses what relu_ntk refuses.
    """
    before, after = _checked(W_0, a_0, X, eta_a, eta_w, slope), _checked(W, a, X, eta_a, eta_w, slope)
    same_size("Both networks must have the same width", len(before[0]), len(after[0]))
    inputs, gram = before[2], before[2] @ before[2].T
    gates = [_gates(state[0], inputs, before[5]) for state in (before, after)]

    def kernel(gate: Floats, state) -> Floats:
        own_W, own_a, _, rate_a, rate_w, _ = state
        size = gate * (inputs @ own_W.T)
        return rate_a * size @ size.T + rate_w * ((gate * own_a**2) @ gate.T) * gram

    (old, mixed), (turned, new) = ([kernel(gate, state) for gate in gates] for state in (before, after))
    weights = (turned - old + new - mixed) / 2
    flips = (mixed - old + new - turned) / 2
    return Movement(representable("The movement", weights), representable("The movement", flips))


def _gates(W: Floats, X: Floats, slope: float) -> Floats:
    return np.where(X @ W.T >= 0, 1.0, slope)


def _network(W: ArrayLike, a: ArrayLike) -> tuple[Floats, Floats]:
    first, readouts = finite("W", W, axes=2), finite("a", a, axes=1)
    same_size("W [m,d] and a [m] must have the same number of neurons", len(first), len(readouts))
    return first, readouts


def _checked(
    W: ArrayLike, a: ArrayLike, X: ArrayLike, eta_a: float, eta_w: float, slope: float
) -> tuple[Floats, Floats, Floats, float, float, float]:
    (first, readouts), inputs = _network(W, a), finite("X", X, axes=2)
    same_size("W [m,d] and X [n,d] must have the same number of inputs", first.shape[1], inputs.shape[1])
    return first, readouts, inputs, rate_or_none("eta_a", eta_a), rate_or_none("eta_w", eta_w), leak("slope", slope)
