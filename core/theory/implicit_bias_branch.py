"""Which branch the flow of f(x) = a wᵀx ends on where no closed form says it: an integration that knows its own error.

In units where both rates are 1 (core.theory.states), in the eigenbasis of XᵀX and with time in 1/its largest eigenvalue:
Ȧ = v·ρ, v̇ = A ρ, ρ = c ∘ (b − A v), a gradient flow, whose Jacobian J is symmetric.

| paper          | here       | shape | meaning                                              |
|----------------|------------|-------|------------------------------------------------------|
| √η_w a         | A          |       |                                                      |
| √η_a w         | v          | [k]   | in the row space of X                                |
| √(η_aη_w) β*   | b          | [k]   |                                                      |
| XᵀX            | curvatures | [k]   | its non-zero eigenvalues                             |
"""

import numpy as np
from scipy.integrate import solve_ivp

from core.theory.checks import Floats
from core.theory.patience import LOST, TRUSTED, within
from core.theory.states import exponent, norm

CLOSEST = 1e-9
FOLDINGS = 60.0
"""Growing e-foldings after which a start that is still undecided is left."""
STIFF = 3e3
COARSE = ("LSODA", 1e-10, 1e-12)
FINE = ("DOP853", 3e-14, 1e-16)
FINE_STIFF = ("LSODA", 1e-13, 1e-15)


def integrated_branch(A: float, v: Floats, b: Floats, curvatures: Floats, delta: float) -> int:
    """sgn a once the loss is below that of β = 0: it falls along the flow, and a = 0 would need that loss again.

    A run in whose course errors could have grown much is done again as finely as float64 allows. 0 where the loss does not
    get there: on the separatrix, or within rounding of it. Ours.
    """
    c = curvatures / curvatures.max()
    half = max(0, (int(exponent(np.abs(b).max())) + 1) // 2)
    start, b, drag = np.ldexp([A, *v], -half), np.ldexp(b, -2 * half), abs(np.ldexp(delta, -2 * half))
    size, push = float(norm(start)), 2 * float(np.linalg.norm(c * b))
    if size == 0 or push == 0:
        return 0
    bar = (1 - CLOSEST) * float(np.sum(c * b * b))

    def flow(_, state):
        A, v = state[0], state[1:]
        force = c * (b - A * v)
        return np.concatenate([[v @ force], A * force])

    def decided(_, state):
        gap = state[0] * state[1:] - b
        return float(np.sum(c * gap * gap)) - bar

    decided.terminal = True  # type: ignore[attr-defined]
    slowest = push * (push / (drag + np.hypot(drag, push))) / 2
    last = (FOLDINGS + max(0.0, float(np.log(np.sqrt(push) / size)))) / slowest

    def run(method: str, rtol: float, atol: float):
        return solve_ivp(within(flow), (0.0, last), start, method, events=decided, rtol=rtol, atol=atol * size)

    found = run(*COARSE)
    grown = _growth(found.t, found.y.T, b, c)
    if found.status != 1 or grown > TRUSTED:
        found = run(*(FINE if drag * min(last, 2 * found.t[-1]) < STIFF else FINE_STIFF))
        grown = _growth(found.t, found.y.T, b, c)
    return int(np.sign(found.y[0, -1])) if found.status == 1 and grown < LOST else 0


def _growth(times: Floats, states: Floats, b: Floats, c: Floats) -> float:
    """∫ max(λ_max(J), 0) dt, less the growth of the state: how many e-foldings a relative error may have grown by."""
    A, v = states[:, :1], states[:, 1:]
    J = np.empty((len(states), len(b) + 1, len(b) + 1))
    J[:, 0, 0] = -np.sum(c * v * v, axis=1)
    J[:, 0, 1:] = J[:, 1:, 0] = c * (b - 2 * A * v)
    J[:, 1:, 1:] = -(A * A * c)[:, :, None] * np.eye(len(b))
    fastest = np.maximum(np.linalg.eigvalsh(J)[:, -1], 0.0)
    size = norm(states[[0, -1]])
    return float(np.trapezoid(fastest, times) - max(0.0, np.log(size[1] / size[0])))
