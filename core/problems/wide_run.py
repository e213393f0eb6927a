"""The wide linear network's run for the page: exact where theory reaches, trained beside it to check, trained alone elsewhere.

symbol ↔ name ↔ shape ↔ unit: as in core.problems.wide; drift ↔ ‖Δ(t) − Δ(0)‖ [T]; error ↔ ‖β − β_exact‖ / max ‖β‖ [T]
"""

from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.problems.wide import Curves, Solution, WideNetwork, exact, finished, measure, task
from core.problems.wide_theorems import Mirror, mirror
from core.theory.wide_linear import conserved
from core.training.linear_network import Snapshot, gradient_descent, gradient_flow, stable_rate_bound

MOST_STEPS = 20_000
MOST_FLOW_STEPS = 3_000


@dataclass(frozen=True)
class Trained:
    """A trained run: its curves, the drift of Δ that only discrete steps cause, and η (0 for gradient flow)."""

    curves: Curves
    drift: np.ndarray
    rate: float


@dataclass(frozen=True)
class Comparison:
    """Exact and trained curves at the same times, and their difference; `error` is NaN where a run has diverged."""

    solution: Solution
    trained: Trained
    error: np.ndarray

    @property
    def worst(self) -> float:
        return float(np.max(np.nan_to_num(self.error, nan=np.inf)))


def solve(problem: WideNetwork) -> Solution:
    """The exact run, or gradient flow integrated numerically where a theorem's assumption fails (then `reason` names it)."""
    curves, reason = flow(problem, problem.times)
    return finished(problem, curves, reason)


def compare(problem: WideNetwork) -> Comparison:
    """The same run trained: by the problem's step, or by gradient flow when that is 0."""
    trained = _descended(problem) if problem.descent else _flowed(problem, problem.times)
    curves, reason = flow(problem, trained.curves.times)
    gap = np.linalg.norm(trained.curves.beta - curves.beta, axis=(1, 2))
    size = np.linalg.norm(curves.beta, axis=(1, 2)).max()
    return Comparison(finished(problem, curves, reason), trained, gap / size)


def flow(problem: WideNetwork, times: np.ndarray) -> tuple[Curves, str]:
    """Gradient flow at times [T], exact where a theorem reaches; otherwise integrated, and the word why."""
    try:
        return exact(problem, times), ""
    except OutsideTheory as assumption:
        return _flowed(problem, times).curves, f"{assumption.what}; got {assumption.got}."


def mirrored(problem: WideNetwork) -> Mirror:
    """Theorem B.6 along the problem's run."""
    return mirror(problem, solve(problem), lambda given, times: flow(given, times)[0].beta)


def _flowed(problem: WideNetwork, times: np.ndarray) -> Trained:
    weights, X, Y = _data(problem)
    return _measured(
        problem,
        list(gradient_flow(weights, X, Y, times, etas=_etas(problem), tolerance=1e-9, most=MOST_FLOW_STEPS)),
        0.0,
    )


def _descended(problem: WideNetwork) -> Trained:
    rate = problem.descent * _largest_rate(problem)
    steps = np.unique(np.round(problem.times / rate).astype(int))
    if steps[-1] > MOST_STEPS:
        raise OutsideTheory(
            f"Descent is shown for at most {MOST_STEPS:,} steps",
            got=f"{steps[-1]:,} until t = {problem.horizon:g}",
            do="Take a larger step, an earlier end, or gradient flow (descent 0).",
        )
    weights, X, Y = _data(problem)
    run = gradient_descent(weights, X, Y, rate=rate, checkpoints=steps, etas=_etas(problem))
    return _measured(problem, list(run), rate)


def _data(problem: WideNetwork) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    given = task(problem)
    return [given.W, given.A.T], np.eye(problem.d), given.beta_star


def _etas(problem: WideNetwork) -> list[float]:
    return [problem.eta_w, problem.eta_a]


def _largest_rate(problem: WideNetwork) -> float:
    """2/λ_max of the kernel, the smaller of the start's and that of balanced weights at the target."""
    weights, X, _ = _data(problem)
    top = problem.strengths[0] * np.sqrt(problem.eta_a * problem.eta_w)
    return float(min(stable_rate_bound(weights, X, etas=_etas(problem)), 2 / np.hypot(problem.delta, 2 * top)))


def _measured(problem: WideNetwork, run: list[Snapshot], rate: float) -> Trained:
    kept = [shot for shot in run if np.isfinite(shot.loss)]
    W = np.stack([shot.weights[0] for shot in kept])
    A = np.stack([shot.weights[1].T for shot in kept])
    Delta = conserved(A, W, **problem.rates)
    drift = np.linalg.norm(Delta - Delta[:1], axis=(1, 2))
    times = np.array([shot.time for shot in kept])
    return Trained(measure(problem, task(problem), times, A, W), drift, rate)
