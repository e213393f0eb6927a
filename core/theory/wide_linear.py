"""The two-layer linear network f(x) = Aᵀ W x with any number of hidden neurons and outputs (Kunin et al. 2024, section 4).

symbol ↔ name ↔ shape ↔ unit
A, W    ↔ A, W               ↔ [h,c], [h,d]  ↔ weights; β = WᵀA, [d,c], is the map x ↦ βᵀx
β*      ↔ beta_star          ↔ [d,c]         ↔ as β; inputs are whitened, XᵀX = I, XᵀY = β*
Δ       ↔ conserved          ↔ [h,h]         ↔ η_w A Aᵀ − η_a W Wᵀ, kept by gradient flow; "isotropic" means Δ = δ I
δ       ↔ delta              ↔ scalar        ↔ relative scale: > 0 upstream, 0 balanced, < 0 downstream
t       ↔ times              ↔ [T]           ↔ gradient-flow time of L = ½‖β − β*‖²_F
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, number, one_rate, same_size, time_vector, whole
from core.theory.matrix_riccati import Modes, march

LARGEST_SIDE = 200
ISOTROPY = 1e-9
RANK = 1e-10


@dataclass(frozen=True)
class Products:
    """What gradient flow leaves of the weights once hidden rotations are forgotten.

    beta [T,d,c] = WᵀA; outputs [T,c,c] = η_w AᵀA and inputs [T,d,d] = η_a WᵀW are the two halves of the tangent kernel.
    """

    times: np.ndarray
    beta: np.ndarray
    outputs: np.ndarray
    inputs: np.ndarray


def conserved(A, W, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """Δ = η_w A Aᵀ − η_a W Wᵀ [...,h,h], constant under gradient flow (section 4); leading axes broadcast."""
    A, W = np.asarray(A, dtype=float), np.asarray(W, dtype=float)
    return eta_w * A @ np.swapaxes(A, -1, -2) - eta_a * W @ np.swapaxes(W, -1, -2)


def regime(d: int, h: int, c: int) -> dict[str, str]:
    """What δ → +∞ ("upstream") and δ → −∞ ("downstream") do for d inputs, h neurons, c outputs: "lazy" or "delayed rich".

    δ → +∞ freezes the kernel at δ P_A ⊗ I with rank P_A = min(h, c): lazy unless h < c. δ → −∞ mirrors it with d
    (section 4.2). Raises OutsideTheory for a size that is not a positive whole number.
    """
    d, h, c = (whole(name, value) for name, value in (("d", d), ("h", h), ("c", c)))
    return {
        "upstream": "delayed rich" if h < c else "lazy",
        "downstream": "delayed rich" if h < d else "lazy",
    }


def split(beta, delta: float, h: int, *, eta_a=1.0, eta_w=1.0) -> tuple[np.ndarray, np.ndarray]:
    """A [h,c] and W [h,d] with WᵀA = beta [d,c] and Δ = δ I: the same function, divided differently between the layers.

    Singular value b of β becomes η_w|A|² = (κ+δ)/2 and η_a|W|² = (κ−δ)/2, κ = √(δ² + 4 η_a η_w b²).
    Raises OutsideTheory where no such weights exist: δ > 0 needs h ≤ c, δ < 0 needs h ≤ d, and rank β ≤ h.
    """
    beta, delta = finite("beta", beta, axes=2), number("delta", delta)
    eta_a, eta_w = one_rate("eta_a", eta_a), one_rate("eta_w", eta_w)
    h, (d, c) = whole("h", h), beta.shape
    _isotropy_possible(delta, d, h, c)
    left, strength, right = np.linalg.svd(beta)
    rank = int(np.sum(strength > RANK * strength[0]))
    if rank > h:
        raise OutsideTheory(f"h = {h} neurons carry maps of rank at most {h}", got=f"rank {rank}", do="Raise h.")
    b = np.zeros(h)
    kept = min(h, len(strength))
    b[:kept] = np.sqrt(eta_a * eta_w) * strength[:kept]
    large = (np.hypot(delta, 2 * b) + abs(delta)) / 2
    small = b * (b / np.where(large > 0, large, 1.0))
    a, w = (large, small) if delta >= 0 else (small, large)
    A, W = np.zeros((h, c)), np.zeros((h, d))
    for weights, energy, frame, rate in ((A, a, right, eta_w), (W, w, left.T, eta_a)):
        used = min(h, len(frame))
        weights[:used] = np.sqrt(energy[:used] / rate)[:, None] * frame[:used]
    return A, W


def isotropic_delta(A, W, *, eta_a=1.0, eta_w=1.0) -> float:
    """δ of weights with Δ = δ I; raises OutsideTheory when ‖Δ − δI‖ > 1e-9 (η_w‖A‖² + η_a‖W‖²)."""
    Delta = conserved(A, W, eta_a=eta_a, eta_w=eta_w)
    h = len(Delta)
    delta = float(np.trace(Delta)) / h
    away = float(np.linalg.norm(Delta - delta * np.eye(h)))
    scale = float(eta_w * np.sum(A**2) + eta_a * np.sum(W**2))
    if away > ISOTROPY * scale:
        raise OutsideTheory(
            "The exact solution needs an isotropic start, η_w A Aᵀ − η_a W Wᵀ = δ I",
            got=f"a distance {away:.3g} from {delta:.3g} I",
            do="Start from split(beta, delta, h), or integrate with core.training.linear_network.",
        )
    return delta


def exact_flow(A_0, W_0, beta_star, times, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """β(t) [T,d,c] of gradient flow from an isotropic start, whitened inputs, any δ, any h: closed form in steps.

    Q Qᵀ = Z S⁻¹ Zᵀ of core.theory.matrix_riccati (section 4, Thm 4.2; Dominé et al. 2024). Raises OutsideTheory when the
    start is not isotropic, the target's rank is below min(d, c), a side exceeds 200, or any value is bad.
    """
    run = _Run.checked(A_0, W_0, beta_star, times, eta_a, eta_w)
    beta = np.empty((len(run.times), *run.shape))
    for index, A, W in run.weights():
        beta[index] = np.swapaxes(W, -1, -2) @ A / run.scale
    return beta


def exact_products(A_0, W_0, beta_star, times, *, eta_a=1.0, eta_w=1.0) -> Products:
    """exact_flow together with AᵀA and WᵀW, from which the tangent kernel follows; same shapes, units and errors."""
    run = _Run.checked(A_0, W_0, beta_star, times, eta_a, eta_w)
    d, c = run.shape
    beta, outputs, inputs = (np.empty((len(run.times), *shape)) for shape in ((d, c), (c, c), (d, d)))
    for index, A, W in run.weights():
        A_T, W_T = np.swapaxes(A, -1, -2), np.swapaxes(W, -1, -2)
        beta[index], outputs[index], inputs[index] = W_T @ A / run.scale, A_T @ A, W_T @ W
    return Products(run.times, beta, outputs, inputs)


@dataclass(frozen=True)
class _Run:
    """One checked problem in normalised units: √η_w A, √η_a W and s β*, s = scale = √(η_a η_w)."""

    A: np.ndarray
    W: np.ndarray
    target: np.ndarray
    delta: float
    scale: float
    times: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.target.shape

    @classmethod
    def checked(cls, A_0, W_0, beta_star, times, eta_a, eta_w) -> "_Run":
        A, W, target, eta_a, eta_w = _checked(A_0, W_0, beta_star, eta_a, eta_w)
        delta = isotropic_delta(A, W, eta_a=eta_a, eta_w=eta_w)
        s = float(np.sqrt(eta_a * eta_w))
        return cls(np.sqrt(eta_w) * A, np.sqrt(eta_a) * W, s * target, delta, s, time_vector("times", times))

    def weights(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Indices [k] into times, A [k,h,c] and W [k,h,d] there (up to one hidden rotation), in the order of rising time."""
        A, W, target = self.A, self.W, self.target
        # With the layers' roles exchanged where δ > 0, nothing grows faster than the weaker of the target and the layers.
        mirrored = self.delta > 0
        if mirrored:
            A, W, target = W, A, target.T
        modes = Modes.of(target, -abs(self.delta))
        order = np.argsort(self.times, kind="stable")
        first = 0
        for states in march(modes, modes.to_state(A, W), self.times[order]):
            index = order[first : first + len(states)]
            first += len(states)
            a, w = modes.from_state(states)
            yield (index, w, a) if mirrored else (index, a, w)


def output_times(horizon: float, delta: float, count: int = 120) -> np.ndarray:
    """Times from 0 to the horizon: even while |δ|·horizon ≤ 100, geometric beyond, where early and late both matter."""
    if abs(delta) * horizon <= 100:
        return np.linspace(0.0, horizon, count)
    first = 0.1 / abs(delta)
    return np.concatenate([[0.0], np.geomspace(first, horizon, count - 1)])


def _checked(A_0, W_0, beta_star, eta_a, eta_w):
    A, W = finite("A_0", A_0, axes=2), finite("W_0", W_0, axes=2)
    target = finite("beta_star", beta_star, axes=2)
    same_size("A_0 [h,c] and W_0 [h,d] must have the same number of neurons", len(A), len(W))
    same_size("beta_star [d,c] and W_0 [h,d] must have the same inputs", target.shape[0], W.shape[1])
    same_size("beta_star [d,c] and A_0 [h,c] must have the same outputs", target.shape[1], A.shape[1])
    if max(*A.shape, *W.shape) > LARGEST_SIDE:
        raise OutsideTheory(
            f"The exact path factors an h×h matrix at every step and takes sides up to {LARGEST_SIDE}",
            got=f"d, h, c = {W.shape[1]}, {A.shape[0]}, {A.shape[1]}",
            do="Reduce the shape, or integrate with core.training.linear_network.",
        )
    strength = np.linalg.svd(target, compute_uv=False)
    if strength[-1] <= RANK * strength[0]:
        raise OutsideTheory(
            "The target must have full rank min(d, c): a direction with target 0 has no exponential rate and no"
            " singular vector to align with",
            got=f"rank {int(np.sum(strength > RANK * strength[0]))} of {len(strength)}",
            do="Give the missing modes a small strength, or integrate with core.training.linear_network.",
        )
    return A, W, target, one_rate("eta_a", eta_a), one_rate("eta_w", eta_w)


def _isotropy_possible(delta: float, d: int, h: int, c: int) -> None:
    side, name, sign = (c, "c", ">") if delta > 0 else (d, "d", "<")
    if delta != 0 and h > side:
        raise OutsideTheory(
            f"Δ = δ I with δ {sign} 0 needs h ≤ {name}, since the other layer cannot fill all {h} hidden directions",
            got=f"δ = {delta:g} with h = {h}, {name} = {side}",
            do=f"Choose h ≤ {side}, δ = 0, or δ of the other sign.",
        )
