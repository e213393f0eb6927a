"""Where gradient flow of f(x) = a wᵀx may go: the level sets of δ and what lies on them (paper sec. 3, fig. 2 and 7).

Legend: δ ↔ delta · a ↔ a · w ↔ w[..., 2] · β = a w ↔ beta · β* ↔ target · η_a, η_w ↔ eta_a, eta_w · t ↔ times, in units
where θ̇ = −η ∇L with L = ½‖β − β*‖² (whitened inputs, XᵀX = I).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import OutsideTheory
from core.params import Curves, Params, knob
from core.theory import single_neuron
from core.theory.phases import Phases, of_neurons
from core.theory.regime import Regime, classify
from core.theory.states import imbalance

FRAMES, SWEEP = 120, 25
MESH, BETWEEN = (20, 40), (41, 25)
SMALLEST, LEAST_APART, ROUNDING = 1e-6, 0.01, 16 * float(np.finfo(float).eps)
TWIN_START, TWIN_GAP, TWIN_FARTHER = -4.0, 1e-3, 5.0


@dataclass(frozen=True)
class Geometry(Params):
    """A start β₀ on the level set δ, or a pair of starts beside the separating surface, and a target β*."""

    delta: float = knob(
        -2.0, "relative scale δ", low=-10, high=10, step=0.01, help="δ = η_w a² − η_a ‖w‖², conserved along the flow."
    )
    angle: float = knob(180.0, "start angle", unit="°", low=-180, high=180, step=1, help="Direction of β₀.")
    norm: float = knob(1.0, "start size ‖β₀‖", low=0, high=3, step=0.01)
    eta_a: float = knob(1.0, "rate η_a", scale="log", low=0.1, high=10, help="Learning rate of the readout a.")
    eta_w: float = knob(1.0, "rate η_w", scale="log", low=0.1, high=10, help="Learning rate of the first layer w.")
    moves: str = knob("time", "the cursor moves", options={"time": "time t", "delta": "δ from −2 to 2"})
    start: str = knob(
        "function",
        "start from",
        options={"function": "the function β₀", "weights": "fixed weights", "pair": "a pair 10⁻³ apart"},
        help="Fixed weights: δ is set at unit rates, then the rates alone move it.",
    )
    surfaces: str = knob(
        "one",
        "surfaces",
        options={
            "one": "the level set of δ",
            "three": "those of −|δ|, 0 and |δ| side by side",
            "basins": "what separates the basins, for every δ ≤ 0",
        },
        help="Figures 2 and 7 of the paper at one glance, while time moves.",
    )
    sign: int = knob(1, "sign of a₀", options={1: "a₀ > 0", -1: "a₀ < 0"})
    target_angle: float = knob(90.0, "target angle", unit="°", low=-180, high=180, step=1, help="Direction of β*.")
    target_norm: float = knob(1.0, "target size ‖β*‖", low=0, high=3, step=0.01)
    horizon: float = knob(20.0, "until t", scale="log", low=1, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.target_norm < SMALLEST:
            raise OutsideTheory(
                "A target β* of size 0 has no direction",
                got=f"target_norm = {self.target_norm:g}",
                do=f"Give the target a size of {SMALLEST:g} or more.",
            )
        if self.start == "pair":
            self._check_pair()
        elif self.norm < SMALLEST and (self.delta <= 0 or self.moves == "delta" or self.surfaces == "three"):
            raise OutsideTheory(
                "A start β₀ = 0 fixes the weights only where δ > 0",
                got=f"norm = {self.norm:g}, delta = {self.delta:g}",
                do=f"Give the start a size of {SMALLEST:g} or more, or choose one surface of δ > 0 and let time move.",
            )

    def _check_pair(self) -> None:
        if self.delta > 0 or self.moves == "delta":
            raise OutsideTheory(
                "For δ > 0 the two sheets are apart and nothing separates starts on one of them",
                got=f"delta = {self.delta:g}, moves = {self.moves}",
                do="Choose δ ≤ 0 and let time move for the pair of starts.",
            )
        if self.surfaces == "three":
            raise OutsideTheory(
                "Upstream nothing separates a pair of starts, so three surfaces have none in common",
                got="start = pair, surfaces = three",
                do="Choose one surface, or basins, for the pair of starts.",
            )

    @property
    def view(self) -> str:
        """What is drawn in space: the choice of surfaces, but one where the cursor moves δ."""
        return "one" if self.moves == "delta" else self.surfaces

    @property
    def beta_0(self) -> np.ndarray:
        return self.norm * _unit(self.angle)

    @property
    def beta_star(self) -> np.ndarray:
        return self.target_norm * _unit(self.target_angle)


FIGURE_7: dict[str, Any] = {"target_angle": 14.0, "target_norm": 1.03, "horizon": 200.0, "sign": -1}
IN_A_SWEEP, OF_A_PAIR = {"moves": ("delta",)}, {"start": ("pair",)}
IDLE = dict(delta=IN_A_SWEEP, surfaces=IN_A_SWEEP, start=IN_A_SWEEP, angle=OF_A_PAIR, norm=OF_A_PAIR)
PRESETS = {
    "one path": Geometry(),
    "pinch": Geometry(moves="delta"),
    "paper, figure 2": Geometry(surfaces="three"),
    "two starts 10⁻³ apart": Geometry(start="pair", **FIGURE_7),
    "paper, figure 7": Geometry(start="pair", surfaces="basins", **FIGURE_7),
    "same weights, other rates": Geometry(start="weights", delta=0.0, eta_a=4.0, eta_w=0.25),
}


@dataclass(frozen=True)
class Paths:
    """Exact trajectories of all starts on one level set: arrays a[run, T], w[run, T, 2], beta[run, T, 2]."""

    delta: float
    a: np.ndarray
    w: np.ndarray
    beta: np.ndarray
    kernel_distance: np.ndarray
    loss: np.ndarray
    branch: np.ndarray


@dataclass(frozen=True)
class Solution:
    """What the page draws: `paths` per cursor position's δ (one entry when the cursor is time, and then its phases).

    `beside` are the paths drawn together in the views "three" and "basins", `words` their regimes; `sheet[m, k, 3]` is the
    separating surface as a mesh of points (w₁, w₂, a), empty where it is not drawn.
    """

    times: np.ndarray
    deltas: np.ndarray
    paths: tuple[Paths, ...]
    separatrix: tuple[np.ndarray, ...]
    regime: Regime
    drift: float
    reach: float
    phases: tuple[Phases, ...]
    beside: tuple[Paths, ...]
    words: tuple[Regime, ...]
    sheet: np.ndarray


def solve(problem: Geometry) -> Solution:
    """Exact paths, separating curves and the regime for one problem; OutsideTheory where no start exists."""
    times = np.concatenate([[0.0], np.geomspace(problem.horizon * 1e-3, problem.horizon, FRAMES - 1)])
    sweep = problem.moves == "delta"
    deltas = np.sinh(np.linspace(-1, 1, SWEEP) * math.asinh(2.0)) if sweep else np.array([problem.delta])
    paths = tuple(_paths(problem, float(delta), times) for delta in deltas)
    one = paths[0] if not sweep else _paths(problem, problem.delta, times)
    conserved = imbalance(one.a, one.w, eta_a=problem.eta_a, eta_w=problem.eta_w)
    drift = conserved - conserved[:, :1]
    curves = tuple(separating_curve(path.delta, problem, 2 * _reach(paths)) for path in paths)
    beside = tuple(_paths(problem, delta, times) for delta in levels(problem))
    words = tuple(_regime(times, path) for path in beside)
    reach = _reach((*paths, *beside))
    sheet = separating_surface(problem, reach) if problem.view == "basins" else np.empty((0, 0, 3))
    largest, regime = float(np.abs(drift).max()), _regime(times, one)
    phases = () if sweep else (of_neurons(times, one.w[0][:, None], one.loss[0]),)
    return Solution(times, deltas, paths, curves, regime, largest, reach, phases, beside, words, sheet)


def _regime(times: np.ndarray, path: Paths) -> Regime:
    return classify(times, path.kernel_distance[0], path.loss[0])


def levels(problem: Geometry) -> tuple[float, ...]:
    """The δ whose paths stand together: −|δ|, 0 and |δ|; of the pair those of figure 7, where δ = −2: 0, δ and 5δ."""
    delta = problem.delta
    if problem.view == "three":
        apart = max(abs(delta), LEAST_APART)
        return -apart, 0.0, apart
    if problem.view == "basins":
        return tuple(sorted({0.0, delta, TWIN_FARTHER * delta})) if problem.start == "pair" else (delta,)
    return ()


def dimensionless(problem: Geometry, delta: float) -> float:
    """δ / (√(η_a η_w) ‖β*‖): the only form in which a relative scale is large or small."""
    return delta / (math.sqrt(problem.eta_a * problem.eta_w) * problem.target_norm)


def half_sheets(delta: float, eta_a: float, eta_w: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """The upper and lower half (a ≥ 0, a ≤ 0) of the level set δ as meshes [3, radial, angular] in (w₁, w₂, a).

    One parametrisation for both signs: with s = √|δ| sinh ξ, δ ≥ 0 has √η_a‖w‖ = s and √η_w a = ±√(δ + s²); δ < 0 has
    √η_w a = ±s and √η_a‖w‖ = √(s² − δ). At δ = 0 both are the cone.
    """
    radial, angular = MESH
    scale = math.sqrt(abs(delta))
    widest = math.sqrt(eta_a) * reach
    far = widest if delta >= 0 else math.sqrt(max(widest**2 + delta, 1e-6))
    if scale > 1e-6:
        s = scale * np.sinh(np.linspace(0, math.asinh(far / scale), radial))
    else:
        s = np.linspace(0, far, radial)
    v = s if delta >= 0 else np.sqrt(s**2 - delta)
    a = np.sqrt(delta + s**2) if delta >= 0 else s
    phi = np.linspace(0, 2 * np.pi, angular)
    ring = np.stack([np.cos(phi), np.sin(phi)])[:, None, :] * (v / math.sqrt(eta_a))[None, :, None]
    height = np.broadcast_to((a / math.sqrt(eta_w))[:, None], ring.shape[1:])
    return np.stack([*ring, height]), np.stack([*ring, -height])


def excess_loss(beta: np.ndarray, beta_star: np.ndarray) -> np.ndarray:
    """½‖β − β*‖² over the last axis: the loss above its minimum for whitened inputs; what rounding leaves of it is 0."""
    gap = np.abs(beta - beta_star)
    return 0.5 * (np.where(gap > ROUNDING * np.linalg.norm(beta_star), gap, 0.0) ** 2).sum(-1)


def equivalent(beta: np.ndarray, reach: float, points: int = 80) -> np.ndarray:
    """All (w, a) with a w = β, as two branches [2, points, 3] inside ‖w‖, |a| ≤ reach; none for β = 0."""
    size = float(np.hypot(*beta))
    if size == 0:
        return np.full((2, points, 3), np.nan)
    a = np.geomspace(size / reach, reach, points) if size < reach**2 else np.full(points, np.nan)
    upper = np.column_stack([beta[None, :] / a[:, None], a])
    return np.stack([upper, -upper])


def separating_curve(delta: float, problem: Geometry, reach: float, points: int = 121) -> np.ndarray:
    """Points (w₁, w₂, a) of the level set that flow to the saddle (math: λ₊A + ⟨V, β̃*⟩ = 0); empty for δ > 0."""
    if delta > 0:
        return np.empty((0, 3))
    a = np.linspace(-reach, reach, points)
    w = single_neuron.separatrix(problem.beta_star, delta, a, eta_a=problem.eta_a, eta_w=problem.eta_w)
    sides = [np.column_stack([side, a]) for side in w]
    gap = np.full((1, 3), np.nan)
    return np.concatenate([sides[0], gap, sides[1]])


def separating_surface(problem: Geometry, reach: float) -> np.ndarray:
    """Points [m, k, 3], (w₁, w₂, a), from which the flow goes to a saddle: the separating curves of all δ ≤ 0 (figure 7).

    `lean` is 0 on it. Row m has δ = −p², p from side to side; the saddles are where a = 0. It reaches beyond the cube.
    """
    rows, columns = BETWEEN
    p = math.sqrt(2 * problem.eta_a) * reach * np.linspace(-1, 1, rows)
    a = np.linspace(-reach, reach, columns)
    rates = {"eta_a": problem.eta_a, "eta_w": problem.eta_w}
    sides = single_neuron.separatrix(problem.beta_star, -(p**2), a, **rates)
    w = np.where(p[:, None, None] < 0, sides[1], sides[0])
    return np.concatenate([w, np.broadcast_to(a[:, None], (rows, columns, 1))], axis=-1)


def lean(problem: Geometry, a: float, w: np.ndarray, delta: float) -> float:
    """η_a w·β* + (a/2) (δ + √(δ² + 4η_aη_w‖β*‖²)): 0 on the separating surface; for δ ≤ 0 its sign is that of a(∞)."""
    reach = math.hypot(delta, 2 * math.sqrt(problem.eta_a * problem.eta_w) * problem.target_norm)
    return problem.eta_a * float(w @ problem.beta_star) + a / 2 * (delta + reach)


def _paths(problem: Geometry, delta: float, times: np.ndarray) -> Paths:
    rates = {"eta_a": problem.eta_a, "eta_w": problem.eta_w}
    a_0, w_0, delta = _starts(problem, delta)
    a, w = single_neuron.exact_flow(a_0, w_0, problem.beta_star, times, snap=True, **rates)
    beta = a[..., None] * w
    distance = single_neuron.kernel_distance(a_0[:, None], w_0[:, None, :], a, w, **rates)
    branch = single_neuron.basin(a_0, w_0, problem.beta_star, **rates)
    return Paths(delta, a, w, beta, distance, excess_loss(beta, problem.beta_star), branch)


def _starts(problem: Geometry, delta: float) -> tuple[np.ndarray, np.ndarray, float]:
    rates = {"eta_a": problem.eta_a, "eta_w": problem.eta_w}
    if problem.start == "pair":
        a_0 = np.abs(TWIN_START) * problem.sign + np.array([TWIN_GAP, -TWIN_GAP])
        w_0 = single_neuron.separatrix(problem.beta_star, delta, np.full(2, a_0.mean()), **rates)[0]
        return a_0, w_0, delta
    if problem.start == "weights":
        a, w = single_neuron.split(problem.beta_0, delta, sign=problem.sign)
        delta = float(imbalance(a, w, **rates))
    else:
        a, w = single_neuron.split(problem.beta_0, delta, sign=problem.sign, **rates)
    return np.atleast_1d(a), w[None, :], delta


def _reach(paths: tuple[Paths, ...]) -> float:
    far = max(max(float(np.abs(path.a).max()), float(np.abs(path.w).max())) for path in paths)
    return max(3.0, math.ceil(1.1 * far))


def _unit(degrees: float) -> np.ndarray:
    """The unit vector; exact at multiples of a right angle, where cos and sin would leave 1e-17."""
    turn = math.radians(degrees)
    return np.round(np.array([math.cos(turn), math.sin(turn)]), 15)


def curves(problem: Geometry, solution: Solution) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values."""
    if len(solution.paths) > 1:
        ends = {name: [getattr(path, name)[0, -1] for path in solution.paths] for name in ("loss", "kernel_distance")}
        return solution.deltas, {name: np.array(values) for name, values in ends.items()}
    only = solution.paths[0]
    return solution.times, {"loss": only.loss[0], "kernel_distance": only.kernel_distance[0]}
