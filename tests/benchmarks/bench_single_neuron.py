"""Speed of the minimal model against a general ODE solver, in CPU seconds of one thread; prints ratios, gates nothing.

python tests/benchmarks/bench_single_neuron.py
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.theory import implicit_bias, single_neuron
from core.training.single_neuron import collect, gradient_flow

RUNS, TIMES, SAMPLE = 10_000, 400, 25


def cpu(work: Callable[[], object], repeat: int = 3) -> float:
    """The least CPU seconds of a few calls."""
    spent = []
    for _ in range(repeat):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def one_by_one(a_0, w_0, target, times, method: str, rtol: float) -> list[np.ndarray]:
    """What a notebook would do: scipy's integrator, one start after the other."""

    def flow(_, state):
        a, w = state[0], state[1:]
        residual = target - a * w
        return np.concatenate([[w @ residual], a * residual])

    span = (0, times[-1])
    return [
        solve_ivp(flow, span, [a, *w], method, times, rtol=rtol, atol=rtol * 1e-2).y
        for a, w in zip(a_0, w_0, strict=True)
    ]


def main() -> None:
    draw = np.random.default_rng(0)
    a_0, w_0, target = draw.normal(size=RUNS), draw.normal(size=(RUNS, 2)), np.array([1.0, 0.5])
    times = np.linspace(0, 20, TIMES)
    exact = cpu(lambda: single_neuron.exact_flow(a_0, w_0, target, times))
    print(f"exact flow, {RUNS:,} starts × {TIMES} times: {exact:.3f} CPU-s")
    few = a_0[:SAMPLE], w_0[:SAMPLE]
    for method, rtol in (("RK45", 1e-6), ("LSODA", 1e-6), ("DOP853", 1e-10)):
        ode = cpu(lambda m=method, r=rtol: one_by_one(*few, target, times, m, r), 1) * RUNS / SAMPLE
        print(f"  scipy {method} at rtol {rtol:g} (from {SAMPLE} starts): {ode:.0f} CPU-s, {ode / exact:.0f} × as long")
    a, w = single_neuron.exact_flow(a_0, w_0, target, times)
    distance = cpu(lambda: single_neuron.kernel_distance(a_0[:, None], w_0[:, None], a, w))
    print(f"kernel distance on the same points: {distance:.3f} CPU-s, {distance / exact:.2f} × the flow")

    deltas = np.array([-4.0, -2, -1, 0, 1, 2, 4])
    starts = single_neuron.split([-1.0, 0.0], deltas)
    simulated = cpu(lambda: collect(gradient_flow(*starts, np.eye(2), [0.0, 1.0], times)))
    curves = cpu(lambda: single_neuron.exact_flow(*starts, [0.0, 1.0], times))
    print(f"seven curves: exact {1e3 * curves:.2f} ms, simulated {1e3 * simulated:.0f} ms, {simulated / curves:.0f} ×")

    X, y = draw.normal(size=(2, 4)), draw.normal(size=2)
    landing = cpu(lambda: implicit_bias.landing(1.0, draw.normal(size=4), X, y))
    print(f"one landing point: {1e3 * landing:.2f} ms")


if __name__ == "__main__":
    main()
