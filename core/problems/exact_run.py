"""The simulation beside the exact curves: the same starts trained, and how far that is from the theory.

Legend: a[R, T], w[R, T, 2] at times[T] of the flow · S(0, t) ↔ kernel_distance[R, T] · drift[R, T] of δ ·
error[R, T] = ‖(a, w) − exact‖ / ‖exact‖.
"""

from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory
from core.numbers import number
from core.problems.exact import TURNS, Exact, moments, starts, turned
from core.theory import single_neuron
from core.theory.checks import Floats
from core.training.device import timed
from core.training.single_neuron import MOST_STEPS, Run, collect, gradient_descent, gradient_flow, largest_stable_rate

ERROR_ALLOWED = 0.01
MOST_STEPS_LIVE = 50_000


@dataclass(frozen=True)
class Simulation:
    """The run and its distance from theory. `verdict` says why theory and run differ by more than ERROR_ALLOWED, and is
    empty while they do not; `device` says in words where it ran, in `seconds`; `directions` holds the run of each
    direction of β₀ where the view asks for three, and the largest error and drift are those of all."""

    times: Floats
    a: Floats
    w: Floats
    kernel_distance: Floats
    error: Floats
    drift: Floats
    largest_error: float
    largest_drift: float
    verdict: str
    device: str
    seconds: float
    directions: "tuple[Simulation, ...]" = ()


def simulate(problem: Exact) -> Simulation:
    """Train the problem's starts by its solver. Raises OutsideTheory where that would be too many steps."""
    if problem.view != "directions":
        return _simulated(problem)
    runs = tuple(map(_simulated, turned(problem)))
    worst = max(runs, key=lambda run: run.largest_error)
    drift = max(run.largest_drift for run in runs)
    return replace(
        runs[TURNS.index(0.0)],
        largest_error=worst.largest_error,
        verdict=worst.verdict,
        largest_drift=drift,
        seconds=sum(run.seconds for run in runs),
        directions=runs,
    )


def _simulated(problem: Exact) -> Simulation:
    run, device, seconds = timed(lambda where: _run(problem, where), problem.device)
    a, w = single_neuron.exact_flow(*starts(problem), problem.beta_star, run.times, snap=True, **problem.rates)
    error = relative_error(run, a, w)
    lost = bool(np.isnan(error).any())
    largest = float("inf") if lost else float(error.max())
    drift = float("inf") if lost else float(np.abs(run.drift).max())
    verdict = _verdict(problem, largest) if largest > ERROR_ALLOWED else ""
    moved = _kernel_distance(problem, run)
    return Simulation(run.times, run.a, run.w, moved, error, run.drift, largest, drift, verdict, device, seconds)


def relative_error(run: Run, a: Floats, w: Floats) -> Floats:
    """‖(a, w)_run − (a, w)‖ / ‖(a, w)‖ [R, T]; NaN where the run has diverged."""
    gap = np.hypot(run.a - a, np.linalg.norm(run.w - w, axis=-1))
    return gap / np.hypot(a, np.linalg.norm(w, axis=-1))


def _kernel_distance(problem: Exact, run: Run) -> Floats:
    lost = np.isnan(run.a)
    a, w = np.where(lost, 1.0, run.a), np.where(lost[..., None], 0.0, run.w)
    distance = single_neuron.kernel_distance(a[:, :1], w[:, :1], a, w, **problem.rates)
    return np.where(lost, np.nan, distance)


def _run(problem: Exact, device: str) -> Run:
    data = (*starts(problem), np.eye(2), problem.beta_star)
    if problem.solver == "flow":
        return collect(gradient_flow(*data, moments(problem), **problem.rates, device=device), **problem.rates)
    if problem.horizon / problem.rate > min(MOST_STEPS_LIVE, MOST_STEPS):
        raise OutsideTheory(
            "A run beside the curves has at most 50,000 steps",
            got=f"{problem.horizon / problem.rate:,.0f} (until t / step η)",
            do="Choose a larger step η or an earlier end.",
        )
    steps = np.unique(np.round(moments(problem) / problem.rate).astype(int))
    noisy = problem.solver == "noise"
    descent = gradient_descent(
        *starts(problem),
        np.eye(2),
        problem.beta_star,
        rate=problem.rate,
        checkpoints=steps,
        eta_a=problem.eta_a,
        eta_w=problem.eta_w,
        batch=problem.batch if noisy else 0,
        label_noise=problem.noise if noisy else 0.0,
        seed=problem.seed,
        device=device,
    )
    return collect(descent, **problem.rates)


def _verdict(problem: Exact, largest: float) -> str:
    if problem.solver == "flow":
        return "the integrator is less accurate than it should be here"
    limit = largest_rate(problem)
    if problem.rate > limit:
        return (
            f"η·λmax = {number(2 * problem.rate / limit)} is above 2, so steps overshoot; use η below {number(limit)}"
        )
    if problem.solver == "noise":
        return "noise kicks the weights off their level set, and the theory has none; lower the noise or the step η"
    if not np.isfinite(largest):
        return "the steps overshoot and the run diverges; use a smaller step η"
    return f"a step of {problem.rate:g} is not small, and the theory is for η → 0; use a smaller step η"


def largest_rate(problem: Exact) -> float:
    """2/λ_max at the starts and at their minima, the smaller: above it descent cannot follow the flow."""
    data = np.eye(2)
    first = starts(problem)
    last = single_neuron.final_state(*first, problem.beta_star, **problem.rates)
    return min(largest_stable_rate(*state, data, **problem.rates) for state in (first, last))
