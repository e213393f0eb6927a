"""The preconditioner of the two-layer linear network: how its weights bend the gradient in function space.

vec(β)' = M vec(ρ), ρ = XᵀY − XᵀX β, vec stacks columns (Kunin et al. 2024, section 4, Thms 4.1 and 4.2).

symbol ↔ name ↔ shape
M       ↔ preconditioner ↔ [dc,dc];  M_k ↔ terms ↔ [h,dc,dc]
β_k, δ_k, κ_k ↔ of neuron k: β_k = w_k a_kᵀ, δ_k = η_w|a_k|² − η_a|w_k|², κ_k = √(δ_k² + 4 η_a η_w ‖β_k‖²)
A, W    ↔ [h,c], [h,d]; δ ↔ delta ↔ isotropic Δ = δ I
"""

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, number, one_rate, same_size


def preconditioner(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """M = η_w AᵀA ⊗ I_d + I_c ⊗ η_a WᵀW, [dc,dc]: the tangent kernel of vec(β)."""
    A, W, eta_a, eta_w = _checked(A, W, eta_a, eta_w)
    return eta_w * np.kron(A.T @ A, np.eye(W.shape[1])) + eta_a * np.kron(np.eye(A.shape[1]), W.T @ W)


def preconditioner_terms(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Theorem 4.1: M = Σ_k M_k, each M_k [dc,dc] a function of its neuron's β_k and conserved δ_k alone.

    M_k = (κ_k+δ_k)/2 · β_kᵀβ_k/‖β_k‖² ⊗ I_d + I_c ⊗ (κ_k−δ_k)/2 · β_kβ_kᵀ/‖β_k‖².
    Raises OutsideTheory where a β_k is 0, since then β_k does not tell the direction of its weights.
    """
    A, W, eta_a, eta_w = _checked(A, W, eta_a, eta_w)
    beta = W[:, :, None] * A[:, None, :]
    size = np.sum(beta**2, axis=(1, 2))
    if np.any(size == 0):
        raise OutsideTheory(
            "Theorem 4.1 needs β_k = w_k a_kᵀ ≠ 0 for each neuron",
            got=f"β_k = 0 at k = {int(np.argmin(size))}",
            do="Move that neuron off 0, or take preconditioner(A, W).",
        )
    delta = eta_w * np.sum(A**2, axis=1) - eta_a * np.sum(W**2, axis=1)
    outer, inner = _halves(delta, eta_a * eta_w * size)
    eye_d, eye_c = np.eye(W.shape[1]), np.eye(A.shape[1])
    unit = beta / np.sqrt(size)[:, None, None]
    outputs, inputs = np.swapaxes(unit, 1, 2) @ unit, unit @ np.swapaxes(unit, 1, 2)
    return np.stack(
        [
            a * np.kron(output, eye_d) + w * np.kron(eye_c, input_)
            for a, w, output, input_ in zip(outer, inner, outputs, inputs, strict=True)
        ]
    )


def isotropic_velocity(beta, residual, delta: float, h: int, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Theorem 4.2: β' [d,c] from β alone, β' = ρ √(s²βᵀβ + δ²/4) + √(s²ββᵀ + δ²/4) ρ, s² = η_a η_w.

    residual is ρ [d,c]. Holds in all directions only for δ = 0, for δ > 0 with h = c, or for δ < 0 with h = d;
    raises OutsideTheory otherwise (with fewer neurons the unreached directions have kernel 0, not |δ|).
    """
    beta, rho = finite("beta", beta, axes=2), finite("residual", residual, axes=2)
    delta = number("delta", delta)
    s2 = one_rate("eta_a", eta_a) * one_rate("eta_w", eta_w)
    same_size("beta and residual must have the same shape", beta.size, rho.size)
    d, c = beta.shape
    needed = {1: c, -1: d, 0: h}[int(np.sign(delta))]
    if h != needed:
        raise OutsideTheory(
            "Theorem 4.2 needs h = c for δ > 0 and h = d for δ < 0",
            got=f"δ = {delta:g}, d, h, c = {d}, {h}, {c}",
            do=f"Choose h = {needed}, or use exact_flow, which needs no such condition.",
        )
    return rho @ _root(s2 * beta.T @ beta, delta) + _root(s2 * beta @ beta.T, delta) @ rho


def _root(gram: np.ndarray, delta: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(gram)
    return (vectors * np.sqrt(np.maximum(values, 0.0) + delta**2 / 4)) @ vectors.T


def _halves(delta: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(κ+δ)/2 and (κ−δ)/2 with κ = √(δ² + 4 product), neither by cancellation."""
    large = (np.sqrt(delta**2 + 4 * product) + np.abs(delta)) / 2
    small = product / np.where(large > 0, large, 1.0)
    return np.where(delta >= 0, large, small), np.where(delta >= 0, small, large)


def _checked(A, W, eta_a, eta_w):
    A, W = finite("A", A, axes=2), finite("W", W, axes=2)
    same_size("A [h,c] and W [h,d] must have the same number of neurons", len(A), len(W))
    return A, W, one_rate("eta_a", eta_a), one_rate("eta_w", eta_w)
