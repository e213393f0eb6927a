"""The deep chain trained layer by layer, to check its flow, its invariants and its predicted landing point.

symbol ↔ name ↔ shape ↔ unit: as in core.problems.deep;
drift ↔ largest |c_l(t) − c_l(0)| [T]; error ↔ ‖β − β_theory‖ / max ‖β‖ [T]; miss ↔ ‖β(T) − landing‖
"""

from dataclasses import dataclass

import numpy as np

from core.problems.deep import DeepChain, Solution, solve, start
from core.theory.deep_linear import offsets
from core.training.linear_network import gradient_flow

LEARNED = 1e-22
MOST_STEPS = 3_000


@dataclass(frozen=True)
class Comparison:
    """The trained chain at the theory's times: beta [T,2], loss, drift and error [T], and how far it ends from the landing."""

    solution: Solution
    beta: np.ndarray
    loss: np.ndarray
    drift: np.ndarray
    error: np.ndarray
    miss: float

    @property
    def worst(self) -> float:
        return float(np.max(self.error))


def compare(problem: DeepChain) -> Comparison:
    """Gradient flow of all layers by torch's adaptive steps; once the loss is gone nothing moves, and it stops."""
    solution = solve(problem)
    w_0, a_0 = start(problem)
    layers, Y = [w_0[None, :], *a_0[:, None, None]], np.array([[problem.y]])
    beta, loss, drift = np.empty_like(solution.beta), np.empty_like(solution.loss), np.empty_like(solution.loss)
    before = offsets(w_0, a_0, etas=problem.etas)
    run = gradient_flow(layers, problem.X, Y, solution.times, etas=problem.etas, tolerance=1e-8, most=MOST_STEPS)
    for k, shot in enumerate(run):
        now = offsets(shot.weights[0][0], np.array([a[0, 0] for a in shot.weights[1:]]), etas=problem.etas)
        beta[k:], loss[k:] = shot.beta[:, 0], shot.loss
        drift[k:] = np.max(np.abs(now - before), initial=0.0)
        if shot.loss <= LEARNED * problem.y**2:
            break
    size = np.linalg.norm(solution.beta, axis=1).max()
    error = np.linalg.norm(beta - solution.beta, axis=1) / size
    miss = float(np.linalg.norm(beta[-1] - solution.landing))
    return Comparison(solution, beta, loss, drift, error, miss)
