"""Theorems 4.1, 4.2 and B.6 along a run of the wide network, and how isotropic Gaussian square networks are (B.2).

symbol in the paper ↔ name here ↔ shape ↔ unit
M, M_k  ↔ whole, terms ↔ [F,n,n], [F,h,n,n] ↔ preconditioner of vec(β) and each neuron's part, restricted to n entries of β
        ↔ formula      ↔ [F,n,n] ↔ theorem 4.2's closed form, of β and δ alone
q′_δ(s) ↔ dual         ↔ [F,n] ↔ gain of each mode's dual variable since t = 0
        ↔ integral     ↔ [F,n] ↔ −∫ ∂L/∂s dt along the run
‖Δ−δI‖  ↔ entry, spectral ↔ [N,seeds] ↔ typical entry and spectral norm, in units of the layers' size p + q
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.problems.wide import SCHEMES, Solution, WideNetwork, halves, kernel_size, task
from core.theory.gaussian_imbalance import entry_deviation, spectral_edges
from core.theory.linear_modes import dual_gain
from core.theory.wide_linear import conserved
from core.theory.wide_preconditioner import assembled, isotropic_halves, neuron_halves

MOST_ENTRIES, MOST_NUMBERS, MOST_FRAMES = 18, 180_000, 60
"""Of β that maps show; of numbers and of moments that are sent."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
HALVINGS, CLOSE = 12, 1e-12
"""How often a step of the integral is halved, and the share of the whole by which its halves may differ from it."""
VISIBLE = 1e-6
"""A mode below this share of the largest is rounding where δ = 0 lets its dual variable grow without end."""
GAUSSIAN = ("he", "xavier", "lecun")
WIDTHS = (4, 8, 16, 32, 64, 128)
SEEDS = 8

Flow = Callable[[WideNetwork, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Sum:
    """M as a sum over neurons at the times [F], and theorem 4.2's closed form beside it.

    apart, off [F]: ‖Σ M_k − M‖ and ‖formula − M‖ over ‖M‖, of all entries, drawn or not; inputs, outputs: how many of each
    the maps show; idle: on how many directions δ > 0 or δ < 0 has no neuron.
    """

    times: np.ndarray
    terms: np.ndarray
    whole: np.ndarray
    formula: np.ndarray
    apart: np.ndarray
    off: np.ndarray
    inputs: int
    outputs: int
    delta: float
    idle: int


@dataclass(frozen=True)
class Mirror:
    """Theorem B.6 along a run: what the dual variables gain and what the gradient has put in; NaN where a mode is rounding."""

    times: np.ndarray
    dual: np.ndarray
    integral: np.ndarray
    delta: float

    @property
    def error(self) -> np.ndarray:
        """|dual − integral| [F], the largest over the modes, over the largest dual variable of the run."""
        apart = np.nanmax(np.abs(self.dual - self.integral), axis=1)
        return apart / max(float(np.nanmax(np.abs(self.dual))), 1e-300)


@dataclass(frozen=True)
class Gaussian:
    """Square networks of the widths [N] with Gaussian weights, SEEDS of each: how far Δ is from δI, and theorem 4.2 from M.

    entry_theory [N] is exact at each width; spectral_limit is where ‖Δ − δI‖ goes as N → ∞.
    """

    widths: np.ndarray
    entry: np.ndarray
    spectral: np.ndarray
    off: np.ndarray
    entry_theory: np.ndarray
    spectral_limit: float
    delta: float
    scheme: str


def preconditioner_sum(problem: WideNetwork, solution: Solution) -> Sum:
    """M_k from each neuron's β_k(t) and its conserved δ_k alone, M from the weights, theorem 4.2 from β and δ.

    From the first time on at which every neuron has a β_k; raises OutsideTheory where there is none.
    """
    run = solution.curves
    inputs, outputs = _shown(problem.d, problem.c)
    numbers = (problem.h + 3) * (inputs * outputs) ** 2
    told = np.flatnonzero(_told(run.A, run.W, solution.per_neuron))
    if not len(told):
        what = "Theorem 4.1 needs β_k ≠ 0 for each neuron"
        raise OutsideTheory(what, got="a neuron that stays at 0", do="Choose fewer neurons, or another start.")
    count = max(12, min(MOST_FRAMES, len(told), MOST_NUMBERS // numbers))
    at = told[np.unique(np.round(np.linspace(0, len(told) - 1, count)).astype(int))]
    A, W = run.A[at], run.W[at]
    maps = W[..., :, None] * A[..., None, :]
    terms = neuron_halves(maps, solution.per_neuron, **problem.rates)
    whole = halves(problem, A, W)
    delta = float(solution.per_neuron.mean())
    formula = isotropic_halves(run.beta[at], delta, **problem.rates)
    size = kernel_size(*whole)
    summed = tuple(half.sum(axis=1) for half in terms)
    apart, off = (
        kernel_size(*(one - two for one, two in zip(found, whole, strict=True))) / size for found in (summed, formula)
    )
    seen = (slice(None, outputs),) * 2, (slice(None, inputs),) * 2
    drawn = [assembled(P[..., *seen[0]], R[..., *seen[1]]) for P, R in (terms, whole, formula)]
    idle = 0 if delta == 0 else (problem.c if delta > 0 else problem.d) - problem.h
    return Sum(run.times[at], drawn[0], drawn[1], drawn[2], apart, off, inputs, outputs, delta, max(0, idle))


def mirror(problem: WideNetwork, solution: Solution, flow: Flow) -> Mirror:
    """Dual variables against the integrals of −∂L/∂s = uᵀ(β* − β)v between neighbouring times.

    flow gives β [T,d,c] of the problem at rising times [T]; where it is not exact, steps are not halved.
    """
    times, target = solution.curves.times, task(problem).beta_star
    kept = min(problem.d, problem.h, problem.c)

    def pull(at: np.ndarray) -> np.ndarray:
        beta = flow(problem, at)
        return _modes(beta, kept, target - beta)[1]

    steps = _integrals(pull, times, HALVINGS if solution.exact else 0)
    integral = np.concatenate([np.zeros((1, kept)), np.cumsum(steps, axis=0)])
    values, _ = _modes(solution.curves.beta, kept, solution.curves.beta)
    delta = float(solution.per_neuron.mean())
    faint = (delta == 0) & (np.abs(values) <= VISIBLE * np.abs(values).max())
    dual = dual_gain(values[:1], np.where(faint, values[:1], values), delta, **problem.rates)
    return Mirror(times, np.where(faint, np.nan, dual), integral, delta)


def _integrals(of: Callable[[np.ndarray], np.ndarray], times: np.ndarray, halvings: int) -> np.ndarray:
    """∫ of [T−1,n] between neighbouring times by Gauss's rule, halving the steps where a mode turns sharply."""

    def rule(low: np.ndarray, gap: np.ndarray) -> np.ndarray:
        at = low[:, None] + gap[:, None] * (NODES + 1) / 2
        return (of(at.ravel()).reshape(*at.shape, -1) * WEIGHTS[:, None]).sum(axis=1) * gap[:, None] / 2

    low, gap, owner = times[:-1], np.diff(times), np.arange(len(times) - 1)
    found = rule(low, gap)
    total, size = found.copy(), float(np.abs(found).sum())
    for _ in range(halvings):
        low, gap, owner = np.stack([low, low + gap / 2], axis=1).ravel(), np.repeat(gap / 2, 2), np.repeat(owner, 2)
        finer = rule(low, gap)
        change = finer.reshape(-1, 2, finer.shape[-1]).sum(axis=1) - found
        np.add.at(total, owner[::2], change)
        rough = np.repeat(np.abs(change).max(axis=1) > CLOSE * size, 2)
        if not rough.any():
            break
        low, gap, owner, found = low[rough], gap[rough], owner[rough], finer[rough]
    return total


def gaussian(problem: WideNetwork) -> Gaussian:
    """The problem's scheme (LeCun's where it has none that is Gaussian) and rates in square networks of WIDTHS."""
    scheme = problem.start if problem.start in GAUSSIAN else "lecun"
    rng = np.random.default_rng(problem.seed)
    found = np.array([[_isotropy(problem, scheme, rng, N) for _ in range(SEEDS)] for N in WIDTHS])
    variance = SCHEMES[scheme](1, 1)
    p, q = problem.eta_w * variance, problem.eta_a * variance
    theory = np.array([entry_deviation(N, p, q) for N in WIDTHS]) / (p + q)
    limit = max(abs(edge - (p - q)) for edge in spectral_edges(p, q)) / (p + q)
    entry, spectral, off = np.moveaxis(found, -1, 0)
    return Gaussian(np.array(WIDTHS), entry, spectral, off, theory, limit, p - q, scheme)


def gaussian_part(problem: WideNetwork) -> WideNetwork:
    """The problem without what `gaussian` does not look at."""
    start = problem.start if problem.start in GAUSSIAN else "lecun"
    return WideNetwork(start=start, seed=problem.seed, eta_a=problem.eta_a, eta_w=problem.eta_w)


def sum_case(problem: WideNetwork, found: Sum) -> str:
    """Which words theorem 4.2 needs here: it "holds", neurons are "too few", or Δ is "not isotropic"."""
    if not problem.isotropic:
        return "not isotropic"
    return "too few" if found.idle else "holds"


def mirror_case(problem: WideNetwork) -> str:
    """The same for theorem B.6, with "balanced" where δ = 0."""
    if not problem.isotropic:
        return "not isotropic"
    if problem.h < min(problem.d, problem.c):
        return "too few"
    return "holds" if problem.delta else "balanced"


def _isotropy(problem: WideNetwork, scheme: str, rng: np.random.Generator, N: int) -> tuple[float, float, float]:
    deviation = np.sqrt(SCHEMES[scheme](N, N))
    A, W = deviation * rng.standard_normal((2, N, N))
    p, q = problem.eta_w * N * deviation**2, problem.eta_a * N * deviation**2
    away = conserved(A, W, **problem.rates) - (p - q) * np.eye(N)
    whole = halves(problem, A[None], W[None])
    formula = isotropic_halves(W.T @ A, p - q, **problem.rates)
    off = kernel_size(*(one - two for one, two in zip(formula, whole, strict=True))) / kernel_size(*whole)
    spectral = np.abs(np.linalg.eigvalsh(away)).max()
    return float(np.sqrt(np.mean(away**2))) / (p + q), float(spectral) / (p + q), float(off[0])


def _told(A: np.ndarray, W: np.ndarray, deltas: np.ndarray) -> np.ndarray:
    """At which times [T] each neuron's β_k tells its weights: it is not 0, or δ_k is 0 as well."""
    alive = np.any(A != 0, axis=-1) & np.any(W != 0, axis=-1)
    return np.all(alive | (deltas == 0), axis=-1)


def _modes(beta: np.ndarray, kept: int, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Singular values s [T,kept] of β and uᵀ of v [T,kept]; a square map's last one has the sign of det β, so it may pass 0."""
    left, values, right = np.linalg.svd(beta, full_matrices=False)
    pull = np.einsum("tdi,tdc,tic->ti", left, of, right)
    if beta.shape[-1] == beta.shape[-2] == kept:
        sign = np.sign(np.linalg.det(left) * np.linalg.det(right))
        values, pull = values.copy(), pull.copy()
        values[:, -1] *= sign
        pull[:, -1] *= sign
    return values[:, :kept], pull[:, :kept]


def _shown(d: int, c: int) -> tuple[int, int]:
    """How many inputs and outputs maps of at most MOST_ENTRIES entries of β show: all, or the first ones."""
    outputs = min(c, max(3, MOST_ENTRIES // d))
    return min(d, MOST_ENTRIES // outputs), outputs
