"""The loss surface around a trained ReLU student, cut along two planes, with the trajectory laid into them.

here           name          shape       unit
θ              theta         [k, p]      all weights, w first, then a; k snapshots, p = m·2 + m
centre         theta[-1]     [p]         where training ended; (0, 0) of each plane
directions     directions    [2, p]      the plane's axes
–              x, y, loss    [g], [g], [g, g]   coordinates and the mean of squares; loss[row y, column x]
–              path          [k, 2]      the trajectory's shadow in the plane (least squares)
–              explained     [2]         share of the trajectory's squared length that each axis carries; of the pair: sum

Principal components of the trajectory and filter-normalised random directions: Li, Xu, Taylor, Studer, Goldstein,
"Visualizing the loss landscape of neural nets" (2018). Two random directions carry only a few parts in p of a path.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.params import knob
from core.training import teacher_student_plane
from core.training.plane import Run

Array = NDArray[np.float64]

GRID = 61
MARGIN = 0.25
ROWS = 256


@dataclass(frozen=True)
class Problem(teacher_student_plane.Problem):
    """A teacher–student run, and the seed of the random plane."""

    draw: int = knob(0, "Random directions", low=0, high=99, step=1, help="draws the two random directions")


@dataclass(frozen=True)
class Slice:
    """One plane through the end of training; see the module's legend."""

    directions: Array
    x: Array
    y: Array
    loss: Array
    path: Array
    explained: Array


@dataclass(frozen=True)
class Solution:
    """The run and its two slices."""

    student: teacher_student_plane.Solution
    components: Slice
    random: Slice


def solve(problem: Problem) -> Solution:
    """Train the student, then cut its landscape along the trajectory's components and along two random directions."""
    base = {name: getattr(problem, name) for name in teacher_student_plane.Problem.knobs()}
    student = teacher_student_plane.solve(teacher_student_plane.Problem(**base))
    theta, m = weights(student.run), student.run.a.shape[1]
    drawn = random_directions(theta[-1], m, seed=problem.draw)
    components = cut(theta, principal_directions(theta), student.X, student.y, reach=0.1)
    return Solution(student, components, cut(theta, drawn, student.X, student.y, reach=1.0))


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
    return Slice(directions, around, down, loss, path, explained(theta, directions))


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
