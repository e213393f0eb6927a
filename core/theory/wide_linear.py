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
from itertools import accumulate

import numpy as np

from core.errors import OutsideTheory
from core.theory.checks import finite, number, one_rate, representable, same_size, time_vector, whole
from core.theory.matrix_riccati import Modes, march
from core.theory.states import exponent
from core.theory.states import imbalance_matrix as conserved

LARGEST_SIDE = 200
ISOTROPY = 1e-9
RANK = 1e-10
LATEST = 1e300


@dataclass(frozen=True)
class Products:
    """What gradient flow leaves of the weights once hidden rotations are forgotten.

    beta [T,d,c] = WᵀA; outputs [T,c,c] = η_w AᵀA and inputs [T,d,d] = η_a WᵀW are the two halves of the tangent kernel.
    """

    times: np.ndarray
    beta: np.ndarray
    outputs: np.ndarray
    inputs: np.ndarray


def regime(d: int, h: int, c: int) -> dict[str, str]:
    """What δ → +∞ ("upstream") and δ → −∞ ("downstream") do for d inputs, h neurons, c outputs: "lazy" or "delayed rich".

    δ → +∞ freezes the kernel at δ P_A ⊗ I with rank P_A = min(h, c): lazy unless h < c. δ → −∞ mirrors it with d
    (section 4.2). Raises OutsideTheory for a size that is not a positive whole number.

    >>> regime(d=3, h=2, c=1)
    {'upstream': 'lazy', 'downstream': 'delayed rich'}
    """
    d, h, c = (whole(name, value) for name, value in (("d", d), ("h", h), ("c", c)))
    return {
        "upstream": "delayed rich" if h < c else "lazy",
        "downstream": "delayed rich" if h < d else "lazy",
    }


def split(beta, delta: float, h: int, *, eta_a=1.0, eta_w=1.0) -> tuple[np.ndarray, np.ndarray]:
    """A [h,c] and W [h,d] with WᵀA = beta [d,c] and Δ = δ I: the same function, divided differently between the layers.

    Singular value b of β becomes η_w|A|² = (κ+δ)/2 and η_a|W|² = (κ−δ)/2, κ = √(δ² + 4 η_a η_w b²).
    Raises OutsideTheory where no such weights exist: δ > 0 needs h ≤ c, δ < 0 needs h ≤ d, and rank β ≤ h. Ours.
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
    b[:kept] = np.sqrt(eta_a) * np.sqrt(eta_w) * strength[:kept]
    large = (np.hypot(delta, 2 * b) + abs(delta)) / 2
    small = b * (b / np.where(large > 0, large, 1.0))
    a, w = (large, small) if delta >= 0 else (small, large)
    A, W = np.zeros((h, c)), np.zeros((h, d))
    for weights, energy, frame, rate in ((A, a, right, eta_w), (W, w, left.T, eta_a)):
        used = min(h, len(frame))
        weights[:used] = np.sqrt(energy[:used] / rate)[:, None] * frame[:used]
    return A, W


def isotropic_delta(A, W, *, eta_a=1.0, eta_w=1.0) -> float:
    """δ of weights with Δ = δ I; raises OutsideTheory when ‖Δ − δI‖ > 1e-9 (η_w‖A‖² + η_a‖W‖²).

    The assumption of Theorem 4.2.
    """
    A, W = finite("A", A, axes=2), finite("W", W, axes=2)
    same_size("A [h,c] and W [h,d] must have the same number of neurons", len(A), len(W))
    A, W = np.sqrt(one_rate("eta_w", eta_w)) * A, np.sqrt(one_rate("eta_a", eta_a)) * W
    unit = _unit(A, W)
    delta = _isotropic(np.ldexp(A, -unit), np.ldexp(W, -unit))
    with np.errstate(over="ignore"):
        return float(representable("δ", np.ldexp(delta, 2 * unit)))


def _unit(*weights: np.ndarray) -> int:
    """k with every weight at most 2^k in size."""
    return int(max(exponent(np.abs(one).max()) for one in weights))


def _isotropic(A: np.ndarray, W: np.ndarray) -> float:
    """δ of weights whose rates are 1 and whose size is about 1."""
    Delta = conserved(A, W)
    delta = float(np.trace(Delta)) / len(Delta)
    away = float(np.linalg.norm(Delta - delta * np.eye(len(Delta))))
    if away > ISOTROPY * float(np.sum(A**2) + np.sum(W**2)):
        raise OutsideTheory(
            "The exact solution needs an isotropic start, η_w A Aᵀ − η_a W Wᵀ = δ I",
            got=f"a distance of {away / float(np.sum(A**2) + np.sum(W**2)):.3g} (η_w‖A‖² + η_a‖W‖²) from the nearest",
            do="Start from split(beta, delta, h), or integrate with core.training.linear_network.",
        )
    return delta


def exact_flow(A_0, W_0, beta_star, times, *, eta_a=1.0, eta_w=1.0) -> np.ndarray:
    """β(t) [T,d,c] of gradient flow from an isotropic start, whitened inputs, any δ, any h: closed form in steps.

    Q Qᵀ = Z S⁻¹ Zᵀ of core.theory.matrix_riccati (section 4, Thm 4.2; Dominé et al. 2024). Raises OutsideTheory when the
    start is not isotropic, the target's rank is below min(d, c), a side exceeds 200, or any value is bad.

    >>> beta = exact_flow([[1.0]], [[1.0, 0.0]], beta_star=[[0.0], [1.0]], times=[0.0, 50.0])
    >>> beta[-1].round(4).tolist()
    [[0.0], [1.0]]
    """
    run = _Run.checked(A_0, W_0, beta_star, times, eta_a, eta_w)
    beta = np.empty((len(run.times), *run.shape))
    for index, A, W in run.weights():
        beta[index] = np.swapaxes(W, -1, -2) @ A
    return run.measured(beta) / run.scale


def exact_products(A_0, W_0, beta_star, times, *, eta_a=1.0, eta_w=1.0) -> Products:
    """exact_flow together with AᵀA and WᵀW, from which the tangent kernel follows; same shapes, units and errors.

    Ours.
    """
    run = _Run.checked(A_0, W_0, beta_star, times, eta_a, eta_w)
    d, c = run.shape
    beta, outputs, inputs = (np.empty((len(run.times), *shape)) for shape in ((d, c), (c, c), (d, d)))
    for index, A, W in run.weights():
        A_T, W_T = np.swapaxes(A, -1, -2), np.swapaxes(W, -1, -2)
        beta[index], outputs[index], inputs[index] = W_T @ A, A_T @ A, W_T @ W
    beta, outputs, inputs = (run.measured(product) for product in (beta, outputs, inputs))
    return Products(run.times, beta / run.scale, outputs, inputs)


def exact_weights(A_0, W_0, beta_star, times, *, eta_a=1.0, eta_w=1.0) -> tuple[np.ndarray, np.ndarray]:
    """A [T,h,c] and W [T,h,d] along exact_flow (section 4), each neuron followed from its start; same units and errors.

    Products fix the weights up to a rotation of the hidden layer. Of all rotations gradient flow takes the one that turns
    least, QᵀQ' symmetric for Q = [Aᵀ; Wᵀ] (rates absorbed), so from one time to the next the polar factor of Q(t)Q(t')ᵀ is
    taken. The products stay exact; a neuron's own weights have an error that falls with the square of the times' distance.
    Raises OutsideTheory also where times do not rise. Ours.
    """
    run = _Run.checked(A_0, W_0, beta_star, times, eta_a, eta_w)
    if np.any(np.diff(run.times) < 0):
        raise OutsideTheory("Neurons are followed from time to time", got="times that fall", do="Sort the times.")
    Q = np.empty((len(run.times), len(run.A), sum(run.shape)))
    for index, A, W in run.weights():
        Q[index] = np.concatenate([A, W], axis=-1)
    before = np.concatenate([np.concatenate([run.A, run.W], axis=-1)[None], Q[:-1]])
    left, _, right = np.linalg.svd(before @ np.swapaxes(Q, -1, -2))
    turned = np.stack(list(accumulate(left @ right, np.matmul)))
    with np.errstate(over="ignore"):
        weights = representable("A weight", np.ldexp(turned @ Q, run.unit))
    c = run.shape[1]
    return weights[..., :c] / np.sqrt(one_rate("eta_w", eta_w)), weights[..., c:] / np.sqrt(one_rate("eta_a", eta_a))


@dataclass(frozen=True)
class _Run:
    """One checked problem with its rates and its size taken out, s = scale = √(η_a η_w), u = 2^unit its size.

    A, W: √η_w A/u, √η_a W/u; target: s β*/u²; delta: δ/u²; times as given, while `clock` counts in 1/u².
    """

    A: np.ndarray
    W: np.ndarray
    target: np.ndarray
    delta: float
    scale: float
    unit: int
    times: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.target.shape

    @classmethod
    def checked(cls, A_0, W_0, beta_star, times, eta_a, eta_w) -> "_Run":
        A, W, target, eta_a, eta_w = _checked(A_0, W_0, beta_star, eta_a, eta_w)
        s = float(np.sqrt(eta_a) * np.sqrt(eta_w))
        with np.errstate(over="ignore"):
            A, W, target = np.sqrt(eta_w) * A, np.sqrt(eta_a) * W, representable("√(η_aη_w) β*", s * target)
        unit = max(_unit(A, W), (_unit(target) + 1) // 2)
        A, W, target = np.ldexp(A, -unit), np.ldexp(W, -unit), np.ldexp(target, -2 * unit)
        return cls(A, W, target, _isotropic(A, W), s, unit, time_vector("times", times))

    def measured(self, product: np.ndarray) -> np.ndarray:
        """A product of two weights in the units it came in."""
        with np.errstate(over="ignore"):
            return representable("A product of weights", np.ldexp(product, 2 * self.unit))

    @property
    def clock(self) -> np.ndarray:
        """times [T] in the problem's own unit."""
        with np.errstate(over="ignore"):
            return np.minimum(np.ldexp(self.times, 2 * self.unit), LATEST)

    def weights(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Indices [k] into times, A [k,h,c] and W [k,h,d] there (up to one hidden rotation), in the order of rising time."""
        A, W, target = self.A, self.W, self.target
        # With the layers' roles exchanged where δ > 0, nothing grows faster than the weaker of the target and the layers.
        mirrored = self.delta > 0
        if mirrored:
            A, W, target = W, A, target.T
        modes = Modes.of(target, -abs(self.delta))
        order, clock = np.argsort(self.times, kind="stable"), self.clock
        first = 0
        for states in march(modes, modes.to_state(A, W), clock[order]):
            index = order[first : first + len(states)]
            first += len(states)
            a, w = modes.from_state(states)
            yield (index, w, a) if mirrored else (index, a, w)


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
    strength = np.linalg.svd(np.ldexp(target, -_unit(target)), compute_uv=False)
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
