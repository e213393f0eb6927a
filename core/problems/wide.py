"""A wide linear network to look at: its shape, its start, its target, and what is measured along the way (section 4).

symbol in the paper ↔ name here ↔ shape ↔ unit
d, h, c     ↔ d, h, c         ↔ inputs, hidden neurons, outputs
δ, δ_k      ↔ delta, per_neuron ↔ scalar, [h] ↔ relative scale; η_w|a_k|² − η_a|w_k|² of each neuron
s_i, s*_i   ↔ singular_values, strengths ↔ [T,n], [n], n = min(d,c) ↔ singular values of β and of the target β*
m_i         ↔ modes           ↔ [T,n] ↔ u*_iᵀ β v*_i, the part of β along the target's i-th singular vectors
            ↔ alignment       ↔ [T,n] ↔ |m_i| / √(‖u*_iᵀβ‖ ‖β v*_i‖), 1 when those are singular vectors of β too
A, W        ↔ A, W            ↔ [T,h,c], [T,h,d] ↔ the weights, neuron by neuron
S(0,t)      ↔ kernel_distance ↔ [T]
t           ↔ times           ↔ [T] ↔ gradient-flow time of ½‖β − β*‖²
"""

from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.params import Params, knob
from core.theory.phases import Phases, of_kernel
from core.theory.regime import Regime, classify
from core.theory.wide_linear import conserved, exact_weights, split

STRONGEST = 3.0
FRAMES = 120
# Variance of each layer's weights as a function of (fan_in, fan_out).
SCHEMES = {
    "pytorch": lambda fan_in, fan_out: 1 / (3 * fan_in),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "xavier": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}


DRAWN = ("pytorch", "he", "xavier", "lecun")
"""Starts that draw their weights, and with them δ and the size of β₀."""


@dataclass(frozen=True)
class WideNetwork(Params):
    """Shape, start and target of f(x) = AᵀWx on whitened inputs."""

    delta: float = knob(
        0.0, "relative scale δ", low=-20, high=20, step=0.5, help="Δ = δ I, or the mean of δ_k; conserved."
    )
    d: int = knob(6, "inputs d", low=1, high=12, step=1)
    h: int = knob(3, "hidden neurons h", low=1, high=12, step=1)
    c: int = knob(3, "outputs c", low=1, high=12, step=1)
    scale: float = knob(0.05, "start size ‖β₀‖₂", scale="log", low=0.001, high=3)
    start: str = knob(
        "isotropic",
        "start",
        options={
            "isotropic": "Δ = δ I, random directions: solved exactly",
            "aligned": "Δ = δ I, singular vectors of the target: modes decouple",
            "neurons": "each neuron its own δ_k and direction",
            "pytorch": "uniform, variance 1/(3 fan-in); δ and start size follow",
            "he": "normal, variance 2/fan-in",
            "xavier": "normal, variance 2/(fan-in + fan-out)",
            "lecun": "normal, variance 1/fan-in",
        },
    )
    spread: float = knob(2.0, "spread of δ_k", low=0, high=10, step=0.5, help="Only for the start “neurons”.")
    gap: float = knob(
        1.6, "ratio of target strengths", low=1.1, high=3, step=0.1, help="s*₁ = 3, each next one smaller."
    )
    eta_a: float = knob(1.0, "rate η_a", scale="log", low=0.1, high=10, help="Learning rate of the last layer A.")
    eta_w: float = knob(1.0, "rate η_w", scale="log", low=0.1, high=10, help="Learning rate of the first layer W.")
    horizon: float = knob(20.0, "until t", scale="log", low=1, high=10_000)
    descent: float = knob(
        0.0,
        "step η / largest stable",
        low=0,
        high=1.5,
        step=0.05,
        help="Of descent, beside the formula. 0 is gradient flow; above 1 steps are unstable.",
    )
    seed: int = knob(0, "seed", low=0, high=99, step=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.isotropic:
            side, name = (self.c, "c") if self.delta > 0 else (self.d, "d")
            if self.delta != 0 and self.h > side:
                raise OutsideTheory(
                    f"Δ = δ I with δ {'>' if self.delta > 0 else '<'} 0 needs h ≤ {name}",
                    got=f"h = {self.h}, {name} = {side}, δ = {self.delta:g}",
                    do=f"Choose h ≤ {side}, δ = 0, or the start “neurons”.",
                )

    @property
    def strengths(self) -> np.ndarray:
        return STRONGEST * self.gap ** -np.arange(float(min(self.d, self.c)))

    @property
    def rates(self) -> dict[str, float]:
        return {"eta_a": self.eta_a, "eta_w": self.eta_w}

    @property
    def isotropic(self) -> bool:
        """Whether the start is one with Δ = δ I."""
        return self.start in ("isotropic", "aligned")

    @property
    def times(self) -> np.ndarray:
        fast = 1.0 if self.start in DRAWN else max(1.0, abs(self.delta))
        first = min(self.horizon * 1e-3, 0.02 / fast)
        return np.concatenate([[0.0], np.geomspace(first, self.horizon, FRAMES - 1)])


IDLE: dict[str, dict[str, tuple]] = {
    "delta": {"start": DRAWN},
    "scale": {"start": DRAWN},
    "spread": {"start": ("isotropic", "aligned", *DRAWN)},
}
"""By control, the others and those of their values at which, all together, it does nothing: it then rests."""

PRESETS = {
    "funnel, lazy": WideNetwork(delta=10.0),
    "funnel, delayed": WideNetwork(delta=-10.0, horizon=100.0),
    "inverted funnel, delayed": WideNetwork(delta=10.0, d=3, c=6, horizon=100.0),
    "square": WideNetwork(delta=-10.0, d=4, h=4, c=4),
    "a mode never learnt": WideNetwork(d=4, h=4, c=4, seed=1, horizon=100.0),
    "modes one after another": WideNetwork(delta=0.0, d=4, h=4, c=4, start="aligned", scale=0.001, gap=2.0),
    "all modes at once": WideNetwork(delta=20.0, d=4, h=4, c=4, start="aligned", scale=0.001, gap=2.0, horizon=1.0),
}


@dataclass(frozen=True)
class Task:
    """Weights A [h,c], W [h,d] to start from and the target β* = Σ s*_i u_i v_iᵀ, left [d,n], right [c,n]."""

    A: np.ndarray
    W: np.ndarray
    left: np.ndarray
    strengths: np.ndarray
    right: np.ndarray

    @property
    def beta_star(self) -> np.ndarray:
        return (self.left * self.strengths) @ self.right.T


@dataclass(frozen=True)
class Curves:
    """What is seen of one run at times [T]; shapes in the module's legend, loss ½‖β − β*‖² [T]."""

    times: np.ndarray
    A: np.ndarray
    W: np.ndarray
    beta: np.ndarray
    singular_values: np.ndarray
    modes: np.ndarray
    alignment: np.ndarray
    kernel_distance: np.ndarray
    loss: np.ndarray


@dataclass(frozen=True)
class Solution:
    """The run of one problem: exact where the start is isotropic, otherwise integrated, and then `reason` says why."""

    curves: Curves
    strengths: np.ndarray
    per_neuron: np.ndarray
    exact: bool
    reason: str
    regime: Regime
    phases: Phases


def task(problem: WideNetwork) -> Task:
    """The start and the target that a problem's shape, scales and seed describe."""
    rng = np.random.default_rng(problem.seed)
    d, c, n = problem.d, problem.c, min(problem.d, problem.c)
    left, right = _frame(rng, d, n), _frame(rng, c, n)
    A, W = _weights(problem, rng, left, right)
    return Task(A, W, left, problem.strengths, right)


def exact(problem: WideNetwork, times: np.ndarray) -> Curves:
    """The exact curves at times [T]; raises OutsideTheory where the start is not isotropic."""
    given = task(problem)
    A, W = exact_weights(given.A, given.W, given.beta_star, times, **problem.rates)
    return measure(problem, given, times, A, W)


def finished(problem: WideNetwork, curves: Curves, reason: str = "") -> Solution:
    """A run with what the page says about it."""
    given = task(problem)
    Delta = conserved(given.A, given.W, **problem.rates)
    per_neuron = np.full(problem.h, problem.delta) if problem.isotropic else np.diagonal(Delta).copy()
    measures = curves.times, curves.kernel_distance, excess(curves, given)
    return Solution(curves, given.strengths, per_neuron, not reason, reason, classify(*measures), of_kernel(*measures))


def mean_delta(problem: WideNetwork) -> float:
    """The mean of the neurons' δ at the start: the control's, but where start or δ of each are drawn."""
    if problem.isotropic:
        return problem.delta
    given = task(problem)
    return float(np.diagonal(conserved(given.A, given.W, **problem.rates)).mean())


def excess(curves: Curves, given: Task) -> np.ndarray:
    """Loss above the least that h neurons can reach."""
    unreachable = given.strengths[len(given.A) :]
    return np.maximum(curves.loss - np.sum(unreachable**2) / 2, 0.0)


def halves(problem: WideNetwork, A: np.ndarray, W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P = η_w AᵀA [T,c,c] and R = η_a WᵀW [T,d,d], the halves of the kernel P ⊗ I_d + I_c ⊗ R."""
    return problem.eta_w * np.swapaxes(A, 1, 2) @ A, problem.eta_a * np.swapaxes(W, 1, 2) @ W


def measure(problem: WideNetwork, given: Task, times: np.ndarray, A: np.ndarray, W: np.ndarray) -> Curves:
    """Singular values, modes, alignment, kernel distance and loss of a run's weights A [T,h,c] and W [T,h,d]."""
    beta = np.swapaxes(W, 1, 2) @ A
    modes = np.einsum("di,tdc,ci->ti", given.left, beta, given.right)
    rows = np.linalg.norm(np.einsum("di,tdc->tic", given.left, beta), axis=-1)
    columns = np.linalg.norm(np.einsum("tdc,ci->tid", beta, given.right), axis=-1)
    size = np.sqrt(rows * columns)
    alignment = np.abs(modes) / np.where(size > 0, size, 1.0)
    loss = np.sum((beta - given.beta_star) ** 2, axis=(1, 2)) / 2
    values = np.linalg.svd(beta, compute_uv=False)
    moved = kernel_movement(*halves(problem, A, W))
    return Curves(times, A, W, beta, values, modes, alignment, moved, loss)


def kernel_movement(outputs: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """S(0,t) [T] of the kernel P ⊗ I_d + I_c ⊗ R, P = η_w AᵀA [T,c,c], R = η_a WᵀW [T,d,d], without cancellation.

    S = ½ ‖K_0/‖K_0‖ − K_t/‖K_t‖‖²; 0 where a kernel is 0.
    """
    size = kernel_size(outputs, inputs)[:, None, None]
    size = np.where(size > 0, size, 1.0)
    P, R = outputs / size, inputs / size
    return kernel_size(P - P[:1], R - R[:1]) ** 2 / 2


def kernel_size(outputs: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """‖P ⊗ I_d + I_c ⊗ R‖ [T] from P [T,c,c] and R [T,d,d] alone, as a sum of squares: their traceless parts and the trace."""
    (d, c), halves = (inputs.shape[-1], outputs.shape[-1]), (outputs, inputs)
    means = [np.trace(half, axis1=-2, axis2=-1) / half.shape[-1] for half in halves]
    rest = [
        np.sum((half - mean[:, None, None] * np.eye(half.shape[-1])) ** 2, axis=(-2, -1))
        for half, mean in zip(halves, means, strict=True)
    ]
    return np.sqrt(d * rest[0] + c * rest[1] + c * d * (means[0] + means[1]) ** 2)


def _weights(problem: WideNetwork, rng, left, right) -> tuple[np.ndarray, np.ndarray]:
    d, h, c = problem.d, problem.h, problem.c
    if problem.start in SCHEMES:
        W, A = (_drawn(rng, problem.start, *shape) for shape in ((h, d), (c, h)))
        return A.T, W
    if problem.start == "neurons":
        return _own_scales(problem, rng)
    rank = min(d, h, c)
    aligned = problem.start == "aligned"
    u, v = (left[:, :rank], right[:, :rank]) if aligned else (_frame(rng, d, rank), _frame(rng, c, rank))
    return split(problem.scale * u @ v.T, problem.delta, h, **problem.rates)


def _drawn(rng, scheme: str, fan_out: int, fan_in: int) -> np.ndarray:
    deviation = np.sqrt(SCHEMES[scheme](fan_in, fan_out))
    if scheme == "pytorch":
        return np.sqrt(3) * deviation * rng.uniform(-1, 1, (fan_out, fan_in))
    return deviation * rng.standard_normal((fan_out, fan_in))


def _own_scales(problem: WideNetwork, rng) -> tuple[np.ndarray, np.ndarray]:
    a, w = _unit_rows(rng, problem.h, problem.c), _unit_rows(rng, problem.h, problem.d)
    delta = problem.delta + problem.spread * rng.standard_normal(problem.h)
    b = np.sqrt(problem.eta_a * problem.eta_w) * problem.scale
    large = (np.hypot(delta, 2 * b) + np.abs(delta)) / 2
    small = b**2 / large
    energy_a, energy_w = np.where(delta > 0, large, small), np.where(delta > 0, small, large)
    return np.sqrt(energy_a / problem.eta_w)[:, None] * a, np.sqrt(energy_w / problem.eta_a)[:, None] * w


def _unit_rows(rng, rows: int, columns: int) -> np.ndarray:
    drawn = rng.standard_normal((rows, columns))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def _frame(rng, rows: int, columns: int) -> np.ndarray:
    """Random orthonormal columns [rows, columns]."""
    q, r = np.linalg.qr(rng.standard_normal((rows, columns)))
    return q * np.sign(np.diagonal(r))


def curves(problem: WideNetwork, solution: Solution) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What two runs are compared by and goals speak of, over the cursor's values."""
    run = solution.curves
    return run.times, {"loss": run.loss, "kernel_distance": run.kernel_distance}
