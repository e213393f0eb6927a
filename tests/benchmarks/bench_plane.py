"""One panel of figure 1a to the paper's 10⁶ steps, with all measures, against plain descent; prints, gates nothing.

python tests/benchmarks/bench_plane.py
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from core.datasets import teacher_student
from core.problems import landscape
from core.problems import relu as xor_plane
from core.problems.teacher_student import PAPER_PANELS, Problem, solve
from core.training import relu_flow

STEPS, SAMPLE, RATE = 1_000_000, 5_000, 1e-4
SEEDS = range(5)


def cpu(work: Callable[[], object], repeat: int = 3) -> float:
    """The least CPU seconds of a few calls."""
    spent = []
    for _ in range(repeat):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def plain(W, a, X, y, steps: int) -> None:
    """Gradient descent as one would write it in numpy."""
    for _ in range(steps):
        Z = X @ W.T
        hidden = np.maximum(Z, 0)
        error = 2 / len(y) * (hidden @ a - y)
        W, a = W - RATE * ((Z > 0) * np.outer(error, a)).T @ X, a - RATE * hidden.T @ error


def start(problem: Problem):
    task = teacher_student.draw(d=2, n=20, width=50, seed=problem.seed, tests=1)
    return *task.student.scaled(problem.tau, problem.delta), task.X, task.y


def accuracy(tau: float, delta: float) -> tuple[float, float]:
    """Mean over seeds of the largest error of |a|w (relative to the largest) and of Hamming, against all the steps."""
    errors = []
    for seed in SEEDS:
        problem = Problem(tau=tau, delta=delta, seed=seed)
        run = solve(problem).run
        W, a, X, y = start(problem)
        steps = np.round(run.time / RATE).astype(int).tolist()
        exact = list(relu_flow.integrate(W, a, X, y, rate=RATE, checkpoints=steps, method="descent"))
        beta = np.stack([np.abs(s.a)[:, None] * s.W for s in exact])
        flips = (np.sign(X @ exact[-1].W.T) != np.sign(X @ W.T)).mean(axis=0).sum()
        errors.append((np.abs(run.beta - beta).max() / np.abs(beta).max(), abs(run.hamming[-1] - flips)))
    return tuple(np.mean(errors, axis=0))


def main() -> None:
    """Print a line a panel, then the other pages' solves."""
    for name, panel in PAPER_PANELS.items():
        ours = cpu(lambda problem=panel: solve(problem))
        theirs = cpu(lambda problem=panel: plain(*start(problem), SAMPLE)) * STEPS / SAMPLE
        wrong, flips = accuracy(panel.tau, panel.delta)
        print(
            f"{name:10s} {1e3 * ours:5.0f} ms; plain numpy descent {theirs:5.1f} s (extrapolated): {theirs / ours:5.0f} times;"
            f" |a|w off by {100 * wrong:.2f} %, Hamming by {flips:.3f} of 50 (mean of {len(SEEDS)} seeds)"
        )
    print(f"XOR beside its rival  {1e3 * cpu(lambda: xor_plane.solve(xor_plane.Problem())):5.0f} ms")
    print(f"landscape, two slices {1e3 * cpu(lambda: landscape.solve(landscape.Problem())):5.0f} ms")


if __name__ == "__main__":
    main()
