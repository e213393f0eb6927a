"""Two loss landscapes at one δ: the minimal model's, exact, and a ReLU student's, cut along two planes.

here           name          shape       unit
θ              theta         [k, p]      all weights, w first, then a; k snapshots, p = m·2 + m
centre         theta[-1]     [p]         where training ended; (0, 0) of each plane
directions     directions    [2, p]      the plane's axes
–              x, y, loss    [g], [g], [g, g]   coordinates and the mean of squares; loss[row y, column x]
–              path          [k, 2]      the trajectory's shadow in the plane (least squares); path_loss[k] under it
–              explained     [2]         share of the trajectory's squared length that each axis carries; of the pair: sum

Principal components of the trajectory and filter-normalised random directions: Li, Xu, Taylor, Studer, Goldstein,
"Visualizing the loss landscape of neural nets" (2018). Two random directions carry only a few parts in p of a path.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.datasets import teacher_student
from core.params import Curves, Params, knob
from core.problems import teacher_student as teacher_student_plane
from core.theory import landscape as minimal
from core.theory.phases import Phases, of_neurons
from core.training import plane
from core.training.plane import Run

Array = NDArray[np.float64]

GRID = 61
MARGIN = 0.25
ROWS = 256


@dataclass(frozen=True)
class Problem(Params):
    """One δ for two landscapes: a start in the minimal model (angle, size, side), and a student (tau, seed, …)."""

    delta: float = knob(
        -1.0,
        "relative scale δ",
        low=-4,
        high=4,
        step=0.01,
        help="▲ above 0 the first layer learns faster, ▼ below 0 the second; of the one neuron and of each student neuron",
    )
    angle: float = knob(120.0, "start angle", low=-180, high=180, step=1, unit="°", help="From β* to β₀: one neuron.")
    size: float = knob(1.0, "start size ‖β₀‖", low=0.05, high=2, step=0.01, help="One neuron.")
    side: str = knob("upper", "side of the start", options={"upper": "a₀ > 0", "lower": "a₀ < 0"}, help="One neuron.")
    tau: float = knob(0.1, "student's scale τ", low=0.02, high=4, scale="log", help="|a|‖w‖ = τ² at the start")
    seed: int = knob(58, "student's seed", low=0, high=99, step=1, help="draws teacher, student and data")
    draw: int = knob(0, "random plane", low=0, high=99, step=1, help="draws the two random directions")
    samples: int = knob(20, "samples", low=1, high=100, step=1, help="training points on the unit circle")
    width: int = knob(50, "student neurons", low=2, high=100, step=2, help="in pairs of equal w and opposite a")
    end: float = knob(100.0, "student trains until t", low=1, high=1000, scale="log")

    def __post_init__(self) -> None:
        super().__post_init__()
        plane.check_even(self.width)

    @property
    def sign(self) -> int:
        """Of a₀."""
        return 1 if self.side == "upper" else -1

    @property
    def beta_0(self) -> Array:
        return self.start.beta_0

    @property
    def beta_star(self) -> Array:
        return minimal.BETA_STAR

    @property
    def start(self) -> minimal.Start:
        """Of the one neuron."""
        return minimal.Start(delta=self.delta, angle=self.angle, size=self.size, sign=self.sign)


@dataclass(frozen=True)
class Slice:
    """One plane through the end of training; see the module's legend."""

    directions: Array
    x: Array
    y: Array
    loss: Array
    path: Array
    path_loss: Array
    explained: Array


@dataclass(frozen=True)
class Solution:
    """The minimal model's level set with a flow on it and its phases; the student's run, two slices through its end."""

    neuron: minimal.Flow
    student: teacher_student_plane.Solution
    components: Slice
    random: Slice
    phases: Phases


PRESETS = {
    "two valleys, one ridge": Problem(),
    "nearly on the ridge": Problem(delta=-2.0, angle=100.0),
    "two sheets": Problem(delta=2.0, side="lower"),
    "rich student": Problem(delta=1.0),
    "lazy student": Problem(delta=0.0, tau=2.0),
}


def solve(problem: Problem) -> Solution:
    """Follow the neuron, train the student, cut its landscape along its path's components and two random directions."""
    neuron = minimal.solve(problem.start)
    student = follow_student(problem)
    theta, m = weights(student.run), student.run.a.shape[1]
    drawn = random_directions(theta[-1], m, seed=problem.draw)
    components = cut(theta, principal_directions(theta), student.X, student.y, reach=0.1)
    phases = of_neurons(neuron.time, neuron.w[:, None], neuron.loss)
    return Solution(neuron, student, components, cut(theta, drawn, student.X, student.y, reach=1.0), phases)


def follow_student(problem: Problem) -> teacher_student_plane.Solution:
    """The problem's teacher–student run; its δ may be larger than that page's."""
    task = teacher_student.draw(d=2, n=problem.samples, width=problem.width, seed=problem.seed, tests=1)
    W_0, a_0 = task.student.scaled(problem.tau, problem.delta)
    return teacher_student_plane.observed(task, plane.follow(W_0, a_0, task.X, task.y, end=problem.end), problem.delta)


def weights(run: Run) -> Array:
    """θ[k, p] of all snapshots."""
    return np.concatenate([run.W.reshape(len(run.W), -1), run.a], axis=1)


def principal_directions(theta: Array) -> Array:
    """The two unit directions [2, p] that hold most of the trajectory θ[k, p] − θ[-1]; orthogonal."""
    directions = np.linalg.svd(theta - theta[-1], full_matrices=False)[2][:2]
    return directions * np.where(directions @ (theta[0] - theta[-1]) < 0, -1.0, 1.0)[:, None]


def random_directions(centre: Array, m: int, *, seed: int = 0) -> Array:
    """Two Gaussian directions [2, p], each neuron's w as long as that neuron's and a as long as a (Li et al. 2018)."""
    drawn = np.random.default_rng(seed).standard_normal((2, centre.size))
    W, a = drawn[:, :-m].reshape(2, m, -1), drawn[:, -m:]
    lengths = np.linalg.norm(centre[:-m].reshape(m, -1), axis=-1)
    W = W * (lengths / np.linalg.norm(W, axis=-1))[..., None]
    a = a * np.linalg.norm(centre[-m:]) / np.linalg.norm(a, axis=-1, keepdims=True)
    return np.concatenate([W.reshape(2, -1), a], axis=1)


def cut(theta: Array, directions: Array, X: Array, y: Array, *, reach: float, points: int = GRID) -> Slice:
    """The loss on the plane θ[-1] + u·directions[0] + v·directions[1], wide enough for the trajectory's shadow.

    It extends past it by a quarter, and by at least `reach` times the length of θ[-1].
    """
    path = np.linalg.lstsq(directions.T, (theta - theta[-1]).T, rcond=None)[0].T
    least = reach * np.linalg.norm(theta[-1]) / np.linalg.norm(directions, axis=1)
    around, down = (_axis(path[:, k], float(least[k]), points) for k in range(2))
    u, v = np.meshgrid(around, down)
    loss = losses(theta[-1], directions, np.stack([u.ravel(), v.ravel()], axis=1), X, y).reshape(u.shape)
    below = losses(theta[-1], directions, path, X, y)
    return Slice(directions, around, down, loss, path, below, explained(theta, directions))


def losses(centre: Array, directions: Array, at: Array, X: Array, y: Array) -> Array:
    """The mean of squares at centre + at[g, 2]·directions: [g]. Pre-activations are linear in `at`, so X is met once."""
    count = X.shape[1]
    m = centre.size // (count + 1)
    corners = np.concatenate([centre[None], directions])
    Z = corners[:, :-m].reshape(3, m, count) @ X.T
    readouts = corners[:, -m:]
    found = np.empty(len(at))
    for first in range(0, len(at), ROWS):
        mix = np.concatenate([np.ones((len(at[first : first + ROWS]), 1)), at[first : first + ROWS]], axis=1)
        hidden = np.maximum(np.tensordot(mix, Z, axes=1), 0)
        f = ((mix @ readouts)[:, None] @ hidden)[:, 0]
        found[first : first + ROWS] = np.mean((f - y) ** 2, axis=1)
    return found


def explained(theta: Array, directions: Array) -> Array:
    """Share [2] of Σ_k ‖θ_k − θ_end‖² that lies along the first direction, and what the second adds to it."""
    moved = theta - theta[-1]
    basis = np.linalg.qr(directions.T)[0]
    total = np.sum(moved**2)
    return np.sum((moved @ basis) ** 2, axis=0) / (total if total > 0 else 1.0)


def _axis(shadow: Array, least: float, points: int) -> Array:
    low, high = float(shadow.min()), float(shadow.max())
    margin = max(MARGIN * (high - low), least)
    return np.linspace(low - margin, high + margin, points)


def curves(problem: Problem, solution: Solution) -> Curves:
    """What two runs are compared by and goals speak of, over the cursor's values: the neuron's loss."""
    return solution.neuron.time, {"loss": solution.neuron.loss}
