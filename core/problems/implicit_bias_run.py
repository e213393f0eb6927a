"""Runs beside the Implicit bias page: the seven δ trained in the plane and in space, and how near they land.

Legend: β ↔ beta[7, T, d] at times[T] of the flow · error ↔ ‖(a, w) − exact‖ / ‖exact‖, the largest · drift of δ, the largest ·
gap ↔ ‖β(last) − β(∞)‖, the largest over the seven.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.numbers import number
from core.problems.exact_run import ERROR_ALLOWED, MOST_STEPS_LIVE, relative_error
from core.problems.implicit_bias import FAN, Landings, Space, space, starts
from core.theory import implicit_bias, single_neuron
from core.theory.checks import Floats
from core.training.device import timed
from core.training.single_neuron import Run, collect, gradient_descent, gradient_flow, largest_stable_rate

MOMENTS = 60
SPACE_UNTIL = 400.0
SPACE_TIMES = np.concatenate([[0.0], np.geomspace(1e-2, SPACE_UNTIL, MOMENTS - 1)])


@dataclass(frozen=True)
class Trained:
    """See the module's legend. `verdict` says why run and theory differ by more than 1%, and is empty otherwise;
    `device` says in words where it ran, in `seconds`."""

    times: Floats
    beta: Floats
    largest_error: float
    largest_drift: float
    gap: float
    verdict: str
    device: str
    seconds: float


def simulate(problem: Landings) -> Trained:
    """The fan in the plane, by the problem's solver; the error is that against the exact paths."""
    state = starts(problem, np.array(FAN))
    run, device, seconds = timed(lambda device: _run(problem, state, device), problem.device)
    a, w = implicit_bias.exact_flow(*state, problem.X, problem.labels, run.times, **problem.rates)
    error = relative_error(run, a, w)
    aims = [
        implicit_bias.interpolator(a, w, problem.X, problem.labels, **problem.rates)
        for a, w in zip(*state, strict=True)
    ]
    largest = float("inf") if np.isnan(error).any() else float(error.max())
    return _trained(run, largest, np.array(aims), _verdict(problem, largest), device, seconds)


def simulate_space(problem: Landings) -> Trained:
    """The fan in space by gradient flow; there the only theory is where it lands, so error is the gap over ‖β(∞)‖."""
    example: Space = space(problem)
    state = single_neuron.split(example.beta_0, np.array(FAN), sign=problem.sign, **problem.rates)

    def flow(device: str) -> Run:
        data = example.X, example.y
        return collect(gradient_flow(*state, *data, SPACE_TIMES, **problem.rates, device=device), **problem.rates)

    run, device, seconds = timed(flow, problem.device)
    away = np.linalg.norm(run.a[:, -1, None] * run.w[:, -1] - example.landing, axis=-1)
    largest = float((away / np.linalg.norm(example.landing, axis=-1)).max())
    late = f"the slowest is still on its way at t = {SPACE_UNTIL:g}" if largest > ERROR_ALLOWED else ""
    return _trained(run, largest, example.landing, late, device, seconds)


def _trained(run: Run, largest: float, aims: Floats, verdict: str, device: str, seconds: float) -> Trained:
    beta = run.a[..., None] * run.w
    gap = np.linalg.norm(beta[:, -1] - aims, axis=-1)
    lost = not np.isfinite(largest) or np.isnan(run.drift).any()
    drift = float("inf") if lost else float(np.abs(run.drift).max())
    far = float("inf") if lost else float(gap.max())
    return Trained(run.times, beta, largest, drift, far, verdict, device, seconds)


def _run(problem: Landings, state: tuple[Floats, Floats], device: str) -> Run:
    X, y, until = problem.X, problem.labels, problem.horizon
    times = np.concatenate([[0.0], np.geomspace(1e-3 * until, until, MOMENTS - 1)])
    if problem.solver == "flow":
        return collect(gradient_flow(*state, X, y, times, **problem.rates, device=device), **problem.rates)
    if until / problem.rate > MOST_STEPS_LIVE:
        raise OutsideTheory(
            "A run beside the curves has at most 50,000 steps",
            got=f"{until / problem.rate:,.0f} (until t / step η)",
            do="Choose a larger step η or an earlier end.",
        )
    steps = np.unique(np.round(times / problem.rate).astype(int))
    descent = gradient_descent(
        *state, X, y, rate=problem.rate, checkpoints=steps, device=device, eta_a=problem.eta_a, eta_w=problem.eta_w
    )
    return collect(descent, **problem.rates)


def _verdict(problem: Landings, largest: float) -> str:
    if largest <= ERROR_ALLOWED:
        return ""
    limit = largest_stable_rate(*starts(problem, np.array(FAN)), problem.X, **problem.rates)
    if problem.solver == "descent" and problem.rate > limit:
        return (
            f"η·λmax = {number(2 * problem.rate / limit)} is above 2, so steps overshoot; use η below {number(limit)}"
        )
    return f"a step of {problem.rate:g} is not small, and the theory is for η → 0; use a smaller step η"
