"""The preconditioner of the two-layer linear network: how its weights bend the gradient in function space.

vec(β)' = M vec(ρ), ρ = XᵀY − XᵀX β, vec stacks columns (Kunin et al. 2024, section 4, Thms 4.1 and 4.2).

symbol ↔ name ↔ shape
M       ↔ preconditioner ↔ [...,dc,dc];  M_k ↔ terms ↔ [h,dc,dc]
P, R    ↔ outputs, inputs ↔ [...,c,c], [...,d,d], the halves of M = P ⊗ I_d + I_c ⊗ R
β_k, δ_k, κ_k ↔ of neuron k: β_k = w_k a_kᵀ, δ_k = η_w|a_k|² − η_a|w_k|², κ_k = √(δ_k² + 4 η_a η_w ‖β_k‖²)
A, W    ↔ [...,h,c], [...,h,d]; δ ↔ delta ↔ isotropic Δ = δ I
"""

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import MOST, finite, leading_axes, number, one_rate, representable, same_size, whole
from core.theory.states import norm

RANK_ONE = 1e-9
"""1 − Σσ⁴/(Σσ²)² of a β_k that counts as rank one."""


def preconditioner(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """M = η_w AᵀA ⊗ I_d + I_c ⊗ η_a WᵀW, [...,dc,dc]: the tangent kernel of vec(β). Theorem 4.1."""
    A, W = _checked(A, W, eta_a, eta_w)
    with np.errstate(over="ignore", invalid="ignore"):
        return assembled(np.swapaxes(A, -1, -2) @ A, np.swapaxes(W, -1, -2) @ W)


def assembled(outputs, inputs) -> np.ndarray:
    """M [...,dc,dc] = P ⊗ I_d + I_c ⊗ R of its halves P [...,c,c] and R [...,d,d] (section 4).

    Raises OutsideTheory for halves that are not square.
    """
    outputs, inputs = _square("outputs", outputs), _square("inputs", inputs)
    leading_axes({"outputs": (outputs, 2), "inputs": (inputs, 2)})
    c, d = outputs.shape[-1], inputs.shape[-1]
    alike = outputs[..., :, None, :, None] * np.eye(d)[:, None, :]
    blocks = alike + np.eye(c)[:, None, :, None] * inputs[..., None, :, None, :]
    return blocks.reshape(*blocks.shape[:-4], c * d, c * d)


def neuron_halves(maps, deltas, *, eta_a=1.0, eta_w=1.0) -> tuple[np.ndarray, np.ndarray]:
    """Theorem 4.1 from what it names alone: P_k [...,c,c] and R_k [...,d,d] of neurons with β_k [...,d,c] and δ_k [...].

    P_k = (κ_k+δ_k)/2 · β_kᵀβ_k/‖β_k‖², R_k = (κ_k−δ_k)/2 · β_kβ_kᵀ/‖β_k‖². A neuron with β_k = 0 and δ_k = 0 is
    none, its halves are 0. Raises OutsideTheory where a β_k is not of rank one, or is 0 with δ_k ≠ 0, since then it does
    not tell the direction of its weights.
    """
    maps, deltas = finite("maps", maps, least_axes=2), finite("deltas", deltas)
    leading_axes({"maps": (maps, 2), "deltas": (deltas, 0)})
    size = norm(maps.reshape(*maps.shape[:-2], -1))
    _present((size == 0) & (deltas != 0))
    root = np.sqrt(one_rate("eta_a", eta_a)) * np.sqrt(one_rate("eta_w", eta_w))
    with np.errstate(over="ignore"):
        by_a, by_w = _halves(deltas, representable("√(η_aη_w)‖β_k‖", root * size))
        representable("η_w|a_k|² and η_a|w_k|²", by_a + by_w)
    unit = maps / np.where(size > 0, size, 1.0)[..., None, None]
    unit_T = np.swapaxes(unit, -1, -2)
    to_outputs = unit_T @ unit
    rest = 1 - float(np.min(np.sum(to_outputs**2, axis=(-2, -1)), where=size > 0, initial=1.0))
    if rest > RANK_ONE:
        what = "Theorem 4.1 takes β_k = w_k a_kᵀ of one neuron, a matrix of rank one"
        raise OutsideTheory(what, got=f"one that is not, by {rest:.2g}", do="Give each neuron its own β_k.")
    return by_a[..., None, None] * to_outputs, by_w[..., None, None] * (unit @ unit_T)


def preconditioner_terms(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Theorem 4.1: M = Σ_k M_k, each M_k [dc,dc] a function of its neuron's β_k and conserved δ_k alone.

    M_k = (κ_k+δ_k)/2 · β_kᵀβ_k/‖β_k‖² ⊗ I_d + I_c ⊗ (κ_k−δ_k)/2 · β_kβ_kᵀ/‖β_k‖²; |a_k| and |w_k| are taken from the
    weights, so no product of the two under- or overflows. Raises OutsideTheory where a β_k is 0 and
    its δ_k is not.
    """
    A, W = _checked(A, W, eta_a, eta_w, axes=2)
    outer, inner = norm(A), norm(W)
    _present((outer == 0) != (inner == 0))
    with np.errstate(over="ignore"):
        large, small = _halves((outer - inner) * (outer + inner), outer * inner)
        representable("η_w|a_k|² and η_a|w_k|²", large + small)
    to_outputs, to_inputs = (
        weights / np.where(size > 0, size, 1.0)[:, None] for weights, size in ((A, outer), (W, inner))
    )
    return assembled(
        large[:, None, None] * to_outputs[:, :, None] * to_outputs[:, None, :],
        small[:, None, None] * to_inputs[:, :, None] * to_inputs[:, None, :],
    )


def isotropic_halves(beta, delta, *, eta_a=1.0, eta_w=1.0) -> tuple[np.ndarray, np.ndarray]:
    """Theorem 4.2: P = √(s²βᵀβ + δ²/4) [...,c,c] and R = √(s²ββᵀ + δ²/4) [...,d,d] from β [...,d,c] and δ [...], s² = η_aη_w.

    Their sum M = P ⊗ I_d + I_c ⊗ R is the preconditioner for δ = 0, for δ > 0 with h = c and for δ < 0 with h = d; with
    fewer neurons it is too large by |δ| on what no neuron reaches.
    """
    beta, delta = finite("beta", beta, least_axes=2), finite("delta", delta)
    leading_axes({"beta": (beta, 2), "delta": (delta, 0)})
    s = np.sqrt(one_rate("eta_a", eta_a)) * np.sqrt(one_rate("eta_w", eta_w))
    left, strength, right = np.linalg.svd(beta)
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, inputs = (_root(frame, s * strength, delta) for frame in (np.swapaxes(right, -1, -2), left))
        return representable("The half P", outputs), representable("The half R", inputs)


def isotropic_velocity(beta, residual, delta: float, h: int, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Theorem 4.2: β' [d,c] from β alone, β' = ρ √(s²βᵀβ + δ²/4) + √(s²ββᵀ + δ²/4) ρ, s² = η_a η_w.

    residual is ρ [d,c]. Holds in all directions only for δ = 0, for δ > 0 with h = c, or for δ < 0 with h = d;
    raises OutsideTheory otherwise (with fewer neurons the unreached directions have kernel 0, not |δ|).
    """
    beta, rho = finite("beta", beta, axes=2), finite("residual", residual, axes=2)
    delta, h = number("delta", delta), whole("h", h)
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
    outputs, inputs = isotropic_halves(beta, delta, eta_a=eta_a, eta_w=eta_w)
    with np.errstate(over="ignore", invalid="ignore"):
        return representable("The velocity", rho @ outputs + inputs @ rho)


def _present(gone: np.ndarray) -> None:
    if np.any(gone):
        raise OutsideTheory(
            "Theorem 4.1 needs β_k = w_k a_kᵀ ≠ 0 for each neuron",
            got=f"β_k = 0 at k = {int(np.argmax(gone))}",
            do="Move that neuron off 0, or take preconditioner(A, W).",
        )


def _halves(delta: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(κ+δ)/2 and (κ−δ)/2 with κ = √(δ² + 4 product²), product = √(η_aη_w)‖β_k‖; neither by cancellation."""
    large = (np.hypot(delta, 2 * product) + np.abs(delta)) / 2
    small = product * (product / np.where(large > 0, large, 1.0))
    return np.where(delta >= 0, large, small), np.where(delta >= 0, small, large)


def _root(frame: np.ndarray, strength: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """√(F s² Fᵀ + δ²/4) for frames F [...,n,n] of singular vectors, some of strength 0."""
    values = np.zeros(frame.shape[:-1])
    values[..., : strength.shape[-1]] = strength
    return (frame * np.hypot(values, delta[..., None] / 2)[..., None, :]) @ np.swapaxes(frame, -1, -2)


def _square(name: str, matrix) -> np.ndarray:
    matrix = finite(name, matrix, least_axes=2, largest=MOST)
    if matrix.shape[-1] != matrix.shape[-2]:
        raise OutsideTheory(
            f"{name} must be square", got=f"shape {matrix.shape}", do="Give a half of a preconditioner."
        )
    return matrix


def _checked(A, W, eta_a, eta_w, axes=None):
    """√η_w A and √η_a W."""
    A, W = finite("A", A, axes=axes, least_axes=2), finite("W", W, axes=axes, least_axes=2)
    same_size("A [h,c] and W [h,d] must have the same number of neurons", A.shape[-2], W.shape[-2])
    leading_axes({"A": (A, 2), "W": (W, 2)})
    return np.sqrt(one_rate("eta_w", eta_w)) * A, np.sqrt(one_rate("eta_a", eta_a)) * W
