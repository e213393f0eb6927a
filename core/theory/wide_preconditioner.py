"""The preconditioner of the two-layer linear network: how its weights bend the gradient in function space.

vec(β)' = M vec(ρ), ρ = XᵀY − XᵀX β, vec stacks columns (Kunin et al. 2024, section 4, Thms 4.1 and 4.2).

symbol ↔ name ↔ shape
M       ↔ preconditioner ↔ [dc,dc];  M_k ↔ terms ↔ [h,dc,dc]
β_k, δ_k, κ_k ↔ of neuron k: β_k = w_k a_kᵀ, δ_k = η_w|a_k|² − η_a|w_k|², κ_k = √(δ_k² + 4 η_a η_w ‖β_k‖²)
A, W    ↔ [h,c], [h,d]; δ ↔ delta ↔ isotropic Δ = δ I
"""

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, number, one_rate, representable, same_size, whole
from core.theory.states import norm


def preconditioner(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """M = η_w AᵀA ⊗ I_d + I_c ⊗ η_a WᵀW, [dc,dc]: the tangent kernel of vec(β). Theorem 4.1."""
    A, W = _checked(A, W, eta_a, eta_w)
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, inputs = np.kron(A.T @ A, np.eye(W.shape[1])), np.kron(np.eye(A.shape[1]), W.T @ W)
        return representable("The preconditioner", outputs + inputs)


def preconditioner_terms(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Theorem 4.1: M = Σ_k M_k, each M_k [dc,dc] a function of its neuron's β_k and conserved δ_k alone.

    M_k = (κ_k+δ_k)/2 · β_kᵀβ_k/‖β_k‖² ⊗ I_d + I_c ⊗ (κ_k−δ_k)/2 · β_kβ_kᵀ/‖β_k‖².
    Raises OutsideTheory where a β_k is 0, since then β_k does not tell the direction of its weights.
    """
    A, W = _checked(A, W, eta_a, eta_w)
    outer, inner = norm(A), norm(W)
    gone = (outer == 0) | (inner == 0)
    if np.any(gone):
        raise OutsideTheory(
            "Theorem 4.1 needs β_k = w_k a_kᵀ ≠ 0 for each neuron",
            got=f"β_k = 0 at k = {int(np.argmax(gone))}",
            do="Move that neuron off 0, or take preconditioner(A, W).",
        )
    with np.errstate(over="ignore"):
        large, small = _halves((outer - inner) * (outer + inner), outer * inner)
        representable("η_w|a_k|² and η_a|w_k|²", large + small)
    towards_outputs, towards_inputs = A / outer[:, None], W / inner[:, None]
    eye_d, eye_c = np.eye(W.shape[1]), np.eye(A.shape[1])
    return np.stack(
        [
            by_a * np.kron(np.outer(output, output), eye_d) + by_w * np.kron(eye_c, np.outer(input_, input_))
            for by_a, by_w, output, input_ in zip(large, small, towards_outputs, towards_inputs, strict=True)
        ]
    )


def isotropic_velocity(beta, residual, delta: float, h: int, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Theorem 4.2: β' [d,c] from β alone, β' = ρ √(s²βᵀβ + δ²/4) + √(s²ββᵀ + δ²/4) ρ, s² = η_a η_w.

    residual is ρ [d,c]. Holds in all directions only for δ = 0, for δ > 0 with h = c, or for δ < 0 with h = d;
    raises OutsideTheory otherwise (with fewer neurons the unreached directions have kernel 0, not |δ|).
    """
    beta, rho = finite("beta", beta, axes=2), finite("residual", residual, axes=2)
    delta, h = number("delta", delta), whole("h", h)
    s = np.sqrt(one_rate("eta_a", eta_a)) * np.sqrt(one_rate("eta_w", eta_w))
    for axis in range(2):
        same_size("beta and residual must have the same shape", beta.shape[axis], rho.shape[axis])
    d, c = beta.shape
    needed = {1: c, -1: d, 0: h}[int(np.sign(delta))]
    if h != needed:
        raise OutsideTheory(
            "Theorem 4.2 needs h = c for δ > 0 and h = d for δ < 0",
            got=f"δ = {delta:g}, d, h, c = {d}, {h}, {c}",
            do=f"Choose h = {needed}, or use exact_flow, which needs no such condition.",
        )
    left, strength, right = np.linalg.svd(beta)
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, inputs = (_root(frame, s * strength, delta) for frame in (right.T, left))
        return representable("The velocity", rho @ outputs + inputs @ rho)


def _halves(delta: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(κ+δ)/2 and (κ−δ)/2 with κ = √(δ² + 4 product²), product = √(η_aη_w)‖β_k‖; neither by cancellation."""
    large = (np.hypot(delta, 2 * product) + np.abs(delta)) / 2
    small = product * (product / np.where(large > 0, large, 1.0))
    return np.where(delta >= 0, large, small), np.where(delta >= 0, small, large)


def _root(frame: np.ndarray, strength: np.ndarray, delta: float) -> np.ndarray:
    """√(F s² Fᵀ + δ²/4) for the frame F of singular vectors, some of strength 0."""
    values = np.zeros(len(frame))
    values[: len(strength)] = strength
    return (frame * np.hypot(values, delta / 2)) @ frame.T


def _checked(A, W, eta_a, eta_w):
    """√η_w A and √η_a W."""
    A, W = finite("A", A, axes=2), finite("W", W, axes=2)
    same_size("A [h,c] and W [h,d] must have the same number of neurons", len(A), len(W))
    return np.sqrt(one_rate("eta_w", eta_w)) * A, np.sqrt(one_rate("eta_a", eta_a)) * W
