"""The Implicit bias page's model: paths and landing points for every δ, in the plane and in space (paper figure 4).

Legend: δ ↔ deltas[D] · t ↔ times[T] · β ↔ beta[D, T, d] · β(∞) ↔ landing[D, d] · ∇Ψ = sgn(a)√(2η_a) w ↔ mirror[D, T, 2] ·
√(η_aη_w)·√(κ + δ) ↔ clock[D, T], the speed of the mirror's time · Ψ_δ along a ray ↔ potential[D, P] at size[P].
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import OutsideTheory
from core.params import Curves, Params, knob
from core.problems.exact import direction
from core.theory import implicit_bias, single_neuron
from core.theory.checks import Floats
from core.theory.phases import Phases, of_neurons
from core.theory.states import imbalance
from core.training.offers import device_knob

FAN = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0)
SWEEP: Floats = np.asarray(np.sinh(np.linspace(-1, 1, 25) * math.asinh(10.0)), dtype=np.float64)
MOMENTS = 80
GRID = 27
FURTHEST = 4.0
DATUM = math.hypot(0.5, 1.0)
SPACE = np.array([[0.5, -0.8, 0.5], [0.6, 0.35, 0.3]])


@dataclass(frozen=True)
class Landings(Params):
    """A start β₀ and data with more solutions than one (or one, if whitened); δ is what the page varies."""

    delta: float = knob(
        -2.0, "relative scale δ", low=-10, high=10, step=0.01, help="Of the bold path. Drag the cursor to move it live."
    )
    angle: float = knob(7.125, "start angle", unit="°", low=-180, high=180, step=1, help="Direction of β₀.")
    norm: float = knob(0.403, "start size ‖β₀‖", low=0.05, high=2, step=0.01)
    data_angle: float = knob(
        63.435, "data angle", unit="°", low=-180, high=180, step=1, help="Direction of x, or of β*."
    )
    moves: str = knob("delta", "the cursor moves", options={"delta": "δ from −10 to 10", "time": "time t"})
    data: str = knob("one", "data", options={"one": "one datum x, many solutions", "white": "XᵀX = I, one solution"})
    y: float = knob(1.1, "label y", low=-2, high=2, step=0.1, help="Of the datum; the size of β* if whitened.")
    levels: bool = knob(True, "level sets of the potential")
    sign: int = knob(1, "sign of a₀", options={1: "a₀ > 0", -1: "a₀ < 0"})
    horizon: float = knob(100.0, "until t", scale="log", low=1, high=1000)
    eta_a: float = knob(1.0, "rate η_a", scale="log", low=0.1, high=10, help="Learning rate of the readout a.")
    eta_w: float = knob(1.0, "rate η_w", scale="log", low=0.1, high=10, help="Learning rate of the first layer w.")
    null: int = knob(2, "null space in 3-D", options={1: "a line: two data", 2: "a plane: one datum"})
    solver: str = knob(
        "flow", "simulated by", options={"flow": "gradient flow", "descent": "gradient descent with step η"}
    )
    rate: float = knob(0.05, "step η", scale="log", low=0.001, high=1, help="Used by descent.")
    device: str = device_knob("DEVICE, or the CPU")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.y == 0:
            raise OutsideTheory(
                "With y = 0 the network that knows nothing is right", got="y = 0", do="Choose another y."
            )
        stuck = _ends_at_a_saddle(self, np.array([self.delta, *FAN, *SWEEP]))
        if stuck.size:
            raise OutsideTheory(
                "This start lies on the separatrix, so it ends at a saddle and not at a solution",
                got=f"angle = {self.angle:g}, δ = {stuck[0]:g}",
                do="Turn the start or the data a little.",
            )

    @property
    def beta_0(self) -> Floats:
        return self.norm * direction(self.angle)

    @property
    def X(self) -> Floats:
        return np.eye(2) if self.data == "white" else DATUM * direction(self.data_angle)[None, :]

    @property
    def labels(self) -> Floats:
        return self.y * direction(self.data_angle) if self.data == "white" else np.array([self.y])

    @property
    def rates(self) -> dict[str, float]:
        return {"eta_a": self.eta_a, "eta_w": self.eta_w}


@dataclass(frozen=True)
class Paths:
    """What gradient flow does from β₀ on each level set; see the module's legend. branch[D] is the final sign of a,
    crosses[D] whether β passed through 0 (theorem 3.1 then needs its linear term's sign changed)."""

    deltas: Floats
    a: Floats
    w: Floats
    beta: Floats
    landing: Floats
    branch: Floats
    crosses: np.ndarray
    mirror: Floats
    clock: Floats
    drift: float


@dataclass(frozen=True)
class Solution:
    """The seven δ of the paper (fan), those of the cursor (moving: the sweep, or one δ), ends[2, 2] for δ = +∞ and −∞, the
    potential's shape, and the objective above its least on the solutions, objective[D, GRID, GRID] over axes[2, GRID].
    rules[7] name what decides the branch of each of the fan. phases: of the one path that time moves along."""

    times: Floats
    fan: Paths
    moving: Paths
    ends: Floats
    beta_star: Floats
    size: Floats
    potential: Floats
    axes: Floats
    objective: Floats
    rules: tuple[str, ...]
    phases: tuple[Phases, ...]


@dataclass(frozen=True)
class Space:
    """The example with three inputs: landing[7, 3] predicted for FAN, track[D, 3] for SWEEP, ends[2, 3], and how sure."""

    X: Floats
    y: Floats
    beta_0: Floats
    beta_star: Floats
    null: Floats
    landing: Floats
    track: Floats
    ends: Floats
    rules: tuple[str, ...]
    crosses: np.ndarray


def solve(problem: Landings) -> Solution:
    """Exact paths (equal curvatures), landing points before any run, and the mirror's picture of the same."""
    times = np.concatenate([[0.0], np.geomspace(problem.horizon * 1e-4, problem.horizon, MOMENTS - 1)])
    fan = paths(problem, np.array(FAN), times)
    deltas = sweep(problem.delta) if problem.moves == "delta" else np.array([problem.delta])
    moving = paths(problem, deltas, times)
    seen = implicit_bias.row_space(problem.X, problem.labels)
    size = np.linspace(0, 2, 61)
    radial = np.stack([size, np.zeros_like(size)], axis=-1)
    potential = implicit_bias.potential(radial, deltas[:, None], **problem.rates)
    potential = potential - potential[:, :1]
    ends = np.array(implicit_bias.ends(problem.beta_0, problem.X, problem.labels))
    axes = window(np.concatenate([fan.beta.reshape(-1, 2), fan.landing, ends]))
    return Solution(
        times=times,
        fan=fan,
        moving=moving,
        ends=ends,
        beta_star=seen.beta_star,
        size=size,
        potential=potential / potential[:, -1:],
        axes=axes,
        objective=_objective(problem, moving, axes),
        rules=_rules(problem),
        phases=_phases(problem, times, moving),
    )


def paths(problem: Landings, deltas: Floats, times: Floats) -> Paths:
    """The flow from β₀ on each level set in `deltas`."""
    a_0, w_0 = starts(problem, deltas)
    a, w = implicit_bias.exact_flow(a_0, w_0, problem.X, problem.labels, times, **problem.rates)
    seen = implicit_bias.row_space(problem.X, problem.labels)
    reduced = (a_0, w_0 @ seen.basis, seen.beta_star @ seen.basis)
    end, _ = single_neuron.final_state(*reduced, **problem.rates)
    delta = imbalance(a, w, **problem.rates)
    return Paths(
        deltas=deltas,
        a=a,
        w=w,
        beta=a[..., None] * w,
        landing=seen.beta_star + end[:, None] * seen.null(w_0),
        branch=np.sign(end),
        crosses=a_0 * end < 0,
        mirror=problem.sign * math.sqrt(2 * problem.eta_a) * w,
        clock=math.sqrt(2 * problem.eta_a) * problem.eta_w * np.abs(a),
        drift=float(np.abs(delta - delta[:, :1]).max()),
    )


def _phases(problem: Landings, times: Floats, moving: Paths) -> tuple[Phases, ...]:
    if problem.moves == "delta":
        return ()
    loss = ((moving.beta[0] @ problem.X.T - problem.labels) ** 2).sum(-1) / 2
    return (of_neurons(times, moving.w[0][:, None], loss),)


def sweep(delta: float) -> Floats:
    """SWEEP with `delta` itself in the place of its nearest."""
    return np.where(np.arange(SWEEP.size) == np.abs(SWEEP - delta).argmin(), delta, SWEEP)


def _rules(problem: Landings) -> tuple[str, ...]:
    seen = implicit_bias.row_space(problem.X, problem.labels)
    a_0, w_0 = starts(problem, np.array(FAN))
    return tuple(one.rule for one in implicit_bias.landings(seen, a_0, w_0, **problem.rates))


def starts(problem: Landings, deltas: Floats) -> tuple[Floats, Floats]:
    """a_0[D], w_0[D, 2]: β₀ on each level set."""
    return single_neuron.split(problem.beta_0, deltas, sign=problem.sign, **problem.rates)


def space(problem: Landings) -> Space:
    """Three inputs and one or two data: where each δ lands, without running anything but an open branch."""
    X = SPACE[: 3 - problem.null]
    y = np.array([problem.y, -0.4 * problem.y])[: len(X)]
    beta_0 = np.append(problem.beta_0, 0.3)
    seen = implicit_bias.row_space(X, y)

    deltas = np.concatenate([FAN, SWEEP])
    a_0, w_0 = single_neuron.split(beta_0, deltas, sign=problem.sign, **problem.rates)
    found = implicit_bias.landings(seen, a_0, w_0, **problem.rates)
    fan, track = found[: len(FAN)], found[len(FAN) :]
    return Space(
        X=X,
        y=y,
        beta_0=beta_0,
        beta_star=seen.beta_star,
        null=np.linalg.svd(X)[2][len(X) :],
        landing=np.array([one.beta for one in fan]),
        track=np.array([one.beta for one in track]),
        ends=np.array(implicit_bias.ends(beta_0, X, y)),
        rules=tuple(one.rule for one in fan),
        crosses=np.array([one.crosses_zero for one in fan]),
    )


def spatial(problem: Landings) -> Landings:
    """The same problem with everything at its default that `space` does not depend on: equal for every δ of the cursor."""
    idle = ("delta", "moves", "levels", "horizon", "solver", "rate")
    defaults: dict[str, Any] = {name: getattr(Landings, name) for name in idle}
    return replace(problem, **defaults)


def window(points: Floats) -> Floats:
    """axes[2, GRID] of the square that holds the origin and all points[n, 2] within FURTHEST of it, and some room."""
    near = points[np.abs(points).max(axis=1) < FURTHEST]
    low, high = np.minimum(near.min(axis=0), 0), np.maximum(near.max(axis=0), 0)
    half = max(0.5, 0.62 * float((high - low).max()))
    return (low + high)[:, None] / 2 + np.linspace(-half, half, GRID)


def _objective(problem: Landings, moving: Paths, axes: Floats) -> Floats:
    plane = np.stack(np.meshgrid(*axes), axis=-1)
    w_0, landing = moving.w[:, 0][:, None, None], moving.landing[:, None, None]
    start: dict[str, Any] = {
        "relative_scale": moving.deltas[:, None, None],
        "branch": moving.branch[:, None, None],
        **problem.rates,
    }
    return implicit_bias.objective(plane, w_0, **start) - implicit_bias.objective(landing, w_0, **start)


def _ends_at_a_saddle(problem: Landings, deltas: Floats) -> Floats:
    a_0, w_0 = starts(problem, deltas)
    seen = implicit_bias.row_space(problem.X, problem.labels)
    branch = single_neuron.basin(a_0, w_0 @ seen.basis, seen.beta_star @ seen.basis, **problem.rates)
    return deltas[branch == 0]


IDLE = {"rate": {"solver": ("flow",)}}
"""By control, the others and those of their values at which, all together, it does nothing: it then rests."""

PRESETS = {
    "paper, figure 4(b)": Landings(),
    "race to predicted points": Landings(moves="time", delta=-1.0),
    "β passes through 0": Landings(angle=-130.0, norm=0.6, moves="time", delta=-4.0),
    "paper, figure 4(a): whitened": Landings(data="white", data_angle=90.0, y=1.0, angle=180.0, norm=1.0, moves="time"),
    "a null line in space": Landings(null=1, angle=100.0, norm=0.6),
}


def curves(problem: Landings, solution: Solution) -> Curves:
    """What two problems are compared by, over the cursor's δ or times: ‖β‖ and how far β has come from β₀, where it
    lands or where it is."""
    moving = solution.moving
    start = moving.beta[0, 0]
    if problem.moves == "time":
        return solution.times, {"size": _length(moving.beta[0]), "way": _length(moving.beta[0] - start)}
    return moving.deltas, {"size": _length(moving.landing), "way": _length(moving.landing - start)}


def _length(vectors: Floats) -> Floats:
    return np.sqrt((vectors**2).sum(axis=-1))
