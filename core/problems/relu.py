"""Figure 5a of the paper: two ReLU networks learn an XOR-like task, one rich and one lazy.

paper     name             shape     unit
τ, δ      tau, delta       scalar    |a_i|‖w_i‖ = τ², a_i² − ‖w_i‖² = δ at the start, first network, every neuron
γ         slope            scalar    σ(z) = max(z, γz), from ReLU (0) to linear (1)
X, y      X, y             [n, 2], [n]  four clusters, +1 around ±e₁, −1 around ±e₂

The paper gives neither data nor width nor scale of its picture; these are our choice. A large network starts as pairs of
neurons that cancel, for it is lazy only if f ≡ 0 at first; a small one has f ≈ 0 anyway, and no two equal neurons.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import entries
from core.datasets import xor
from core.datasets.teacher_student import Student, mirrored, on_sphere
from core.params import Curves, Params, knob
from core.theory.phases import Phases, of_neurons
from core.training import plane
from core.training.device import timed
from core.training.offers import device_knob, up_to

Array = NDArray[np.float64]

LARGE = 2.0
CLUSTERS = ("right", "left", "top", "bottom")
SNAPSHOTS = 75
FARTHEST = 1.5


def _turn(place: str):
    return knob(0.0, f"{place} cluster, turned by", unit="°", low=-180, high=180, step=1)


def _size(place: str):
    return knob(1.0, f"{place} cluster, distance", low=0.3, high=1.5, step=0.01)


@dataclass(frozen=True)
class Problem(Params):
    """The first network's start, the task, and which rival stands beside it."""

    delta: float = knob(
        1.0,
        "relative scale δ",
        low=-2,
        high=2,
        step=0.1,
        help="▲ above 0 the first layer learns faster, ▼ below 0 the second",
    )
    tau: float = knob(
        0.1, "overall scale τ", low=0.02, high=4, scale="log", help="|a|‖w‖ = τ² for every neuron at the start"
    )
    slope: float = knob(0.0, "slope γ", low=0, high=1, step=0.05, help="0 is ReLU, 1 is a linear network")
    rival: str = knob(
        "large",
        "beside it",
        options={"large": "τ = 2, δ = 0", "small": "τ = 0.1, δ = 1", "mirror": "the same τ, the opposite δ"},
        help="The second network.",
    )
    seed: int = knob(0, "seed", low=0, high=99, step=1, help="draws the data and the start")
    noise: float = knob(0.15, "spread of the clusters", low=0, high=0.5, step=0.05)
    points: int = knob(10, "points per cluster", low=1, high=250, here=up_to(50), step=1)
    width: int = knob(30, "neurons", low=2, high=400, here=up_to(100), step=2)
    end: float = knob(100.0, "until t", low=1, high=1000, scale="log", help="flow time")
    right: float = _turn("right")
    left: float = _turn("left")
    top: float = _turn("top")
    bottom: float = _turn("bottom")
    far_right: float = _size("right")
    far_left: float = _size("left")
    far_top: float = _size("top")
    far_bottom: float = _size("bottom")
    moved: str = knob(
        "",
        "data moved by hand",
        entries=2,
        low=-FARTHEST,
        high=FARTHEST,
        help="Number and place of each: 7_0.4_-0.2 puts datum 7 at (0.4, −0.2). Empty: none is moved.",
    )
    device: str = device_knob(plane.AUTO)

    def __post_init__(self) -> None:
        super().__post_init__()
        plane.check_even(self.width)

    @property
    def centres(self) -> Array:
        """Where the four clusters stand, [4, 2]: at ±e₁ and ±e₂ unless they were moved."""
        turn = np.radians([getattr(self, place) for place in CLUSTERS])
        size = np.array([getattr(self, f"far_{place}") for place in CLUSTERS])
        x, y = xor.CENTRES.T
        turned = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1)
        return size[:, None] * turned


PRESETS = {
    "map before fit": Problem(delta=1.0, tau=0.1),
    "frozen map": Problem(delta=0.0, tau=2.0, rival="small"),
    "delayed": Problem(delta=-1.0, tau=0.1, rival="mirror"),
    "balanced": Problem(delta=0.0, tau=0.1),
    "a leaky map": Problem(slope=0.3),
    "linear": Problem(slope=1.0),
}


@dataclass(frozen=True)
class Solution:
    """The data, the network of the problem and its rival, each one's (τ, δ), phases, and whether its neurons are in pairs;
    where and for how many seconds both were trained."""

    X: Array
    y: Array
    main: plane.Run
    rival: plane.Run
    starts: tuple[tuple[float, float], tuple[float, float]]
    paired: tuple[bool, bool]
    phases: tuple[Phases, Phases]
    device: str = ""
    seconds: float = 0.0


def solve(problem: Problem) -> Solution:
    """Train both networks to the same flow time."""
    X, y = xor.clusters(problem.points, noise=problem.noise, seed=problem.seed, centres=problem.centres)
    for k, place in entries.read(problem.moved, 2).items():
        X[k : k + 1] = place
    starts = (problem.tau, problem.delta), rival_start(problem)
    paired = starts[0][0] >= LARGE / 2, starts[1][0] >= LARGE / 2
    networks = [start(problem, p).scaled(*s) for s, p in zip(starts, paired, strict=True)]
    settings: dict[str, Any] = {"end": problem.end, "slope": problem.slope, "snapshots": SNAPSHOTS}
    (main, rival), device, seconds = timed(
        lambda device: [plane.follow(W, a, X, y, device=device, **settings) for W, a in networks], problem.device
    )
    phases = of_neurons(main.time, main.W, main.loss), of_neurons(rival.time, rival.W, rival.loss)
    return Solution(X, y, main, rival, starts, paired, phases, device, seconds)


def pays(problem: Problem) -> bool:
    """Whether a GPU is worth while for this problem."""
    return plane.pays(4 * problem.points, problem.width)


def rival_start(problem: Problem) -> tuple[float, float]:
    """(τ, δ) of the second network."""
    return {"large": (LARGE, 0.0), "small": (0.1, 1.0), "mirror": (problem.tau, -problem.delta)}[problem.rival]


def start(problem: Problem, paired: bool) -> Student:
    """Directions [m, 2] and signs [m], half of them +1; paired: the second half repeats the first with the other sign.

    Small networks start unpaired, f ≈ 0 all the same, so that every neuron has a boundary of its own.
    """
    rng = np.random.default_rng([problem.seed, problem.width])
    half = problem.width // 2
    directions = on_sphere(rng, problem.width, 2)
    if paired:
        return mirrored(directions[:half], np.where(np.arange(half) % 2, 1.0, -1.0))
    return Student(directions, np.where(np.arange(problem.width) % 2, 1.0, -1.0))


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values."""
    run = solution.main
    curves = {"loss": run.loss, "flips": run.flipped, "kernel_distance": run.kernel_distance}
    return run.time, {**curves, "parameter_distance": run.distance}
