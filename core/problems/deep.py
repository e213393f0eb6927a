"""A deep linear chain to look at: f = a_L … a_1 wᵀx on one datum, imbalance per layer (section 4.3; figure 4b's data).

symbol in the paper ↔ name here ↔ shape ↔ unit
L + 1   ↔ depth      ↔ layers in all; L = depth − 1 scalars follow the first layer w
c_l     ↔ offsets    ↔ [L] ↔ a_l²/η_l − |w|²/η_w, conserved; > 0: the first layer is the smaller one
β, β_0  ↔ beta       ↔ [T,2], [2] ↔ (Π a) w
x, y    ↔ X, y       ↔ [1,2], [1] ↔ one datum, a line of zero-loss β
        ↔ shares     ↔ [T,depth] ↔ η_l/w_l² ÷ Σ η_k/w_k², each layer's share in the change of |β|; |w| for the first
t       ↔ times      ↔ [T] ↔ gradient-flow time of ½(f − y)²
"""

import dataclasses
import functools
import math
from dataclasses import dataclass

import numpy as np

from core.errors import OutsideTheory
from core.params import Curves, Params, knob
from core.theory.deep_linear import chain_flow, interpolator
from core.theory.deep_potential import first_layer_norm
from core.theory.phases import Phases, of_neurons
from core.theory.scalar_chain import layer_speeds

DEEPEST = 8
FRAMES, FINE, THIN = 100, 2000, 4
FITTED = 1e-22


def _extra(layer: int):
    return knob(0.0, f"extra imbalance, layer {layer}", low=-2, high=2, step=0.1)


@dataclass(frozen=True)
class DeepChain(Params):
    """Depth, imbalance of each later layer against the first, start β₀ and one datum (x, y)."""

    depth: int = knob(3, "layers", low=1, high=DEEPEST, step=1)
    imbalance: float = knob(
        0.0, "imbalance c", low=-3, high=3, step=0.1, help="a_l²/η_l − ‖w‖²/η_w for every later layer: > 0 upstream."
    )
    norm: float = knob(0.4, "start size ‖β₀‖", scale="log", low=0.001, high=2)
    angle: float = knob(5.0, "start angle", unit="°", low=-180, high=180, step=5)
    datum: float = knob(65.0, "data angle", unit="°", low=-90, high=90, step=5, help="Direction of x; ‖x‖ = 1.")
    y: float = knob(1.0, "label y", low=-2, high=2, step=0.1)
    eta: float = knob(1.0, "rate of the first layer", scale="log", low=0.1, high=10, help="All other layers: 1.")
    horizon: float = knob(100.0, "until t", scale="log", low=1, high=100_000)
    c2: float = _extra(2)
    c3: float = _extra(3)
    c4: float = _extra(4)
    c5: float = _extra(5)
    c6: float = _extra(6)
    c7: float = _extra(7)
    c8: float = _extra(8)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.y == 0:
            raise OutsideTheory("With label 0 there is nothing to learn", got="y = 0", do="Choose another label.")

    @property
    def hidden(self) -> int:
        return self.depth - 1

    @property
    def offsets(self) -> np.ndarray:
        extra = (self.c2, self.c3, self.c4, self.c5, self.c6, self.c7, self.c8)
        return self.imbalance + np.array(extra[: self.hidden])

    @property
    def etas(self) -> np.ndarray:
        return np.array([self.eta] + [1.0] * self.hidden)

    @property
    def X(self) -> np.ndarray:
        return _direction(self.datum)[None, :]

    @property
    def beta_0(self) -> np.ndarray:
        return self.norm * _direction(self.angle)

    @property
    def fine_times(self) -> np.ndarray:
        return np.concatenate([[0.0], np.geomspace(min(1e-4 * self.horizon, 1e-3), self.horizon, FINE - 1)])

    @property
    def depth_times(self) -> np.ndarray:
        return self.fine_times[::THIN]


PRESETS = {
    "balanced, deep": DeepChain(depth=8),
    "upstream: lazy": DeepChain(depth=3, imbalance=3.0),
    "downstream: keeps its direction": DeepChain(depth=3, imbalance=-3.0, horizon=1000.0),
    "plateau, then a jump": DeepChain(depth=6, norm=0.001, horizon=1000.0),
    "one small layer learns for all": DeepChain(depth=4, imbalance=1.0, c3=-0.9, horizon=30.0),
}


@dataclass(frozen=True)
class Solution:
    """The chain's flow and where it lands (NaN where it does not; then `reason` says why). `loss_by_depth` [8,F]: the same
    β₀, offsets and label at depths 1 to 8 at depth_times [F]; NaN where a depth could not be integrated."""

    times: np.ndarray
    w: np.ndarray
    a: np.ndarray
    beta: np.ndarray
    loss: np.ndarray
    shares: np.ndarray
    landing: np.ndarray
    reason: str
    nearest: np.ndarray
    along: np.ndarray
    loss_by_depth: np.ndarray
    phases: Phases


def start(problem: DeepChain) -> tuple[np.ndarray, np.ndarray]:
    """w_0 [2] and a_0 [L] > 0 with (Π a_0) w_0 = β₀ and the problem's offsets."""
    size = float(first_layer_norm(problem.norm, problem.offsets, etas=problem.etas))
    a_0 = np.sqrt(np.maximum(problem.etas[1:] * (size**2 / problem.eta + problem.offsets), 0.0))
    return size * _direction(problem.angle), a_0


def solve(problem: DeepChain) -> Solution:
    """Gradient flow of the chain by an integrator, its landing point in closed form, and the loss at every depth."""
    w_0, a_0 = start(problem)
    X, y = problem.X, np.array([problem.y])
    w, a = chain_flow(w_0, a_0, X, y, problem.fine_times, etas=problem.etas)
    kept = _frames(problem, w, a)
    times, w, a = problem.fine_times[kept], w[kept], a[kept]
    beta = np.prod(a, axis=1)[:, None] * w
    landing, reason = _landing(w_0, a_0, X, y, problem.etas)
    x, slope = X[0], X[0] @ problem.beta_0
    nearest = problem.beta_0 + (problem.y - slope) * x
    along = problem.beta_0 * (problem.y / slope) if abs(slope) > 1e-9 * problem.norm else np.full(2, math.nan)
    sizes = np.column_stack([np.linalg.norm(w, axis=1), a])
    shares = layer_speeds(np.where(np.abs(sizes) > 1e-12, sizes, 1e-12), etas=problem.etas)
    by_depth = _losses_by_depth(_at_depth(problem, DEEPEST))
    loss = _seen((beta @ x - problem.y) ** 2 / 2)
    phases = of_neurons(times, w[:, None], loss)
    return Solution(times, w, a, beta, loss, shares, landing, reason, nearest, along, by_depth, phases)


def _frames(problem: DeepChain, w: np.ndarray, a: np.ndarray) -> np.ndarray:
    """FRAMES of the fine times, equally far apart in log t plus loss, so that a jump after a plateau is seen too."""
    loss = (np.prod(a, axis=1) * (w @ problem.X[0]) - problem.y) ** 2
    walked = np.arange(1.0, FINE) / FINE + np.cumsum(np.abs(np.diff(loss))) / max(float(np.ptp(loss)), 1e-300)
    later = np.searchsorted(walked, np.linspace(walked[0], walked[-1], FRAMES - 1)) + 1
    return np.unique(np.concatenate([[0], np.minimum(later, FINE - 1)]))


def _landing(w_0, a_0, X, y, etas) -> tuple[np.ndarray, str]:
    try:
        return interpolator(w_0, a_0, X, y, etas=etas), ""
    except OutsideTheory as refused:
        return np.full(len(w_0), math.nan), f"{refused.what}; got {refused.got}."


def _at_depth(problem: DeepChain, depth: int) -> DeepChain:
    return dataclasses.replace(problem, depth=depth)


@functools.lru_cache(maxsize=128)
def _losses_by_depth(deepest: DeepChain) -> np.ndarray:
    """The same for every depth, so that the slider of the depth finds it done."""
    return np.stack([_loss_at_depth(_at_depth(deepest, depth)) for depth in range(1, DEEPEST + 1)])


def _loss_at_depth(other: DeepChain) -> np.ndarray:
    try:
        w, a = chain_flow(*start(other), other.X, np.array([other.y]), other.depth_times, etas=other.etas, rtol=1e-7)
    except OutsideTheory:
        return np.full(len(other.depth_times), np.nan)
    return _seen((np.prod(a, axis=1) * (w @ other.X[0]) - other.y) ** 2 / 2)


def _seen(loss: np.ndarray) -> np.ndarray:
    """loss [T]; none at all where the start fits y to rounding, since the rest would be the integrator's noise over nothing."""
    return np.zeros_like(loss) if loss[0] < FITTED else loss


def _direction(degrees: float) -> np.ndarray:
    turn = math.radians(degrees)
    return np.round(np.array([math.cos(turn), math.sin(turn)]), 15)


def curves(problem: DeepChain, solution: Solution) -> Curves:
    """What two chains are compared by and goals speak of, over the cursor's values."""
    return solution.times, {"loss": solution.loss}
