"""The square network of theorems B.8 to B.10 that is the page's chain seen as a function, trained beside the theorems.

symbol in the paper ↔ name here ↔ shape ↔ unit
δ, L      ↔ delta, hidden ↔ scalars ↔ δ = −c ≤ 0: aaᵀ − W_LW_Lᵀ = δI; L square layers of the page's two inputs
‖a‖²      ↔ readout       ↔ [T] ↔ squared length of the last layer
‖β‖²      ↔ size, size_theory ↔ [T] ↔ of the trained network; theorem B.8 of its ‖a‖²
M         ↔ along, across ↔ [T,2] ↔ β̂ᵀMβ̂ and its counterpart across β: from the weights, and theorem B.9 of β
t         ↔ times         ↔ [T] ↔ gradient-flow time of ½(f − y)²
"""

from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.problems.deep import DeepChain, Solution, solve
from core.theory.deep_square import preconditioner, preconditioner_of, square_weights, squared_size
from core.theory.states import norm
from core.training.linear_network import gradient_flow

TURNS = 0
"""Seed of the rotations that the hidden layers start with; a function of the inputs does not see them."""
MOST_STEPS = 3_000
LEARNED = 1e-22


@dataclass(frozen=True)
class Square:
    """The trained square network beside the theorems, at the chain's times; legend above.

    size_error, kernel_error [T]: of B.8 and B.9, relative; path_error [T]: ‖β − β_chain‖ over the largest ‖β‖; miss:
    from the end to the predicted landing.
    """

    times: np.ndarray
    beta: np.ndarray
    readout: np.ndarray
    size: np.ndarray
    size_theory: np.ndarray
    along: np.ndarray
    across: np.ndarray
    size_error: np.ndarray
    kernel_error: np.ndarray
    path_error: np.ndarray
    miss: float
    delta: float
    hidden: int


def twin(problem: DeepChain) -> tuple[float, int]:
    """δ and L of the square network whose function is that of the problem's chain: δ = −c, where all c_l are one c ≥ 0.

    Raises OutsideTheory where there is none.
    """
    offsets = problem.offsets
    if not len(offsets):
        raise OutsideTheory("A square network has a hidden layer", got="one layer", do="Choose two layers or more.")
    if problem.eta != 1 or np.ptp(offsets) > 0:
        raise OutsideTheory(
            "Theorems B.8 to B.10 ask for equal rates, and the chain is a square network where all its c_l are equal",
            got=f"rate {problem.eta:g}, c from {offsets.min():g} to {offsets.max():g}",
            do="Set the first layer's rate to 1 and the extra imbalances to 0.",
        )
    if offsets[0] < 0:
        raise OutsideTheory(
            "A square network with aaᵀ − WWᵀ = δI has δ = −c ≤ 0, since aaᵀ has only one direction",
            got=f"c = {offsets[0]:g}",
            do="Choose c ≥ 0; the chain above is a theory of its own for c < 0.",
        )
    return -float(offsets[0]) or 0.0, len(offsets)


def simulate(problem: DeepChain) -> Square:
    """Gradient flow of all square layers, from the chain's β₀; raises OutsideTheory where `twin` does."""
    delta, hidden = twin(problem)
    chain = solve(problem)
    rng = np.random.default_rng(TURNS)
    turns = np.linalg.qr(rng.standard_normal((hidden, 2, 2)))[0]
    start = square_weights(problem.beta_0, delta, hidden, turns=turns)
    layers = _trained(problem, start, chain.times)
    return _compared(chain, layers, delta, hidden)


def _trained(problem: DeepChain, start: list[np.ndarray], times: np.ndarray) -> list[np.ndarray]:
    """Each layer's weights [T,…]; once the loss is gone nothing moves."""
    shots, y = [], np.array([[problem.y]])
    for shot in gradient_flow(start, problem.X, y, times, tolerance=1e-9, most=MOST_STEPS):
        shots.append(shot.weights)
        if shot.loss <= LEARNED * problem.y**2:
            break
    shots += [shots[-1]] * (len(times) - len(shots))
    return [np.stack(layer) for layer in zip(*shots, strict=True)]


def _compared(chain: Solution, layers: list[np.ndarray], delta: float, hidden: int) -> Square:
    beta = layers[-1]
    for layer in reversed(layers[:-1]):
        beta = beta @ layer
    beta, a = beta[:, 0], layers[-1][:, 0]
    size, size_theory = np.sum(beta**2, axis=1), squared_size(a, delta, hidden)
    real, theory = preconditioner_of(layers), preconditioner(beta, delta, hidden)
    ahead = beta / norm(beta)[:, None]
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    along, across = (
        np.stack([np.einsum("ti,tij,tj->t", on, M, on) for M in (real, theory)], axis=1) for on in (ahead, aside)
    )
    apart = np.linalg.norm(real - theory, axis=(1, 2)) / np.linalg.norm(real, axis=(1, 2))
    return Square(
        times=chain.times,
        beta=beta,
        readout=np.sum(a**2, axis=1),
        size=size,
        size_theory=size_theory,
        along=along,
        across=across,
        size_error=np.abs(size - size_theory) / size,
        kernel_error=apart,
        path_error=norm(beta - chain.beta) / float(norm(chain.beta).max()),
        miss=float(np.linalg.norm(beta[-1] - chain.landing)),
        delta=delta,
        hidden=hidden,
    )
