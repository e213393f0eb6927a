"""Exact curves of the minimal model for several δ at once, and its time scales (paper section 3, figures 3 and 8).

Legend: δ ↔ deltas[R] · t ↔ times[T], time of the flow · a ↔ a[R, T] · w ↔ w[R, T, 2] · β = a w ↔ beta[R, T, 2] ·
μ = a‖w‖ ↔ mu[R, T] · φ = cos∠(w, β*) ↔ phi[R, T] · ν = wᵀβ*/a ↔ nu[R, T] · S(0, t) ↔ kernel_distance[R, T].
Inputs are whitened (XᵀX = I); L = ½‖β − β*‖².
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from core.errors import OutsideTheory
from core.params import Curves, Params, knob
from core.problems.geometry import excess_loss
from core.theory import regime, single_neuron
from core.theory.checks import Floats
from core.theory.phases import Phases, of_neurons
from core.theory.single_neuron_times import alignment_time, alignment_time_asymptote
from core.theory.states import imbalance
from core.training.offers import device_knob

MOMENTS, MOMENTS_OF_THREE = 120, 60
TURNS = (-45.0, 0.0, 90.0)
EARLIEST = 2e-3
CHIPS = (-4, -2, -1, -0.2, 0, 0.02, 0.2, 1, 2, 4)
SCALES = np.sinh(np.linspace(-1, 1, 41) * math.asinh(100.0))
CLOCK = np.concatenate([[0.0], np.geomspace(1e-6, 1e7, 300)])


@dataclass(frozen=True)
class Exact(Params):
    """One start β₀ and one target β*, followed on several level sets δ, and how the simulation beside it is done."""

    deltas: tuple = knob(
        (-4, -1, 0, 1, 4),
        "relative scales δ",
        options={d: "" for d in CHIPS},
        many=True,
        help="δ = η_w a² − η_a ‖w‖²: below 0 downstream, above 0 upstream.",
    )
    angle: float = knob(180.0, "start angle", unit="°", low=-180, high=180, step=1, help="Direction of β₀.")
    view: str = knob(
        "regimes",
        "curves",
        options={
            "regimes": "size μ, alignment φ, kernel distance S, path β",
            "weights": "ν, a, w₁, w₂",
            "directions": "the same for three directions of β₀: 45° back, at the start angle, 90° on",
        },
    )
    solver: str = knob(
        "flow",
        "simulated by",
        options={
            "flow": "gradient flow, adaptive integrator",
            "descent": "gradient descent with step η",
            "noise": "descent with label noise and mini-batches",
        },
    )
    rate: float = knob(0.05, "step η", scale="log", low=0.001, high=3, help="Used by descent and noise.")
    norm: float = knob(1.0, "start size ‖β₀‖", low=0.05, high=3, step=0.01)
    sign: int = knob(1, "sign of a₀", options={1: "a₀ > 0", -1: "a₀ < 0"})
    target_angle: float = knob(90.0, "target angle", unit="°", low=-180, high=180, step=1, help="Direction of β*.")
    target_norm: float = knob(1.0, "target size ‖β*‖", low=0.05, high=3, step=0.01)
    horizon: float = knob(20.0, "until t", scale="log", low=1, high=1000)
    clock: str = knob("log", "time axis", options={"log": "logarithmic", "linear": "linear"})
    eta_a: float = knob(1.0, "rate η_a", scale="log", low=0.1, high=10, help="Learning rate of the readout a.")
    eta_w: float = knob(1.0, "rate η_w", scale="log", low=0.1, high=10, help="Learning rate of the first layer w.")
    noise: float = knob(0.3, "label noise", low=0, high=2, step=0.05, help="Used by noise: fresh at every step.")
    batch: int = knob(1, "batch size", options={0: "both data", 1: "one datum a step"}, help="Used by noise.")
    seed: int = knob(0, "seed", low=0, high=99, step=1)
    device: str = device_knob("DEVICE, or the CPU")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.deltas:
            raise OutsideTheory("No δ is chosen", got="none", do="Choose at least one relative scale.")
        object.__setattr__(self, "deltas", tuple(sorted(set(self.deltas))))

    @property
    def beta_0(self) -> Floats:
        return self.norm * direction(self.angle)

    @property
    def beta_star(self) -> Floats:
        return self.target_norm * direction(self.target_angle)

    @property
    def rates(self) -> dict[str, float]:
        return {"eta_a": self.eta_a, "eta_w": self.eta_w}


SEVEN = (-4, -2, -1, 0, 1, 2, 4)
IDLE: dict[str, dict[str, tuple]] = {
    "rate": {"solver": ("flow",)},
    "noise": {"solver": ("flow", "descent")},
    "batch": {"solver": ("flow", "descent")},
    "seed": {"solver": ("flow", "descent")},
}
"""By control, the others and those of their values at which, all together, it does nothing: it then rests."""

PRESETS = {
    "paper, figure 3": Exact(deltas=SEVEN, clock="linear", horizon=20.0),
    "fast dip": Exact(deltas=(-4, 0, 4), horizon=50.0),
    "raise η until it breaks": Exact(deltas=(-4, 0, 4), solver="descent", rate=0.4),
    "noise moves δ": Exact(deltas=(-2, 0, 2), solver="noise"),
    "a changes sign": Exact(deltas=(-4, -2, -1), angle=-70.0, view="weights", horizon=50.0),
    "paper, figure 8": Exact(
        deltas=(-2, -1, -0.2, 0.02, 0.2, 1, 2),
        view="directions",
        angle=-45.0,
        target_angle=45.0,
        target_norm=0.71,
        clock="linear",
        horizon=10.0,
    ),
}


@dataclass(frozen=True)
class Solution:
    """The exact curves; see the module's legend. `words` holds the regime of each δ, `drift` the largest change of δ.

    `directions` holds the curves of each direction of β₀ where the view asks for three.
    """

    times: Floats
    deltas: Floats
    a: Floats
    w: Floats
    beta: Floats
    mu: Floats
    phi: Floats
    nu: Floats
    kernel_distance: Floats
    words: tuple[regime.Regime, ...]
    drift: float
    phases: tuple[Phases, ...]
    directions: "tuple[Solution, ...]" = ()


@dataclass(frozen=True)
class TimeScales:
    """Times[D] against deltas[D]: half of the alignment (exact, and its asymptote), of the kernel's movement, of the loss.

    NaN where a curve never gets there or starts there.
    """

    deltas: Floats
    alignment: Floats
    asymptote: Floats
    kernel: Floats
    loss: Floats


def solve(problem: Exact) -> Solution:
    """All curves in closed form (single_neuron.exact_flow)."""
    if problem.view != "directions":
        return _solved(problem)
    return replace(_solved(problem), directions=tuple(map(_solved, turned(problem))))


def turned(problem: Exact) -> tuple[Exact, ...]:
    """The problem with β₀ in each of three directions: of figure 8, at the start angle −45° and the target angle 45°."""
    return tuple(replace(problem, angle=(problem.angle + turn + 180) % 360 - 180) for turn in TURNS)


def _solved(problem: Exact) -> Solution:
    times = moments(problem)
    a_0, w_0 = starts(problem)
    a, w = single_neuron.exact_flow(a_0, w_0, problem.beta_star, times, snap=True, **problem.rates)
    distance = single_neuron.kernel_distance(a_0[:, None], w_0[:, None], a, w, **problem.rates)
    beta = a[..., None] * w
    loss = excess_loss(beta, problem.beta_star)
    delta = imbalance(a, w, **problem.rates)
    return Solution(
        times=times,
        deltas=np.array(problem.deltas, dtype=np.float64),
        a=a,
        w=w,
        beta=beta,
        mu=single_neuron.magnitude(a, w),
        phi=single_neuron.alignment(w, problem.beta_star),
        nu=single_neuron.ratio(a, w, problem.beta_star),
        kernel_distance=distance,
        words=tuple(regime.classify(times, s, excess) for s, excess in zip(distance, loss, strict=True)),
        drift=float(np.abs(delta - delta[:, :1]).max()),
        phases=tuple(of_neurons(times, one[:, None], excess) for one, excess in zip(w, loss, strict=True)),
    )


def starts(problem: Exact) -> tuple[Floats, Floats]:
    """a_0[R], w_0[R, 2]: β₀ on each level set."""
    return single_neuron.split(
        problem.beta_0, np.array(problem.deltas, dtype=np.float64), sign=problem.sign, **problem.rates
    )


def moments(problem: Exact) -> Floats:
    """times[T] from 0 to the horizon, equally spaced on the chosen clock."""
    count = MOMENTS_OF_THREE if problem.view == "directions" else MOMENTS
    if problem.clock == "linear":
        return np.linspace(0, problem.horizon, count)
    return np.concatenate([[0.0], np.geomspace(EARLIEST, problem.horizon, count - 1)])


def time_scales(problem: Exact) -> TimeScales:
    """Half-times for |δ| up to 100, whatever δ the curves show. Alignment is half done when φ is half-way to 1."""
    target, rates = problem.beta_star, problem.rates
    a_0, w_0 = single_neuron.split(problem.beta_0, SCALES, sign=problem.sign, **rates)
    a, w = single_neuron.exact_flow(a_0, w_0, target, CLOCK, snap=True, **rates)
    distance = single_neuron.kernel_distance(a_0[:, None], w_0[:, None], a, w, **rates)
    loss = ((a[..., None] * w - target) ** 2).sum(-1)
    phi = float(single_neuron.alignment(problem.beta_0, target))
    half = min((1 + phi) / 2, 1 - 1e-9)
    found = {
        "alignment": alignment_time(a_0, w_0, target, cosine=half, **rates),
        "asymptote": alignment_time_asymptote(problem.beta_0, target, SCALES, cosine=half, **rates),
        "kernel": np.array([regime.first_crossing(CLOCK, s, s[-1] / 2) for s in distance]),
        "loss": np.array([regime.first_crossing(CLOCK, -x, -x[0] / 2) for x in loss]),
    }
    kept = {name: np.where(np.isfinite(t) & (t > 0), t, np.nan) for name, t in found.items()}
    return TimeScales(SCALES, **kept)


def direction(degrees: float) -> Floats:
    """The unit vector at that angle; exact at multiples of a right angle."""
    turn = math.radians(degrees)
    return np.round([math.cos(turn), math.sin(turn)], 15)


def curves(problem: Exact, solution: Solution) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values.

    Several δ at once: their means.
    """
    loss = 0.5 * ((solution.beta - problem.beta_star) ** 2).sum(-1)
    curves = {"loss": loss, "alignment": solution.phi, "kernel_distance": solution.kernel_distance}
    return solution.times, {name: values.mean(axis=0) for name, values in curves.items()}
