"""The Start page's race: three splits of the same function, first in the linear model, then in a ReLU network.

Legend: δ ↔ deltas[3] = (−δ, 0, +δ) · t ↔ times[T], time of the flow · S(0, t) ↔ kernel_distance[3, T] · L/L₀ ↔ loss[3, T]
Linear (paper section 3): β ↔ beta[3, T, 2] · φ = cos∠(w, β*) ↔ alignment[3, T], of β: cos∠(β, β*) = sign(a) φ.
ReLU (paper section 5, figure 1a; d = 2, teacher of 3, student of 50 neurons, τ = 0.1, ±δ/4): f on the circle ↔
function[3, T, P] at angles[P], teacher[P], flipped[3, T] the share of activations that differ from the start's; the networks
themselves W[3, T, m, 2], a[3, T, m] on X[n, 2].
"""

from dataclasses import dataclass

import numpy as np

from core.datasets.teacher_student import outputs
from core.numbers import number
from core.params import Curves, Params, knob
from core.problems import teacher_student as teacher_student_plane
from core.problems.exact import direction
from core.theory import single_neuron
from core.theory.checks import Floats
from core.theory.phases import Phases, of_neurons
from core.theory.single_neuron_times import alignment_time
from core.theory.states import imbalance
from core.training.races import fitted

UNTIL = 20.0
MOMENTS = 120
POINTS = 81
TAU = 0.1
RELU_DELTA = 0.25
ALIGNED = 0.95


@dataclass(frozen=True)
class Start(Params):
    """Same function, same loss at the start; only the split between the layers differs."""

    network: str = knob("linear", "network", options={"linear": "f(x) = a wᵀx", "relu": "50 ReLU neurons"})
    delta: float = knob(
        4.0,
        "how unequal",
        low=0.5,
        high=8,
        step=0.01,
        help="±δ of the linear networks; the ReLU networks have a quarter of it.",
    )
    angle: float = knob(
        90.0,
        "from start to goal",
        unit="°",
        low=30,
        high=150,
        step=1,
        help="Of the linear race: the angle from β₀ to β*.",
    )
    seed: int = knob(58, "seed", low=0, high=99, step=1, help="Draws teacher, student and data of the ReLU network.")

    @property
    def beta_0(self) -> Floats:
        return np.array([-1.0, 0.0])

    @property
    def beta_star(self) -> Floats:
        return direction(180.0 - self.angle)

    @property
    def deltas(self) -> Floats:
        scale = RELU_DELTA if self.network == "relu" else 1.0
        return scale * self.delta * np.array([-1.0, 0.0, 1.0])


IDLE = {"angle": {"network": ("relu",)}, "seed": {"network": ("linear",)}}
"""By control, the others and those of their values at which, all together, it does nothing: it then rests."""

PRESETS = {
    "the linear race": Start(),
    "flip to ReLU": Start(network="relu"),
    "nearly opposite": Start(angle=150.0),
    "a smaller difference": Start(delta=1.0),
}


@dataclass(frozen=True)
class Linear:
    """The three exact trajectories; reached[3] is when each is aligned to ALIGNED (NaN: not yet), drift the largest change
    of δ."""

    times: Floats
    deltas: Floats
    a: Floats
    w: Floats
    beta: Floats
    beta_star: Floats
    alignment: Floats
    kernel_distance: Floats
    loss: Floats
    reached: Floats
    drift: float
    phases: tuple[Phases, ...]


@dataclass(frozen=True)
class Relu:
    """The three trained networks on one task; reached[3] is when each has a hundredth of its loss left (NaN: not
    yet), drift the largest change of a neuron's δ."""

    times: Floats
    deltas: Floats
    loss: Floats
    kernel_distance: Floats
    flipped: Floats
    distance: Floats
    angles: Floats
    teacher: Floats
    function: Floats
    data: Floats
    labels: Floats
    X: Floats
    W: Floats
    a: Floats
    reached: Floats
    drift: float
    phases: tuple[Phases, ...]


def solve(problem: Start) -> Linear | Relu:
    """Both races start from one function: β₀ = (−1, 0), or f = 0."""
    return _relu(problem) if problem.network == "relu" else _linear(problem)


def _linear(problem: Start) -> Linear:
    times = np.concatenate([[0.0], np.geomspace(UNTIL * 1e-4, UNTIL, MOMENTS - 1)])
    start, target = problem.beta_0, problem.beta_star
    a_0, w_0 = single_neuron.split(start, problem.deltas)
    a, w = single_neuron.exact_flow(a_0, w_0, target, times)
    beta = a[..., None] * w
    phi = np.where(a < 0, -1.0, 1.0) * single_neuron.alignment(w, target)
    gap = ((beta - target) ** 2).sum(-1)
    reached = alignment_time(a_0, w_0, target, cosine=ALIGNED)
    delta = imbalance(a, w)
    return Linear(
        times=times,
        deltas=problem.deltas,
        a=a,
        w=w,
        beta=beta,
        beta_star=target,
        alignment=phi,
        kernel_distance=single_neuron.kernel_distance(a_0[:, None], w_0[:, None], a, w),
        loss=gap / gap[:, :1],
        reached=np.where(reached <= UNTIL, reached, np.nan),
        drift=float(np.abs(delta - delta[:, :1]).max()),
        phases=tuple(of_neurons(times, one[:, None], left) for one, left in zip(w, gap, strict=True)),
    )


def _relu(problem: Start) -> Relu:
    trained = [
        teacher_student_plane.solve(teacher_student_plane.Problem(delta=float(d), tau=TAU, seed=problem.seed))
        for d in problem.deltas
    ]
    first = trained[0]
    angles = np.linspace(-180, 180, POINTS)
    circle = np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))], axis=-1)
    loss = np.array([one.run.loss / one.run.loss[0] for one in trained])
    return Relu(
        times=first.run.time,
        deltas=problem.deltas,
        loss=loss,
        kernel_distance=np.array([one.run.kernel_distance for one in trained]),
        flipped=np.array([one.run.flipped for one in trained]),
        distance=np.array([one.run.distance for one in trained]),
        angles=angles,
        teacher=first.teacher.labels(circle),
        function=np.array([outputs(one.run.W, one.run.a, circle) for one in trained]),
        data=np.degrees(np.arctan2(first.X[:, 1], first.X[:, 0])),
        labels=first.y,
        X=first.X,
        W=np.array([one.run.W for one in trained]),
        a=np.array([one.run.a for one in trained]),
        reached=np.array([fitted(one.run) for one in trained]),
        drift=max(float(one.run.drift.max()) for one in trained),
        phases=tuple(one.phases for one in trained),
    )


SIDES = ("▼ downstream", "● balanced", "▲ upstream")


def words(solution: Linear | Relu) -> dict[str, str]:
    """Who did what: in the linear model when each points at the goal and how far its kernel has moved by the end."""
    if isinstance(solution, Linear):
        when = [f"at t = {number(at)}" if np.isfinite(at) else f"not by t = {UNTIL:g}" for at in solution.reached]
        moved = [number(one) for one in solution.kernel_distance[:, -1]]
        rows = zip(("down", "level", "up"), when, moved, strict=True)
        return {f"{side}_{what}": word for side, *two in rows for what, word in zip(("at", "moved"), two, strict=True)}
    reached = np.where(np.isfinite(solution.reached), solution.reached, np.inf)
    return {
        "first": SIDES[int(np.argmin(reached))] if np.isfinite(reached).any() else "none",
        "flips": SIDES[int(np.argmax(solution.flipped[:, -1]))],
        "least": SIDES[int(np.argmin(solution.distance[:, -1]))],
        "down_flipped": f"{solution.flipped[0, -1]:.0%}",
    }


def curves(problem: Start, solution: Linear | Relu) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values.

    The upstream one of the three, whose change from lazy to rich the page is about.
    """
    return solution.times, {"loss": solution.loss[2], "kernel_distance": solution.kernel_distance[2]}
